//! How much of the picture changes: counted per frame, told as a mean of about a second.

use tokio::sync::watch;

use crate::encode::Intervals;
use crate::metrics::PublishMetrics;

/// The time that the mean is of, about, in µs of capture: a second, however often frames are made.
const MEAN_US: f64 = 1e6;
/// A frame counts no less than this, so that those of a clock that was set back count too.
const WEIGHT_MIN: f64 = 1.0 / 64.0;

/// Counts what became of intervals, and tells the share that changed.
pub(super) struct Changed {
    metrics: PublishMetrics,
    /// `None` while nothing is compared.
    ratio: watch::Sender<Option<f64>>,
    /// When the last frame was captured.
    last_us: u64,
}

impl Changed {
    pub(super) fn new(metrics: PublishMetrics, ratio: watch::Sender<Option<f64>>) -> Self {
        Self {
            metrics,
            ratio,
            last_us: 0,
        }
    }

    /// A frame was compared that was captured then.
    pub(super) fn compared(&mut self, intervals: Intervals, captured_at_us: u64) {
        let Intervals {
            fresh,
            held,
            refreshed,
        } = intervals;
        for (counter, count) in self.metrics.intervals.iter().zip([fresh, held, refreshed]) {
            counter.inc_by(count as u64);
        }
        let now = intervals.changed_ratio();
        let last = self.ratio.borrow().unwrap_or(now);
        let last_us = std::mem::replace(&mut self.last_us, captured_at_us);
        let passed_us = captured_at_us.saturating_sub(last_us) as f64;
        let weight = (passed_us / MEAN_US).clamp(WEIGHT_MIN, 1.0);
        self.tell(Some((now - last).mul_add(weight, last)));
    }

    /// Nobody watches, so nothing is compared.
    pub(super) fn idle(&self) {
        self.tell(None);
    }

    fn tell(&self, ratio: Option<f64>) {
        self.metrics.changed_ratio.set(ratio.unwrap_or_default());
        self.ratio.send_replace(ratio);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{CameraSeries, Metrics};

    #[test]
    fn intervals_are_counted_and_their_share_is_told_as_a_mean() {
        let metrics = Metrics::new().expect("a registry");
        let (told, ratio) = watch::channel(None);
        let series = metrics.camera(&"door".parse().unwrap()).unwrap();
        let mut changed = Changed::new(series.publish.clone(), told);
        let frame = |fresh, held, refreshed| Intervals {
            fresh,
            held,
            refreshed,
        };
        changed.compared(frame(720, 0, 0), 1_000_000);
        assert_eq!(*ratio.borrow(), Some(1.0));
        for n in 1..=200 {
            changed.compared(frame(72, 646, 2), 1_000_000 + n * 29_412);
        }
        let mean = ratio.borrow().expect("compared");
        assert!((mean - 0.1).abs() < 0.01, "{mean}");
        let text = metrics.text();
        for line in [
            "capture_intervals_total{camera=\"door\",kind=\"fresh\"} 15120",
            "capture_intervals_total{camera=\"door\",kind=\"held\"} 129200",
            "capture_intervals_total{camera=\"door\",kind=\"refreshed\"} 400",
            "capture_changed_ratio{camera=\"door\"} 0.1",
        ] {
            assert!(text.contains(line), "{line}");
        }
        changed.idle();
        assert_eq!(*ratio.borrow(), None);
        assert!(
            metrics
                .text()
                .contains("capture_changed_ratio{camera=\"door\"} 0\n")
        );
    }

    #[test]
    fn the_mean_is_of_a_second_however_seldom_frames_are_made() {
        let series = CameraSeries::of_a_test();
        for fps in [34, 5, 1] {
            let (told, ratio) = watch::channel(None);
            let mut changed = Changed::new(series.publish.clone(), told);
            let frame = |fresh| Intervals {
                fresh,
                held: 100 - fresh,
                refreshed: 0,
            };
            changed.compared(frame(0), 1_000_000);
            for n in 1..=2 * fps {
                changed.compared(frame(100), 1_000_000 + n * 1_000_000 / fps);
            }
            let mean = ratio.borrow().expect("compared");
            assert!(
                (0.85..=1.0).contains(&mean),
                "{mean} after two seconds at {fps}"
            );
        }
    }
}
