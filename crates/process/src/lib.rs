//! What any service of ours has for being a process: settings judged all at once, a log, signals, exit codes, a clock,
//! health for orchestrators and systemd, a registry of metrics.
//!
//! Charter: nothing here knows what a service serves. No word of cameras, frames or viewers belongs here.

mod admin;
mod clock;
mod crowd;
mod descriptors;
mod guard;
mod health;
mod listener;
mod log;
mod log_writer;
mod path_queue;
mod places;
mod problems;
mod registry;
mod reminder;
mod service;
mod signals;
mod socket;
mod subscriber;
mod systemd;
mod variables;

pub use admin::{admin_routes, health_routes};
pub use clock::Clock;
pub use crowd::Place;
pub use descriptors::{OTHER_DESCRIPTORS, raise_descriptor_limit};
pub use guard::{HostName, HostNameError, Hosts, is_cross_site, is_navigation, share};
pub use listener::{HttpServer, MAX_CONNECTIONS, TuneSocket, listen};
pub use log::{LogArgs, LogSettings};
pub use problems::{ConfigErrors, Problems};
pub use registry::{CountedGauge, Registry};
pub use reminder::Reminder;
pub use service::{EXIT_USAGE, healthcheck, parse, serve, usage, warn_of_unknown_variables};
pub use socket::{Socket, SocketView};
pub use subscriber::subscriber;
pub use systemd::tell_systemd;
pub use variables::known_variables;
