//! PURE: how many messages a second one viewer may send.

use std::time::{Duration, Instant};

use crate::websocket::decode::Violation;

/// Acks and pongs of a 240 fps camera are half of it.
const MAX_MESSAGES_PER_SECOND: u32 = 1000;

/// Counts the messages of one viewer.
#[derive(Debug)]
pub(super) struct MessageLimit {
    count: u32,
    /// When the second began that is counted now.
    since: Instant,
}

impl MessageLimit {
    /// No message yet.
    pub(super) const fn new(now: Instant) -> Self {
        Self {
            count: 0,
            since: now,
        }
    }

    /// One more message.
    ///
    /// # Errors
    /// It is one too many: the connection is to be closed.
    pub(super) fn allow(&mut self, now: Instant) -> Result<(), Violation> {
        if now.saturating_duration_since(self.since) >= Duration::from_secs(1) {
            *self = Self::new(now);
        }
        self.count += 1;
        if self.count > MAX_MESSAGES_PER_SECOND {
            return Err(Violation {
                code: 1008,
                words: "too many messages a second".into(),
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use process::Clock;

    #[test]
    fn a_thousand_messages_a_second_are_allowed_and_not_one_more() {
        let now = Clock::start().now();
        let mut limit = MessageLimit::new(now);
        for _ in 0..MAX_MESSAGES_PER_SECOND {
            limit.allow(now).unwrap();
        }
        let later = now + Duration::from_millis(999);
        assert_eq!(limit.allow(later).unwrap_err().code, 1008);
        limit.allow(now + Duration::from_secs(1)).unwrap();
    }
}
