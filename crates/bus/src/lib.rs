//! How a service of ours is on NATS: its settings and login, a link that comes back by itself and says what is wrong with
//! it, and which server of several answers first.
//!
//! Charter: what is sent over the link is the services' matter. No word of cameras, frames or viewers belongs here.

mod link;
mod metrics;
mod race;
mod settings;

pub use link::{Link, LinkError, LinkOptions, LinkState, Unreachable, remind};
pub use metrics::LinkMetrics;
pub use settings::{NatsArgs, NatsLogin, NatsSettings};
