//! PURE: who serves a camera when its host is doubled: one capture is active, every other stands by.
//!
//! Captures see each other by the status messages: another run on our subject is another capture. A new one
//! announces itself and waits a moment for an answer; of two that are active at once the smaller run stays. There
//! is no lock in the KV, because then nobody could serve while the KV does not work.

use std::cmp::Ordering;
use std::time::{Duration, Instant};

/// How long a newcomer waits for the active one's answer, which takes a round trip.
const NEWCOMER_WAIT: Duration = Duration::from_millis(100);
/// How long the active one may be silent: it speaks once a second.
const ACTIVE_SILENCE_MAX: Duration = Duration::from_millis(1500);

/// What this capture is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Not yet connected: nobody could have been heard.
    Unheard,
    /// Waiting until then for an active one to speak.
    Probing(Instant),
    /// Serving the camera.
    Active,
    /// Another serves it; it was heard then.
    Standby(Instant),
}

/// What to do with a status message of another run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// Say at once that we serve this camera.
    Speak,
    /// Nothing.
    None,
}

/// The decision who serves.
#[derive(Debug)]
pub(super) struct Failover {
    run: u32,
    role: Role,
}

impl Failover {
    /// A capture with this run that has not yet been connected.
    #[must_use]
    pub(super) const fn new(run: u32) -> Self {
        Self {
            run,
            role: Role::Unheard,
        }
    }

    /// The bus can be heard from now on.
    pub(super) fn connected(&mut self, now: Instant) {
        if self.role == Role::Unheard {
            self.role = Role::Probing(now + NEWCOMER_WAIT);
        }
    }

    /// A status message of our camera was heard; `standing_by`: it says that its sender serves nothing.
    pub(super) fn heard(&mut self, run: u32, standing_by: bool, now: Instant) -> Answer {
        match (self.role, run.cmp(&self.run)) {
            // Our own words.
            (_, Ordering::Equal) => Answer::None,
            (Role::Active, _) if standing_by => Answer::Speak,
            (Role::Active, Ordering::Greater) => Answer::Speak,
            _ if standing_by => Answer::None,
            _ => {
                self.role = Role::Standby(now);
                Answer::None
            }
        }
    }

    /// Lets time pass; returns when to ask again.
    pub(super) fn tick(&mut self, now: Instant) -> Option<Instant> {
        let due = match self.role {
            Role::Unheard | Role::Active => return None,
            Role::Probing(until) => until,
            Role::Standby(heard) => heard + ACTIVE_SILENCE_MAX,
        };
        if due <= now {
            self.role = Role::Active;
            return None;
        }
        Some(due)
    }

    /// Whether this capture serves the camera.
    #[must_use]
    pub(super) const fn is_active(&self) -> bool {
        matches!(self.role, Role::Active)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[expect(
        clippy::disallowed_methods,
        reason = "an Instant can only be had from the clock; tests add to it"
    )]
    fn connected(run: u32) -> (Failover, Instant) {
        let (mut failover, start) = (Failover::new(run), Instant::now());
        assert!(!failover.is_active());
        failover.connected(start);
        (failover, start)
    }

    fn active(run: u32) -> (Failover, Instant) {
        let (mut failover, start) = connected(run);
        assert_eq!(failover.tick(start + NEWCOMER_WAIT), None);
        assert!(failover.is_active());
        (failover, start + NEWCOMER_WAIT)
    }

    #[test]
    fn alone_a_capture_serves_after_the_probe() {
        let (mut failover, start) = connected(5);
        assert_eq!(
            failover.tick(start + NEWCOMER_WAIT / 2),
            Some(start + NEWCOMER_WAIT)
        );
        assert!(!failover.is_active());
        failover.tick(start + NEWCOMER_WAIT);
        assert!(failover.is_active());
    }

    #[test]
    fn a_newcomer_stands_by_and_takes_over_when_the_active_one_falls_silent() {
        let (mut newcomer, start) = connected(1);
        assert_eq!(newcomer.heard(9, false, start + 5 * MS), Answer::None);
        assert_eq!(
            newcomer.tick(start + NEWCOMER_WAIT),
            Some(start + 5 * MS + ACTIVE_SILENCE_MAX)
        );
        newcomer.heard(9, false, start + 1000 * MS);
        newcomer.tick(start + 2499 * MS);
        assert!(!newcomer.is_active());
        newcomer.tick(start + 2500 * MS);
        assert!(
            newcomer.is_active(),
            "2 s after the last word at the latest"
        );
    }

    #[test]
    fn the_active_one_answers_a_newcomer_and_stays() {
        let (mut failover, now) = active(9);
        assert_eq!(failover.heard(1, true, now), Answer::Speak);
        assert!(failover.is_active());
        for standing_by in [false, true] {
            let own_words = failover.heard(9, standing_by, now);
            assert_eq!((own_words, failover.is_active()), (Answer::None, true));
        }
    }

    #[test]
    fn of_two_active_ones_the_smaller_run_stays() {
        let ((mut small, now), (mut large, _)) = (active(3), active(4));
        assert_eq!(small.heard(4, false, now), Answer::Speak);
        large.heard(3, false, now);
        assert!(small.is_active() && !large.is_active());
    }

    #[test]
    fn two_that_stand_by_do_not_hold_each_other_back() {
        let (mut failover, start) = connected(1);
        failover.heard(2, true, start);
        failover.tick(start + NEWCOMER_WAIT);
        assert!(failover.is_active());
    }
}
