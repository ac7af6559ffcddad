//! What becomes of viewers: let in or refused, watching, gone.

use process::{CountedGauge, Registry};
use prometheus::{HistogramVec, IntCounter, IntCounterVec, IntGaugeVec};
use wire::{CameraId, Rendition, StreamId};

use super::series::{self, Names};

/// Viewers that were let in.
#[derive(Debug)]
pub(crate) struct Viewers {
    names: Names,
    /// `gateway_viewers{camera,quality}`
    watching: IntGaugeVec,
    /// `gateway_connections_total`
    pub(crate) connections: IntCounter,
    /// `gateway_closed_total{reason}`
    pub(crate) closed: Closed,
    /// `gateway_quality_changes_total{camera,direction}`
    changes: IntCounterVec,
    /// `gateway_viewer_frame_age_seconds{camera}`
    frame_age: HistogramVec,
}

/// `gateway_closed_total{reason}`: how viewers ended.
#[derive(Debug)]
pub(crate) struct Closed {
    /// The viewer left.
    pub(crate) viewer: IntCounter,
    /// Its connection broke.
    pub(crate) lost: IntCounter,
    /// It stopped answering or reading.
    pub(crate) dead: IntCounter,
    /// It broke the protocol or a limit.
    pub(crate) violation: IntCounter,
    /// This gateway left.
    pub(crate) leaving: IntCounter,
    /// What let it in ended: by its time, a new key or a change of rights.
    pub(crate) expired: IntCounter,
    /// Its camera sent nothing for too long; of streams over plain HTTP alone, which cannot say so in any other way.
    pub(crate) silent: IntCounter,
}

/// `gateway_refused_total{reason}`: who was not let in.
#[derive(Debug)]
pub(crate) struct Refused {
    /// A quality or a rate out of range, or no size.
    pub(crate) quality: IntCounter,
    /// A camera with an impossible name.
    pub(crate) camera: IntCounter,
    /// No token or a wrong one, or what else proves who somebody is.
    pub(crate) token: IntCounter,
    /// A camera that they may not watch.
    pub(crate) claims: IntCounter,
    /// Too many wrong tokens.
    pub(crate) attempts: IntCounter,
    /// A page of another site.
    pub(crate) origin: IntCounter,
    /// All places taken.
    pub(crate) full: IntCounter,
    /// All places of that address taken.
    pub(crate) address: IntCounter,
    /// A connection that lost its place to others.
    pub(crate) crowded: IntCounter,
    /// No WebSocket handshake.
    pub(crate) handshake: IntCounter,
    /// This gateway is leaving.
    pub(crate) leaving: IntCounter,
}

impl Viewers {
    pub(super) fn new(registry: &Registry, names: Names) -> prometheus::Result<Self> {
        Ok(Self {
            names,
            watching: series::gauges_by_quality(
                registry,
                "gateway_viewers",
                "Viewers now, by camera and quality.",
            )?,
            connections: registry
                .counter("gateway_connections_total", "Viewers that were let in.")?,
            closed: Closed::new(registry)?,
            changes: registry.counters_by(
                "gateway_quality_changes_total",
                "Quality switches on a live connection, by camera and direction.",
                &["camera", "direction"],
            )?,
            frame_age: series::seconds(
                registry,
                "gateway_viewer_frame_age_seconds",
                "Age of frames when they were shown, as viewers report it.",
            )?,
        })
    }

    /// One more watches this stream, while the answer lives.
    pub(crate) fn watch(&self, stream: &StreamId) -> CountedGauge {
        let labels = [self.names.of(&stream.camera), &stream.rendition.to_string()];
        CountedGauge::new(&self.watching.with_label_values(&labels))
    }

    /// One went up to a better rendition of this camera, or down.
    pub(crate) fn changed(&self, camera: &CameraId, up: bool) {
        let direction = if up { "up" } else { "down" };
        let labels = [self.names.of(camera), direction];
        self.changes.with_label_values(&labels).inc();
    }

    /// A frame was so many seconds old when a viewer saw it.
    pub(crate) fn saw(&self, camera: &CameraId, age: f64) {
        let labels = [self.names.of(camera)];
        self.frame_age.with_label_values(&labels).observe(age);
    }

    /// Zero of everything that this camera has; a rate begins with its first value.
    pub(super) fn start(&self, camera: &CameraId) {
        let name = self.names.of(camera);
        for rendition in Rendition::ladder() {
            self.watching
                .with_label_values(&[name, &rendition.to_string()]);
        }
        for direction in ["up", "down"] {
            self.changes.with_label_values(&[name, direction]);
        }
        self.frame_age.with_label_values(&[name]);
    }
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
            expired: closed("expired"),
            silent: closed("silent"),
        })
    }
}

impl Refused {
    pub(super) fn new(registry: &Registry) -> prometheus::Result<Self> {
        let help = "Requests that were not let in, by reason.";
        let refused = registry.counters("gateway_refused_total", help, "reason")?;
        let refused = |reason| refused.with_label_values(&[reason]);
        Ok(Self {
            quality: refused("quality"),
            camera: refused("camera"),
            token: refused("token"),
            claims: refused("claims"),
            attempts: refused("attempts"),
            origin: refused("origin"),
            full: refused("full"),
            address: refused("address"),
            crowded: refused("crowded"),
            handshake: refused("handshake"),
            leaving: refused("leaving"),
        })
    }
}
