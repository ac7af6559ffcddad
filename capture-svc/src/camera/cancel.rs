//! The order to a session to close its source, from the supervisor to the session's thread and whatever it holds.

use std::sync::atomic::{AtomicU8, Ordering};

/// Given once; a second time only to hurry. Shared by the supervisor, the session and its source.
#[derive(Debug, Default)]
pub(super) struct Cancel(AtomicU8);

const CLOSE: u8 = 1;
const CLOSE_AT_ONCE: u8 = 2;

impl Cancel {
    /// Close and end, as is good for the source.
    pub(super) fn close(&self) {
        self.0.fetch_max(CLOSE, Ordering::Relaxed);
    }

    /// Close and end without regard: somebody does not want to be seen.
    pub(super) fn close_at_once(&self) {
        self.0.fetch_max(CLOSE_AT_ONCE, Ordering::Relaxed);
    }

    /// Whether it was told to close.
    pub(super) fn is_told(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= CLOSE
    }

    /// Whether there is no time to ask nicely.
    pub(super) fn is_urgent(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= CLOSE_AT_ONCE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_that_is_urgent_stays_so() {
        let cancel = Cancel::default();
        assert!(!cancel.is_told() && !cancel.is_urgent());
        cancel.close();
        assert!(cancel.is_told() && !cancel.is_urgent());
        cancel.close_at_once();
        cancel.close();
        assert!(cancel.is_told() && cancel.is_urgent());
    }
}
