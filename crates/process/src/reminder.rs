//! What goes on for long, said once a minute.

use std::time::{Duration, Instant};

use crate::Clock;

const REMIND_EVERY: Duration = Duration::from_secs(60);

/// Whether it is time to say something again that happens often.
#[derive(Debug)]
pub struct Reminder {
    clock: Clock,
    said: Option<Instant>,
}

impl Reminder {
    /// The first time is due at once.
    #[must_use]
    pub fn start() -> Self {
        Self {
            clock: Clock::start(),
            said: None,
        }
    }

    /// True once a minute; whoever asks says it then.
    pub fn is_due(&mut self) -> bool {
        let now = self.clock.now();
        let due = self.said.is_none_or(|said| now >= said + REMIND_EVERY);
        if due {
            self.said = Some(now);
        }
        due
    }
}
