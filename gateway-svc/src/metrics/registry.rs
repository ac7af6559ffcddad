//! How a series is made and registered: every name is on one registry, each child is looked up once.

use prometheus::core::Collector;
use prometheus::{
    Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
};
use wire::Rung;

/// A metric for each rung, by [`Rung::index`].
pub(crate) type PerRung<T> = [T; Rung::COUNT];

/// From half a millisecond, the bus alone, to seconds, which nobody should see.
const SECONDS: [f64; 12] = [
    0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0,
];

pub(super) fn add<T: Collector + Clone + 'static>(
    registry: &Registry,
    made: prometheus::Result<T>,
) -> prometheus::Result<T> {
    let made = made?;
    registry.register(Box::new(made.clone()))?;
    Ok(made)
}

pub(super) fn gauge(registry: &Registry, name: &str, help: &str) -> prometheus::Result<IntGauge> {
    add(registry, IntGauge::new(name, help))
}

pub(super) fn counter(
    registry: &Registry,
    name: &str,
    help: &str,
) -> prometheus::Result<IntCounter> {
    add(registry, IntCounter::new(name, help))
}

pub(super) fn counters(
    registry: &Registry,
    name: &str,
    help: &str,
    label: &str,
) -> prometheus::Result<IntCounterVec> {
    add(
        registry,
        IntCounterVec::new(Opts::new(name, help), &[label]),
    )
}

pub(super) fn counters_per_rung(
    registry: &Registry,
    name: &str,
    help: &str,
) -> prometheus::Result<PerRung<IntCounter>> {
    let counters = counters(registry, name, help, "quality")?;
    Ok(per_rung(|quality| counters.with_label_values(&[quality])))
}

pub(super) fn gauges_per_rung(
    registry: &Registry,
    name: &str,
    help: &str,
) -> prometheus::Result<PerRung<IntGauge>> {
    let gauges = IntGaugeVec::new(Opts::new(name, help), &["quality"]);
    let gauges = add(registry, gauges)?;
    Ok(per_rung(|quality| gauges.with_label_values(&[quality])))
}

pub(super) fn seconds(
    registry: &Registry,
    name: &str,
    help: &str,
) -> prometheus::Result<Histogram> {
    let opts = HistogramOpts::new(name, help).buckets(SECONDS.to_vec());
    add(registry, Histogram::with_opts(opts))
}

pub(super) fn build_info(registry: &Registry) -> prometheus::Result<()> {
    let opts = Opts::new("build_info", "1; its labels tell version and revision.");
    let revision = option_env!("BUILD_REVISION").unwrap_or("unknown");
    add(registry, IntGaugeVec::new(opts, &["version", "revision"]))?
        .with_label_values(&[env!("CARGO_PKG_VERSION"), revision])
        .set(1);
    Ok(())
}

fn per_rung<T>(child: impl Fn(&str) -> T) -> PerRung<T> {
    let name = |index| {
        Rung::at(index)
            .map(|rung| rung.to_string())
            .unwrap_or_default()
    };
    std::array::from_fn(|index| child(&name(index)))
}
