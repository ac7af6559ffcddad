//! Every `capture_*` series: names, help and buckets in one place. Each part of the service gets its own few.

mod events;
#[cfg(test)]
mod tests;

use bus::LinkMetrics;
use process::Registry;
use prometheus::{Gauge, Histogram, IntCounter, IntCounterVec, IntGauge, Result};
use wire::{CameraId, PerRendition, Reason, Rendition, per_rendition};

pub(crate) use self::events::{EventFailures, EventMetrics};

/// From half a millisecond to a few seconds: an encode takes 1 to 30 ms, an age of 100 ms is a fault.
const SECONDS_BUCKETS: [f64; 13] = [
    0.0005, 0.001, 0.002, 0.004, 0.008, 0.012, 0.016, 0.024, 0.032, 0.05, 0.1, 0.5, 2.0,
];
/// From a thumbnail to the largest payload that NATS takes by default.
const BYTES_BUCKETS: [f64; 10] = [
    8e3, 16e3, 32e3, 48e3, 64e3, 96e3, 128e3, 256e3, 512e3, 1048e3,
];

/// All series of this service. They are shared atomics: a clone counts in the same place.
#[derive(Debug, Clone)]
pub struct Metrics {
    registry: Registry,
    /// `nats_connected`, `nats_reconnects_total`
    pub(crate) link: LinkMetrics,
}

impl Metrics {
    /// A registry with every series at zero.
    ///
    /// # Errors
    /// Two series of one name: a mistake in this file.
    pub fn new() -> Result<Self> {
        let registry = Registry::new(env!("CARGO_PKG_VERSION"))?;
        Ok(Self {
            link: LinkMetrics::new(&registry)?,
            registry,
        })
    }

    /// Those of one camera, at zero. They go when the last clone of the answer goes.
    ///
    /// # Errors
    /// The camera has its series already.
    pub fn camera(&self, camera: &CameraId) -> Result<CameraSeries> {
        let registry = self.registry.labelled("camera", camera.name());
        let dropped = registry.counters(
            "capture_frames_dropped_total",
            "Frames that were captured and not published, by reason.",
            "reason",
        )?;
        Ok(CameraSeries {
            service: ServiceMetrics::new(&registry)?,
            camera: CameraMetrics::new(&registry, &dropped)?,
            publish: PublishMetrics::new(&registry, &dropped)?,
            leases: LeaseMetrics::new(&registry)?,
            events: EventMetrics::new(&registry)?,
            _registry: registry,
        })
    }

    /// All series in Prometheus' text format.
    #[must_use]
    pub fn text(&self) -> String {
        self.registry.text()
    }
}

/// All series of one camera, with the label `camera`.
#[derive(Debug, Clone)]
pub struct CameraSeries {
    /// Whether it is served and there.
    pub(crate) service: ServiceMetrics,
    /// What the camera's threads count.
    pub(crate) camera: CameraMetrics,
    /// What the publisher counts.
    pub(crate) publish: PublishMetrics,
    /// What the watch on the demand counts.
    pub(crate) leases: LeaseMetrics,
    /// What the telling of events counts.
    pub(crate) events: EventMetrics,
    /// Has them as long as this lives.
    _registry: Registry,
}

#[cfg(test)]
impl CameraSeries {
    /// Some, for the tests of whoever counts.
    pub(crate) fn of_a_test() -> Self {
        let metrics = Metrics::new().expect("names that differ");
        metrics
            .camera(&CameraId::default())
            .expect("the first camera")
    }
}

/// Whether a camera is served and there.
#[derive(Debug, Clone)]
pub(crate) struct ServiceMetrics {
    /// `capture_active`
    pub(crate) active: IntGauge,
    /// `capture_camera_present`
    pub(crate) present: IntGauge,
}

impl ServiceMetrics {
    fn new(registry: &Registry) -> Result<Self> {
        Ok(Self {
            active: registry.gauge(
                "capture_active",
                "1 while this process serves the camera, 0 while it stands by.",
            )?,
            present: registry.gauge(
                "capture_camera_present",
                "1 while what CAPTURE_SOURCE names is there; looked at without opening it.",
            )?,
        })
    }
}

/// What the camera's threads count.
#[derive(Debug, Clone)]
pub(crate) struct CameraMetrics {
    /// `capture_frames_captured_total`: frames admitted by the pacer.
    pub(crate) captured: IntCounter,
    /// `capture_frames_dropped_total{reason="pace"}`: faster than the target.
    pub(crate) dropped_pace: IntCounter,
    /// `…{reason="busy"}`: made way for a newer frame before anybody took it.
    pub(crate) dropped_busy: IntCounter,
    /// `…{reason="corrupt"}`: damaged or incomplete; the publisher counts here too.
    pub(crate) dropped_corrupt: IntCounter,
    /// `…{reason="camera"}`: lost before they reached us, by the driver's own sequence numbers.
    pub(crate) dropped_camera: IntCounter,
    /// `capture_camera_open`: 1 while the source is open.
    pub(crate) open: IntGauge,
    /// `capture_camera_opens_total`
    pub(crate) opens: IntCounter,
    /// `capture_camera_errors_total{reason}`; the reasons are [`Reason::FAULTS`].
    pub(crate) errors: IntCounterVec,
    /// `capture_source_fps`: frames a second over the last seconds; 0 while closed.
    pub(crate) source_fps: Gauge,
}

