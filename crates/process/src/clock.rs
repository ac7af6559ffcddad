//! Where time enters a service: pure code takes its readings as values.
//!
//! Wall time is anchored once and then follows the monotonic clock, so that a step of the host's clock cannot make
//! frames look old; how wrong the anchor is shows in the age metrics alone.

use std::time::{Duration, Instant, SystemTime};

/// Reads the time; a copy reads the same.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    anchor: Instant,
    anchor_us: u64,
}

impl Clock {
    /// A clock anchored at this moment.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the edge where time enters"
    )]
    pub fn start() -> Self {
        let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        Self {
            anchor: Instant::now(),
            anchor_us: since_epoch.unwrap_or(Duration::ZERO).as_micros() as u64,
        }
    }

    /// Monotonic now.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the edge where time enters; whoever reads it has been handed a clock"
    )]
    pub fn now(self) -> Instant {
        Instant::now()
    }

    /// Time since the Unix epoch as the host's clock shows it now: for dates that others wrote. It follows when that
    /// clock is set, which happens minutes after the start where a machine keeps no time while it is off.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the edge where time enters"
    )]
    pub fn since_epoch(self) -> Duration {
        let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        since_epoch.unwrap_or(Duration::ZERO)
    }

    /// µs since the Unix epoch at `now`.
    #[must_use]
    pub fn wall_us(self, now: Instant) -> u64 {
        self.anchor_us + now.saturating_duration_since(self.anchor).as_micros() as u64
    }
}
