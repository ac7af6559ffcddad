//! PURE: which of a camera's JPEGs may be passed on by their markers alone, and which are read whole.
//!
//! Reading a JPEG to its last bit costs several times what passing it on does, and where no rendition is below the camera's own
//! quality it only tells whether the frame is damaged. So one frame a second is read whole, and besides each that there is
//! any doubt about: the first one, the first behind a fault of the source, behind a damaged one, of another size or much
//! shorter than the last. Damaged is counted, and shown at most until the next whole reading.

use crate::camera::{Faults, RawFrame};

/// Of capture time, from one whole reading to the next: about one frame in 34 at the default rate.
const WHOLE_READING_INTERVAL_US: u64 = 1_000_000;

/// What is known of the frames so far.
#[derive(Debug, Default)]
pub(super) struct Trust {
    /// The last frame that was read whole or passed on; `None` behind a damaged one.
    last: Option<Seen>,
    /// When the last frame was captured that was read whole, µs since the Unix epoch.
    read_at_us: u64,
}

#[derive(Debug)]
struct Seen {
    faults: Faults,
    size: (u32, u32),
    bytes: usize,
}

impl Trust {
    /// Whether the frame may be passed on unread.
    pub(super) fn allows(&self, frame: &RawFrame) -> bool {
        let fresh = frame.captured_at_us.abs_diff(self.read_at_us) < WHOLE_READING_INTERVAL_US;
        let like_the_last = self.last.as_ref().is_some_and(|last| {
            // What is lost on the way makes a frame shorter; from one frame to the next a picture seldom becomes so much
            // simpler.
            last.faults == frame.faults
                && last.size == (frame.width, frame.height)
                && frame.data.len() >= last.bytes / 4 * 3
        });
        fresh && like_the_last
    }

    /// The frame was passed on unread.
    pub(super) fn passed(&mut self, frame: &RawFrame) {
        self.last = Some(Seen {
            faults: frame.faults,
            size: (frame.width, frame.height),
            bytes: frame.data.len(),
        });
    }

    /// The frame was read whole, and found whole or not.
    pub(super) fn read(&mut self, frame: &RawFrame, whole: bool) {
        self.passed(frame);
        self.read_at_us = frame.captured_at_us;
        if !whole {
            self.last = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START_US: u64 = 1_795_345_678_000_000;

    fn frame(at_ms: u64) -> RawFrame {
        RawFrame {
            width: 1280,
            height: 720,
            data: vec![0; 60_000],
            captured_at_us: START_US + at_ms * 1000,
            ..RawFrame::default()
        }
    }

    /// One that has just read a frame whole.
    fn trust() -> Trust {
        let mut trust = Trust::default();
        trust.read(&frame(0), true);
        trust
    }

    #[test]
    fn the_first_frame_is_read_whole_and_then_one_a_second() {
        assert!(!Trust::default().allows(&frame(0)));
        let mut trust = trust();
        let mut read = 0;
        for n in 1..=340 {
            let frame = frame(n * 1000 / 34);
            if trust.allows(&frame) {
                trust.passed(&frame);
            } else {
                trust.read(&frame, true);
                read += 1;
            }
        }
        assert!((9..=10).contains(&read), "{read} of 340");
    }

    #[test]
    fn any_doubt_is_a_reason_to_read_whole() {
        type Change = fn(&mut RawFrame);
        let doubtful: [Change; 6] = [
            |frame| frame.faults.count += 1,
            |frame| frame.faults.session += 1,
            |frame| frame.width /= 2,
            |frame| frame.height += 1,
            |frame| frame.data.truncate(44_999),
            // A clock that was set back.
            |frame| frame.captured_at_us -= 2_000_000,
        ];
        for change in doubtful {
            let mut next = frame(30);
            assert!(trust().allows(&next));
            change(&mut next);
            assert!(!trust().allows(&next), "{:?}", next.faults);
        }
        let mut shorter = frame(30);
        shorter.data.truncate(45_000);
        assert!(trust().allows(&shorter));
    }

    #[test]
    fn behind_a_damaged_frame_each_is_read_until_one_is_whole() {
        let mut trust = trust();
        trust.read(&frame(30), false);
        assert!(!trust.allows(&frame(60)));
        trust.read(&frame(60), false);
        assert!(!trust.allows(&frame(90)));
        trust.read(&frame(90), true);
        assert!(trust.allows(&frame(120)));
    }
}
