//! What becomes of viewers: let in or refused, watching, gone.

use process::Registry;
use prometheus::{Histogram, IntCounter, IntGauge};

use wire::PerRendition;

use super::series;

/// Viewers that were let in.
#[derive(Debug)]
pub(crate) struct Viewers {
    /// `gateway_viewers{quality}`
    pub(crate) watching: PerRendition<IntGauge>,
    /// `gateway_connections_total`
    pub(crate) connections: IntCounter,
    /// `gateway_closed_total{reason}`
    pub(crate) closed: Closed,
    /// `gateway_quality_changes_total{direction="up"}`
    pub(crate) quality_up: IntCounter,
    /// `gateway_quality_changes_total{direction="down"}`
    pub(crate) quality_down: IntCounter,
    /// `gateway_viewer_frame_age_seconds`
    pub(crate) frame_age: Histogram,
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
    pub(super) fn new(registry: &Registry) -> prometheus::Result<Self> {
        let changes = registry.counters(
            "gateway_quality_changes_total",
            "Quality switches on a live connection, by direction.",
            "direction",
        )?;
        Ok(Self {
            watching: series::gauges_per_rendition(
                registry,
                "gateway_viewers",
                "Viewers now, by quality.",
            )?,
            connections: registry
                .counter("gateway_connections_total", "Viewers that were let in.")?,
            closed: Closed::new(registry)?,
            quality_up: changes.with_label_values(&["up"]),
            quality_down: changes.with_label_values(&["down"]),
            frame_age: series::seconds(
                registry,
                "gateway_viewer_frame_age_seconds",
                "Age of frames when they were shown, as viewers report it.",
            )?,
        })
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
