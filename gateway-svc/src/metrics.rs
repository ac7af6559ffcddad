//! Every `gateway_*` series: names, help and buckets in one place, on a registry of our own.
//!
//! Children per rung are looked up once, so that the frame path only adds to atomics.

use bus::LinkMetrics;
use process::Registry;
use prometheus::{Histogram, IntCounter, IntGauge};
use wire::{PerRung, per_rung};

/// From half a millisecond, the bus alone, to seconds, which nobody should see.
const SECONDS: [f64; 12] = [
    0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0,
];

/// All series of this service.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// `gateway_viewers{quality}`
    pub viewers: PerRung<IntGauge>,
    /// `gateway_connections_total`
    pub connections: IntCounter,
    /// `gateway_closed_total{reason}`
    pub closed: Closed,
    /// `gateway_refused_total{reason}`
    pub refused: Refused,
    /// `gateway_frames_received_total{quality}`
    pub frames_received: PerRung<IntCounter>,
    /// `gateway_frames_sent_total{quality}`
    pub frames_sent: PerRung<IntCounter>,
    /// `gateway_sent_bytes_total`
    pub sent_bytes: IntCounter,
    /// `gateway_frames_skipped_total{reason}`
    pub skipped: Skipped,
    /// `gateway_frame_age_seconds`
    pub frame_age: Histogram,
    /// `gateway_viewer_frame_age_seconds`
    pub viewer_frame_age: Histogram,
    /// `gateway_leases{quality}`
    pub leases: PerRung<IntGauge>,
    /// `gateway_quality_changes_total{direction="up"}`
    pub quality_up: IntCounter,
    /// `gateway_quality_changes_total{direction="down"}`
    pub quality_down: IntCounter,
    /// `nats_connected`, `nats_reconnects_total`
    pub link: LinkMetrics,
}

/// `gateway_closed_total{reason}`: how viewers ended.
#[derive(Debug)]
pub struct Closed {
    /// The viewer left.
    pub viewer: IntCounter,
    /// Its connection broke.
    pub lost: IntCounter,
    /// It stopped answering or reading.
    pub dead: IntCounter,
    /// It broke the protocol or a limit.
    pub violation: IntCounter,
    /// This gateway left.
    pub leaving: IntCounter,
}

/// `gateway_refused_total{reason}`: who was not let in.
#[derive(Debug)]
pub struct Refused {
    /// A quality out of range.
    pub quality: IntCounter,
    /// A camera with an impossible name.
    pub camera: IntCounter,
    /// No token or a wrong one.
    pub token: IntCounter,
    /// Too many wrong tokens.
    pub attempts: IntCounter,
    /// A page of another site.
    pub origin: IntCounter,
    /// All places taken.
    pub full: IntCounter,
    /// All places of that address taken.
    pub address: IntCounter,
    /// No WebSocket handshake.
    pub handshake: IntCounter,
    /// This gateway is leaving.
    pub leaving: IntCounter,
}

/// `gateway_frames_skipped_total{reason}`.
#[derive(Debug)]
pub struct Skipped {
    /// Not sent to a viewer that was behind; counted per viewer.
    pub slow_viewer: IntCounter,
    /// Lost between capture and here.
    pub bus_gap: IntCounter,
    /// Came too late or twice, and was dropped.
    pub stale: IntCounter,
}

impl Closed {
    fn new(registry: &Registry) -> prometheus::Result<Self> {
        let help = "Viewers that ended, by reason.";
        let closed = registry.counters("gateway_closed_total", help, "reason")?;
        let closed = |reason| closed.with_label_values(&[reason]);
        Ok(Self {
            viewer: closed("viewer"),
            lost: closed("lost"),
            dead: closed("dead"),
            violation: closed("violation"),
            leaving: closed("leaving"),
        })
    }
}

impl Refused {
    fn new(registry: &Registry) -> prometheus::Result<Self> {
        let help = "Requests that were not let in, by reason.";
        let refused = registry.counters("gateway_refused_total", help, "reason")?;
        let refused = |reason| refused.with_label_values(&[reason]);
        Ok(Self {
            quality: refused("quality"),
            camera: refused("camera"),
            token: refused("token"),
            attempts: refused("attempts"),
            origin: refused("origin"),
            full: refused("full"),
            address: refused("address"),
            handshake: refused("handshake"),
            leaving: refused("leaving"),
        })
    }
}

