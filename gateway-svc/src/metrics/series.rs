//! The kinds of series that this service has more than one of: one child for each rendition, and times in seconds.

use process::Registry;
use prometheus::{Histogram, IntCounter, IntGauge, Result};
use wire::{PerRendition, per_rendition};

/// From half a millisecond, the bus alone, to seconds, which nobody should see.
const BUCKETS_S: [f64; 12] = [
    0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0,
];

pub(super) fn counters_per_rendition(
    registry: &Registry,
    name: &str,
    help: &str,
) -> Result<PerRendition<IntCounter>> {
    let counters = registry.counters(name, help, "quality")?;
    Ok(per_rendition(|rendition| {
        counters.with_label_values(&[&rendition.to_string()])
    }))
}

pub(super) fn gauges_per_rendition(
    registry: &Registry,
    name: &str,
    help: &str,
) -> Result<PerRendition<IntGauge>> {
    let gauges = registry.gauges(name, help, "quality")?;
    Ok(per_rendition(|rendition| {
        gauges.with_label_values(&[&rendition.to_string()])
    }))
}

pub(super) fn seconds(registry: &Registry, name: &str, help: &str) -> Result<Histogram> {
    registry.histogram(name, help, &BUCKETS_S)
}
