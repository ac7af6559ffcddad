//! PURE: when a person has to be told that the bus takes no lease.
//!
//! While a server restarts or a cluster elects its leader nobody answers for seconds; that is no news. What lasts longer
//! is a setting: viewers wait for pictures that nobody makes.

use std::time::{Duration, Instant};

use wire::StreamId;

/// Elections take up to nine seconds.
const SAY_AFTER: Duration = Duration::from_secs(10);
/// How often it is said while it lasts.
const SAY_EVERY: Duration = Duration::from_secs(60);
/// A stream that nobody has asked for this long is no longer the one to tell of.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(5);

/// The stream that is told of: the first one that was refused.
#[derive(Debug, Default)]
pub(crate) struct Refusals(Option<Refused>);

#[derive(Debug)]
struct Refused {
    stream: StreamId,
    since: Instant,
    last: Instant,
    said: Option<Instant>,
}

impl Refusals {
    /// A request for `stream` was `taken` or not; whether that has to be said now.
    pub(crate) fn answered(&mut self, stream: &StreamId, taken: bool, now: Instant) -> bool {
        match &mut self.0 {
            Some(refused) if refused.stream == *stream => {
                if taken {
                    self.0 = None;
                    return false;
                }
                refused.last = now;
                let lasting = now.duration_since(refused.since) >= SAY_AFTER;
                let quiet = |said| now.duration_since(said) >= SAY_EVERY;
                let due = lasting && refused.said.is_none_or(quiet);
                if due {
                    refused.said = Some(now);
                }
                due
            }
            Some(refused) if now.duration_since(refused.last) < FORGOTTEN_AFTER => false,
            _ if taken => false,
            _ => {
                self.0 = Some(Refused {
                    stream: stream.clone(),
                    since: now,
                    last: now,
                    said: None,
                });
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use process::Clock;

    use super::*;

    fn stream(rendition: &str) -> StreamId {
        StreamId {
            camera: wire::CameraId::default(),
            rendition: rendition.parse().unwrap(),
        }
    }

    /// The half seconds at which it is said, of a refusal at each of them.
    fn said(refusals: &mut Refusals, start: Instant, seconds: std::ops::Range<u64>) -> Vec<u64> {
        let at = |second: u64| start + Duration::from_secs(second);
        let one = stream("80");
        seconds
            .filter(|&second| refusals.answered(&one, false, at(second)))
            .collect()
    }

    #[test]
    fn a_refusal_that_lasts_is_said_after_ten_seconds_and_then_once_a_minute() {
        let mut refusals = Refusals::default();
        assert_eq!(
            said(&mut refusals, Clock::start().now(), 0..140),
            [10, 70, 130]
        );
    }

    #[test]
    fn a_lease_that_is_taken_in_between_begins_it_anew() {
        let (mut refusals, start) = (Refusals::default(), Clock::start().now());
        assert!(said(&mut refusals, start, 0..9).is_empty());
        let now = start + Duration::from_secs(9);
        assert!(!refusals.answered(&stream("80"), true, now));
        assert_eq!(said(&mut refusals, start, 10..30), [20]);
    }

    #[test]
    fn one_stream_that_is_taken_does_not_hide_another_that_never_is() {
        let (mut refusals, start) = (Refusals::default(), Clock::start().now());
        let mut told = Vec::new();
        for second in 0..20 {
            let now = start + Duration::from_secs(second);
            assert!(!refusals.answered(&stream("40"), true, now));
            told.push(refusals.answered(&stream("80"), false, now));
        }
        assert_eq!(told.iter().position(|told| *told), Some(10));
    }

    #[test]
    fn a_stream_that_is_asked_for_no_more_makes_room_for_the_next() {
        let (mut refusals, start) = (Refusals::default(), Clock::start().now());
        let at = |second| start + Duration::from_secs(second);
        assert!(!refusals.answered(&stream("40"), false, at(0)));
        assert!(!refusals.answered(&stream("80"), false, at(6)));
        assert!(!refusals.answered(&stream("80"), false, at(15)));
        assert!(refusals.answered(&stream("80"), false, at(16)));
    }
}
