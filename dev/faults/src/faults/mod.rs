//! The faults, a file for each family.

mod bucket;
mod capture;
mod churn;
mod cluster;
mod gateway;
mod leaf;
mod line;
mod link;
mod nats;
mod payload;
mod permission;

use crate::fault::Fault;
use crate::plan::Mode;

/// Every fault there is, in the order of the table.
pub(crate) fn all(mode: Mode) -> Vec<Fault> {
    [
        gateway::faults(mode),
        capture::faults(mode),
        nats::faults(mode),
        bucket::faults(mode),
        link::faults(mode),
        line::faults(mode),
        leaf::faults(mode),
        payload::faults(mode),
        cluster::faults(mode),
        churn::faults(mode),
        permission::faults(mode),
    ]
    .into_iter()
    .flatten()
    .collect()
}
