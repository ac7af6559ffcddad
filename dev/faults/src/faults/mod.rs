//! The faults, a file for each family.

mod bucket;
mod capture;
mod churn;
mod cluster;
mod gateway;
mod link;
mod nats;
mod payload;
mod permission;

use std::pin::Pin;

use crate::figure::Seen;
use crate::plan::Mode;

type Play = Box<dyn Fn() -> Pin<Box<dyn Future<Output = Seen> + Send>> + Send + Sync>;

/// Something that goes wrong, and what must be seen then.
pub(crate) struct Fault {
    pub(crate) name: String,
    pub(crate) required: &'static str,
    /// Most of it is waiting: several can be played side by side.
    pub(crate) waits: bool,
    pub(crate) play: Play,
}

impl Fault {
    fn new<F: Future<Output = Seen> + Send + 'static>(
        name: impl Into<String>,
        required: &'static str,
        play: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            required,
            waits: false,
            play: Box::new(move || Box::pin(play())),
        }
    }

    fn waiting(self) -> Self {
        Self {
            waits: true,
            ..self
        }
    }
}

/// Every fault there is, in the order of the table.
pub(crate) fn all(mode: Mode) -> Vec<Fault> {
    [
        gateway::faults(mode),
        capture::faults(mode),
        nats::faults(mode),
        bucket::faults(mode),
        link::faults(mode),
        payload::faults(mode),
        cluster::faults(mode),
        churn::faults(mode),
        permission::faults(mode),
    ]
    .into_iter()
    .flatten()
    .collect()
}
