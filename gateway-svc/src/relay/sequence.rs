//! PURE: which frames from the bus are new, by their numbers, and how many are missing.
//!
//! A number that cannot follow the last one is not believed at once: one frame with a huge number would otherwise make
//! every later frame old, for all viewers.

use wire::Stamp;

use crate::relay::lateness::BELIEVED_AFTER_US;

/// Frames that a full connection may have lost in one moment: a minute of the fastest cameras, and some.
const MAX_LOST_AT_ONCE: u64 = 10_000;
/// No camera counts more of them in a second.
const MAX_FPS: u64 = 1000;

/// Judges the frames of one rendition.
#[derive(Debug, Default)]
pub(crate) struct Sequence {
    last: Option<Seen>,
    /// What contradicts it: since when (µs), and its highest number.
    doubted: Option<(u64, u64)>,
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    run: u32,
    seq: u64,
    received_us: u64,
}

impl Sequence {
    /// How many frames are missing before this one, which arrived at `received_us` (µs, any clock that never steps);
    /// `None` if it is no newer than the last, or its number is not believed.
    pub(crate) fn gap(&mut self, stamp: &Stamp, received_us: u64) -> Option<u64> {
        let gap = match self.last {
            Some(last) if last.run == stamp.run => match last.missing(stamp.seq, received_us) {
                Some(missing) => missing,
                None => self.believed(stamp.seq, received_us).then_some(0)?,
            },
            _ => 0,
        };
        self.doubted = None;
        self.last = Some(Seen {
            run: stamp.run,
            seq: stamp.seq,
            received_us,
        });
        Some(gap)
    }

    /// Whether numbers that contradict the last one have gone on rising for long enough, and nothing else came.
    fn believed(&mut self, seq: u64, received_us: u64) -> bool {
        let since = match self.doubted {
            Some((since, highest)) if seq > highest => since,
            _ => received_us,
        };
        self.doubted = Some((since, seq));
        received_us.saturating_sub(since) >= BELIEVED_AFTER_US
    }
}

impl Seen {
    /// How many frames are missing between this one and number `seq`; `None` if that one cannot follow.
    fn missing(self, seq: u64, received_us: u64) -> Option<u64> {
        let missing = seq.checked_sub(self.seq + 1)?;
        let passed_us = received_us.saturating_sub(self.received_us);
        (missing <= MAX_LOST_AT_ONCE + passed_us * MAX_FPS / 1_000_000).then_some(missing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME_US: u64 = 29_000;

    const fn stamp(run: u32, seq: u64) -> Stamp {
        Stamp {
            run,
            seq,
            captured_at_us: 0,
        }
    }

    #[test]
    fn numbers_tell_gaps_and_repetitions() {
        let mut sequence = Sequence::default();
        assert_eq!(sequence.gap(&stamp(1, 70), 0), Some(0));
        assert_eq!(sequence.gap(&stamp(1, 71), 0), Some(0));
        assert_eq!(sequence.gap(&stamp(1, 71), 0), None);
        assert_eq!(sequence.gap(&stamp(1, 12), 0), None);
        assert_eq!(sequence.gap(&stamp(1, 75), 0), Some(3));
        assert_eq!(sequence.gap(&stamp(2, 0), 0), Some(0));
    }

    #[test]
    fn one_huge_number_is_not_shown_and_stops_nothing() {
        let mut sequence = Sequence::default();
        sequence.gap(&stamp(1, 70), 0);
        assert_eq!(sequence.gap(&stamp(1, 999_999_999_999), FRAME_US), None);
        assert_eq!(sequence.gap(&stamp(1, 71), FRAME_US), Some(0));
    }

    #[test]
    fn a_lower_number_that_stays_for_a_second_is_believed() {
        let mut sequence = Sequence::default();
        sequence.gap(&stamp(1, 5000), 0);
        let shown = (1..=100).find(|nth| sequence.gap(&stamp(1, *nth), nth * FRAME_US).is_some());
        let second = BELIEVED_AFTER_US.div_ceil(FRAME_US);
        assert_eq!(shown, Some(second + 1), "a second after the first of them");
        assert_eq!(
            sequence.gap(&stamp(1, 5000), 101 * FRAME_US),
            Some(5000 - second - 2)
        );
    }

    #[test]
    fn left_overs_between_new_frames_are_never_believed() {
        let mut sequence = Sequence::default();
        for nth in 0..200 {
            let now_us = nth * FRAME_US;
            assert_eq!(sequence.gap(&stamp(1, 5000 + nth), now_us), Some(0));
            assert_eq!(sequence.gap(&stamp(1, nth), now_us), None);
        }
    }

    #[test]
    fn the_same_number_again_and_again_is_never_believed() {
        let mut sequence = Sequence::default();
        sequence.gap(&stamp(1, 5000), 0);
        for nth in 1..200 {
            assert_eq!(sequence.gap(&stamp(1, 5000), nth * FRAME_US), None);
        }
    }

    #[test]
    fn all_that_a_camera_can_count_in_an_hour_may_be_missing_after_it() {
        const HOUR_US: u64 = 3_600_000_000;
        let mut sequence = Sequence::default();
        sequence.gap(&stamp(1, 0), 0);
        let most = MAX_LOST_AT_ONCE + 3600 * MAX_FPS;
        assert_eq!(sequence.gap(&stamp(1, most + 2), HOUR_US), None);
        assert_eq!(sequence.gap(&stamp(1, most + 1), HOUR_US), Some(most));
    }
}
