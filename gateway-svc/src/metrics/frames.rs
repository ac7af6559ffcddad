//! What becomes of frames: taken from the bus, written to viewers, skipped.

use process::Registry;
use prometheus::local::LocalHistogram;
use prometheus::{Histogram, IntCounter};
use wire::{PerRendition, Rendition};

use super::series;

/// Frames between the bus and the fan-out.
#[derive(Debug)]
pub(crate) struct Received {
    /// `gateway_frames_received_total{quality}`
    pub(crate) frames: PerRendition<IntCounter>,
    /// `gateway_frames_skipped_total{reason="bus_gap"}`: lost between capture and here.
    pub(crate) bus_gap: IntCounter,
    /// `gateway_frames_skipped_total{reason="stale"}`: came too late or twice, and was dropped.
    pub(crate) stale: IntCounter,
}

/// Frames between the fan-out and the viewers.
#[derive(Debug)]
pub(crate) struct Delivered {
    /// `gateway_frames_sent_total{quality}`
    frames: PerRendition<IntCounter>,
    /// `gateway_sent_bytes_total`
    bytes: IntCounter,
    /// `gateway_deltas_sent_total`
    deltas: IntCounter,
    /// `gateway_delta_saved_bytes_total`
    saved: IntCounter,
    /// `gateway_frames_skipped_total{reason="slow_viewer"}`: not sent to a viewer that was behind; counted per viewer.
    skipped: IntCounter,
    /// `gateway_frames_skipped_total{reason="paced"}`: more than a viewer asked for; counted per viewer.
    paced: IntCounter,
    /// `gateway_frame_age_seconds`
    age: Histogram,
}

/// What one delivery to many viewers did; added to the shared counters once, not once per viewer.
#[derive(Debug)]
pub(crate) struct DeliveryBatch {
    sent: u64,
    bytes: u64,
    deltas: u64,
    saved: u64,
    skipped: u64,
    paced: u64,
    ages: LocalHistogram,
}

/// Both halves of a frame's way, on `registry`.
pub(super) fn new(registry: &Registry) -> prometheus::Result<(Received, Delivered)> {
    let skipped = registry.counters(
        "gateway_frames_skipped_total",
        "Frames not delivered: per viewer for slow_viewer and paced, per frame for bus_gap and stale.",
        "reason",
    )?;
    let received = Received {
        frames: series::counters_per_rendition(
            registry,
            "gateway_frames_received_total",
            "Frames that came from the bus, by quality.",
        )?,
        bus_gap: skipped.with_label_values(&["bus_gap"]),
        stale: skipped.with_label_values(&["stale"]),
    };
    let delivered = Delivered {
        frames: series::counters_per_rendition(
            registry,
            "gateway_frames_sent_total",
            "Frames written to their end to viewers, by quality.",
        )?,
        bytes: registry.counter(
            "gateway_sent_bytes_total",
            "Bytes of frames written to viewers.",
        )?,
        deltas: registry.counter(
            "gateway_deltas_sent_total",
            "Frames among those that were written as a delta.",
        )?,
        saved: registry.counter(
            "gateway_delta_saved_bytes_total",
            "Bytes that deltas were shorter than their frames.",
        )?,
        paced: skipped.with_label_values(&["paced"]),
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
    /// One frame was written to its end, `age` seconds after its capture if that is known: how many bytes, and how many
    /// it was shorter as a delta.
    pub(crate) fn sent(
        &self,
        rendition: Rendition,
        (bytes, saved): (usize, usize),
        age: Option<f64>,
    ) {
        self.frames[rendition.index()].inc();
        self.bytes.inc_by(bytes as u64);
        self.deltas.inc_by(u64::from(saved > 0));
        self.saved.inc_by(saved as u64);
        if let Some(age) = age {
            self.age.observe(age);
        }
    }

    /// So many frames were skipped for one viewer.
    pub(crate) fn skipped(&self, frames: u64) {
        self.skipped.inc_by(frames);
    }

    /// So many frames were more than one viewer asked for.
    pub(crate) fn paced(&self, frames: u64) {
        self.paced.inc_by(frames);
    }

    /// An empty batch.
    pub(crate) fn batch(&self) -> DeliveryBatch {
        DeliveryBatch {
            sent: 0,
            bytes: 0,
            deltas: 0,
            saved: 0,
            skipped: 0,
            paced: 0,
            ages: self.age.local(),
        }
    }
}

impl DeliveryBatch {
    /// The frame was written to its end to one more viewer; as [`Delivered::sent`].
    pub(crate) fn sent(&mut self, (bytes, saved): (usize, usize), age: Option<f64>) {
        self.sent += 1;
        self.bytes += bytes as u64;
        self.deltas += u64::from(saved > 0);
        self.saved += saved as u64;
        if let Some(age) = age {
            self.ages.observe(age);
        }
    }

    /// So many frames were skipped for one viewer.
    pub(crate) fn skipped(&mut self, frames: u64) {
        self.skipped += frames;
    }

    /// The frame was more than one viewer asked for.
    pub(crate) const fn paced(&mut self) {
        self.paced += 1;
    }

    /// Adds all of it and is empty again.
    pub(crate) fn flush(&mut self, to: &Delivered, rendition: Rendition) {
        to.frames[rendition.index()].inc_by(std::mem::take(&mut self.sent));
        to.bytes.inc_by(std::mem::take(&mut self.bytes));
        to.deltas.inc_by(std::mem::take(&mut self.deltas));
        to.saved.inc_by(std::mem::take(&mut self.saved));
        to.skipped.inc_by(std::mem::take(&mut self.skipped));
        to.paced.inc_by(std::mem::take(&mut self.paced));
        self.ages.flush();
    }
}
