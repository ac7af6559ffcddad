//! PURE: the ping behind each frame, and what is said to it.

use bytes::Bytes;

use crate::websocket::{Opcode, encode};

/// A ping frame that asks for `number` back.
#[must_use]
pub(crate) fn ping(number: u64) -> Bytes {
    encode::frame(Opcode::Ping, &number.to_be_bytes())
}

/// The number in a pong to one of our pings; other pongs are allowed and mean nothing.
#[must_use]
pub(crate) fn pong(payload: &[u8]) -> Option<u64> {
    payload.try_into().ok().map(u64::from_be_bytes)
}
