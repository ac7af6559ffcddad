//! PURE: whether the camera may be open now: demand, linger, privacy and standby in one decision.
//!
//! Privacy and standby close at once; missing demand closes after the linger, so that a page reload does not
//! make the light blink.

use std::time::{Duration, Instant};

/// What the decision is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Conditions {
    /// Some rendition has a live lease.
    pub demanded: bool,
    /// The privacy switch is on, or not yet known.
    pub private: bool,
    /// Another capture serves this camera.
    pub standby: bool,
}

/// Demand, linger, privacy and standby over time.
#[derive(Debug)]
pub(crate) struct OpenPolicy {
    linger: Option<Duration>,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Closed,
    Demanded,
    Lingering { until: Instant },
}

impl OpenPolicy {
    /// Closed. `linger`: how long to stay open without demand; `None`: for ever, and open from the start.
    #[must_use]
    pub(crate) const fn new(linger: Option<Duration>) -> Self {
        Self {
            linger,
            state: State::Closed,
        }
    }

    /// Whether the camera is to be open, and when to ask again though nothing has changed.
    pub(crate) fn decide(
        &mut self,
        conditions: Conditions,
        now: Instant,
    ) -> (bool, Option<Instant>) {
        if conditions.private || conditions.standby {
            self.state = State::Closed;
            return (false, None);
        }
        let Some(linger) = self.linger else {
            return (true, None);
        };
        if conditions.demanded {
            self.state = State::Demanded;
        } else if self.state == State::Demanded {
            self.state = State::Lingering {
                until: now + linger,
            };
        }
        match self.state {
            State::Lingering { until } if until > now => (true, Some(until)),
            State::Demanded => (true, None),
            State::Closed | State::Lingering { .. } => {
                self.state = State::Closed;
                (false, None)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOBODY: Conditions = Conditions {
        demanded: false,
        private: false,
        standby: false,
    };
    const WATCHED: Conditions = Conditions {
        demanded: true,
        ..NOBODY
    };
    const LINGER: Duration = Duration::from_secs(10);

    #[expect(
        clippy::disallowed_methods,
        reason = "an Instant can only be had from the clock; tests add to it"
    )]
    fn now() -> Instant {
        Instant::now()
    }

    #[test]
    fn the_linger_counts_from_the_moment_the_demand_ended() {
        let (mut policy, start) = (OpenPolicy::new(Some(LINGER)), now());
        assert_eq!(policy.decide(NOBODY, start), (false, None));
        assert_eq!(policy.decide(WATCHED, start), (true, None));
        let left = start + Duration::from_secs(600);
        assert_eq!(policy.decide(NOBODY, left), (true, Some(left + LINGER)));
        assert_eq!(
            policy.decide(NOBODY, left + LINGER / 2),
            (true, Some(left + LINGER))
        );
        assert_eq!(policy.decide(NOBODY, left + LINGER), (false, None));
        assert_eq!(policy.decide(NOBODY, left + LINGER * 2), (false, None));
    }

    #[test]
    fn a_viewer_who_comes_back_ends_the_linger() {
        let (mut policy, start) = (OpenPolicy::new(Some(LINGER)), now());
        policy.decide(WATCHED, start);
        policy.decide(NOBODY, start);
        assert_eq!(policy.decide(WATCHED, start + LINGER / 2), (true, None));
        assert_eq!(
            policy.decide(NOBODY, start + LINGER).1,
            Some(start + LINGER * 2)
        );
    }

    #[test]
    fn privacy_and_standby_close_at_once_and_end_the_linger() {
        for close in [
            Conditions {
                private: true,
                ..WATCHED
            },
            Conditions {
                standby: true,
                ..WATCHED
            },
        ] {
            for linger in [Some(LINGER), None] {
                let (mut policy, start) = (OpenPolicy::new(linger), now());
                assert!(policy.decide(WATCHED, start).0);
                assert_eq!(policy.decide(close, start), (false, None));
                assert_eq!(policy.decide(NOBODY, start).0, linger.is_none());
            }
        }
    }

    #[test]
    fn no_linger_closes_with_the_last_viewer_and_never_keeps_open() {
        let (mut at_once, start) = (OpenPolicy::new(Some(Duration::ZERO)), now());
        at_once.decide(WATCHED, start);
        assert_eq!(at_once.decide(NOBODY, start), (false, None));
        assert_eq!(OpenPolicy::new(None).decide(NOBODY, start), (true, None));
    }
}
