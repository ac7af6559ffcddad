//! The driver's buffers as a stream of payloads.
//!
//! What nokhwa's built-in V4L2 backend cannot tell, and a service that runs for months must know, comes out of it: the
//! true length of a payload (the built-in one hands out the whole buffer, with the tails of older pictures), the
//! driver's sequence numbers, its damage flag and its timestamps; and no call blocks for longer than asked.

use std::{io, time::Duration};

use v4l::{
    Device,
    buffer::{Flags, Metadata, Type},
    io::traits::{CaptureStream, Stream as _},
    prelude::MmapStream,
};

use super::{answer::ask, sequence::lost_between, stamps::Stamps};
use crate::camera::{clock, frame::CaptureClock};

/// Buffers asked for, which the driver fills in turn: enough that one of our late wake-ups loses nothing, few enough that
/// nothing old collects.
const BUFFERS: u32 = 4;

/// Source: `poll(2)`, `<poll.h>`; the v4l crate wants the bare number.
const POLLIN: i16 = 0x001;

/// What is known of a frame beside its pixels.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct About {
    /// When it was captured, µs since the Unix epoch.
    pub(super) captured_at_us: u64,
    /// By which clock.
    pub(super) clock: CaptureClock,
    /// Frames lost before it, by the driver's sequence numbers.
    pub(super) lost: u32,
    /// Frames that waited in front of it and were left out.
    pub(super) skipped: u32,
    /// The driver marked it as damaged.
    pub(super) damaged: bool,
}

/// A stream that is running.
pub(super) struct Stream {
    device: Device,
    /// Until the end.
    buffers: Option<MmapStream<'static>>,
    /// Whether one of its buffers is with us, and not with the driver.
    in_hand: bool,
    sequence: Option<u32>,
    stamps: Stamps,
}

impl Stream {
    /// Gives the driver its buffers and starts it.
    pub(super) fn start(device: Device) -> io::Result<Self> {
        let allocated = ask(|| MmapStream::with_buffers(&device, Type::VideoCapture, BUFFERS));
        let mut stream = allocated.map_err(io::Error::other)??;
        // Queues every buffer that was granted, which may be fewer or more than asked for (source: VIDIOC_REQBUFS), and
        // starts; then it would wait for a frame.
        stream.set_timeout(Duration::ZERO);
        let started = CaptureStream::next(&mut stream).map(drop);
        stream.clear_timeout();
        // From here on it is ended whatever comes.
        let stream = Self {
            device,
            buffers: Some(stream),
            in_hand: false,
            sequence: None,
            stamps: Stamps::default(),
        };
        match started {
            Err(cause) if !nothing_yet(&cause) => Err(cause),
            _ => Ok(stream),
        }
    }

    /// Waits for a frame no longer than `wait` and hands the newest one's payload to `take`, exactly as long as it is.
    ///
    /// Whatever else waits is older: when this thread was late, only the last frame is worth copying, which may take as
    /// long as a frame lasts where a driver's memory is not cached. Frames are left out as many times as there are
    /// buffers, and no more, or a driver that is as quick as we are would keep us here.
    pub(super) fn newest(
        &mut self,
        wait: Duration,
        take: impl FnOnce(&[u8]),
    ) -> io::Result<Option<About>> {
        match self.read(wait, take) {
            Err(cause) if nothing_yet(&cause) => Ok(None),
            read => read,
        }
    }

    fn read(&mut self, wait: Duration, take: impl FnOnce(&[u8])) -> io::Result<Option<About>> {
        let Some(stream) = &mut self.buffers else {
            return Ok(None);
        };
        let handle = stream.handle();
        // Asked before `next`, always: `next` waits for ever.
        if handle.poll(POLLIN, wait.as_millis() as i32)? == 0 {
            return Ok(None);
        }
        // `next` queues the buffer in hand. When it has got none for it, there is none to queue, and it would answer EINVAL
        // ever after: then the first frame is taken into the hand, and not shown.
        if !self.in_hand {
            stream.dequeue()?;
            self.in_hand = true;
            return Ok(None);
        }
        let mut about = About::default();
        loop {
            self.in_hand = false;
            let (bytes, told) = stream.next()?;
            self.in_hand = true;
            let last = self.sequence.replace(told.sequence);
            about.lost += last.map_or(0, |last| lost_between(last, told.sequence));
            (about.captured_at_us, about.clock) = time(&mut self.stamps, told);
            if about.skipped < BUFFERS && handle.poll(POLLIN, 0)? > 0 {
                about.skipped += 1;
                continue;
            }
            about.damaged = told.flags.contains(Flags::ERROR);
            take(&bytes[..bytes.len().min(told.bytesused as usize)]);
            return Ok(Some(about));
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

impl Drop for Stream {
    fn drop(&mut self) {
        if let Some(stream) = self.buffers.take() {
            self.end(stream);
        }
    }
}

/// When a frame was captured, and by which clock.
fn time(stamps: &mut Stamps, told: &Metadata) -> (u64, CaptureClock) {
    let monotonic = told.flags.contains(Flags::TIMESTAMP_MONOTONIC);
    let stamp_us = told.timestamp.sec as u64 * 1_000_000 + told.timestamp.usec as u64;
    let stamp = stamps.judge(monotonic.then_some(stamp_us), clock::monotonic_us());
    let clock = stamp.map_or(CaptureClock::Receipt, |_| CaptureClock::Driver);
    (clock::wall_of(stamp), clock)
}

/// A wait that ended without a frame, by its time or by a signal, is no fault of the camera.
fn nothing_yet(cause: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(cause.kind(), Interrupted | TimedOut | WouldBlock)
}
