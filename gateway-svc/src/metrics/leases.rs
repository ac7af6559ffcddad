//! The leases that this gateway holds.

use std::collections::BTreeSet;

use process::Registry;
use prometheus::IntGaugeVec;
use wire::StreamId;

use super::series::{self, Names};

/// `gateway_leases{camera,quality}`
#[derive(Debug)]
pub(crate) struct LeaseGauges {
    names: Names,
    held: IntGaugeVec,
}

impl LeaseGauges {
    pub(super) fn new(registry: &Registry, names: Names) -> prometheus::Result<Self> {
        let held = series::gauges_by_quality(
            registry,
            "gateway_leases",
            "Leases this gateway holds, by camera and quality.",
        )?;
        Ok(Self { names, held })
    }

    /// What is held now; `shown` is what was before, and becomes that.
    pub(crate) fn show<'a>(
        &self,
        held: impl Iterator<Item = &'a StreamId>,
        shown: &mut BTreeSet<StreamId>,
    ) {
        let mut gone = std::mem::take(shown);
        for stream in held {
            if !gone.remove(stream) {
                self.gauge(stream).inc();
            }
            shown.insert(stream.clone());
        }
        for stream in gone {
            self.gauge(&stream).dec();
        }
    }

    pub(super) fn gauge(&self, stream: &StreamId) -> prometheus::IntGauge {
        let labels = [self.names.of(&stream.camera), &stream.rendition.to_string()];
        self.held.with_label_values(&labels)
    }
}
