//! A V4L2 camera as a source, through nokhwa with our own [`Backend`]. Opening settles everything (mode, rate, controls,
//! colours); after that only frames come.

pub(crate) mod answer;
mod backend;
mod colours;
pub(crate) mod controls;
pub(crate) mod device;
mod errno;
pub(crate) mod formats;
pub(crate) mod negotiate;
mod sequence;
pub(crate) mod signal;
mod stamps;
mod stream;
pub(crate) mod twins;
mod unpad;

use std::{cell::RefCell, path::PathBuf, rc::Rc};

use nokhwa::{
    Camera, NokhwaError,
    utils::{ApiBackend, CameraFormat, CameraIndex, CameraInfo, FrameFormat, Resolution},
};
use v4l::Device;
use v4l2_capture::Kind;

use self::{
    backend::{Backend, Notes},
    colours::colours,
    device::Node,
    errno::explain,
    negotiate::{Choice, Interval, Wish},
    unpad::Layout,
};
use super::{
    error::CameraError,
    frame::{CaptureClock, ColorRange, Mode, PixelFormat, RawFrame},
    matrix::Conversion,
    source::{CameraSettings, Delivery, NEXT_FRAME_WAIT_MAX, Source},
};

/// Opens the camera that `settings` name. `Ok(None)`: there is no camera on this machine at all.
///
/// # Errors
/// The camera that was asked for is missing, refuses or has no mode that we read.
pub(super) fn open(settings: &CameraSettings) -> Result<Option<V4l2Source>, CameraError> {
    device::open(&settings.source)?
        .map(|(node, device)| V4l2Source::open(&node, device, settings))
        .transpose()
}

/// An open camera.
pub(super) struct V4l2Source {
    camera: Camera,
    notes: Rc<RefCell<Notes>>,
    node: PathBuf,
    words: String,
    mode: Mode,
    /// From the camera's colours to those of JPEG, where they differ.
    conversion: Option<Conversion>,
    /// By which clock frames were captured, as far as it was logged.
    clock_told: Option<CaptureClock>,
}

impl V4l2Source {
    /// Chooses a mode of `device`, sets it and starts the stream.
    fn open(node: &Node, device: Device, settings: &CameraSettings) -> Result<Self, CameraError> {
        let wish = Wish {
            width: settings.width,
            height: settings.height,
            fps: settings.fps,
            format: settings.format,
        };
        let mut complaints = signal::set(&device, settings.input.as_ref(), settings.standard);
        let offers = formats::offers(&device, Some(&wish));
        if offers.is_empty() {
            return Err(formats::unread(&node.name, &node.path, &device));
        }
        let choice = negotiate::choose(&offers, &wish).map_err(|why| {
            CameraError::Unsupported(format!("{} ({}): {why}", node.name, node.path.display()))
        })?;
        // Before the format: some controls change what it means, such as its range.
        complaints.extend(controls::set(&device, &settings.controls));
        let refused = |doing| move |cause| explain(&node.path, doing, cause);
        let (mode, kind, layout) =
            set(&device, &choice, settings.range).map_err(refused("setting its format"))?;

        let format = CameraFormat::new(
            Resolution::new(mode.width, mode.height),
            nearest(mode.format),
            mode.fps.round() as u32,
        );
        let index = CameraIndex::String(node.path.display().to_string());
        let info = CameraInfo::new(&node.name, "", "", index.clone());
        let (backend, notes) = Backend::new(device, info, format, kind, layout);
        let camera = Camera::with_custom(index, ApiBackend::Video4Linux, Box::new(backend));
        let words = words(node, &choice, &complaints);
        let mut source = Self {
            camera,
            notes,
            node: node.path.clone(),
            words,
            conversion: Conversion::new(&mode),
            mode,
            clock_told: None,
        };
        source
            .camera
            .open_stream()
            .map_err(|error| source.meaning("starting its stream", &error))?;
        Ok(source)
    }

    /// What an error of nokhwa means, by the kernel's error behind it.
    fn meaning(&self, doing: &str, error: &NokhwaError) -> CameraError {
        match self.notes.borrow_mut().fault.take() {
            Some(cause) => explain(&self.node, doing, cause),
            None => CameraError::Unsupported(error.to_string()),
        }
    }

