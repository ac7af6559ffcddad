//! PURE: how long a session may be silent before it is left to its driver.
//!
//! Time that passes is no proof: this process may have stood still itself, with a machine that was paused or starved, and
//! then its session has, too. So the last second is counted only once somebody has looked: a thread that lives is heard in it.

use std::time::{Duration, Instant};

/// The part of every time limit that begins when it is seen that the rest is over. Sessions speak twice as often.
const LAST_CHANCE: Duration = Duration::from_secs(1);

/// The time that is left to one session.
#[derive(Debug)]
pub(super) struct Patience {
    ends_at: Instant,
    is_last_chance: bool,
}

impl Patience {
    /// From `now` for `time`, which is more than a second.
    pub(super) fn new(now: Instant, time: Duration) -> Self {
        Self {
            ends_at: now + time.saturating_sub(LAST_CHANCE),
            is_last_chance: false,
        }
    }

    /// When to look again.
    pub(super) const fn ends_at(&self) -> Instant {
        self.ends_at
    }

    /// Whether it is over.
    pub(super) fn is_over(&mut self, now: Instant) -> bool {
        if now < self.ends_at {
            return false;
        }
        if std::mem::replace(&mut self.is_last_chance, true) {
            return true;
        }
        self.ends_at = now + LAST_CHANCE;
        false
    }
}

#[cfg(test)]
mod tests {
    use process::Clock;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn it_is_over_after_its_time() {
        let start = Clock::start().now();
        let mut patience = Patience::new(start, 3 * SECOND);
        let mut looked = Vec::new();
        while !patience.is_over(patience.ends_at()) {
            looked.push(patience.ends_at() - start);
        }
        assert_eq!(looked, [3 * SECOND]);
    }

    #[test]
    fn who_could_not_look_for_an_hour_gives_one_more_second() {
        let start = Clock::start().now();
        let mut patience = Patience::new(start, 3 * SECOND);
        let woken = start + 3600 * SECOND;
        assert!(!patience.is_over(woken));
        assert!(!patience.is_over(woken + SECOND / 2));
        assert_eq!(patience.ends_at(), woken + SECOND);
        assert!(patience.is_over(woken + SECOND));
    }
}
