//! The camera's clocks. The camera is where time enters the service: everything behind it takes time as a value.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

/// The instant that intervals and deadlines of the camera thread are measured from.
#[expect(
    clippy::disallowed_methods,
    reason = "the camera is an edge: frames get their time here"
)]
pub(super) fn now() -> Instant {
    Instant::now()
}

/// Microseconds since the Unix epoch.
pub(super) fn wall_us() -> u64 {
    micros(ClockId::Realtime)
}

/// Microseconds of the clock that drivers stamp frames with.
pub(super) fn monotonic_us() -> u64 {
    micros(ClockId::Monotonic)
}

/// The wall time of a driver's timestamp (µs of the monotonic clock; source: `V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC`), or
/// now, if the driver gives none. Never later than now: some drivers stamp the end of the exposure before it is reached.
pub(super) fn wall_of(monotonic_us: Option<u64>) -> u64 {
    // The two clocks are read one after the other; when we were interrupted in between, their distance means nothing.
    for _ in 0..3 {
        let before = micros(ClockId::Monotonic);
        let wall = wall_us();
        let after = micros(ClockId::Monotonic);
        if after - before < 500 {
            return wall - monotonic_us.map_or(0, |stamp| after.saturating_sub(stamp));
        }
    }
    wall_us()
}

fn micros(clock: ClockId) -> u64 {
    let at = clock_gettime(clock);
    u64::try_from(at.tv_sec).unwrap_or(0) * 1_000_000 + at.tv_nsec as u64 / 1000
}

/// Makes frames due at a steady rate, for sources that have no camera to wait for.
pub(super) struct Metronome {
    period: Duration,
    due: Instant,
}

impl Metronome {
    /// The first frame is due at once.
    pub(super) fn new(fps: f64) -> Self {
        Self {
            period: Duration::from_secs_f64(1.0 / fps),
            due: now(),
        }
    }

    /// Waits for the next frame to be due, but no longer than `at_most`; whether it is.
    pub(super) fn tick(&mut self, at_most: Duration) -> bool {
        let left = self.due.saturating_duration_since(now());
        std::thread::sleep(left.min(at_most));
        if left > at_most {
            return false;
        }
        self.advance(now());
        true
    }

    /// The next deadline follows from this one, not from now, or each late wake-up would lower the rate; but a machine
    /// that slept makes no burst.
    fn advance(&mut self, now: Instant) {
        let late = now.saturating_duration_since(self.due);
        self.due += if late > self.period * 2 {
            late + self.period
        } else {
            self.period
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn being_late_for_a_frame_does_not_lower_the_rate() {
        let mut beat = Metronome::new(50.0);
        let start = beat.due;
        for frame in 0..50u32 {
            beat.advance(start + Duration::from_millis(20) * frame + Duration::from_millis(15));
        }
        assert_eq!(beat.due, start + Duration::from_secs(1));
    }

    #[test]
    fn a_machine_that_slept_makes_no_burst() {
        let mut beat = Metronome::new(50.0);
        let woken = beat.due + Duration::from_mins(10);
        beat.advance(woken);
        assert_eq!(beat.due, woken + Duration::from_millis(20));
    }

    #[test]
    fn a_driver_stamp_becomes_wall_time_and_never_lies_ahead() {
        let (mono, wall) = (micros(ClockId::Monotonic), wall_us());
        let second_ago = wall_of(Some(mono - 1_000_000));
        assert!(
            second_ago.abs_diff(wall - 1_000_000) < 500_000,
            "{second_ago} {wall}"
        );
        assert!(wall_of(Some(mono + 60_000_000)) <= wall_us());
        assert!(wall_of(None).abs_diff(wall) < 5_000_000);
    }
}
