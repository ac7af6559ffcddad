//! Every `gateway_*` series: names, help and buckets in one place, on a registry of our own.
//!
//! Children per rung are looked up once, so that the frame path only adds to atomics.

use prometheus::core::Collector;
use prometheus::process_collector::ProcessCollector;
use prometheus::{
    Encoder, Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts,
    Registry, TextEncoder,
};
use wire::Rung;

/// From half a millisecond, the bus alone, to seconds, which nobody should see.
const SECONDS: [f64; 12] = [
    0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0,
];

/// A metric for each rung, by [`Rung::index`].
pub type PerRung<T> = [T; Rung::COUNT];

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
    /// `nats_connected`
    pub nats_connected: IntGauge,
    /// `nats_reconnects_total`
    pub nats_reconnects: IntCounter,
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
        let closed = counters(registry, "gateway_closed_total", help, "reason")?;
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
        let refused = counters(registry, "gateway_refused_total", help, "reason")?;
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

impl Metrics {
    /// A registry with every series at zero.
    ///
    /// # Errors
    /// Two series of one name: a mistake in this file.
    pub fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let r = &registry;
        let gauges = |name, help| {
            add(r, IntGaugeVec::new(Opts::new(name, help), &["quality"]))
                .map(|vec| per_rung(|quality| vec.with_label_values(&[quality])))
        };
        let per_quality = |name, help| {
            counters(r, name, help, "quality")
                .map(|vec| per_rung(|quality| vec.with_label_values(&[quality])))
        };
        let skipped = counters(
            r,
            "gateway_frames_skipped_total",
            "Frames not delivered: per viewer for slow_viewer, per frame for bus_gap and stale.",
            "reason",
        )?;
        let skipped = |reason| skipped.with_label_values(&[reason]);
        let changes = counters(
            r,
            "gateway_quality_changes_total",
            "Quality switches on a live connection, by direction.",
            "direction",
        )?;
        let changes = |direction| changes.with_label_values(&[direction]);
        build_info(r)?;
        r.register(Box::new(ProcessCollector::for_self()))?;
        Ok(Self {
            viewers: gauges("gateway_viewers", "Viewers now, by quality.")?,
            connections: counter(r, "gateway_connections_total", "Viewers that were let in.")?,
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
            sent_bytes: counter(
                r,
                "gateway_sent_bytes_total",
                "Bytes of frames written to viewers.",
            )?,
            skipped: Skipped {
                slow_viewer: skipped("slow_viewer"),
                bus_gap: skipped("bus_gap"),
                stale: skipped("stale"),
            },
            frame_age: histogram(
                r,
                "gateway_frame_age_seconds",
                "Age of a frame when it was written to a socket, since capture by the camera host's clock.",
            )?,
            viewer_frame_age: histogram(
                r,
                "gateway_viewer_frame_age_seconds",
                "Age of frames when they were shown, as viewers report it.",
            )?,
            leases: gauges("gateway_leases", "Leases this gateway holds, by quality.")?,
            quality_up: changes("up"),
            quality_down: changes("down"),
            nats_connected: add(
                r,
                IntGauge::new("nats_connected", "1 while the connection to NATS stands."),
            )?,
            nats_reconnects: counter(
                r,
                "nats_reconnects_total",
                "How often the connection to NATS was made again.",
            )?,
            registry,
        })
    }

    /// All series in Prometheus' text format.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = Vec::new();
        // Writing to a Vec cannot fail, and our names are valid: they were registered.
        let encoded = TextEncoder::new().encode(&self.registry.gather(), &mut text);
        encoded
            .ok()
            .and_then(|()| String::from_utf8(text).ok())
            .unwrap_or_default()
    }
}

fn add<T: Collector + Clone + 'static>(
    registry: &Registry,
    made: prometheus::Result<T>,
) -> prometheus::Result<T> {
    let made = made?;
    registry.register(Box::new(made.clone()))?;
    Ok(made)
}

fn counter(registry: &Registry, name: &str, help: &str) -> prometheus::Result<IntCounter> {
    add(registry, IntCounter::new(name, help))
}

fn counters(
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

fn histogram(registry: &Registry, name: &str, help: &str) -> prometheus::Result<Histogram> {
    let opts = HistogramOpts::new(name, help).buckets(SECONDS.to_vec());
    add(registry, Histogram::with_opts(opts))
}

fn per_rung<T>(child: impl Fn(&str) -> T) -> PerRung<T> {
    let name = |index| {
        Rung::at(index)
            .map(|rung| rung.to_string())
            .unwrap_or_default()
    };
    std::array::from_fn(|index| child(&name(index)))
}

fn build_info(registry: &Registry) -> prometheus::Result<()> {
    let opts = Opts::new("build_info", "1; its labels tell version and revision.");
    let revision = option_env!("BUILD_REVISION").unwrap_or("unknown");
    add(registry, IntGaugeVec::new(opts, &["version", "revision"]))?
        .with_label_values(&[env!("CARGO_PKG_VERSION"), revision])
        .set(1);
    Ok(())
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
