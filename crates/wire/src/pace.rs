//! Pace: which frames of a stream make up a lower rate, by the times of capture in their stamps.
//!
//! Capture thins a rendition to its fastest lease and a gateway thins what comes to each viewer's wish. Both do it by this
//! one rule, or a stream that was thinned to five frames a second would lose some of them to a viewer who wants five.
//!
//! Deadlines, not intervals: each frame that is taken moves the deadline by one period, so that the error of one is not
//! handed to the next. Taken is the frame that is nearest to the deadline. The nearer the rate to that of what comes, the
//! earlier a frame may be, up to most of a period: a camera or a stream that has the rate already passes whole, however
//! unevenly its frames come.

use crate::rate::Rate;

/// Frames that the mean spacing is of, about.
const MEAN_FRAMES: u64 = 4;
/// A longer time between two frames is a pause, of which the mean keeps no more than this.
const MEAN_GAP_MAX_US: u64 = 1_000_000;

/// Decides by the time of capture which frames are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    period_us: u64,
    /// When the next one is due; `None`: whenever it comes.
    due_us: Option<u64>,
}

impl Pace {
    /// The first frame is taken, and then so many a second; `None`: every frame, which needs no pace.
    #[must_use]
    pub fn new(rate: Rate) -> Option<Self> {
        let period_us = rate.period_us()?;
        Some(Self {
            period_us,
            due_us: None,
        })
    }

    /// Whether a frame captured then is to be taken; `spacing_us` is that of the frames that come ([`Spacing`]).
    #[must_use]
    pub fn is_due(&self, captured_at_us: u64, spacing_us: u64) -> bool {
        let Some(due_us) = self.due_us else {
            return true;
        };
        let early = self.early_us(spacing_us);
        captured_at_us + early >= due_us || self.was_set_back(captured_at_us, due_us)
    }

    /// A frame captured then was taken; `spacing_us` as it was when it was asked about.
    pub fn take(&mut self, captured_at_us: u64, spacing_us: u64) {
        let due_us = self.due_us.unwrap_or(captured_at_us);
        // Behind a pause no credit is saved up for a burst.
        let paused = captured_at_us > due_us + spacing_us;
        let from = if paused || self.was_set_back(captured_at_us, due_us) {
            captured_at_us
        } else {
            due_us
        };
        self.due_us = Some(from + self.period_us);
    }

    /// Half the spacing is the nearest frame. From half a period on it grows to nine tenths of the period, which it has where
    /// the spacing is the period; at a whole period a faster source would pass in bursts. No step in between, or a
    /// spacing that wavers around it would take frames by two rules in turn.
    const fn early_us(&self, spacing_us: u64) -> u64 {
        let (period, spacing) = (self.period_us, spacing_us);
        if spacing >= period {
            period * 9 / 10
        } else if 2 * spacing >= period {
            (13 * spacing - 4 * period) / 10
        } else {
            spacing / 2
        }
    }

    /// No deadline is that far away: the camera host's clock was set back.
    const fn was_set_back(&self, captured_at_us: u64, due_us: u64) -> bool {
        captured_at_us + 2 * self.period_us < due_us
    }
}

/// How far apart the frames of a stream are captured.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spacing {
    last_us: Option<u64>,
    mean_us: u64,
}

