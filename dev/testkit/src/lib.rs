//! Real parts for tests, dev-only: everything started and ready ([`Stack`]), a nats-server per test ([`NatsServer`]), a broker of MQTT ([`Mosquitto`]), a
//! service as its own process ([`Process`]), a WebSocket client ([`Viewer`]) and very many of them ([`Load`]), a reader that
//! trusts no frame ([`Picture`]), pictures that change where told ([`Scene`]), bad networks ([`ThrottledLink`], [`Host`]), cameras ([`Cameras`], [`HttpCamera`]) and
//! [`eventually`] instead of sleeping.
//!
//! Everything listens on free ports of 127.0.0.1 and ends with its value, so tests run side by side in any order. A part
//! that is missing on the machine is a failure that names the command which gets it, never a skipped test.
#![expect(
    clippy::disallowed_methods,
    reason = "a test is an edge: it looks at the clock, reads where the binaries are and owns its tasks through handles that abort on drop"
)]

pub mod barcode;
mod binaries;
mod cameras;
mod child;
pub mod command_line;
mod eventually;
mod host;
pub mod http;
mod http_camera;
mod launch;
mod link;
mod load;
mod logins;
mod metrics;
mod mosquitto;
mod nats;
mod picture;
mod process;
pub mod readme;
mod request;
mod scene;
mod stack;
pub mod statistics;
mod viewer;
pub mod websocket;

pub use binaries::gateway_binary;
pub use cameras::{Cameras, Output};
pub use child::{ChildProcess, Scratch, find_on_path};
pub use eventually::{Attempt, eventually};
pub use host::Host;
pub use http_camera::{HttpAnswer, HttpCamera, HttpSeen};
pub use launch::Settings;
pub use link::{LinkQuality, ThrottledLink};
pub use load::{Load, now_us};
pub use logins::{SHIPPED_USERS, shipped_leaf_limits, shipped_limits};
pub use mosquitto::Mosquitto;
pub use nats::NatsServer;
pub use picture::{Picture, read_stamp};
pub use process::Process;
pub use request::{Refused, ViewerRequest};
pub use scene::Scene;
pub use stack::{Stack, StackBuilder};
pub use viewer::{Closed, Said, Viewer};
