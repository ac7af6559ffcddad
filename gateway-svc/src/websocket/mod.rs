//! The WebSocket protocol: opening handshake and frames. Bytes and values only, no socket.

pub mod decode;
pub mod encode;
pub(crate) mod handshake;

/// The most bytes of a control frame's payload. Source: RFC 6455 section 5.5.
const MAX_CONTROL_BYTES: usize = 125;

/// What a frame is. Source: RFC 6455 section 5.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opcode {
    /// A message of text begins.
    Text = 0x1,
    /// A message of bytes begins.
    Binary = 0x2,
    /// The last frame of this side.
    Close = 0x8,
    /// To be answered by a pong with the same payload.
    Ping = 0x9,
    /// The answer.
    Pong = 0xa,
}
