//! A picture now and then, for those who cannot watch a stream: one of those that are made for viewers anyway.

use std::time::Duration;

use bytes::Bytes;
use tokio::sync::watch;

/// Keeps the newest picture for them.
#[derive(Debug)]
pub(crate) struct PictureTap {
    every_us: u64,
    last_us: Option<u64>,
    picture: watch::Sender<Bytes>,
}

impl PictureTap {
    /// One `every` so often at the most.
    #[must_use]
    pub(crate) fn new(every: Duration, picture: watch::Sender<Bytes>) -> Self {
        Self {
            every_us: u64::try_from(every.as_micros()).unwrap_or(u64::MAX),
            last_us: None,
            picture,
        }
    }

    /// Whether one that was captured then is wanted.
    pub(super) fn is_due(&self, captured_at_us: u64) -> bool {
        self.last_us
            .is_none_or(|last| captured_at_us.abs_diff(last) >= self.every_us)
    }

    /// Here it is.
    pub(super) fn take(&mut self, jpeg: Bytes, captured_at_us: u64) {
        self.last_us = Some(captured_at_us);
        self.picture.send_replace(jpeg);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_as_far_apart_as_is_said_and_a_clock_that_is_set_back_stops_none() {
        let (picture, seen) = watch::channel(Bytes::new());
        let mut tap = PictureTap::new(Duration::from_secs(10), picture);
        assert!(tap.is_due(5));
        tap.take(Bytes::from_static(b"first"), 20_000_000);
        assert_eq!(seen.borrow().as_ref(), b"first");
        assert!(!tap.is_due(29_999_999));
        assert!(tap.is_due(30_000_000));
        assert!(tap.is_due(1_000_000), "the clock was set back");
    }
}
