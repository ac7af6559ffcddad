//! PURE: admits frames at the target rate, and measures the rate that came of it.
//!
//! Deadlines, not intervals: each admitted frame moves the deadline by exactly one period, so that the error of one
//! frame is not handed to the next and 60 frames a second thin out to 34 as evenly as whole frames allow. A frame may
//! come early by most of a period, because a camera at 30 frames a second whose frames reach us unevenly (USB, a busy
//! machine) must still pass whole.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// How much of a period a frame may be early: below one, or a faster camera would pass in bursts.
const EARLY_PERIODS_MAX: f64 = 0.9;

/// How far back the measured rate looks: a change shows within it, a single late frame hardly moves it.
const RATE_WINDOW: Duration = Duration::from_secs(3);

/// Decides frame by frame whether it is published.
#[derive(Debug)]
pub(crate) struct Pacer {
    period: Duration,
    due: Option<Instant>,
}

impl Pacer {
    /// A pacer for `fps` frames a second (above 0).
    #[must_use]
    pub(crate) fn new(fps: f64) -> Self {
        Self {
            period: Duration::from_secs_f64(1.0 / fps),
            due: None,
        }
    }

    /// Whether the frame that arrived at `now` is taken.
    pub(crate) fn admit(&mut self, now: Instant) -> bool {
        let due = self.due.unwrap_or(now);
        if now + self.period.mul_f64(EARLY_PERIODS_MAX) < due {
            return false;
        }
        // A camera slower than the target leaves the deadline behind: no credit is saved up for a burst later.
        self.due = Some(due.max(now) + self.period);
        true
    }
}

/// Frames a second over the last few seconds.
#[derive(Debug, Default)]
pub(crate) struct Rate {
    arrivals: VecDeque<Instant>,
}

impl Rate {
    /// Notes a frame that arrived at `now`.
    pub(crate) fn push(&mut self, now: Instant) {
        while self
            .arrivals
            .front()
            .is_some_and(|first| now.duration_since(*first) > RATE_WINDOW)
        {
            self.arrivals.pop_front();
        }
        self.arrivals.push_back(now);
    }

    /// Frames a second; `None` until a second's worth has been seen, since less says nothing.
    #[must_use]
    pub(crate) fn fps(&self) -> Option<f64> {
        let (first, last) = (self.arrivals.front()?, self.arrivals.back()?);
        let span = last.duration_since(*first);
        (span >= Duration::from_secs(1))
            .then(|| (self.arrivals.len() - 1) as f64 / span.as_secs_f64())
    }
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "any instant will do as the origin; no test waits for it to pass"
)]
mod tests {
    use super::*;

    /// Arrival times of `count` frames at `fps`, each late by up to `jitter` of its period (a fixed pseudo-random row).
    fn arrivals(fps: f64, count: u32, jitter: f64) -> Vec<Instant> {
        let start = Instant::now();
        let mut noise = fastrand::Rng::with_seed(7);
        (0..count)
            .map(|n| start + Duration::from_secs_f64((f64::from(n) + noise.f64() * jitter) / fps))
            .collect()
    }

    fn admitted(target: f64, frames: &[Instant]) -> Vec<Instant> {
        let mut pacer = Pacer::new(target);
        frames
            .iter()
            .copied()
            .filter(|at| pacer.admit(*at))
            .collect()
    }

    #[test]
    fn a_camera_slower_than_the_target_passes_whole() {
        for fps in [5.0, 15.0, 30.0] {
            assert_eq!(
                admitted(34.0, &arrivals(fps, 600, 0.7)).len(),
                600,
                "{fps} fps"
            );
        }
    }

    #[test]
    fn a_camera_at_the_target_passes_whole_although_its_frames_come_unevenly() {
        assert_eq!(admitted(34.0, &arrivals(34.0, 3400, 0.5)).len(), 3400);
    }

    #[test]
    fn sixty_frames_a_second_thin_to_the_target_without_drift() {
        let frames = arrivals(60.0, 6000, 0.0);
        let passed = admitted(34.0, &frames);
        assert!(
            (3400..=3402).contains(&passed.len()),
            "{} of 100 s",
            passed.len()
        );
    }

    #[test]
    fn thinning_is_even_no_gap_longer_than_two_camera_frames() {
        let passed = admitted(34.0, &arrivals(60.0, 6000, 0.0));
        let longest = passed
            .windows(2)
            .map(|pair| pair[1] - pair[0])
            .max()
            .unwrap();
        assert!(longest < Duration::from_secs_f64(2.5 / 60.0), "{longest:?}");
        // and within any tenth of a second never more than the target gives, plus the one that was early
        let burst = passed.windows(6).map(|six| six[5] - six[0]).min().unwrap();
        assert!(
            burst > Duration::from_millis(100),
            "{burst:?} for five frames"
        );
    }

    #[test]
    fn a_frame_may_be_early_by_nine_tenths_of_a_period_and_no_more() {
        let start = Instant::now();
        for (after_ms, taken) in [(99, false), (100, true)] {
            let mut pacer = Pacer::new(1.0);
            assert!(pacer.admit(start));
            assert_eq!(pacer.admit(start + Duration::from_millis(after_ms)), taken);
        }
    }

    #[test]
    fn after_a_pause_there_is_no_burst() {
        let mut pacer = Pacer::new(34.0);
        let start = Instant::now();
        assert!(pacer.admit(start));
        let later = start + Duration::from_secs(10);
        let taken = (0..20)
            .filter(|n| pacer.admit(later + Duration::from_millis(*n)))
            .count();
        assert!(taken <= 2, "{taken} frames within 20 ms");
    }

    #[test]
    fn the_rate_follows_a_camera_that_slows_down_within_its_window() {
        let mut rate = Rate::default();
        let start = Instant::now();
        for n in 0..90u64 {
            rate.push(start + Duration::from_millis(n * 1000 / 30));
        }
        assert!((rate.fps().unwrap() - 30.0).abs() < 0.1, "{:?}", rate.fps());
        let slow = start + Duration::from_secs(3);
        for n in 0..60u64 {
            rate.push(slow + Duration::from_millis(n * 1000 / 15));
        }
        assert!((rate.fps().unwrap() - 15.0).abs() < 0.1, "{:?}", rate.fps());
    }

    #[test]
    fn a_second_has_a_rate_and_what_is_three_seconds_old_still_counts() {
        let mut rate = Rate::default();
        let start = Instant::now();
        rate.push(start);
        rate.push(start + Duration::from_secs(1));
        assert_eq!(rate.fps(), Some(1.0));
        rate.push(start + RATE_WINDOW);
        assert_eq!(rate.fps(), Some(2.0 / 3.0));
        rate.push(start + RATE_WINDOW + Duration::from_millis(1));
        assert_eq!(rate.fps(), Some(2.0 / 2.001), "the first has gone");
    }

    #[test]
    fn less_than_a_second_has_no_rate() {
        let mut rate = Rate::default();
        let start = Instant::now();
        rate.push(start);
        rate.push(start + Duration::from_millis(33));
        assert_eq!(rate.fps(), None);
    }
}
