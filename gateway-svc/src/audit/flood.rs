//! PURE: how many refusals a second are written: whoever is refused a thousand times a second must not fill the disk.

use std::time::{Duration, Instant};

/// Refusals written within a second, at the most.
const MAX_PER_SECOND: u32 = 20;

/// Counts refusals.
#[derive(Debug)]
pub(super) struct Flood {
    since: Instant,
    count: u32,
    unwritten: u64,
}

impl Flood {
    /// None yet.
    pub(super) const fn new(now: Instant) -> Self {
        Self {
            since: now,
            count: 0,
            unwritten: 0,
        }
    }

    /// One more. It is to be written together with how many were not since the last; `None`: it is not.
    pub(super) fn admit(&mut self, now: Instant) -> Option<u64> {
        if now.saturating_duration_since(self.since) >= Duration::from_secs(1) {
            (self.since, self.count) = (now, 0);
        }
        if self.count >= MAX_PER_SECOND {
            self.unwritten += 1;
            return None;
        }
        self.count += 1;
        Some(std::mem::take(&mut self.unwritten))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use process::Clock;

    #[test]
    fn twenty_refusals_a_second_are_written_and_the_others_counted() {
        let now = Clock::start().now();
        let mut flood = Flood::new(now);
        for _ in 0..MAX_PER_SECOND {
            assert_eq!(flood.admit(now), Some(0));
        }
        let later = now + Duration::from_millis(999);
        assert_eq!((flood.admit(now), flood.admit(later)), (None, None));
        let next = now + Duration::from_secs(1);
        assert_eq!((flood.admit(next), flood.admit(next)), (Some(2), Some(0)));
    }
}
