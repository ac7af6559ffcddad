//! The whole chain on real processes: nats-server, capture-svc on its test pattern, gateway-svc, and WebSocket viewers.
//!
//! Each test starts its own three, so they can be killed. Bounds are several times what is promised (and met on an idle
//! machine), because the machine is shared; what was measured is printed.

mod admin;
mod demand;
mod faults;
mod libjpeg;
mod login;
mod observe;
mod renditions;
mod stream;
