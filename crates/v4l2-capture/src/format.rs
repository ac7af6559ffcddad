//! Formats and the rate, in one plane or several.

use std::io;

use v4l::{
    Device,
    v4l_sys::{v4l2_fmtdesc, v4l2_format, v4l2_fract, v4l2_streamparm},
};

use crate::{
    Kind,
    ioctl::{ENUM_FMT, G_FMT, Request, S_FMT, S_PARM, call, zeroed},
};

/// More formats than any camera has: a driver that never ends the list must not keep us.
const FORMATS_MAX: u32 = 256;

/// What a camera is set to; numbers as the driver gives them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Format {
    /// Which layout.
    pub fourcc: [u8; 4],
    /// Pixels per row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// `enum v4l2_colorspace`.
    pub colorspace: u32,
    /// `enum v4l2_ycbcr_encoding`.
    pub encoding: u32,
    /// `enum v4l2_quantization`.
    pub quantization: u32,
    /// Bytes from row to row, of each piece of memory.
    pub strides: Vec<u32>,
}

/// The fourccs that `device` offers, in its own order.
#[must_use]
pub fn formats(device: &Device, kind: Kind) -> Vec<[u8; 4]> {
    let described = |index| {
        let mut asked: v4l2_fmtdesc = zeroed();
        (asked.index, asked.type_) = (index, kind.buffer_type());
        call(&device.handle(), &ENUM_FMT, &mut asked).ok()?;
        Some(asked.pixelformat.to_le_bytes())
    };
    (0..FORMATS_MAX).map_while(described).collect()
}

/// What `device` is set to.
///
/// # Errors
/// What the driver answers.
pub fn format(device: &Device, kind: Kind) -> io::Result<Format> {
    let mut asked: v4l2_format = zeroed();
    asked.type_ = kind.buffer_type();
    exchange(device, kind, &G_FMT, asked)
}

/// Sets layout and size; gives what the driver made of it.
///
/// # Errors
/// What the driver answers.
pub fn set_format(
    device: &Device,
    kind: Kind,
    fourcc: [u8; 4],
    (width, height): (u32, u32),
) -> io::Result<Format> {
    let mut asked: v4l2_format = zeroed();
    asked.type_ = kind.buffer_type();
    let pixelformat = u32::from_le_bytes(fourcc);
    #[expect(
        unsafe_code,
        reason = "a union: which part counts is known by the type"
    )]
    match kind {
        Kind::Single => {
            // SAFETY: any bits are numbers.
            let wanted = unsafe { &mut asked.fmt.pix };
            (wanted.width, wanted.height) = (width, height);
            wanted.pixelformat = pixelformat;
        }
        Kind::Planes => {
            // SAFETY: any bits are numbers.
            let wanted = unsafe { &mut asked.fmt.pix_mp };
            (wanted.width, wanted.height) = (width, height);
            wanted.pixelformat = pixelformat;
        }
    }
    exchange(device, kind, &S_FMT, asked)
}

#[expect(unsafe_code, reason = "unions: which part counts is known by the type")]
fn exchange(
    device: &Device,
    kind: Kind,
    request: &Request<v4l2_format>,
    mut format: v4l2_format,
) -> io::Result<Format> {
    call(&device.handle(), request, &mut format)?;
    Ok(match kind {
        Kind::Single => {
            // SAFETY: any bits are numbers.
            let (set, encoding) =
                unsafe { (format.fmt.pix, format.fmt.pix.__bindgen_anon_1.ycbcr_enc) };
            Format {
                fourcc: set.pixelformat.to_le_bytes(),
                width: set.width,
                height: set.height,
                colorspace: set.colorspace,
                encoding,
                quantization: set.quantization,
                strides: vec![set.bytesperline],
            }
        }
        Kind::Planes => {
            // SAFETY: any bits are numbers.
            let (set, encoding) = unsafe {
                (
                    format.fmt.pix_mp,
                    format.fmt.pix_mp.__bindgen_anon_1.ycbcr_enc,
                )
            };
            // Copied out of a packed structure, whose parts have no address to lend.
            let planes = { set.plane_fmt };
            let count = usize::from(set.num_planes);
            Format {
                fourcc: { set.pixelformat }.to_le_bytes(),
                width: set.width,
                height: set.height,
                colorspace: set.colorspace,
                encoding: encoding.into(),
                quantization: set.quantization.into(),
                strides: planes
                    .iter()
                    .take(count.max(1))
                    .map(|plane| plane.bytesperline)
                    .collect(),
            }
        }
    })
}

/// Sets the time from frame to frame, a fraction of a second; gives what the driver made of it.
///
/// # Errors
/// What the driver answers; some have one rate and no call to set it.
#[expect(
    unsafe_code,
    reason = "a union: which part counts is known by the type"
)]
pub fn set_interval(
    device: &Device,
    kind: Kind,
    (numerator, denominator): (u32, u32),
) -> io::Result<(u32, u32)> {
    let mut asked: v4l2_streamparm = zeroed();
    asked.type_ = kind.buffer_type();
    asked.parm.capture.timeperframe = v4l2_fract {
        numerator,
        denominator,
    };
    call(&device.handle(), &S_PARM, &mut asked)?;
    // SAFETY: for both types the union holds this structure, and any bits are numbers.
    let set = unsafe { asked.parm.capture.timeperframe };
    Ok((set.numerator, set.denominator))
}
