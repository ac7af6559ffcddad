//! Every `capture_*` series: names, help and buckets in one place, on a registry of our own.
//!
//! Children per rung are looked up once, so that the frame path only adds to atomics.

use prometheus::{
    Encoder, Gauge, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge,
    IntGaugeVec, Opts, Registry, TextEncoder,
};
use wire::{Reason, Rung};

use crate::camera::CameraMetrics;

/// From half a millisecond to a few seconds: an encode takes 1 to 30 ms, an age of 100 ms is a fault.
const SECONDS: [f64; 13] = [
    0.0005, 0.001, 0.002, 0.004, 0.008, 0.012, 0.016, 0.024, 0.032, 0.05, 0.1, 0.5, 2.0,
];
/// From a thumbnail to the largest payload that NATS takes by default.
const BYTES: [f64; 10] = [
    8e3, 16e3, 32e3, 48e3, 64e3, 96e3, 128e3, 256e3, 512e3, 1048e3,
];

/// A metric for each rung.
pub type PerRung<T> = [T; Rung::COUNT];

/// All series of this service.
#[derive(Debug, Clone)]
pub struct Metrics {
    registry: Registry,
    /// `capture_frames_captured_total`
    pub frames_captured: IntCounter,
    /// `capture_frames_dropped_total{reason}`
    pub dropped: Dropped,
    /// `capture_frames_published_total{quality}`
    pub frames_published: PerRung<IntCounter>,
    /// `capture_published_bytes_total{quality}`
    pub published_bytes: PerRung<IntCounter>,
    /// `capture_encode_seconds`
    pub encode_seconds: Histogram,
    /// `capture_frame_bytes{quality}`
    pub frame_bytes: PerRung<Histogram>,
    /// `capture_publish_age_seconds`
    pub publish_age: Histogram,
    /// `capture_leases{quality}`
    pub leases: PerRung<IntGauge>,
    /// `capture_camera_open`
    pub camera_open: IntGauge,
    /// `capture_camera_opens_total`
    pub camera_opens: IntCounter,
    /// `capture_camera_errors_total{reason}`
    pub camera_errors: IntCounterVec,
    /// `capture_source_fps`
    pub source_fps: Gauge,
    /// `nats_connected`
    pub nats_connected: IntGauge,
    /// `nats_reconnects_total`
    pub nats_reconnects: IntCounter,
}

/// `capture_frames_dropped_total{reason}`, a counter per reason.
#[derive(Debug, Clone)]
pub struct Dropped {
    /// More than the target rate.
    pub pace: IntCounter,
    /// A newer frame came before this one was encoded.
    pub busy: IntCounter,
    /// Lost before they reached us, by the driver's own count.
    pub camera: IntCounter,
    /// Damaged by the camera or on the way from it.
    pub corrupt: IntCounter,
    /// Above the server's `max_payload`.
    pub too_large: IntCounter,
    /// NATS was away or took too long.
    pub bus: IntCounter,
}

