//! Every `gateway_*` series: names, help and buckets in one place, on a registry of our own.
//!
//! Children per rendition are looked up once, so that the frame path only adds to atomics. Rooms are handed the group they
//! count in ([`Received`], [`Delivered`], [`Viewers`], [`Refused`]), not all of them.

mod frames;
mod series;
mod viewers;

use std::sync::Arc;

use bus::LinkMetrics;
use process::Registry;
use prometheus::IntGauge;
use wire::PerRendition;

pub(crate) use self::frames::{Delivered, DeliveryBatch, Received};
pub(crate) use self::viewers::{Closed, Refused, Viewers};

/// Leases held, by [`wire::Rendition::index`].
pub(crate) type LeaseGauges = PerRendition<IntGauge>;

/// All series of this service.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// Frames from the bus.
    pub(crate) received: Arc<Received>,
    /// Frames to viewers.
    pub(crate) delivered: Arc<Delivered>,
    /// Viewers that were let in.
    pub(crate) viewers: Arc<Viewers>,
    /// Who was not let in.
    pub(crate) refused: Arc<Refused>,
    /// `gateway_leases{quality}`
    pub(crate) leases: LeaseGauges,
    /// `nats_connected`, `nats_reconnects_total`
    pub(crate) link: LinkMetrics,
}

impl Metrics {
    /// A registry with every series at zero.
    ///
    /// # Errors
    /// Two series of one name: a mistake in this folder.
    pub fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new(env!("CARGO_PKG_VERSION"))?;
        let (received, delivered) = frames::new(&registry)?;
        Ok(Self {
            received: Arc::new(received),
            delivered: Arc::new(delivered),
            viewers: Arc::new(Viewers::new(&registry)?),
            refused: Arc::new(Refused::new(&registry)?),
            leases: series::gauges_per_rendition(
                &registry,
                "gateway_leases",
                "Leases this gateway holds, by quality.",
            )?,
            link: LinkMetrics::new(&registry)?,
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
            "gateway_viewers{quality=\"80s2\"} 0",
            "gateway_connections_total 0",
            "gateway_closed_total{reason=\"leaving\"} 0",
            "gateway_refused_total{reason=\"quality\"} 0",
            "gateway_frames_received_total{quality=\"30\"} 0",
            "gateway_frames_sent_total{quality=\"95\"} 0",
            "gateway_sent_bytes_total 0",
            "gateway_deltas_sent_total 0",
            "gateway_delta_saved_bytes_total 0",
            "gateway_frames_skipped_total{reason=\"slow_viewer\"} 0",
            "gateway_frames_skipped_total{reason=\"bus_gap\"} 0",
            "gateway_frames_skipped_total{reason=\"paced\"} 0",
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