    /// Logs once by which clock frames are captured, and once more if the driver's turns out to be none.
    fn tell_clock(&mut self, clock: CaptureClock) {
        let news = match self.clock_told {
            None => true,
            Some(told) => told == CaptureClock::Driver && clock == CaptureClock::Receipt,
        };
        if news {
            self.clock_told = Some(clock);
            tracing::info!(node = %self.node.display(), clock = clock.as_str(), "time of capture");
        }
    }
}

impl Source for V4l2Source {
    fn mode(&self) -> &Mode {
        &self.mode
    }

    fn describe(&self) -> String {
        self.words.clone()
    }

    fn next_frame(&mut self, into: &mut RawFrame) -> Result<Option<Delivery>, CameraError> {
        into.describe(&self.mode);
        self.notes.borrow_mut().wait = NEXT_FRAME_WAIT_MAX;
        std::mem::swap(&mut self.notes.borrow_mut().data, &mut into.data);
        let read = self.camera.frame_raw().map(drop);
        std::mem::swap(&mut self.notes.borrow_mut().data, &mut into.data);
        read.map_err(|error| self.meaning("reading a frame", &error))?;
        let Some(about) = self.notes.borrow().about else {
            return Ok(None);
        };
        if about.damaged {
            into.data.clear();
        }
        if let Some(conversion) = &self.conversion {
            conversion.apply(&mut into.data);
        }
        (into.captured_at_us, into.clock) = (about.captured_at_us, about.clock);
        self.tell_clock(about.clock);
        Ok(Some(Delivery {
            lost: about.lost,
            skipped: about.skipped,
            damaged: about.damaged_before,
            ..Delivery::default()
        }))
    }
}

/// Sets mode and rate, and reads back what the driver made of them.
fn set(
    device: &Device,
    choice: &Choice,
    range: Option<ColorRange>,
) -> std::io::Result<(Mode, Kind, Layout)> {
    let offer = choice.offer;
    let kind = v4l2_capture::kind(device)?.ok_or(std::io::ErrorKind::Unsupported)?;
    let got = v4l2_capture::set_format(device, kind, offer.fourcc, (offer.width, offer.height))?;
    let Some((format, delivered)) = negotiate::understood(got.fourcc) else {
        return Err(std::io::Error::other(format!(
            "the driver offered {offer} and then set {}",
            got.fourcc.escape_ascii()
        )));
    };
    let interval = (offer.interval.numerator, offer.interval.denominator);
    // Some drivers have one rate and no call to set it.
    let interval = v4l2_capture::set_interval(device, kind, interval).unwrap_or(interval);
    let fps = if interval.0 == 0 {
        offer.interval.fps()
    } else {
        Interval::new(interval.0, interval.1).fps()
    };
    let (announced, matrix) = colours(format, &got);
    let full_always = matches!(
        format,
        PixelFormat::Mjpeg | PixelFormat::Rgb24 | PixelFormat::Bgr24
    );
    let layout = Layout::new(got.fourcc, format, (got.width, got.height), &got.strides);
    let mode = Mode {
        width: got.width,
        height: got.height,
        fps,
        format,
        delivered,
        range: range.filter(|_| !full_always).unwrap_or(announced),
        matrix,
    };
    Ok((mode, kind, layout))
}

/// The nearest of nokhwa's six layouts. Nothing reads it: the frame's layout is the mode's.
fn nearest(format: PixelFormat) -> FrameFormat {
    match format {
        PixelFormat::Mjpeg => FrameFormat::MJPEG,
        PixelFormat::Yuyv | PixelFormat::Uyvy => FrameFormat::YUYV,
        PixelFormat::Nv12 | PixelFormat::I420 | PixelFormat::I422 | PixelFormat::I444 => {
            FrameFormat::NV12
        }
        PixelFormat::Grey => FrameFormat::GRAY,
        PixelFormat::Rgb24 => FrameFormat::RAWRGB,
        PixelFormat::Bgr24 => FrameFormat::RAWBGR,
    }
}

fn words(node: &Node, choice: &Choice, complaints: &[String]) -> String {
    let others: Vec<_> = choice
        .alternatives
        .iter()
        .map(ToString::to_string)
        .collect();
    tracing::info!(camera = node.name, node = %node.path.display(), mode = %choice.offer, others = others.join(", "), "mode chosen");
    let mut words = format!("{} ({})", node.name, node.path.display());
    for more in choice.compromise.iter().chain(complaints) {
        words.push_str("; ");
        words.push_str(more);
    }
    words
}
