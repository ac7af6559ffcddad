//! One camera that was opened: what it offers and how it is set.

use std::{
    ffi::c_int,
    fs::File,
    io,
    os::fd::RawFd,
    path::{Path, PathBuf},
};

use v4l::v4l_sys::{
    V4L2_CAP_STREAMING, V4L2_CAP_TIMEPERFRAME, V4L2_CAP_VIDEO_CAPTURE,
    V4L2_CAP_VIDEO_CAPTURE_MPLANE, v4l2_buf_type_V4L2_BUF_TYPE_VIDEO_CAPTURE,
    v4l2_buf_type_V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE, v4l2_capability, v4l2_captureparm,
    v4l2_colorspace_V4L2_COLORSPACE_REC709, v4l2_colorspace_V4L2_COLORSPACE_SRGB,
    v4l2_field_V4L2_FIELD_NONE, v4l2_fmtdesc, v4l2_fract, v4l2_frmivalenum,
    v4l2_frmivalenum__bindgen_ty_1, v4l2_frmivaltypes_V4L2_FRMIVAL_TYPE_DISCRETE,
    v4l2_frmsize_discrete, v4l2_frmsizeenum, v4l2_frmsizeenum__bindgen_ty_1,
    v4l2_frmsizetypes_V4L2_FRMSIZE_TYPE_DISCRETE, v4l2_input, v4l2_pix_format,
    v4l2_pix_format__bindgen_ty_1, v4l2_pix_format_mplane, v4l2_pix_format_mplane__bindgen_ty_1,
    v4l2_quantization_V4L2_QUANTIZATION_FULL_RANGE, v4l2_requestbuffers, v4l2_std_id,
    v4l2_ycbcr_encoding_V4L2_YCBCR_ENC_709,
};

use crate::{
    behaviour::Behaviour,
    controls::Controls,
    formats::{formats, rates, sizes},
    picture::Picture,
    stream::Stream,
};

/// `V4L2_STD_PAL`: a set of all its kinds.
const PAL: v4l2_std_id = 0xff;

/// A colour space that is not in any kernel.
const NO_COLORSPACE: u32 = 200;

pub(crate) struct Camera {
    file: PathBuf,
    behaviour: Behaviour,
    pub(crate) controls: Controls,
    pub(crate) stream: Stream,
    pub(crate) picture: Picture,
    rate: u32,
    input: usize,
    standard: v4l2_std_id,
    /// Whether another opening of it has buffers.
    taken: bool,
    plugged: bool,
}

impl Camera {
    pub(crate) fn new(file: &Path, behaviour: Behaviour) -> io::Result<Self> {
        Ok(Self {
            file: file.into(),
            behaviour,
            controls: Controls::of(behaviour),
            stream: Stream::of(behaviour)?,
            picture: Picture {
                fourcc: formats(behaviour)[0].0,
                size: sizes(behaviour)[0],
            },
            rate: rates(behaviour)[0],
            input: 0,
            standard: 0,
            taken: false,
            plugged: true,
        })
    }

    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    pub(crate) fn memory(&self) -> &File {
        self.stream.memory()
    }

    /// What the program that opened it gets.
    pub(crate) fn descriptor(&self) -> RawFd {
        self.stream.descriptor()
    }

    pub(crate) fn is_plugged(&self) -> bool {
        self.plugged
    }

    /// Takes notice of the rest of the world, before each question.
    pub(crate) fn look_around(&mut self, taken: bool, plugged: bool) {
        (self.taken, self.plugged) = (taken, plugged);
        self.stream.expose();
    }

    pub(crate) fn capabilities(&self, into: &mut v4l2_capability) {
        into.driver = *b"stand-in\0\0\0\0\0\0\0\0";
        into.card[..8].copy_from_slice(b"Stand-in");
        let pictures = match self.behaviour {
            Behaviour::MultiPlanar => V4L2_CAP_VIDEO_CAPTURE_MPLANE,
            _ => V4L2_CAP_VIDEO_CAPTURE,
        };
        into.capabilities = pictures | V4L2_CAP_STREAMING;
        into.device_caps = into.capabilities;
    }

