//! PURE: which frames from the bus are too old to be shown, without synchronised clocks.
//!
//! A frozen server or a healed link lets out seconds of the past in one burst, and the sender cannot prevent it: what
//! fitted into kernel buffers is on its way. So the receiver keeps the smallest difference between arrival and
//! capture time of the last ten seconds, which contains whatever the two clocks differ by, and drops what took half
//! a second longer. The ten seconds are counted while frames come, so that silence does not make it forget.

use std::collections::VecDeque;

use wire::Stamp;

/// How much longer than the fastest one a frame may have been on its way.
const MAX_EXTRA_DELAY_US: i64 = 500_000;
/// How long the fastest one is remembered, in seconds of arriving frames.
const BASELINE_S: u64 = 10;
/// The longest pause between two frames that counts as time in which frames come.
const MAX_FRAME_GAP_US: u64 = 100_000;
/// What a frame may seem to have been on its way, in µs: from a second of clocks that differ to a minute of delay.
/// Beyond it the clocks are wrong.
const PLAUSIBLE_DELAY_US: std::ops::Range<i64> = -1_000_000..60_000_000;
/// For so long after the last frame of a run, an older run's frames are left-overs and not its comeback.
const RUN_TAKEOVER_US: u64 = 2_000_000;

/// Judges the frames of one camera by age; all its rungs share it, so that a new rung knows the clocks already.
#[derive(Debug, Default)]
pub(crate) struct LatenessFilter {
    run: Option<u32>,
    retired: Option<u32>,
    /// The last run whose clock was looked at.
    looked_at: Option<u32>,
    /// When the last frame arrived.
    last_us: u64,
    /// How long frames have been arriving, without the pauses.
    flowed_us: u64,
    /// (second of arriving frames, smallest difference in it), oldest first.
    best: VecDeque<(u64, i64)>,
}

impl LatenessFilter {
    /// Whether a frame that arrived at `received_us` (µs, any clock that never steps) may be shown.
    pub(crate) fn judge(&mut self, stamp: &Stamp, received_us: u64) -> bool {
        let since = received_us.saturating_sub(self.last_us);
        if self.run != Some(stamp.run) {
            if self.retired == Some(stamp.run) && since < RUN_TAKEOVER_US {
                return false;
            }
            self.retired = self.run.replace(stamp.run);
            self.best.clear();
        }
        self.last_us = received_us;
        self.flowed_us += since.min(MAX_FRAME_GAP_US);
        let taken = received_us as i64 - stamp.captured_at_us as i64;
        let best = self.best.iter().map(|(_, best)| *best).min();
        self.remember(taken);
        best.is_none_or(|best| taken <= best + MAX_EXTRA_DELAY_US)
    }

    /// By how many seconds the receiver's clock is ahead of the sender's, if that is more than any path takes; told
    /// once for each run.
    pub(crate) fn clocks_differ(&mut self, stamp: &Stamp, received_us: u64) -> Option<i64> {
        if self.looked_at.replace(stamp.run) == Some(stamp.run) {
            return None;
        }
        let ahead = received_us as i64 - stamp.captured_at_us as i64;
        (!PLAUSIBLE_DELAY_US.contains(&ahead)).then_some((ahead + 500_000).div_euclid(1_000_000))
    }

    fn remember(&mut self, taken: i64) {
        let second = self.flowed_us / 1_000_000;
        match self.best.back_mut() {
            Some((last, best)) if *last == second => *best = taken.min(*best),
            _ => self.best.push_back((second, taken)),
        }
        self.best.retain(|(then, _)| then + BASELINE_S > second);
    }
}

/// Judges the frames of one rung by their numbers.
#[derive(Debug, Default)]
pub(crate) struct Sequence(Option<(u32, u64)>);

