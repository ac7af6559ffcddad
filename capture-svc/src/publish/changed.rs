//! How much of the picture changes: counted per frame, told as a mean of about a second.

use tokio::sync::watch;

use crate::encode::Intervals;
use crate::metrics::PublishMetrics;

/// Frames that the mean is of, about.
const MEAN_FRAMES: f64 = 32.0;

/// Counts what became of intervals, and tells the share that changed.
pub(super) struct Changed {
    metrics: PublishMetrics,
    /// `None` while nothing is compared.
    ratio: watch::Sender<Option<f64>>,
}

impl Changed {
    pub(super) fn new(metrics: PublishMetrics, ratio: watch::Sender<Option<f64>>) -> Self {
        Self { metrics, ratio }
    }

    /// A frame was compared.
    pub(super) fn compared(&self, intervals: Intervals) {
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
        self.tell(Some(last + (now - last) / MEAN_FRAMES));
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
    use crate::metrics::Metrics;

    #[test]
    fn intervals_are_counted_and_their_share_is_told_as_a_mean() {
        let metrics = Metrics::new().expect("a registry");
        let (told, ratio) = watch::channel(None);
        let changed = Changed::new(metrics.publish.clone(), told);
        let frame = |fresh, held, refreshed| Intervals {
            fresh,
            held,
            refreshed,
        };
        changed.compared(frame(720, 0, 0));
        assert_eq!(*ratio.borrow(), Some(1.0));
        for _ in 0..200 {
            changed.compared(frame(72, 646, 2));
        }
        let mean = ratio.borrow().expect("compared");
        assert!((mean - 0.1).abs() < 0.01, "{mean}");
        let text = metrics.text();
        for line in [
            "capture_intervals_total{kind=\"fresh\"} 15120",
            "capture_intervals_total{kind=\"held\"} 129200",
            "capture_intervals_total{kind=\"refreshed\"} 400",
            "capture_changed_ratio 0.1",
        ] {
            assert!(text.contains(line), "{line}");
        }
        changed.idle();
        assert_eq!(*ratio.borrow(), None);
        assert!(metrics.text().contains("capture_changed_ratio 0\n"));
    }
}