    /// Cameras give pictures, in one way of two.
    pub(crate) fn gives(&self, buffer_type: u32) -> Result<(), c_int> {
        let own = match self.behaviour {
            Behaviour::MultiPlanar => v4l2_buf_type_V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE,
            _ => v4l2_buf_type_V4L2_BUF_TYPE_VIDEO_CAPTURE,
        };
        (buffer_type == own).then_some(()).ok_or(libc::EINVAL)
    }

    /// The inputs of an analogue grabber.
    pub(crate) fn enum_input(&self, asked: &mut v4l2_input) -> Result<(), c_int> {
        let name = self.inputs().get(asked.index as usize);
        let name = name.ok_or(libc::EINVAL)?;
        asked.name[..name.len()].copy_from_slice(name);
        Ok(())
    }

    pub(crate) fn select_input(&mut self, asked: &mut c_int) -> Result<(), c_int> {
        let there = self.inputs().get(*asked as usize).is_some();
        self.input = there.then_some(*asked as usize).ok_or(libc::EINVAL)?;
        self.tune();
        Ok(())
    }

    pub(crate) fn set_standard(&mut self, asked: &mut v4l2_std_id) -> Result<(), c_int> {
        if self.behaviour != Behaviour::Analogue {
            return Err(libc::ENODATA);
        }
        self.standard = *asked;
        self.tune();
        Ok(())
    }

    /// An analogue grabber shows black unless input and norm are right.
    fn tune(&mut self) {
        self.stream.dark = self.input != 1 || self.standard != PAL;
    }

