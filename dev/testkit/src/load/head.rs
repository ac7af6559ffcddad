//! Which frame a binary message of the gateway is, from its first bytes.

use wire::{Stamp, delta};

/// Of a delta: head and the numbers of the stamp.
const DELTA: usize = 16 + 12 + " t=".len() + 16;

/// A frame's number and time of capture, once they are there; `None` before, or for what is no frame of ours.
pub(super) fn read(message: &[u8]) -> Option<(u64, u64)> {
    if message.first() != Some(&delta::MAGIC) {
        let stamp = Stamp::read(message).ok()?;
        return Some((stamp.seq, stamp.captured_at_us));
    }
    let numbers = std::str::from_utf8(message.get(16..DELTA)?).ok()?;
    let (seq, captured_at_us) = numbers.split_once(" t=")?;
    Some((seq.parse().ok()?, captured_at_us.parse().ok()?))
}
