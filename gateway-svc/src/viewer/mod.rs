//! One viewer's socket: what may be written to it now, and what is read from it.

mod inbox;
pub(crate) mod outbox;
mod pending;
mod position;
pub(crate) mod send_window;
