//! Every `capture_*` series: names, help and buckets in one place, on a registry of our own.
//!
//! Children per rung are looked up once, so that the frame path only adds to atomics.

use bus::LinkMetrics;
use process::Registry;
use prometheus::{Gauge, Histogram, IntCounter, IntCounterVec, IntGauge};
use wire::{PerRung, Reason, per_rung};

use crate::camera::CameraMetrics;

/// From half a millisecond to a few seconds: an encode takes 1 to 30 ms, an age of 100 ms is a fault.
const SECONDS: [f64; 13] = [
    0.0005, 0.001, 0.002, 0.004, 0.008, 0.012, 0.016, 0.024, 0.032, 0.05, 0.1, 0.5, 2.0,
];
/// From a thumbnail to the largest payload that NATS takes by default.
const BYTES: [f64; 10] = [
    8e3, 16e3, 32e3, 48e3, 64e3, 96e3, 128e3, 256e3, 512e3, 1048e3,
];

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
    /// `nats_connected`, `nats_reconnects_total`
    pub link: LinkMetrics,
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

impl Dropped {
    fn new(registry: &Registry) -> prometheus::Result<Self> {
        let help = "Frames that were captured and not published, by reason.";
        let dropped = registry.counters("capture_frames_dropped_total", help, "reason")?;
        let dropped = |reason| dropped.with_label_values(&[reason]);
        Ok(Self {
            pace: dropped("pace"),
            busy: dropped("busy"),
            camera: dropped("camera"),
            corrupt: dropped("corrupt"),
            too_large: dropped("too_large"),
            bus: dropped("bus"),
        })
    }
}

/// Every reason is there from the start, at zero.
fn camera_errors(registry: &Registry) -> prometheus::Result<IntCounterVec> {
    let help = "Faults of the camera, by reason.";
    let errors = registry.counters("capture_camera_errors_total", help, "reason")?;
    for reason in Reason::FAULTS {
        errors.with_label_values(&[reason.as_str()]);
    }
    Ok(errors)
}

impl Metrics {
    /// A registry with every series at zero.
    ///
    /// # Errors
    /// Two series of one name: a mistake in this file.
    pub fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new(env!("CARGO_PKG_VERSION"))?;
        let r = &registry;
        let per_quality = |name, help| {
            r.counters(name, help, "quality")
                .map(|counters| per_rung(|rung| counters.with_label_values(&[&rung.to_string()])))
        };
        let leases = r.gauges(
            "capture_leases",
            "Live leases (gateways that want it), by quality.",
            "quality",
        )?;
        let frame_bytes = r.histograms(
            "capture_frame_bytes",
            "Size of a published JPEG, by quality.",
            "quality",
            &BYTES,
        )?;
        Ok(Self {
            frames_captured: r.counter(
                "capture_frames_captured_total",
                "Frames the camera delivered.",
            )?,
            dropped: Dropped::new(r)?,
            frames_published: per_quality(
                "capture_frames_published_total",
                "JPEG frames handed to NATS, by quality.",
            )?,
            published_bytes: per_quality(
                "capture_published_bytes_total",
                "Bytes of JPEG handed to NATS, by quality.",
            )?,
            encode_seconds: r.histogram(
                "capture_encode_seconds",
                "Time to encode one frame at all its qualities.",
                &SECONDS,
            )?,
            frame_bytes: per_rung(|rung| frame_bytes.with_label_values(&[&rung.to_string()])),
            publish_age: r.histogram(
                "capture_publish_age_seconds",
                "Age of a frame when it was published, since capture.",
                &SECONDS,
            )?,
            leases: per_rung(|rung| leases.with_label_values(&[&rung.to_string()])),
            camera_open: r.gauge(
                "capture_camera_open",
                "1 while the camera is open (its light is on).",
            )?,
            camera_opens: r.counter(
                "capture_camera_opens_total",
                "How often the camera was opened.",
            )?,
            camera_errors: camera_errors(r)?,
            source_fps: r.float_gauge(
                "capture_source_fps",
                "Frames per second after the pacer; 0 while closed.",
            )?,
            link: LinkMetrics::new(r)?,
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
        self.registry.text()
    }
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
