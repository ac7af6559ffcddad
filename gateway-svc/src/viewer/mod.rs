//! One viewer's socket: what may be written to it now, and what is read from it.

mod inbox;
pub(crate) mod outbox;
pub(crate) mod pending;
mod position;
pub(crate) mod protocol;
pub(crate) mod send_window;
