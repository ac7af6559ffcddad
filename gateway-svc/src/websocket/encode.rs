//! PURE: WebSocket frames as we send them: whole, unmasked, built once.
//!
//! Source: RFC 6455 section 5.2.

use bytes::{BufMut, Bytes, BytesMut};

use super::{MAX_CONTROL_BYTES, Opcode};

/// The most bytes of a head without a mask: two, and the longest length field.
pub(crate) const MAX_FRAME_HEAD_BYTES: usize = 10;

/// Writes the head of a whole, unmasked frame, as servers send them.
pub fn put_head(out: &mut BytesMut, opcode: Opcode, payload: usize) {
    out.put_u8(0x80 | opcode as u8);
    match payload {
        0..126 => out.put_u8(payload as u8),
        126..65536 => {
            out.put_u8(126);
            out.put_u16(payload as u16);
        }
        _ => {
            out.put_u8(127);
            out.put_u64(payload as u64);
        }
    }
}

/// A whole frame.
#[must_use]
pub(crate) fn frame(opcode: Opcode, payload: &[u8]) -> Bytes {
    let mut out = BytesMut::with_capacity(MAX_FRAME_HEAD_BYTES + payload.len());
    put_head(&mut out, opcode, payload.len());
    out.put_slice(payload);
    out.freeze()
}

/// A close frame; words that do not fit are cut.
#[must_use]
pub(crate) fn close(code: u16, words: &str) -> Bytes {
    let mut fits = words.len().min(MAX_CONTROL_BYTES - 2);
    while !words.is_char_boundary(fits) {
        fits -= 1;
    }
    let mut payload = code.to_be_bytes().to_vec();
    payload.extend_from_slice(&words.as_bytes()[..fits]);
    frame(Opcode::Close, &payload)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_we_send_has_the_shortest_head_and_a_reason_that_fits() {
        for (length, head) in [(0, 2), (125, 2), (126, 4), (65535, 4), (65536, 10)] {
            let bytes = frame(Opcode::Binary, &vec![7; length]);
            assert_eq!((bytes[0], bytes.len()), (0x82, head + length));
        }
        let bytes = close(1012, &"ü".repeat(100));
        assert_eq!((bytes[0], bytes[1], bytes.len()), (0x88, 124, 126));
        assert!(std::str::from_utf8(&bytes[4..]).is_ok());
    }
}
