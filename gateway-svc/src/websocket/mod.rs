//! The WebSocket protocol: opening handshake and frames. Bytes and values only, no socket.

pub mod codec;
pub(crate) mod handshake;
