//! The camera's clocks. The camera is where time enters the service: everything behind it takes time as a value.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

/// The instant that intervals and deadlines of the camera thread are measured from.
#[expect(
    clippy::disallowed_methods,
    reason = "the camera is an edge: frames get their time here"
)]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Microseconds since the Unix epoch by the host's clock as it is set now, as in the stamp: an age told against a stamp
/// takes the same clock, so that a step of it makes nothing old for longer than one frame.
pub(crate) fn wall_us() -> u64 {
    micros(ClockId::Realtime)
}

/// Microseconds of the clock that drivers stamp frames with.
pub(super) fn monotonic_us() -> u64 {
    micros(ClockId::Monotonic)
}

/// The wall time of a driver's timestamp (µs of the monotonic clock; source: `V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC`), or
/// now, if the driver gives none. Never later than now: some drivers stamp the end of the exposure before it is reached.
pub(super) fn wall_of(monotonic_us: Option<u64>) -> u64 {
    let Some(stamp_us) = monotonic_us else {
        return wall_us();
    };
    // Some attempts are enough: a thread is not interrupted at the same place each time.
    (0..3)
        .find_map(|_| BothClocks::read().wall_of(stamp_us))
        .unwrap_or_else(wall_us)
}

/// Both clocks, read one after the other, µs.
struct BothClocks {
    monotonic_before: u64,
    wall: u64,
    monotonic_after: u64,
}

impl BothClocks {
    /// When the thread was interrupted for longer than this between the readings, their distance means nothing.
    const APART_MAX_US: u64 = 500;

    fn read() -> Self {
        Self {
            monotonic_before: micros(ClockId::Monotonic),
            wall: wall_us(),
            monotonic_after: micros(ClockId::Monotonic),
        }
    }

    /// The wall time of a monotonic `stamp_us`; `None` if the readings are too far apart to tell.
    fn wall_of(&self, stamp_us: u64) -> Option<u64> {
        let apart = self.monotonic_after - self.monotonic_before;
        let age = self.monotonic_after.saturating_sub(stamp_us);
        (apart < Self::APART_MAX_US).then(|| self.wall.saturating_sub(age))
    }
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
        let clocks = BothClocks {
            monotonic_before: 7_000_000,
            wall: 1_795_345_678_901_234,
            monotonic_after: 7_000_499,
        };
        assert_eq!(clocks.wall_of(6_000_499), Some(1_795_345_677_901_234));
        assert_eq!(clocks.wall_of(7_000_499), Some(clocks.wall));
        assert_eq!(clocks.wall_of(67_000_000), Some(clocks.wall), "ahead");
    }

    #[test]
    fn clocks_that_were_read_far_apart_say_nothing_about_a_stamp() {
        let clocks = BothClocks {
            monotonic_before: 7_000_000,
            wall: 1_795_345_678_901_234,
            monotonic_after: 7_000_500,
        };
        assert_eq!(clocks.wall_of(6_000_000), None);
    }

    #[test]
    fn without_a_stamp_or_with_one_ahead_it_is_now() {
        let before = wall_us();
        let told = [wall_of(None), wall_of(Some(u64::MAX))];
        let now = before..=wall_us();
        assert!(told.iter().all(|at| now.contains(at)), "{told:?} {now:?}");
    }
}