impl Skipped {
    fn new(registry: &Registry) -> prometheus::Result<Self> {
        let help =
            "Frames not delivered: per viewer for slow_viewer, per frame for bus_gap and stale.";
        let skipped = registry.counters("gateway_frames_skipped_total", help, "reason")?;
        let skipped = |reason| skipped.with_label_values(&[reason]);
        Ok(Self {
            slow_viewer: skipped("slow_viewer"),
            bus_gap: skipped("bus_gap"),
            stale: skipped("stale"),
        })
    }
}

impl Metrics {
    /// A registry with every series at zero.
    ///
    /// # Errors
    /// Two series of one name: a mistake in this file.
    pub fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new(env!("CARGO_PKG_VERSION"))?;
        let r = &registry;
        let gauges = |name, help| {
            r.gauges(name, help, "quality")
                .map(|gauges| per_rung(|rung| gauges.with_label_values(&[&rung.to_string()])))
        };
        let per_quality = |name, help| {
            r.counters(name, help, "quality")
                .map(|counters| per_rung(|rung| counters.with_label_values(&[&rung.to_string()])))
        };
        let changes = r.counters(
            "gateway_quality_changes_total",
            "Quality switches on a live connection, by direction.",
            "direction",
        )?;
        Ok(Self {
            viewers: gauges("gateway_viewers", "Viewers now, by quality.")?,
            connections: r.counter("gateway_connections_total", "Viewers that were let in.")?,
            closed: Closed::new(r)?,
            refused: Refused::new(r)?,
            frames_received: per_quality(
                "gateway_frames_received_total",
                "Frames that came from the bus, by quality.",
            )?,
            frames_sent: per_quality(
                "gateway_frames_sent_total",
                "Frames written whole to viewers, by quality.",
            )?,
            sent_bytes: r.counter(
                "gateway_sent_bytes_total",
                "Bytes of frames written to viewers.",
            )?,
            skipped: Skipped::new(r)?,
            frame_age: r.histogram(
                "gateway_frame_age_seconds",
                "Age of a frame when it was written to a socket, since capture by the camera host's clock.",
                &SECONDS,
            )?,
            viewer_frame_age: r.histogram(
                "gateway_viewer_frame_age_seconds",
                "Age of frames when they were shown, as viewers report it.",
                &SECONDS,
            )?,
            leases: gauges("gateway_leases", "Leases this gateway holds, by quality.")?,
            quality_up: changes.with_label_values(&["up"]),
            quality_down: changes.with_label_values(&["down"]),
            link: LinkMetrics::new(r)?,
            registry,
        })
    }

    /// All series in Prometheus' text format.
    #[must_use]
    pub fn text(&self) -> String {
        self.registry.text()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_series_of_the_contract_is_there_from_the_start() {
        let text = Metrics::new().unwrap().text();
        for series in [
            "gateway_viewers{quality=\"80\"} 0",
            "gateway_connections_total 0",
            "gateway_closed_total{reason=\"leaving\"} 0",
            "gateway_refused_total{reason=\"quality\"} 0",
            "gateway_frames_received_total{quality=\"30\"} 0",
            "gateway_frames_sent_total{quality=\"95\"} 0",
            "gateway_sent_bytes_total 0",
            "gateway_frames_skipped_total{reason=\"slow_viewer\"} 0",
            "gateway_frames_skipped_total{reason=\"bus_gap\"} 0",
            "gateway_frames_skipped_total{reason=\"stale\"} 0",
            "gateway_frame_age_seconds_count 0",
            "gateway_viewer_frame_age_seconds_count 0",
            "gateway_leases{quality=\"55\"} 0",
            "gateway_quality_changes_total{direction=\"up\"} 0",
            "gateway_quality_changes_total{direction=\"down\"} 0",
            "nats_connected 0",
            "nats_reconnects_total 0",
            "build_info{",
            "process_resident_memory_bytes",
        ] {
            assert!(text.contains(series), "{series} in\n{text}");
        }
    }
}
