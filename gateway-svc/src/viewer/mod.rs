//! One viewer's socket: what may be written to it now, and what is read from it.

pub(crate) mod inbox;
pub(crate) mod line;
pub(crate) mod outbox;
pub(crate) mod send_window;
