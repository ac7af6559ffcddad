//! Whether a camera keeps to the size that was agreed on. Pure.
//!
//! A JPEG says its own size, and cameras were seen that send some frames of another one, or go on in another for good:
//! the first are damage to whoever watches, the second are what there is to see.

use std::time::{Duration, Instant};

/// After so long in one other size the camera means it.
const NEW_SIZE_AFTER: Duration = Duration::from_secs(1);

/// After so long without the right size, nor another one that stays, there is no picture to show.
const LOST_AFTER: Duration = Duration::from_secs(3);

/// A size beyond full HD is taken from the agreement only, not from a frame's own word for it: what it takes to decode
/// one would be allocated by the word of whoever sends it.
const PIXELS_MAX: u64 = 1920 * 1088;

/// What to do with a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SizeVerdict {
    /// It is as agreed.
    Right,
    /// It is left out.
    Odd,
    /// It is as the frames of the last second were: this is the size from now on.
    Changed,
    /// So many frames in a row were of sizes that do not stay.
    Lost(u32),
}

/// The size that frames have, and those that are not of it.
#[derive(Debug)]
pub(super) struct FrameSize {
    size: (u32, u32),
    /// The other size that frames have now, and since when.
    other: Option<((u32, u32), Instant)>,
    /// Since when none was right, and how many.
    odd: Option<(Instant, u32)>,
}

impl FrameSize {
    pub(super) fn new(width: u32, height: u32) -> Self {
        Self {
            size: (width, height),
            other: None,
            odd: None,
        }
    }

    pub(super) fn judge(&mut self, width: u32, height: u32, now: Instant) -> SizeVerdict {
        let size = (width, height);
        if size == self.size {
            (self.other, self.odd) = (None, None);
            return SizeVerdict::Right;
        }
        let (odd_since, count) = self.odd.map_or((now, 1), |(since, odd)| (since, odd + 1));
        self.odd = Some((odd_since, count));
        let since = match self.other {
            Some((other, since)) if other == size => since,
            _ => now,
        };
        self.other = Some((size, since));
        let pixels = |(width, height): (u32, u32)| u64::from(width) * u64::from(height);
        if now - since >= NEW_SIZE_AFTER && pixels(size) <= PIXELS_MAX.max(pixels(self.size)) {
            *self = Self::new(width, height);
            SizeVerdict::Changed
        } else if now - odd_since >= LOST_AFTER {
            SizeVerdict::Lost(count)
        } else {
            SizeVerdict::Odd
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Verdicts on `(width, height)` at milliseconds.
    fn verdicts(frames: &[(u32, u32, u64)]) -> Vec<SizeVerdict> {
        let begin = crate::camera::clock::now();
        let mut size = FrameSize::new(640, 480);
        let judge =
            |&(width, height, at)| size.judge(width, height, begin + Duration::from_millis(at));
        frames.iter().map(judge).collect()
    }

    #[test]
    fn some_frames_of_another_size_are_left_out() {
        use SizeVerdict::{Odd, Right};
        let frames = [
            (640, 480, 0),
            (320, 240, 33),
            (640, 480, 66),
            (320, 240, 1100),
        ];
        assert_eq!(verdicts(&frames), [Right, Odd, Right, Odd]);
    }

    #[test]
    fn another_size_that_stays_for_a_second_is_the_size() {
        use SizeVerdict::{Changed, Odd, Right};
        let frames = [
            (320, 240, 0),
            (320, 240, 900),
            (320, 240, 1000),
            (320, 240, 1033),
        ];
        assert_eq!(verdicts(&frames), [Odd, Odd, Changed, Right]);
    }

    #[test]
    fn a_size_that_is_huge_is_never_taken_and_sizes_that_do_not_stay_are_no_picture() {
        use SizeVerdict::{Lost, Odd};
        let huge = [(8192, 8192, 0), (8192, 8192, 1500), (8192, 8192, 3000)];
        assert_eq!(verdicts(&huge), [Odd, Odd, Lost(3)]);
        let changing = [
            (320, 240, 0),
            (160, 120, 1500),
            (320, 240, 2999),
            (160, 120, 3000),
        ];
        assert_eq!(verdicts(&changing), [Odd, Odd, Odd, Lost(4)]);
    }
}
