//! PURE: whether somebody watches, as those are told who act on it, and whether the first frame may go out yet.
//!
//! It follows the demand as the camera does ([`crate::open_policy`]): a page reload is no end, privacy is one at once. Where
//! something is called when somebody looks (a light), the first frame waits for its answer, but never for long.

use std::time::{Duration, Instant};

use crate::open_policy::{Conditions, OpenPolicy};

/// How long the first frame waits for what is called: a lamp and a relay answer in less, and a viewer hardly notices it
/// beside the opening of the camera, which goes on meanwhile.
const ANSWER_WAIT_MAX: Duration = Duration::from_millis(300);
/// The linger of what is told while that of the camera has no end.
const LINGER_DEFAULT: Duration = Duration::from_secs(10);
/// Gateways put their leases again within two seconds: whether nobody watches is known by then.
const SETTLE_TIME: Duration = Duration::from_secs(3);

/// Why somebody watches, or nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// A gateway wants it.
    Viewer,
    /// No gateway has wanted it for as long as the linger is.
    Left,
    /// The privacy switch was turned on.
    Privacy,
    /// Another capture serves this camera from now on.
    Standby,
    /// This process has begun, and nobody watches.
    Started,
    /// This process ends.
    Stopping,
}

impl Why {
    /// The name as in messages.
    #[must_use]
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Left => "left",
            Self::Privacy => "privacy",
            Self::Standby => "standby",
            Self::Started => "started",
            Self::Stopping => "stopping",
        }
    }
}

/// Whether somebody watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Watching {
    /// Somebody does.
    pub(crate) on: bool,
    /// Why.
    pub(crate) why: Why,
    /// How often somebody has begun to.
    pub(crate) turn: u64,
}

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decision {
    /// `None`: not known yet.
    pub(crate) watching: Option<Watching>,
    /// Frames of before, in µs since the epoch, are not to be shown; `None`: no frame is yet.
    pub(crate) not_before_us: Option<u64>,
    /// There is no answer, and frames wait for it no longer from now on.
    pub(crate) gave_up: bool,
    /// When to ask again though nothing has changed.
    pub(crate) ask_again: Option<Instant>,
}

/// Demand over time, and the answer to it.
#[derive(Debug)]
pub(crate) struct Watcher {
    policy: OpenPolicy,
    told: Option<Watching>,
    settled_at: Option<Instant>,
    is_answered: bool,
    gate: Gate,
}

#[derive(Debug, Clone, Copy)]
enum Gate {
    Waiting { until: Instant },
    Open { not_before_us: u64 },
}

impl Watcher {
    /// Nothing is known. `linger`: that of the camera. `is_answered`: whether there is somebody who answers.
    #[must_use]
    pub(crate) fn new(linger: Option<Duration>, is_answered: bool) -> Self {
        Self {
            policy: OpenPolicy::new(Some(linger.unwrap_or(LINGER_DEFAULT))),
            told: None,
            settled_at: None,
            is_answered,
            gate: Gate::Open { not_before_us: 0 },
        }
    }

    /// `answered`: the last turn that was answered. `wall_us`: now, in µs since the epoch.
    pub(crate) fn decide(
        &mut self,
        conditions: Conditions,
        answered: u64,
        now: Instant,
        wall_us: u64,
    ) -> Decision {
        let (on, linger_ends) = self.policy.decide(conditions, now);
        if !conditions.standby {
            self.settled_at.get_or_insert(now + SETTLE_TIME);
        }
        let was_on = self.told.is_some_and(|told| told.on);
        if on != was_on {
            self.turn_to(on, conditions, now);
        } else if self.told.is_none() && self.settled_at.is_some_and(|at| at <= now) {
            self.told = Some(Watching {
                on,
                why: Why::Started,
                turn: 0,
            });
        }
        let settles = self.settled_at.filter(|_| self.told.is_none());
        let gave_up = self.pass_gate(answered, now, wall_us);
        let (not_before_us, gate_opens) = match self.gate {
            Gate::Waiting { until } => (None, Some(until)),
            Gate::Open { not_before_us } => (Some(not_before_us), None),
        };
        Decision {
            watching: self.told,
            not_before_us,
            gave_up,
            ask_again: [linger_ends, settles, gate_opens]
                .into_iter()
                .flatten()
                .min(),
        }
    }

    fn turn_to(&mut self, on: bool, conditions: Conditions, now: Instant) {
        let why = match conditions {
            _ if on => Why::Viewer,
            Conditions { private: true, .. } => Why::Privacy,
            Conditions { standby: true, .. } => Why::Standby,
            _ => Why::Left,
        };
        let turn = self.told.map_or(0, |told| told.turn) + u64::from(on);
        self.told = Some(Watching { on, why, turn });
        self.gate = if on && self.is_answered {
            Gate::Waiting {
                until: now + ANSWER_WAIT_MAX,
            }
        } else {
            Gate::Open { not_before_us: 0 }
        };
    }

    /// Opens the gate if it is answered or has waited for long enough; whether it was the latter.
    fn pass_gate(&mut self, answered: u64, now: Instant, wall_us: u64) -> bool {
        let Gate::Waiting { until } = self.gate else {
            return false;
        };
        let turn = self.told.map_or(0, |told| told.turn);
        let is_answered = answered >= turn;
        if is_answered {
            // The light is on by now: what was captured before is dark.
            self.gate = Gate::Open {
                not_before_us: wall_us,
            };
        } else if until <= now {
            self.gate = Gate::Open { not_before_us: 0 };
        }
        !is_answered && until <= now
    }
}

#[cfg(test)]
mod tests;