impl CameraMetrics {
    fn new(registry: &Registry, dropped: &IntCounterVec) -> Result<Self> {
        let errors = registry.counters(
            "capture_camera_errors_total",
            "Faults of the camera, by reason.",
            "reason",
        )?;
        for reason in Reason::FAULTS {
            errors.with_label_values(&[reason.as_str()]);
        }
        Ok(Self {
            captured: registry.counter(
                "capture_frames_captured_total",
                "Frames the camera delivered.",
            )?,
            dropped_pace: dropped.with_label_values(&["pace"]),
            dropped_busy: dropped.with_label_values(&["busy"]),
            dropped_corrupt: dropped.with_label_values(&["corrupt"]),
            dropped_camera: dropped.with_label_values(&["camera"]),
            open: registry.gauge(
                "capture_camera_open",
                "1 while the camera is open (its light is on).",
            )?,
            opens: registry.counter(
                "capture_camera_opens_total",
                "How often the camera was opened.",
            )?,
            errors,
            source_fps: registry.float_gauge(
                "capture_source_fps",
                "Frames per second after the pacer; 0 while closed.",
            )?,
        })
    }
}

/// What the publisher counts.
#[derive(Debug, Clone)]
pub(crate) struct PublishMetrics {
    /// `capture_frames_dropped_total{reason="corrupt"}`: found to be damaged when it was encoded.
    pub(crate) dropped_corrupt: IntCounter,
    /// `…{reason="too_large"}`: above the server's `max_payload`.
    pub(crate) dropped_too_large: IntCounter,
    /// `…{reason="bus"}`: NATS was away or took too long.
    pub(crate) dropped_bus: IntCounter,
    /// `capture_frames_published_total{quality}`
    pub(crate) published: PerRendition<IntCounter>,
    /// `capture_published_bytes_total{quality}`
    pub(crate) published_bytes: PerRendition<IntCounter>,
    /// `capture_frame_bytes{quality}`
    pub(crate) frame_bytes: PerRendition<Histogram>,
    /// `capture_intervals_total{kind}`: `fresh`, `held`, `refreshed`.
    pub(crate) intervals: [IntCounter; 3],
    /// `capture_changed_ratio`: 0 while nothing is compared.
    pub(crate) changed_ratio: Gauge,
    /// `capture_encode_seconds`
    pub(crate) encode_seconds: Histogram,
    /// `capture_publish_age_seconds`
    pub(crate) publish_age: Histogram,
}

impl PublishMetrics {
    fn new(registry: &Registry, dropped: &IntCounterVec) -> Result<Self> {
        let published = registry.counters(
            "capture_frames_published_total",
            "JPEG frames handed to NATS, by quality.",
            "quality",
        )?;
        let published_bytes = registry.counters(
            "capture_published_bytes_total",
            "Bytes of JPEG handed to NATS, by quality.",
            "quality",
        )?;
        let frame_bytes = registry.histograms(
            "capture_frame_bytes",
            "Size of a published JPEG, by quality.",
            "quality",
            &BYTES_BUCKETS,
        )?;
        let intervals = registry.counters(
            "capture_intervals_total",
            "Restart intervals by what became of them: encoded because they changed, held, or encoded because they were held for long.",
            "kind",
        )?;
        let changed_ratio = registry.float_gauge(
            "capture_changed_ratio",
            "Share of the picture that changes from frame to frame, mean of about a second; 0 while nothing is compared.",
        )?;
        Ok(Self {
            intervals: ["fresh", "held", "refreshed"]
                .map(|kind| intervals.with_label_values(&[kind])),
            changed_ratio,
            dropped_corrupt: dropped.with_label_values(&["corrupt"]),
            dropped_too_large: dropped.with_label_values(&["too_large"]),
            dropped_bus: dropped.with_label_values(&["bus"]),
            published: per_rendition(|rendition| {
                published.with_label_values(&[&rendition.to_string()])
            }),
            published_bytes: per_rendition(|rendition| {
                published_bytes.with_label_values(&[&rendition.to_string()])
            }),
            frame_bytes: per_rendition(|rendition| {
                frame_bytes.with_label_values(&[&rendition.to_string()])
            }),
            encode_seconds: registry.histogram(
                "capture_encode_seconds",
                "Time to encode one frame at all its qualities.",
                &SECONDS_BUCKETS,
            )?,
            publish_age: registry.histogram(
                "capture_publish_age_seconds",
                "Age of a frame when it was published, since capture.",
                &SECONDS_BUCKETS,
            )?,
        })
    }
}

/// `capture_leases{quality}`
#[derive(Debug, Clone)]
pub(crate) struct LeaseMetrics(PerRendition<IntGauge>);

impl LeaseMetrics {
    fn new(registry: &Registry) -> Result<Self> {
        let leases = registry.gauges(
            "capture_leases",
            "Live leases (gateways that want it), by quality.",
            "quality",
        )?;
        Ok(Self(per_rendition(|rendition| {
            leases.with_label_values(&[&rendition.to_string()])
        })))
    }

    /// Says how many leases `rendition` has.
    pub(crate) fn set(&self, rendition: Rendition, leases: usize) {
        self.0[rendition.index()].set(leases as i64);
    }
}
