//! What the telling of events counts.

use process::Registry;
use prometheus::{IntCounter, Result};

/// `capture_event_failures_total{kind}`
#[derive(Debug, Clone)]
pub(crate) struct EventMetrics {
    /// `…{kind="nats"}`: an event that nobody heard.
    pub(crate) nats: EventFailures,
    /// `…{kind="on_watch"}`: a call of `CAPTURE_ON_WATCH`.
    pub(crate) on_watch: EventFailures,
    /// `…{kind="mqtt"}`: a connection to the broker.
    pub(crate) mqtt: EventFailures,
}

/// Failures of one kind.
#[derive(Debug, Clone)]
pub(crate) struct EventFailures(IntCounter);

impl EventFailures {
    /// One more.
    pub(crate) fn inc(&self) {
        self.0.inc();
    }
}

impl EventMetrics {
    pub(super) fn new(registry: &Registry) -> Result<Self> {
        let failures = registry.counters(
            "capture_event_failures_total",
            "Failures to tell what happens with the camera, by the way of telling.",
            "kind",
        )?;
        let of = |kind| EventFailures(failures.with_label_values(&[kind]));
        Ok(Self {
            nats: of("nats"),
            on_watch: of("on_watch"),
            mqtt: of("mqtt"),
        })
    }
}