impl Spacing {
    /// Takes in when a frame was captured; the mean spacing in µs, 0 of a first frame.
    pub fn note(&mut self, captured_at_us: u64) -> u64 {
        let last_us = self.last_us.replace(captured_at_us);
        let gap = captured_at_us.saturating_sub(last_us.unwrap_or(captured_at_us));
        if gap > 0 {
            let gap = gap.min(MEAN_GAP_MAX_US);
            self.mean_us = match self.mean_us {
                0 => gap,
                mean => (mean * (MEAN_FRAMES - 1) + gap) / MEAN_FRAMES,
            };
        }
        self.mean_us
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When a source captures: `fps` a second for some seconds, each late by up to `jitter` of its interval.
    fn source(fps: f64, seconds: f64, jitter: f64) -> Vec<u64> {
        let mut noise = fastrand::Rng::with_seed(7);
        let count = (fps * seconds) as u64;
        let at = |n: u64, noise: f64| 1_000_000 + ((n as f64 + noise * jitter) / fps * 1e6) as u64;
        (0..count).map(|n| at(n, noise.f64())).collect()
    }

    /// Those of them that make up this rate.
    fn thinned(frames: &[u64], fps: f64) -> Vec<u64> {
        let mut pace = Pace::new(Rate::at_most(fps).unwrap()).unwrap();
        let mut spacing = Spacing::default();
        let mut taken = Vec::new();
        for &at_us in frames {
            let spacing_us = spacing.note(at_us);
            if pace.is_due(at_us, spacing_us) {
                pace.take(at_us, spacing_us);
                taken.push(at_us);
            }
        }
        taken
    }

    #[test]
    fn a_source_thins_to_any_lower_rate_without_drift_and_evenly() {
        for (source_fps, fps) in [
            (34.0, 5.0),
            (34.0, 10.0),
            (34.0, 17.0),
            (34.0, 30.0),
            (34.0, 0.5),
            (30.0, 7.0),
            (7.5, 5.0),
            (60.0, 34.0),
        ] {
            for jitter in [0.0, 0.5] {
                let taken = thinned(&source(source_fps, 100.0, jitter), fps);
                let expected = fps * 100.0;
                let count = taken.len() as f64;
                assert!(
                    (expected * 0.99 - 1.0..=expected + 2.0).contains(&count),
                    "{count} of {source_fps} at {fps}, jitter {jitter}"
                );
                let longest = taken.windows(2).map(|two| two[1] - two[0]).max().unwrap();
                let allowed = 1e6 / fps + 2.5e6 / source_fps;
                assert!(
                    (longest as f64) < allowed,
                    "{longest} at {fps} of {source_fps}"
                );
            }
        }
    }

    #[test]
    fn a_source_no_faster_than_the_rate_passes_whole() {
        for (source_fps, fps) in [(34.0, 34.0), (30.0, 34.0), (5.0, 10.0), (34.0, 1000.0)] {
            let frames = source(source_fps, 100.0, 0.5);
            assert_eq!(thinned(&frames, fps), frames, "{source_fps} at {fps}");
        }
    }

    #[test]
    fn what_was_thinned_to_a_rate_passes_the_same_rate_from_wherever_it_begins() {
        for (source_fps, fps) in [
            (34.0, 5.0),
            (34.0, 13.0),
            (34.0, 25.0),
            (34.0, 0.7),
            (15.0, 10.0),
        ] {
            let once = thinned(&source(source_fps, 200.0, 0.5), fps);
            for begin in [0, 1, 2, 7] {
                let came = once.len() - begin;
                let lost = came - thinned(&once[begin..], fps).len();
                // Of a camera whose frames are half an interval late now and then.
                assert!(lost * 1000 <= came, "{lost}: {source_fps} {fps} {begin}");
            }
        }
    }

    #[test]
    fn what_was_thinned_to_a_higher_rate_still_gives_the_lower_one() {
        let once = thinned(&source(34.0, 100.0, 0.3), 10.0);
        let twice = thinned(&once, 4.0).len();
        assert!((396..=402).contains(&twice), "{twice}");
    }

    #[test]
    fn after_a_pause_there_is_no_burst_and_a_clock_that_was_set_back_stops_nothing() {
        let mut pace = Pace::new(Rate::at_most(10.0).unwrap()).unwrap();
        let mut at = |at_us| {
            let due = pace.is_due(at_us, 10_000);
            if due {
                pace.take(at_us, 10_000);
            }
            due
        };
        assert!(at(50_000_000));
        let taken = (0..5).filter(|n| at(60_000_000 + n * 10_000)).count();
        assert_eq!(taken, 1, "within 50 ms");
        assert!(at(1_000_000));
        assert!(!at(1_050_000));
        assert!(at(1_100_000));
    }

    #[test]
    fn a_frame_that_is_due_stays_due_until_one_is_taken() {
        let mut pace = Pace::new(Rate::at_most(1.0).unwrap()).unwrap();
        pace.take(10_000_000, 100_000);
        assert!(!pace.is_due(10_949_999, 100_000));
        assert!(pace.is_due(10_950_000, 100_000));
        assert!(pace.is_due(11_500_000, 100_000));
    }

    #[test]
    fn every_frame_needs_no_pace() {
        assert_eq!(Pace::new(Rate::ALL), None);
    }

    #[test]
    fn a_frame_may_be_early_by_half_the_spacing_and_by_more_where_few_come() {
        let mut pace = Pace::new(Rate::at_most(10.0).unwrap()).unwrap();
        pace.take(1_000_000, 100_000);
        for (spacing_us, early_us) in [
            (0, 0),
            (20_000, 10_000),
            (50_000, 25_000),
            (80_000, 64_000),
            (100_000, 90_000),
            (1_000_000, 90_000),
        ] {
            let due = |at_us| pace.is_due(at_us, spacing_us);
            assert!(
                !due(1_099_999 - early_us) && due(1_100_000 - early_us),
                "{spacing_us}"
            );
        }
    }

    #[test]
    fn spacing_is_a_mean_of_a_few_frames() {
        let mut spacing = Spacing::default();
        assert_eq!(spacing.note(5_000_000), 0, "one frame tells nothing");
        assert_eq!(spacing.note(5_030_000), 30_000);
        assert_eq!(spacing.note(5_230_000), 72_500);
        assert_eq!(spacing.note(5_230_000), 72_500, "the same frame again");
        assert_eq!(spacing.note(1_000_000), 72_500, "a clock that was set back");
        for n in 1..100 {
            spacing.note(1_000_000 + n * 30_000);
        }
        assert!(spacing.note(4_000_000).abs_diff(30_000) < 10);
        assert!(spacing.note(3_604_000_000) < 300_000, "a pause");
    }
}
