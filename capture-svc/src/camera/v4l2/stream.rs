//! The driver's buffers as a stream of payloads.
//!
//! What nokhwa's built-in V4L2 backend cannot tell, and a service that runs for months must know, comes out of it: the
//! true length of a payload (the built-in one hands out the whole buffer, with the tails of older pictures), the
//! driver's sequence numbers, its damage flag and its timestamps; and no call blocks for longer than asked.

use std::{io, time::Duration};

use v4l::Device;
use v4l2_capture::{Buffers, Filled, Kind};

use super::{sequence::lost_between, stamps::Stamps};
use crate::camera::{clock, frame::CaptureClock};

/// Buffers asked for, which the driver fills in turn: enough that one of our late wake-ups loses nothing, few enough that
/// nothing old collects.
const BUFFERS: u32 = 4;

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
    /// Of those that were left out, the ones that the driver marked as damaged, which are no skipped ones: what follows
    /// damage is looked at closely.
    pub(super) damaged_before: u32,
    /// The driver marked it as damaged.
    pub(super) damaged: bool,
}

impl About {
    /// A frame about which this is makes way for the next.
    const fn leave_out(&mut self) {
        if self.damaged {
            self.damaged_before += 1;
        } else {
            self.skipped += 1;
        }
    }

    const fn left_out(&self) -> u32 {
        self.skipped + self.damaged_before
    }
}

/// A stream that is running.
pub(super) struct Stream {
    buffers: Buffers,
    sequence: Option<u32>,
    stamps: Stamps,
}

impl Stream {
    /// Gives the driver its buffers and starts it.
    pub(super) fn start(device: &Device, kind: Kind) -> io::Result<Self> {
        Ok(Self {
            buffers: Buffers::start(device, kind, BUFFERS)?,
            sequence: None,
            stamps: Stamps::default(),
        })
    }

    /// Waits for a frame no longer than `wait` and hands the newest one's payload to `take`, exactly as long as it is.
    ///
    /// Whatever else waits is older: when this thread was late, only the last frame is worth copying, which may take as
    /// long as a frame lasts where a driver's memory is not cached. Frames are left out as many times as there are
    /// buffers, and no more, or a driver that is as quick as we are would keep us here.
    pub(super) fn newest(
        &mut self,
        wait: Duration,
        take: impl FnOnce(&Filled<'_>),
    ) -> io::Result<Option<About>> {
        match self.read(wait, take) {
            Err(cause) if nothing_yet(&cause) => Ok(None),
            read => read,
        }
    }

    fn read(
        &mut self,
        wait: Duration,
        take: impl FnOnce(&Filled<'_>),
    ) -> io::Result<Option<About>> {
        if !self.buffers.wait(wait)? {
            return Ok(None);
        }
        let mut about = About::default();
        // Of those that wait, all but the last are given back unseen.
        let waiting = self.buffers.count().saturating_sub(1) as u32;
        loop {
            let frame = self.buffers.take()?;
            let last = self.sequence.replace(frame.sequence);
            about.lost += last.map_or(0, |last| lost_between(last, frame.sequence));
            (about.captured_at_us, about.clock) = time(&mut self.stamps, frame.stamp_us);
            about.damaged = frame.damaged;
            if about.left_out() < waiting && frame.another_waits()? {
                about.leave_out();
                frame.give_back()?;
                continue;
            }
            take(&frame);
            frame.give_back()?;
            return Ok(Some(about));
        }
    }
}

/// When a frame was captured, and by which clock.
fn time(stamps: &mut Stamps, stamp_us: Option<u64>) -> (u64, CaptureClock) {
    let stamp = stamps.judge(stamp_us, clock::monotonic_us());
    let clock = stamp.map_or(CaptureClock::Receipt, |_| CaptureClock::Driver);
    (clock::wall_of(stamp), clock)
}

/// A wait that ended without a frame, by its time or by a signal, is no fault of the camera.
fn nothing_yet(cause: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(cause.kind(), Interrupted | TimedOut | WouldBlock)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_of_a_frame_that_makes_way_is_told_with_the_next() {
        let mut about = About::default();
        for damaged in [false, true, false] {
            about.damaged = damaged;
            about.leave_out();
        }
        assert_eq!((about.skipped, about.damaged_before), (2, 1));
        assert_eq!(about.left_out(), 3);
    }
}
