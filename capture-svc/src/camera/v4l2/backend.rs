//! A `CaptureBackendTrait` of nokhwa on our own stream, given to `nokhwa::Camera::with_custom`.
//!
//! nokhwa is kept because the client's design card names it; all real work is done by [`super::stream`], and nokhwa only
//! forwards the calls. What its types have no room for goes round it, in [`Notes`].

use std::{borrow::Cow, cell::RefCell, collections::HashMap, io, rc::Rc, time::Duration};

use nokhwa::{
    NokhwaError,
    buffer::Buffer,
    camera_traits::CaptureBackendTrait,
    utils::{
        ApiBackend, CameraControl, CameraFormat, CameraInfo, ControlValueSetter, FrameFormat,
        KnownCameraControl, Resolution,
    },
};
use v4l::Device;
use v4l2_capture::Kind;

use super::{
    stream::{About, Stream},
    unpad::{Layout, unpad},
};

/// What passes between the backend and whoever calls nokhwa.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// How long the next call may wait for a frame.
    pub(super) wait: Duration,
    /// The frame, without what stands between its rows.
    pub(super) data: Vec<u8>,
    /// About the frame; `None` after a call that gave none.
    pub(super) about: Option<About>,
    /// Why the last call failed; `None` after one that merely found nothing in time.
    pub(super) fault: Option<io::Error>,
}

/// The backend; its device is open and set up already.
pub(super) struct Backend {
    /// Until the stream is started, which takes it.
    device: Option<Device>,
    stream: Option<Stream>,
    info: CameraInfo,
    format: CameraFormat,
    kind: Kind,
    layout: Layout,
    notes: Rc<RefCell<Notes>>,
}

impl Backend {
    pub(super) fn new(
        device: Device,
        info: CameraInfo,
        format: CameraFormat,
        kind: Kind,
        layout: Layout,
    ) -> (Self, Rc<RefCell<Notes>>) {
        let notes = Rc::new(RefCell::new(Notes::default()));
        let backend = Self {
            device: Some(device),
            stream: None,
            info,
            format,
            kind,
            layout,
            notes: Rc::clone(&notes),
        };
        (backend, notes)
    }

    /// Keeps the kernel's word, which nokhwa's errors would turn into text.
    fn fault(&self, cause: io::Error, wrap: fn(String) -> NokhwaError) -> NokhwaError {
        let error = wrap(cause.to_string());
        self.notes.borrow_mut().fault = Some(cause);
        error
    }
}

impl CaptureBackendTrait for Backend {
    fn open_stream(&mut self) -> Result<(), NokhwaError> {
        let Some(device) = self.device.take() else {
            return Err(NokhwaError::OpenStreamError("opened before".into()));
        };
        let started = Stream::start(&device, self.kind);
        self.stream =
            Some(started.map_err(|cause| self.fault(cause, NokhwaError::OpenStreamError))?);
        Ok(())
    }

    /// Puts the newest frame into the notes, where it is copied to once; nokhwa gets nothing to hold.
    fn frame_raw(&mut self) -> Result<Cow<'_, [u8]>, NokhwaError> {
        let Some(stream) = &mut self.stream else {
            return Err(NokhwaError::ReadFrameError("the stream is not open".into()));
        };
        let notes = &mut *self.notes.borrow_mut();
        (notes.fault, notes.about) = (None, None);
        let (layout, data) = (&self.layout, &mut notes.data);
        match stream.newest(notes.wait, |frame| unpad(frame.planes(), layout, data)) {
            Ok(about) => notes.about = about,
            Err(cause) => {
                let error = NokhwaError::ReadFrameError(cause.to_string());
                notes.fault = Some(cause);
                return Err(error);
            }
        }
        Ok(Cow::Borrowed(&[]))
    }

    /// nokhwa's own frame, with a copy of the bytes; we take [`Self::frame_raw`].
    fn frame(&mut self) -> Result<Buffer, NokhwaError> {
        let (resolution, format) = (self.format.resolution(), self.format.format());
        self.frame_raw()?;
        let notes = self.notes.borrow();
        let Some(about) = notes.about else {
            return Err(NokhwaError::ReadFrameError("nothing yet".into()));
        };
        let captured = Duration::from_micros(about.captured_at_us);
        Ok(Buffer::with_timestamp(
            resolution,
            &notes.data,
            format,
            Some(captured),
        ))
    }

    fn stop_stream(&mut self) -> Result<(), NokhwaError> {
        self.stream = None;
        Ok(())
    }

    fn is_stream_open(&self) -> bool {
        self.stream.is_some()
    }

    fn backend(&self) -> ApiBackend {
        ApiBackend::Video4Linux
    }

    fn camera_info(&self) -> &CameraInfo {
        &self.info
    }

    fn camera_format(&self) -> CameraFormat {
        self.format
    }

    fn resolution(&self) -> Resolution {
        self.format.resolution()
    }

    fn frame_rate(&self) -> u32 {
        self.format.frame_rate()
    }

    fn frame_format(&self) -> FrameFormat {
        self.format.format()
    }

    // What follows is settled before the device comes here (`negotiate`, `controls`) and stays until it is closed.

    fn refresh_camera_format(&mut self) -> Result<(), NokhwaError> {
        Ok(())
    }

    fn set_camera_format(&mut self, _: CameraFormat) -> Result<(), NokhwaError> {
        settled()
    }

    fn compatible_list_by_resolution(
        &mut self,
        _: FrameFormat,
    ) -> Result<HashMap<Resolution, Vec<u32>>, NokhwaError> {
        settled()
    }

    fn compatible_fourcc(&mut self) -> Result<Vec<FrameFormat>, NokhwaError> {
        settled()
    }

    fn set_resolution(&mut self, _: Resolution) -> Result<(), NokhwaError> {
        settled()
    }

    fn set_frame_rate(&mut self, _: u32) -> Result<(), NokhwaError> {
        settled()
    }

    fn set_frame_format(&mut self, _: FrameFormat) -> Result<(), NokhwaError> {
        settled()
    }

    fn camera_control(&self, _: KnownCameraControl) -> Result<CameraControl, NokhwaError> {
        settled()
    }

    fn camera_controls(&self) -> Result<Vec<CameraControl>, NokhwaError> {
        Ok(Vec::new())
    }

    fn set_camera_control(
        &mut self,
        _: KnownCameraControl,
        _: ControlValueSetter,
    ) -> Result<(), NokhwaError> {
        settled()
    }
}

fn settled<T>() -> Result<T, NokhwaError> {
    Err(NokhwaError::UnsupportedOperationError(
        ApiBackend::Video4Linux,
    ))
}
