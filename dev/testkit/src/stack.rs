//! NATS, capture and gateways, started and ready: what tests, faults, benches and deploy checks begin with.

mod builder;
mod running;

pub use builder::StackBuilder;
pub use running::Stack;
