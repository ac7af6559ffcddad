//! Which of a driver's time stamps are any. Pure.
//!
//! Viewers are shown no frame that is half a second old: a stamp that is wrong hides the picture, and one that stands
//! still hides it after half a second. The time of receipt is later than the truth by some milliseconds at most.

/// Older on arrival, or so far ahead, and a stamp is of another clock.
const STAMP_OFF_MAX_US: u64 = 1_000_000;

/// So many frames in a row may be old when earlier ones were not: as many as wait in the driver when this program was
/// stopped for a while. They are as old as they say.
const OLD_IN_A_ROW_MAX: u32 = 4;

/// The stamps of one stream.
#[derive(Debug, Default)]
pub(super) struct Stamps {
    last_us: u64,
    /// One of them was right.
    trusted: bool,
    old_in_a_row: u32,
}

impl Stamps {
    /// The stamp of the next frame, if it is one: not zero, newer than the last and near `now_us`, all µs of the monotonic
    /// clock.
    pub(super) fn judge(&mut self, stamp_us: Option<u64>, now_us: u64) -> Option<u64> {
        let ahead = now_us + STAMP_OFF_MAX_US;
        let stamp = stamp_us.filter(|stamp| *stamp > self.last_us && *stamp <= ahead)?;
        self.last_us = stamp;
        if now_us.saturating_sub(stamp) <= STAMP_OFF_MAX_US {
            (self.trusted, self.old_in_a_row) = (true, 0);
            return Some(stamp);
        }
        self.old_in_a_row += 1;
        (self.trusted && self.old_in_a_row <= OLD_IN_A_ROW_MAX).then_some(stamp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 5_000_000_000;

    #[test]
    fn a_stamp_that_stands_still_or_is_zero_or_of_another_clock_is_none() {
        let mut stamps = Stamps::default();
        assert_eq!(stamps.judge(None, NOW), None);
        assert_eq!(stamps.judge(Some(0), NOW), None);
        assert_eq!(stamps.judge(Some(NOW - 9_000_000), NOW), None, "too old");
        assert_eq!(stamps.judge(Some(u64::MAX), NOW), None, "negative");
        assert_eq!(stamps.judge(Some(NOW - 30_000), NOW), Some(NOW - 30_000));
        assert_eq!(stamps.judge(Some(NOW - 30_000), NOW + 33_000), None);
        let ahead = NOW + 40_000;
        assert_eq!(
            stamps.judge(Some(ahead), NOW + 33_000),
            Some(ahead),
            "its end"
        );
    }

    #[test]
    fn frames_that_waited_for_this_program_are_as_old_as_they_say() {
        let mut stamps = Stamps::default();
        assert!(stamps.judge(Some(NOW), NOW).is_some());
        let woken = NOW + 60_000_000;
        for frame in 1..=4 {
            let stamp = NOW + frame * 33_000;
            assert_eq!(stamps.judge(Some(stamp), woken), Some(stamp));
        }
        assert_eq!(stamps.judge(Some(NOW + 200_000), woken), None, "it goes on");
        assert!(stamps.judge(Some(woken), woken).is_some(), "right again");
    }
}
