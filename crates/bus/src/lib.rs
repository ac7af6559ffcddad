//! How a service of ours is on NATS: its settings and login, a link that comes back by itself and says what is wrong with
//! it, and which server of several answers first.
//!
//! Charter: what is sent over the link is the services' matter. No word of cameras, frames or viewers belongs here.

mod domain;
mod events;
mod link;
mod login;
mod metrics;
mod race;
mod settings;
mod state;

pub use domain::JetStreamDomain;
pub use link::{Link, LinkError, LinkOptions};
pub use login::{LoginError, NatsLogin};
pub use metrics::LinkMetrics;
pub use settings::{NatsArgs, NatsSettings};
pub use state::{LinkState, Unreachable, remind};
