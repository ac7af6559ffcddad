//! A registry of metrics of this process' own, and the few ways our series are made.

use prometheus::core::Collector;
use prometheus::process_collector::ProcessCollector;
use prometheus::{
    Encoder as _, Gauge, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec,
    IntGauge, IntGaugeVec, Opts, Result, TextEncoder,
};

/// All series of a service. A clone is the same registry.
///
/// Each method registers one series (or one per label value, later) and fails only on two series of one name.
#[derive(Debug, Clone)]
pub struct Registry(prometheus::Registry);

impl Registry {
    /// With `build_info` and `process_*`. `version` is the service's.
    ///
    /// # Errors
    /// None that is known: the names are this file's.
    pub fn new(version: &str) -> Result<Self> {
        let registry = Self(prometheus::Registry::new());
        let info = Opts::new("build_info", "1; its labels tell version and revision.");
        let revision = option_env!("BUILD_REVISION").unwrap_or("unknown");
        registry
            .add(IntGaugeVec::new(info, &["version", "revision"]))?
            .with_label_values(&[version, revision])
            .set(1);
        registry
            .0
            .register(Box::new(ProcessCollector::for_self()))?;
        Ok(registry)
    }

    /// A counter.
    ///
    /// # Errors
    /// The name is taken.
    pub fn counter(&self, name: &str, help: &str) -> Result<IntCounter> {
        self.add(IntCounter::new(name, help))
    }

    /// A counter for each value of `label`.
    ///
    /// # Errors
    /// The name is taken.
    pub fn counters(&self, name: &str, help: &str, label: &str) -> Result<IntCounterVec> {
        self.add(IntCounterVec::new(Opts::new(name, help), &[label]))
    }

    /// A counter for each set of values of `labels`.
    ///
    /// # Errors
    /// The name is taken.
    pub fn counters_by(&self, name: &str, help: &str, labels: &[&str]) -> Result<IntCounterVec> {
        self.add(IntCounterVec::new(Opts::new(name, help), labels))
    }

    /// A gauge of whole numbers.
    ///
    /// # Errors
    /// The name is taken.
    pub fn gauge(&self, name: &str, help: &str) -> Result<IntGauge> {
        self.add(IntGauge::new(name, help))
    }

    /// A gauge of whole numbers for each value of `label`.
    ///
    /// # Errors
    /// The name is taken.
    pub fn gauges(&self, name: &str, help: &str, label: &str) -> Result<IntGaugeVec> {
        self.add(IntGaugeVec::new(Opts::new(name, help), &[label]))
    }

    /// A gauge of whole numbers for each set of values of `labels`.
    ///
    /// # Errors
    /// The name is taken.
    pub fn gauges_by(&self, name: &str, help: &str, labels: &[&str]) -> Result<IntGaugeVec> {
        self.add(IntGaugeVec::new(Opts::new(name, help), labels))
    }

    /// A gauge with decimals.
    ///
    /// # Errors
    /// The name is taken.
    pub fn float_gauge(&self, name: &str, help: &str) -> Result<Gauge> {
        self.add(Gauge::new(name, help))
    }

    /// A histogram with the upper bounds `buckets`.
    ///
    /// # Errors
    /// The name is taken.
    pub fn histogram(&self, name: &str, help: &str, buckets: &[f64]) -> Result<Histogram> {
        let options = HistogramOpts::new(name, help).buckets(buckets.to_vec());
        self.add(Histogram::with_opts(options))
    }

    /// A histogram for each value of `label`, with the upper bounds `buckets`.
    ///
    /// # Errors
    /// The name is taken.
    pub fn histograms(
        &self,
        name: &str,
        help: &str,
        label: &str,
        buckets: &[f64],
    ) -> Result<HistogramVec> {
        let options = HistogramOpts::new(name, help).buckets(buckets.to_vec());
        self.add(HistogramVec::new(options, &[label]))
    }

    /// All series in Prometheus' text format.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = Vec::new();
        // Writing to a Vec cannot fail, and our names are valid: they were registered.
        let encoded = TextEncoder::new().encode(&self.0.gather(), &mut text);
        encoded
            .ok()
            .and_then(|()| String::from_utf8(text).ok())
            .unwrap_or_default()
    }

    fn add<T: Collector + Clone + 'static>(&self, made: Result<T>) -> Result<T> {
        let made = made?;
        self.0.register(Box::new(made.clone()))?;
        Ok(made)
    }
}

/// Counts in a gauge while it lives, so that no way out can forget to count down.
#[derive(Debug)]
pub struct CountedGauge(IntGauge);

impl CountedGauge {
    /// One more.
    #[must_use]
    pub fn new(gauge: &IntGauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for CountedGauge {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_are_told_in_prometheus_text_with_version_and_process() {
        let registry = Registry::new("1.2.3").unwrap();
        registry.counter("a_total", "A.").unwrap().inc();
        let labelled = registry.counters("b_total", "B.", "reason").unwrap();
        labelled.with_label_values(&["c"]).inc_by(2);
        registry.gauge("d", "D.").unwrap().set(4);
        let gauges = registry.gauges("e", "E.", "quality").unwrap();
        gauges.with_label_values(&["80"]).set(5);
        registry.float_gauge("f", "F.").unwrap().set(0.5);
        registry.histogram("g", "G.", &[1.0]).unwrap().observe(0.5);
        let sizes = registry.histograms("h", "H.", "quality", &[1.0]).unwrap();
        sizes.with_label_values(&["80"]).observe(2.0);
        let text = registry.text();
        for line in [
            "# HELP a_total A.",
            "a_total 1",
            "b_total{reason=\"c\"} 2",
            "d 4",
            "e{quality=\"80\"} 5",
            "f 0.5",
            "g_bucket{le=\"1\"} 1",
            "h_bucket{quality=\"80\",le=\"1\"} 0",
            "build_info{revision=\"unknown\",version=\"1.2.3\"} 1",
        ] {
            let revision_known =
                option_env!("BUILD_REVISION").is_some() && line.contains("unknown");
            assert!(text.contains(line) || revision_known, "{line} in\n{text}");
        }
        assert!(text.contains("process_resident_memory_bytes"));
        assert!(registry.counter("a_total", "Again.").is_err());
    }

    #[test]
    fn a_gauge_counts_down_whichever_way_its_owner_ends() {
        let gauge = IntGauge::new("x", "X.").unwrap();
        let (one, two) = (CountedGauge::new(&gauge), CountedGauge::new(&gauge));
        assert_eq!(gauge.get(), 2);
        drop(one);
        assert_eq!(gauge.get(), 1);
        drop(two);
        assert_eq!(gauge.get(), 0);
    }
}