impl Metrics {
    /// A registry with every series at zero.
    ///
    /// # Errors
    /// Two series of one name: a mistake in this file.
    #[expect(
        clippy::too_many_lines,
        reason = "a line or two for each series, in one list"
    )]
    pub fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let r = &registry;
        let dropped = int_counter_vec(
            r,
            "capture_frames_dropped_total",
            "Frames that were captured and not published, by reason.",
            &["reason"],
        )?;
        let published = int_counter_vec(
            r,
            "capture_frames_published_total",
            "JPEG frames handed to NATS, by quality.",
            &["quality"],
        )?;
        let bytes = int_counter_vec(
            r,
            "capture_published_bytes_total",
            "Bytes of JPEG handed to NATS, by quality.",
            &["quality"],
        )?;
        let leases = register(
            r,
            IntGaugeVec::new(
                Opts::new(
                    "capture_leases",
                    "Live leases (gateways that want it), by quality.",
                ),
                &["quality"],
            ),
        )?;
        let frame_bytes = HistogramOpts::new(
            "capture_frame_bytes",
            "Size of a published JPEG, by quality.",
        )
        .buckets(BYTES.to_vec());
        let frame_bytes = register(r, HistogramVec::new(frame_bytes, &["quality"]))?;
        let errors = int_counter_vec(
            r,
            "capture_camera_errors_total",
            "Faults of the camera, by reason.",
            &["reason"],
        )?;
        for reason in Reason::FAULTS {
            errors.with_label_values(&[reason.as_str()]);
        }
        build_info(r)?;
        r.register(Box::new(
            prometheus::process_collector::ProcessCollector::for_self(),
        ))?;
        Ok(Self {
            frames_captured: int_counter(
                r,
                "capture_frames_captured_total",
                "Frames the camera delivered.",
            )?,
            dropped: Dropped {
                pace: dropped.with_label_values(&["pace"]),
                busy: dropped.with_label_values(&["busy"]),
                camera: dropped.with_label_values(&["camera"]),
                corrupt: dropped.with_label_values(&["corrupt"]),
                too_large: dropped.with_label_values(&["too_large"]),
                bus: dropped.with_label_values(&["bus"]),
            },
            frames_published: per_rung(|quality| published.with_label_values(&[quality])),
            published_bytes: per_rung(|quality| bytes.with_label_values(&[quality])),
            encode_seconds: histogram(
                r,
                "capture_encode_seconds",
                "Time to encode one frame at all its qualities.",
            )?,
            frame_bytes: per_rung(|quality| frame_bytes.with_label_values(&[quality])),
            publish_age: histogram(
                r,
                "capture_publish_age_seconds",
                "Age of a frame when it was published, since capture.",
            )?,
            leases: per_rung(|quality| leases.with_label_values(&[quality])),
            camera_open: register(
                r,
                IntGauge::new(
                    "capture_camera_open",
                    "1 while the camera is open (its light is on).",
                ),
            )?,
            camera_opens: int_counter(
                r,
                "capture_camera_opens_total",
                "How often the camera was opened.",
            )?,
            camera_errors: errors,
            source_fps: register(
                r,
                Gauge::new(
                    "capture_source_fps",
                    "Frames per second after the pacer; 0 while closed.",
                ),
            )?,
            nats_connected: register(
                r,
                IntGauge::new("nats_connected", "1 while all connections to NATS stand."),
            )?,
            nats_reconnects: int_counter(
                r,
                "nats_reconnects_total",
                "How often a connection to NATS was made again.",
            )?,
            registry,
        })
    }

    /// The series that the camera's threads count in.
    #[must_use]
    pub fn camera(&self) -> CameraMetrics {
        CameraMetrics {
            captured: self.frames_captured.clone(),
            dropped_pace: self.dropped.pace.clone(),
            dropped_busy: self.dropped.busy.clone(),
            dropped_corrupt: self.dropped.corrupt.clone(),
            dropped_camera: self.dropped.camera.clone(),
            open: self.camera_open.clone(),
            opens: self.camera_opens.clone(),
            errors: self.camera_errors.clone(),
            source_fps: self.source_fps.clone(),
        }
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

fn register<T: prometheus::core::Collector + Clone + 'static>(
    registry: &Registry,
    made: prometheus::Result<T>,
) -> prometheus::Result<T> {
    let made = made?;
    registry.register(Box::new(made.clone()))?;
    Ok(made)
}

fn int_counter(registry: &Registry, name: &str, help: &str) -> prometheus::Result<IntCounter> {
    register(registry, IntCounter::new(name, help))
}

fn int_counter_vec(
    registry: &Registry,
    name: &str,
    help: &str,
    labels: &[&str],
) -> prometheus::Result<IntCounterVec> {
    register(registry, IntCounterVec::new(Opts::new(name, help), labels))
}

fn histogram(registry: &Registry, name: &str, help: &str) -> prometheus::Result<Histogram> {
    register(
        registry,
        Histogram::with_opts(HistogramOpts::new(name, help).buckets(SECONDS.to_vec())),
    )
}

fn per_rung<T>(child: impl Fn(&str) -> T) -> PerRung<T> {
    std::array::from_fn(|index| {
        child(
            &Rung::at(index)
                .map(|rung| rung.to_string())
                .unwrap_or_default(),
        )
    })
}

fn build_info(registry: &Registry) -> prometheus::Result<()> {
    let info = Opts::new("build_info", "1; its labels tell version and revision.");
    let revision = option_env!("BUILD_REVISION").unwrap_or("unknown");
    register(registry, IntGaugeVec::new(info, &["version", "revision"]))?
        .with_label_values(&[env!("CARGO_PKG_VERSION"), revision])
        .set(1);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_series_of_the_contract_is_there_from_the_start() {
        let metrics = Metrics::new().unwrap();
        let text = metrics.text();
        for series in [
            "capture_frames_captured_total 0",
            "capture_frames_dropped_total{reason=\"pace\"} 0",
            "capture_frames_dropped_total{reason=\"bus\"} 0",
            "capture_frames_published_total{quality=\"80\"} 0",
            "capture_published_bytes_total{quality=\"30\"} 0",
            "capture_encode_seconds_count 0",
            "capture_frame_bytes_count{quality=\"95\"} 0",
            "capture_publish_age_seconds_count 0",
            "capture_leases{quality=\"55\"} 0",
            "capture_camera_open 0",
            "capture_camera_opens_total 0",
            "capture_camera_errors_total{reason=\"unplugged\"} 0",
            "capture_source_fps 0",
            "nats_connected 0",
            "nats_reconnects_total 0",
            "build_info{",
            "process_resident_memory_bytes",
        ] {
            assert!(text.contains(series), "{series} in\n{text}");
        }
    }
}
