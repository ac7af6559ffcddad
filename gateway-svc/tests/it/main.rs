//! The real process against a real nats-server, real WebSocket clients and a camera host played by hand.
#![expect(
    clippy::disallowed_methods,
    clippy::float_cmp,
    clippy::unwrap_used,
    reason = "a test is an edge: it looks at the clock, owns its tasks, and a failure of its own props is a panic"
)]

mod abuse;
mod access;
mod bearers;
mod bus;
mod conformance;
mod crowd;
mod deltas;
mod guessing;
mod leaf;
mod leases;
mod leaving;
mod origin;
mod page;
mod plain_http;
mod players;
mod process;
mod protocol_v2;
mod rates;
mod readme;
mod relay;
mod size_switch;
mod sizes;
mod slow;
mod support;
mod this_machine;
