//! Every `gateway_*` series: names, help and buckets in one place, on a registry of our own.
//!
//! Children per rendition are looked up once, so that the frame path only adds to atomics. Rooms are handed the group they
//! count in ([`Received`], [`Delivered`], [`Viewers`], [`Refused`]), not all of them.

mod frames;
mod leases;
mod series;
mod viewers;

use std::sync::Arc;

use bus::LinkMetrics;
use process::Registry;
use wire::{CameraId, Rendition, StreamId};

pub(crate) use self::frames::{Delivered, DeliveryBatch, Frames, Received};
pub(crate) use self::leases::LeaseGauges;
pub(crate) use self::viewers::{Closed, Refused, Viewers};

/// All series of this service.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// Frames from the bus and to viewers.
    pub(crate) frames: Arc<Frames>,
    /// Viewers that were let in.
    pub(crate) viewers: Arc<Viewers>,
    /// Who was not let in.
    pub(crate) refused: Arc<Refused>,
    /// `gateway_leases{camera,quality}`
    pub(crate) leases: Arc<LeaseGauges>,
    /// `nats_connected`, `nats_reconnects_total`
    pub(crate) link: LinkMetrics,
}

impl Metrics {
    /// A registry with every series at zero, those of cameras for the default one.
    ///
    /// # Errors
    /// Two series of one name: a mistake in this folder.
    pub fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new(env!("CARGO_PKG_VERSION"))?;
        let names = series::Names::default();
        let metrics = Self {
            frames: Arc::new(Frames::new(&registry, names.clone())?),
            viewers: Arc::new(Viewers::new(&registry, names.clone())?),
            refused: Arc::new(Refused::new(&registry)?),
            leases: Arc::new(LeaseGauges::new(&registry, names)?),
            link: LinkMetrics::new(&registry)?,
            registry,
        };
        metrics.start(&CameraId::default());
        Ok(metrics)
    }

    fn start(&self, camera: &CameraId) {
        self.viewers.start(camera);
        for rendition in Rendition::ladder() {
            let stream = StreamId {
                camera: camera.clone(),
                rendition,
            };
            self.frames.of(&stream);
            self.leases.gauge(&stream);
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
        let text = Metrics::new().unwrap().text();
        for series in [
            "gateway_viewers{camera=\"default\",quality=\"80\"} 0",
            "gateway_viewers{camera=\"default\",quality=\"80s2\"} 0",
            "gateway_connections_total 0",
            "gateway_closed_total{reason=\"leaving\"} 0",
            "gateway_refused_total{reason=\"quality\"} 0",
            "gateway_frames_received_total{camera=\"default\",quality=\"30\"} 0",
            "gateway_frames_sent_total{camera=\"default\",quality=\"95\"} 0",
            "gateway_sent_bytes_total{camera=\"default\"} 0",
            "gateway_deltas_sent_total{camera=\"default\"} 0",
            "gateway_delta_saved_bytes_total{camera=\"default\"} 0",
            "gateway_frames_skipped_total{camera=\"default\",reason=\"slow_viewer\"} 0",
            "gateway_frames_skipped_total{camera=\"default\",reason=\"bus_gap\"} 0",
            "gateway_frames_skipped_total{camera=\"default\",reason=\"paced\"} 0",
            "gateway_frames_skipped_total{camera=\"default\",reason=\"stale\"} 0",
            "gateway_frame_age_seconds_count{camera=\"default\"} 0",
            "gateway_viewer_frame_age_seconds_count{camera=\"default\"} 0",
            "gateway_leases{camera=\"default\",quality=\"55\"} 0",
            "gateway_quality_changes_total{camera=\"default\",direction=\"up\"} 0",
            "gateway_quality_changes_total{camera=\"default\",direction=\"down\"} 0",
            "nats_connected 0",
            "nats_reconnects_total 0",
            "build_info{",
            "process_resident_memory_bytes",
        ] {
            assert!(text.contains(series), "{series} in\n{text}");
        }
    }
}
