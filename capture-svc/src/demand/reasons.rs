//! PURE: which reasons for an attempt anew a person has to be told, where attempts are made several times a second.

use std::time::{Duration, Instant};

/// How often the same is told.
const SAY_AGAIN_AFTER: Duration = Duration::from_secs(60);
/// So many different ones are told in that time.
const REASONS_MAX: usize = 8;

/// The reasons that were told lately, and when.
#[derive(Debug, Default)]
pub(super) struct Reasons(Vec<(String, Instant)>);

impl Reasons {
    /// Whether a reason in these words is to be told now; then it is told.
    pub(super) fn is_news(&mut self, words: &str, now: Instant) -> bool {
        let told_lately = |told: &Instant| now.saturating_duration_since(*told) < SAY_AGAIN_AFTER;
        self.0.retain(|(_, told)| told_lately(told));
        let is_news = self.0.len() < REASONS_MAX && self.0.iter().all(|(told, _)| told != words);
        if is_news {
            self.0.push((words.to_owned(), now));
        }
        is_news
    }

    /// All is well: the next reason is news.
    pub(super) fn are_over(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use process::Clock;

    use super::*;

    #[test]
    fn a_reason_that_lasts_is_told_once_a_minute_until_all_is_well() {
        let (mut reasons, start) = (Reasons::default(), Clock::start().now());
        let told = (0..150).filter(|second| {
            let now = start + Duration::from_secs(*second);
            let others = reasons.is_news("no answer", now);
            assert_eq!(others, reasons.is_news("no leader", now), "as often");
            others
        });
        assert_eq!(told.collect::<Vec<_>>(), [0, 60, 120]);
        reasons.are_over();
        assert!(reasons.is_news("no answer", start + Duration::from_secs(150)));
    }

    #[test]
    fn reasons_that_are_never_the_same_fill_no_log() {
        let (mut reasons, now) = (Reasons::default(), Clock::start().now());
        let told = (0..100).filter(|nth| reasons.is_news(&nth.to_string(), now));
        assert_eq!(told.count(), REASONS_MAX);
    }
}
