//! A registry of our own and the kinds of series that stand on it. What is made here is registered at once.

use prometheus::core::Collector;
use prometheus::process_collector::ProcessCollector;
use prometheus::{
    Encoder, Gauge, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge,
    IntGaugeVec, Opts, Registry, Result, TextEncoder,
};
use wire::Rung;

/// A metric for each rung, looked up once, so that the frame path only adds to atomics.
pub(crate) type PerRung<T> = [T; Rung::COUNT];

/// Every series of this process.
#[derive(Debug, Clone, Default)]
pub(super) struct Series(Registry);

impl Series {
    fn register<T: Collector + Clone + 'static>(&self, made: Result<T>) -> Result<T> {
        let made = made?;
        self.0.register(Box::new(made.clone()))?;
        Ok(made)
    }

    pub(super) fn counter(&self, name: &str, help: &str) -> Result<IntCounter> {
        self.register(IntCounter::new(name, help))
    }

    pub(super) fn counters(&self, name: &str, help: &str, label: &str) -> Result<IntCounterVec> {
        self.register(IntCounterVec::new(Opts::new(name, help), &[label]))
    }

    pub(super) fn gauge(&self, name: &str, help: &str) -> Result<IntGauge> {
        self.register(IntGauge::new(name, help))
    }

    pub(super) fn gauges(&self, name: &str, help: &str, labels: &[&str]) -> Result<IntGaugeVec> {
        self.register(IntGaugeVec::new(Opts::new(name, help), labels))
    }

    pub(super) fn float_gauge(&self, name: &str, help: &str) -> Result<Gauge> {
        self.register(Gauge::new(name, help))
    }

    pub(super) fn histogram(&self, name: &str, help: &str, buckets: &[f64]) -> Result<Histogram> {
        let options = HistogramOpts::new(name, help).buckets(buckets.to_vec());
        self.register(Histogram::with_opts(options))
    }

    pub(super) fn histograms(
        &self,
        name: &str,
        help: &str,
        buckets: &[f64],
        label: &str,
    ) -> Result<HistogramVec> {
        let options = HistogramOpts::new(name, help).buckets(buckets.to_vec());
        self.register(HistogramVec::new(options, &[label]))
    }

    /// CPU, memory and descriptors of this process, and which build it is.
    pub(super) fn process(&self) -> Result<()> {
        self.0.register(Box::new(ProcessCollector::for_self()))?;
        let help = "1; its labels tell version and revision.";
        let revision = option_env!("BUILD_REVISION").unwrap_or("unknown");
        self.gauges("build_info", help, &["version", "revision"])?
            .with_label_values(&[env!("CARGO_PKG_VERSION"), revision])
            .set(1);
        Ok(())
    }

    /// All series in Prometheus' text format.
    pub(super) fn text(&self) -> String {
        let mut text = Vec::new();
        // Writing to a Vec cannot fail, and our names are valid: they were registered.
        let encoded = TextEncoder::new().encode(&self.0.gather(), &mut text);
        encoded
            .ok()
            .and_then(|()| String::from_utf8(text).ok())
            .unwrap_or_default()
    }
}

/// The child of each rung; its label is the rung's quality.
pub(super) fn per_rung<T>(child: impl Fn(&str) -> T) -> PerRung<T> {
    std::array::from_fn(|index| {
        let rung = Rung::at(index).map(|rung| rung.to_string());
        child(&rung.unwrap_or_default())
    })
}