    fn inputs(&self) -> &'static [&'static [u8]] {
        match self.behaviour {
            Behaviour::Analogue => &[b"Composite", b"S-Video"],
            Behaviour::Clock => &[b"Camera"],
            _ => &[],
        }
    }

    pub(crate) fn enum_format(&self, asked: &mut v4l2_fmtdesc) -> Result<(), c_int> {
        self.gives(asked.type_)?;
        let formats = formats(self.behaviour);
        let (fourcc, words) = formats.get(asked.index as usize).ok_or(libc::EINVAL)?;
        asked.pixelformat = u32::from_le_bytes(*fourcc);
        asked.description[..words.len()].copy_from_slice(words);
        if self.behaviour == Behaviour::BrokenFormatDescription && asked.index == 0 {
            asked.description = *b"Un format dont le nom est coup\xc3\0";
        }
        Ok(())
    }

    pub(crate) fn enum_frame_size(&self, asked: &mut v4l2_frmsizeenum) -> Result<(), c_int> {
        self.tells_sizes()?;
        let &(width, height) = sizes(self.behaviour)
            .get(asked.index as usize)
            .ok_or(libc::EINVAL)?;
        self.known(asked.pixel_format)?;
        asked.type_ = v4l2_frmsizetypes_V4L2_FRMSIZE_TYPE_DISCRETE;
        let discrete = v4l2_frmsize_discrete { width, height };
        asked.__bindgen_anon_1 = v4l2_frmsizeenum__bindgen_ty_1 { discrete };
        Ok(())
    }

    pub(crate) fn enum_frame_interval(&self, asked: &mut v4l2_frmivalenum) -> Result<(), c_int> {
        self.tells_sizes()?;
        let &denominator = rates(self.behaviour)
            .get(asked.index as usize)
            .ok_or(libc::EINVAL)?;
        self.known(asked.pixel_format)?;
        asked.type_ = v4l2_frmivaltypes_V4L2_FRMIVAL_TYPE_DISCRETE;
        let discrete = v4l2_fract {
            numerator: 1,
            denominator,
        };
        asked.__bindgen_anon_1 = v4l2_frmivalenum__bindgen_ty_1 { discrete };
        Ok(())
    }

    fn known(&self, pixel_format: u32) -> Result<[u8; 4], c_int> {
        let fourcc = pixel_format.to_le_bytes();
        let mut offered = formats(self.behaviour).iter();
        let offered = offered.any(|(offered, _)| *offered == fourcc);
        offered.then_some(fourcc).ok_or(libc::EINVAL)
    }

    fn tells_sizes(&self) -> Result<(), c_int> {
        let tells = self.behaviour != Behaviour::NoFrameSizes;
        tells.then_some(()).ok_or(libc::ENOTTY)
    }

    /// What is set, as a driver tells it.
    pub(crate) fn format(&self, into: &mut v4l2_pix_format) {
        (into.width, into.height) = self.picture.size;
        into.pixelformat = u32::from_le_bytes(self.picture.fourcc);
        into.field = v4l2_field_V4L2_FIELD_NONE;
        into.bytesperline = self.picture.stride();
        into.sizeimage = self.picture.buffer_bytes();
        into.colorspace = match self.behaviour {
            Behaviour::UnknownColorspace => NO_COLORSPACE,
            Behaviour::Bt709Colorspace => v4l2_colorspace_V4L2_COLORSPACE_REC709,
            _ => v4l2_colorspace_V4L2_COLORSPACE_SRGB,
        };
        into.xfer_func = 0;
        into.quantization = match self.behaviour {
            // Not every program spreads a limited range, which would be more work and more bytes for those that do.
            Behaviour::Clock => v4l2_quantization_V4L2_QUANTIZATION_FULL_RANGE,
            _ => 0,
        };
        into.__bindgen_anon_1 = v4l2_pix_format__bindgen_ty_1 {
            ycbcr_enc: match self.behaviour {
                Behaviour::Bt709 => v4l2_ycbcr_encoding_V4L2_YCBCR_ENC_709,
                _ => 0,
            },
        };
    }

    /// The same in planes.
    pub(crate) fn format_of_planes(&self, into: &mut v4l2_pix_format_mplane) {
        (into.width, into.height) = self.picture.size;
        into.pixelformat = u32::from_le_bytes(self.picture.fourcc);
        into.field = v4l2_field_V4L2_FIELD_NONE;
        into.colorspace = v4l2_colorspace_V4L2_COLORSPACE_SRGB;
        into.num_planes = self.picture.pieces() as u8;
        let mut planes = { into.plane_fmt };
        for plane in planes.iter_mut().take(self.picture.pieces() as usize) {
            plane.bytesperline = self.picture.stride();
            plane.sizeimage = self.picture.buffer_bytes();
        }
        into.plane_fmt = planes;
        (into.quantization, into.xfer_func) = (0, 0);
        into.__bindgen_anon_1 = v4l2_pix_format_mplane__bindgen_ty_1 { ycbcr_enc: 0 };
    }

    /// The size and format nearest to what is asked for, as a driver chooses.
    pub(crate) fn set_format(&mut self, pixelformat: u32, size: u32) -> Result<(), c_int> {
        if self.taken || self.stream.has_buffers() {
            return Err(libc::EBUSY);
        }
        let wanted = self.known(pixelformat);
        let first = formats(self.behaviour)[0].0;
        self.picture.fourcc = wanted.unwrap_or(first);
        let distance = |&(width, _): &(u32, u32)| width.abs_diff(size);
        let sizes = sizes(self.behaviour).iter().copied();
        self.picture.size = sizes.min_by_key(distance).unwrap_or(self.picture.size);
        Ok(())
    }

    pub(crate) fn parameters(&mut self, asked: &mut v4l2_captureparm) {
        let wanted = asked.timeperframe;
        if wanted.numerator > 0 {
            let distance = |rate: &u32| (rate * wanted.numerator).abs_diff(wanted.denominator);
            let rates = rates(self.behaviour).iter().copied();
            self.rate = rates.min_by_key(distance).unwrap_or(self.rate);
        }
        asked.capability = V4L2_CAP_TIMEPERFRAME;
        asked.timeperframe = v4l2_fract {
            numerator: 1,
            denominator: self.rate,
        };
    }

    pub(crate) fn request_buffers(&mut self, asked: &mut v4l2_requestbuffers) -> Result<(), c_int> {
        self.gives(asked.type_)?;
        if self.taken {
            return Err(libc::EBUSY);
        }
        self.stream.request(asked, &self.picture, self.rate)
    }

    /// What `poll` tells of it.
    pub(crate) fn events(&self) -> i16 {
        if self.plugged {
            self.stream.events()
        } else {
            libc::POLLERR
        }
    }
}