impl Sequence {
    /// How many frames are missing before this one; `None` if it is no newer than the last.
    pub(crate) fn gap(&mut self, stamp: &Stamp) -> Option<u64> {
        let gap = match self.0 {
            Some((run, seq)) if run == stamp.run => stamp.seq.checked_sub(seq + 1)?,
            _ => 0,
        };
        self.0 = Some((stamp.run, stamp.seq));
        Some(gap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1000;
    const FRAME: u64 = 29 * MS;

    /// A camera whose clock is an hour behind, and the judge of its frames.
    struct Camera {
        judge: LatenessFilter,
        now_us: u64,
    }

    const HOUR: u64 = 3_600_000 * MS;

    impl Camera {
        fn new() -> Self {
            Self {
                judge: LatenessFilter::default(),
                now_us: 10 * HOUR,
            }
        }

        /// A frame of `run` captured `age` ago arrives now.
        fn arrives(&mut self, run: u32, age: u64) -> bool {
            let captured_at_us = self.now_us - HOUR - age;
            self.judge.judge(
                &Stamp {
                    run,
                    seq: 0,
                    captured_at_us,
                },
                self.now_us,
            )
        }

        fn flows(&mut self, run: u32, frames: u64, age: u64) -> usize {
            let shown = (0..frames).filter(|_| {
                self.now_us += FRAME;
                self.arrives(run, age)
            });
            shown.count()
        }
    }

    #[test]
    fn clocks_that_differ_by_an_hour_do_not_matter() {
        let mut camera = Camera::new();
        assert_eq!(camera.flows(1, 1000, 5 * MS), 1000);
    }

    #[test]
    fn an_older_run_is_back_when_the_newer_was_silent_long_enough() {
        let mut camera = Camera::new();
        camera.flows(1, 10, 5 * MS);
        camera.flows(2, 10, 5 * MS);
        camera.now_us += RUN_TAKEOVER_US - 1;
        assert!(!camera.arrives(1, 5 * MS), "left over");
        camera.now_us += 1;
        assert!(camera.arrives(1, 5 * MS));
    }

    #[test]
    fn one_best_way_is_kept_for_each_second_of_the_baseline() {
        let mut camera = Camera::new();
        camera.flows(1, 1000, 5 * MS);
        assert_eq!(camera.judge.best.len() as u64, BASELINE_S);
    }

    #[test]
    fn clocks_that_differ_are_told_once_a_run() {
        let mut judge = LatenessFilter::default();
        let stamp = |run, captured_at_us| Stamp {
            run,
            seq: 0,
            captured_at_us,
        };
        assert_eq!(
            judge.clocks_differ(&stamp(1, 10 * HOUR), 10 * HOUR + 5 * MS),
            None
        );
        assert_eq!(
            judge.clocks_differ(&stamp(2, 10 * HOUR), 11 * HOUR),
            Some(3600)
        );
        assert_eq!(
            judge.clocks_differ(&stamp(2, 10 * HOUR), 11 * HOUR),
            None,
            "once"
        );
        assert_eq!(
            judge.clocks_differ(&stamp(3, 11 * HOUR), 10 * HOUR),
            Some(-3600)
        );
    }

    #[test]
    fn a_burst_of_the_past_is_dropped_and_the_present_shown() {
        let mut camera = Camera::new();
        camera.flows(1, 100, 5 * MS);
        // The server stood still for a minute: nothing came, and now everything at once.
        camera.now_us += 60_000 * MS;
        for age in (600..5000).rev().step_by(29) {
            assert!(!camera.arrives(1, age * MS), "{age} ms old");
        }
        assert!(camera.arrives(1, 400 * MS));
        assert_eq!(camera.flows(1, 10, 5 * MS), 10);
    }

    #[test]
    fn a_path_that_stays_longer_is_accepted_after_ten_seconds() {
        let mut camera = Camera::new();
        camera.flows(1, 100, 5 * MS);
        let shown = camera.flows(1, 1000, 700 * MS);
        let lost = 1000 - shown;
        assert!((300..=350).contains(&lost), "{lost} frames of 29 ms lost");
    }

    #[test]
    fn another_run_begins_anew_and_left_overs_of_the_old_one_do_not_come_back() {
        let mut camera = Camera::new();
        camera.flows(1, 100, 5 * MS);
        // Another host takes over: its clock is 2 s further behind.
        assert_eq!(camera.flows(2, 10, 2000 * MS), 10);
        assert!(!camera.arrives(1, 0));
        assert_eq!(camera.flows(2, 10, 2000 * MS), 10);
        camera.now_us += 3000 * MS;
        assert!(camera.arrives(1, 0));
    }

    #[test]
    fn numbers_tell_gaps_and_repetitions() {
        let stamp = |run, seq| Stamp {
            run,
            seq,
            captured_at_us: 0,
        };
        let mut sequence = Sequence::default();
        assert_eq!(sequence.gap(&stamp(1, 70)), Some(0));
        assert_eq!(sequence.gap(&stamp(1, 71)), Some(0));
        assert_eq!(sequence.gap(&stamp(1, 71)), None);
        assert_eq!(sequence.gap(&stamp(1, 12)), None);
        assert_eq!(sequence.gap(&stamp(1, 75)), Some(3));
        assert_eq!(sequence.gap(&stamp(2, 0)), Some(0));
    }
}
