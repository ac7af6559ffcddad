//! The driver's buffers as a stream of payloads: a `CaptureBackendTrait` of nokhwa on the v4l crate, given to
//! `nokhwa::Camera::with_custom`.
//!
//! nokhwa is kept because the client's design card names it; all real work is done by the v4l crate, and nokhwa only
//! forwards the calls.
//!
//! What nokhwa's built-in V4L2 backend cannot tell, and a service that runs for months must know, comes out of it: the
//! true length of a payload (the built-in one hands out the whole buffer, with the tails of older pictures), the
//! driver's sequence numbers, its damage flag and its timestamps; and no call blocks for longer than asked.

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
use v4l::{
    Device,
    buffer::{Flags, Type},
    io::traits::{CaptureStream, Stream},
    prelude::MmapStream,
};

use super::{answer::ask, sequence::lost_between, stamps::Stamps};
use crate::camera::{clock, frame::CaptureClock};

/// Buffers asked for, which the driver fills in turn: enough that one of our late wake-ups loses nothing, few enough that nothing
/// old collects.
const BUFFERS: u32 = 4;

/// Source: `poll(2)`, `<poll.h>`; the v4l crate wants the bare number.
const POLLIN: i16 = 0x001;

/// What nokhwa's types have no room for. Written by the backend at each call, read by whoever called.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// How long the next call may wait for a frame.
    pub(super) wait: Duration,
    /// When the frame was captured, µs since the Unix epoch.
    pub(super) captured_at_us: u64,
    /// By which clock.
    pub(super) clock: CaptureClock,
    /// Frames lost before this one, by the driver's sequence numbers.
    pub(super) lost: u32,
    /// The driver marked the frame as damaged.
    pub(super) damaged: bool,
    /// Why the last call gave no frame; `None` after one that merely found nothing in time.
    pub(super) fault: Option<io::Error>,
}

/// The backend; its device is open and set up already.
pub(super) struct Backend {
    device: Device,
    stream: Option<MmapStream<'static>>,
    /// Whether one of its buffers is with us, and not with the driver.
    in_hand: bool,
    info: CameraInfo,
    format: CameraFormat,
    sequence: Option<u32>,
    stamps: Stamps,
    notes: Rc<RefCell<Notes>>,
}

impl Backend {
    pub(super) fn new(
        device: Device,
        info: CameraInfo,
        format: CameraFormat,
    ) -> (Self, Rc<RefCell<Notes>>) {
        let notes = Rc::new(RefCell::new(Notes::default()));
        let backend = Self {
            device,
            stream: None,
            in_hand: false,
            info,
            format,
            sequence: None,
            stamps: Stamps::default(),
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

    fn start(&self) -> io::Result<MmapStream<'static>> {
        let allocated = ask(|| MmapStream::with_buffers(&self.device, Type::VideoCapture, BUFFERS));
        let mut stream = allocated.map_err(io::Error::other)??;
        // Queues every buffer that was granted, which may be fewer or more than asked for (source: VIDIOC_REQBUFS), and
        // starts; then it would wait for a frame.
        stream.set_timeout(Duration::ZERO);
        let started = CaptureStream::next(&mut stream).map(drop);
        stream.clear_timeout();
        match started {
            Ok(()) => Ok(stream),
            Err(cause) if nothing_yet(&cause) => Ok(stream),
            Err(cause) => {
                self.end(stream);
                Err(cause)
            }
        }
    }

    /// Ends `stream`, whose destructor panics when the driver does not stop, and ends the process when besides it does not
    /// take its buffers back.
    fn end(&self, mut stream: MmapStream<'static>) {
        let Err(cause) = stream.stop() else {
            let _ = ask(|| drop(stream));
            return;
        };
        // A device that is gone is no news here.
        let gone = cause.raw_os_error() == Some(rustix::io::Errno::NODEV.raw_os_error());
        let none = || MmapStream::with_buffers(&self.device, Type::VideoCapture, 0).map(drop);
        // The panic of this one's destructor, too, is about stopping: then the buffers were taken back.
        if gone || !matches!(ask(none), Ok(Err(_))) {
            let _ = ask(|| drop(stream));
            return;
        }
        tracing::warn!(%cause, "the driver does not stop: the camera is closed under it");
        let camera = stream.handle().fd();
        // What was mapped stays so, which is little beside a camera that cannot be closed. Nobody else closes it: the
        // stream that is forgotten holds the last handle.
        std::mem::forget(stream);
        let _ = v4l::v4l2::close(camera);
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        if let Some(stream) = self.stream.take() {
            self.end(stream);
        }
    }
}

impl CaptureBackendTrait for Backend {
    fn open_stream(&mut self) -> Result<(), NokhwaError> {
        let started = self
            .start()
            .map_err(|cause| self.fault(cause, NokhwaError::OpenStreamError));
        (self.stream, self.in_hand) = (Some(started?), false);
        Ok(())
    }

