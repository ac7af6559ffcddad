//! What becomes of frames: taken from the bus, written to viewers, skipped.

use process::Registry;
use prometheus::local::LocalHistogram;
use prometheus::{Histogram, HistogramVec, IntCounter, IntCounterVec};
use wire::StreamId;

use super::series::{self, Names};

/// Every series of frames, on one registry.
#[derive(Debug)]
pub(crate) struct Frames {
    names: Names,
    received: IntCounterVec,
    skipped: IntCounterVec,
    sent: IntCounterVec,
    bytes: IntCounterVec,
    deltas: IntCounterVec,
    saved: IntCounterVec,
    age: HistogramVec,
}

/// Frames of one stream between the bus and the fan-out.
#[derive(Debug)]
pub(crate) struct Received {
    /// `gateway_frames_received_total{camera,quality}`
    pub(crate) frames: IntCounter,
    /// `gateway_frames_skipped_total{camera,reason="bus_gap"}`: lost between capture and here.
    pub(crate) bus_gap: IntCounter,
    /// `gateway_frames_skipped_total{camera,reason="stale"}`: came too late or twice, and was dropped.
    pub(crate) stale: IntCounter,
}

/// Frames of one stream between the fan-out and the viewers.
#[derive(Debug)]
pub(crate) struct Delivered {
    /// `gateway_frames_sent_total{camera,quality}`
    frames: IntCounter,
    /// `gateway_sent_bytes_total{camera}`
    bytes: IntCounter,
    /// `gateway_deltas_sent_total{camera}`
    deltas: IntCounter,
    /// `gateway_delta_saved_bytes_total{camera}`
    saved: IntCounter,
    /// `gateway_frames_skipped_total{camera,reason="slow_viewer"}`: not sent to a viewer that was behind; counted per viewer.
    skipped: IntCounter,
    /// `gateway_frames_skipped_total{camera,reason="paced"}`: more than a viewer asked for; counted per viewer.
    paced: IntCounter,
    /// `gateway_frame_age_seconds{camera}`
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

impl Frames {
    pub(super) fn new(registry: &Registry, names: Names) -> prometheus::Result<Self> {
        Ok(Self {
            names,
            received: series::counters_by_quality(
                registry,
                "gateway_frames_received_total",
                "Frames that came from the bus, by camera and quality.",
            )?,
            skipped: registry.counters_by(
                "gateway_frames_skipped_total",
                "Frames not delivered: per viewer for slow_viewer and paced, per frame for bus_gap and stale.",
                &["camera", "reason"],
            )?,
            sent: series::counters_by_quality(
                registry,
                "gateway_frames_sent_total",
                "Frames written to their end to viewers, by camera and quality.",
            )?,
            bytes: series::counters(
                registry,
                "gateway_sent_bytes_total",
                "Bytes of frames written to viewers.",
            )?,
            deltas: series::counters(
                registry,
                "gateway_deltas_sent_total",
                "Frames among those that were written as a delta.",
            )?,
            saved: series::counters(
                registry,
                "gateway_delta_saved_bytes_total",
                "Bytes that deltas were shorter than their frames.",
            )?,
            age: series::seconds(
                registry,
                "gateway_frame_age_seconds",
                "Age of a frame when it was written to a socket, since capture by the camera host's clock; what waits behind it, in a proxy for one, is not in it.",
            )?,
        })
    }

    /// The counters of one stream, looked up once.
    pub(crate) fn of(&self, stream: &StreamId) -> (Received, Delivered) {
        let camera = self.names.of(&stream.camera);
        let quality = stream.rendition.to_string();
        let skipped = |reason| self.skipped.with_label_values(&[camera, reason]);
        let received = Received {
            frames: self.received.with_label_values(&[camera, &quality]),
            bus_gap: skipped("bus_gap"),
            stale: skipped("stale"),
        };
        let delivered = Delivered {
            frames: self.sent.with_label_values(&[camera, &quality]),
            bytes: self.bytes.with_label_values(&[camera]),
            deltas: self.deltas.with_label_values(&[camera]),
            saved: self.saved.with_label_values(&[camera]),
            skipped: skipped("slow_viewer"),
            paced: skipped("paced"),
            age: self.age.with_label_values(&[camera]),
        };
        (received, delivered)
    }
}

impl Delivered {
    /// One frame was written to its end, `age` seconds after its capture if that is known: how many bytes, and how many
    /// it was shorter as a delta.
    pub(crate) fn sent(&self, (bytes, saved): (usize, usize), age: Option<f64>) {
        self.frames.inc();
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
    pub(crate) fn flush(&mut self, to: &Delivered) {
        to.frames.inc_by(std::mem::take(&mut self.sent));
        to.bytes.inc_by(std::mem::take(&mut self.bytes));
        to.deltas.inc_by(std::mem::take(&mut self.deltas));
        to.saved.inc_by(std::mem::take(&mut self.saved));
        to.skipped.inc_by(std::mem::take(&mut self.skipped));
        to.paced.inc_by(std::mem::take(&mut self.paced));
        self.ages.flush();
    }
}
