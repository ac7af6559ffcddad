//! What becomes of frames: taken from the bus, written to viewers, skipped.

use process::Registry;
use prometheus::local::LocalHistogram;
use prometheus::{Histogram, IntCounter};
use wire::{PerRung, Rung};

use super::series;

/// Frames between the bus and the fan-out.
#[derive(Debug)]
pub(crate) struct Received {
    /// `gateway_frames_received_total{quality}`
    pub(crate) frames: PerRung<IntCounter>,
    /// `gateway_frames_skipped_total{reason="bus_gap"}`: lost between capture and here.
    pub(crate) bus_gap: IntCounter,
    /// `gateway_frames_skipped_total{reason="stale"}`: came too late or twice, and was dropped.
    pub(crate) stale: IntCounter,
}

/// Frames between the fan-out and the viewers.
#[derive(Debug)]
pub(crate) struct Delivered {
    /// `gateway_frames_sent_total{quality}`
    frames: PerRung<IntCounter>,
    /// `gateway_sent_bytes_total`
    bytes: IntCounter,
    /// `gateway_frames_skipped_total{reason="slow_viewer"}`: not sent to a viewer that was behind; counted per viewer.
    skipped: IntCounter,
    /// `gateway_frame_age_seconds`
    age: Histogram,
}

/// What one delivery to many viewers did; added to the shared counters once, not once per viewer.
#[derive(Debug)]
pub(crate) struct DeliveryBatch {
    sent: u64,
    skipped: u64,
    ages: LocalHistogram,
}

/// Both halves of a frame's way, on `registry`.
pub(super) fn new(registry: &Registry) -> prometheus::Result<(Received, Delivered)> {
    let skipped = registry.counters(
        "gateway_frames_skipped_total",
        "Frames not delivered: per viewer for slow_viewer, per frame for bus_gap and stale.",
        "reason",
    )?;
    let received = Received {
        frames: series::counters_per_rung(
            registry,
            "gateway_frames_received_total",
            "Frames that came from the bus, by quality.",
        )?,
        bus_gap: skipped.with_label_values(&["bus_gap"]),
        stale: skipped.with_label_values(&["stale"]),
    };
    let delivered = Delivered {
        frames: series::counters_per_rung(
            registry,
            "gateway_frames_sent_total",
            "Frames written whole to viewers, by quality.",
        )?,
        bytes: registry.counter(
            "gateway_sent_bytes_total",
            "Bytes of frames written to viewers.",
        )?,
        skipped: skipped.with_label_values(&["slow_viewer"]),
        age: series::seconds(
            registry,
            "gateway_frame_age_seconds",
            "Age of a frame when it was written to a socket, since capture by the camera host's clock.",
        )?,
    };
    Ok((received, delivered))
}

impl Delivered {
    /// One frame of `bytes` was written whole, `age` seconds after its capture if that is known.
    pub(crate) fn sent(&self, rung: Rung, bytes: usize, age: Option<f64>) {
        self.frames[rung.index()].inc();
        self.bytes.inc_by(bytes as u64);
        if let Some(age) = age {
            self.age.observe(age);
        }
    }

    /// So many frames were skipped for one viewer.
    pub(crate) fn skipped(&self, frames: u64) {
        self.skipped.inc_by(frames);
    }

    /// An empty batch.
    pub(crate) fn batch(&self) -> DeliveryBatch {
        DeliveryBatch {
            sent: 0,
            skipped: 0,
            ages: self.age.local(),
        }
    }
}

impl DeliveryBatch {
    /// The frame was written whole to one more viewer.
    pub(crate) fn sent(&mut self, age: Option<f64>) {
        self.sent += 1;
        if let Some(age) = age {
            self.ages.observe(age);
        }
    }

    /// So many frames were skipped for one viewer.
    pub(crate) fn skipped(&mut self, frames: u64) {
        self.skipped += frames;
    }

    /// Adds all of it, a frame of `bytes` each time, and is empty again.
    pub(crate) fn flush(&mut self, to: &Delivered, rung: Rung, bytes: usize) {
        let sent = std::mem::take(&mut self.sent);
        to.frames[rung.index()].inc_by(sent);
        to.bytes.inc_by(sent * bytes as u64);
        to.skipped.inc_by(std::mem::take(&mut self.skipped));
        self.ages.flush();
    }
}