    /// The next frame's payload, exactly as long as it is; waits no longer than the notes allow.
    fn frame_raw(&mut self) -> Result<Cow<'_, [u8]>, NokhwaError> {
        let Some(stream) = &mut self.stream else {
            return Err(NokhwaError::ReadFrameError("the stream is not open".into()));
        };
        let mut notes = self.notes.borrow_mut();
        notes.fault = None;
        let wait_ms = notes.wait.as_millis() as i32;
        let failed = |notes: &mut Notes, cause: io::Error| {
            let error = NokhwaError::ReadFrameError(cause.to_string());
            notes.fault = Some(cause).filter(|cause| !nothing_yet(cause));
            error
        };
        let nothing = || NokhwaError::ReadFrameError("nothing yet".into());
        // Asked before `next`, always: `next` waits for ever.
        match stream.handle().poll(POLLIN, wait_ms) {
            Ok(0) => return Err(nothing()),
            Ok(_) => {}
            Err(cause) => return Err(failed(&mut notes, cause)),
        }
        // `next` queues the buffer in hand. When it has got none for it, there is none to queue, and it would answer EINVAL
        // ever after: then the first frame is taken into the hand, and not shown.
        if !self.in_hand {
            let taken = stream.dequeue().map_err(|cause| failed(&mut notes, cause));
            self.in_hand = taken.is_ok();
            return Err(taken.map_or_else(|error| error, |_| nothing()));
        }
        self.in_hand = false;
        let (bytes, about) = stream.next().map_err(|cause| failed(&mut notes, cause))?;
        self.in_hand = true;
        let last = self.sequence;
        notes.lost = last.map_or(0, |last| lost_between(last, about.sequence));
        self.sequence = Some(about.sequence);
        notes.damaged = about.flags.contains(Flags::ERROR);
        let monotonic = about.flags.contains(Flags::TIMESTAMP_MONOTONIC);
        let stamp_us = about.timestamp.sec as u64 * 1_000_000 + about.timestamp.usec as u64;
        let now_us = clock::monotonic_us();
        let stamp = self.stamps.judge(monotonic.then_some(stamp_us), now_us);
        notes.captured_at_us = clock::wall_of(stamp);
        notes.clock = stamp.map_or(CaptureClock::Receipt, |_| CaptureClock::Driver);
        Ok(Cow::Borrowed(
            &bytes[..bytes.len().min(about.bytesused as usize)],
        ))
    }

    /// nokhwa's own frame, with a copy of the bytes; we take [`Self::frame_raw`].
    fn frame(&mut self) -> Result<Buffer, NokhwaError> {
        let (resolution, format) = (self.format.resolution(), self.format.format());
        let bytes = self.frame_raw()?.into_owned();
        let captured = Duration::from_micros(self.notes.borrow().captured_at_us);
        Ok(Buffer::with_timestamp(
            resolution,
            &bytes,
            format,
            Some(captured),
        ))
    }

    fn stop_stream(&mut self) -> Result<(), NokhwaError> {
        if let Some(stream) = self.stream.take() {
            self.end(stream);
        }
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

/// A wait that ended without a frame, by its time or by a signal, is no fault of the camera.
fn nothing_yet(cause: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(cause.kind(), Interrupted | TimedOut | WouldBlock)
}

fn settled<T>() -> Result<T, NokhwaError> {
    Err(NokhwaError::UnsupportedOperationError(
        ApiBackend::Video4Linux,
    ))
}
