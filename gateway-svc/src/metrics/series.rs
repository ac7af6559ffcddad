//! What this service's series have in common: names of cameras as labels, and times in seconds.

use std::collections::BTreeSet;
use std::sync::Arc;

use parking_lot::Mutex;
use process::Registry;
use prometheus::{HistogramVec, IntCounterVec, IntGaugeVec, Result};
use wire::CameraId;

/// From half a millisecond, the bus alone, to seconds, which nobody should see.
const BUCKETS_S: [f64; 12] = [
    0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0,
];

/// Cameras that have series of their own: whoever may watch may ask for any name, and a series is never forgotten.
const MAX_NAMES: usize = 256;

/// What further ones are called together. No camera can have this name.
const OTHERS: &str = "_other";

/// The cameras that have series of their own.
#[derive(Clone, Debug, Default)]
pub(super) struct Names(Arc<Mutex<BTreeSet<CameraId>>>);

impl Names {
    /// The value of the label `camera`.
    pub(super) fn of<'a>(&self, camera: &'a CameraId) -> &'a str {
        let mut names = self.0.lock();
        if !names.contains(camera) {
            if names.len() >= MAX_NAMES {
                return OTHERS;
            }
            names.insert(camera.clone());
        }
        camera.name()
    }
}

/// By camera.
pub(super) fn counters(registry: &Registry, name: &str, help: &str) -> Result<IntCounterVec> {
    registry.counters(name, help, "camera")
}

/// By camera and quality.
pub(super) fn counters_by_quality(
    registry: &Registry,
    name: &str,
    help: &str,
) -> Result<IntCounterVec> {
    registry.counters_by(name, help, &["camera", "quality"])
}

/// By camera and quality.
pub(super) fn gauges_by_quality(
    registry: &Registry,
    name: &str,
    help: &str,
) -> Result<IntGaugeVec> {
    registry.gauges_by(name, help, &["camera", "quality"])
}

/// By camera.
pub(super) fn seconds(registry: &Registry, name: &str, help: &str) -> Result<HistogramVec> {
    registry.histograms(name, help, "camera", &BUCKETS_S)
}

#[cfg(test)]
mod tests {
    use super::{MAX_NAMES, Names, OTHERS};

    #[test]
    fn names_that_anybody_may_invent_do_not_make_series_without_end() {
        let names = Names::default();
        let camera = |number: usize| format!("camera-{number}").parse().expect("a name");
        for number in 0..MAX_NAMES {
            assert_eq!(names.of(&camera(number)), format!("camera-{number}"));
        }
        assert_eq!(names.of(&camera(MAX_NAMES)), OTHERS);
        assert_eq!(names.of(&camera(7)), "camera-7");
    }
}
