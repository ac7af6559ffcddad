//! PURE: WebSocket frames as clients send them, read strictly.
//!
//! No socket in here: bytes in, events out. Anything RFC 6455 forbids is a [`Violation`] with the close code it asks
//! for, and no length that a client announces is ever allocated before its bytes are there.
//! Source: RFC 6455 sections 5 (framing), 7.4 (close codes).

use std::borrow::Cow;

use super::{MAX_CONTROL_BYTES, Opcode};

/// The longest message a client may send; ours are a few dozen bytes.
pub const MAX_MESSAGE_BYTES: usize = 4096;
/// What a client said.
#[derive(Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// A whole text message.
    Text(&'a str),
    /// A whole binary message; no client of ours sends any.
    Binary,
    /// A part of a message that goes on; an empty one too, so that nobody sends any number of them for nothing.
    Part,
    /// To be answered with the same payload, at most 125 bytes.
    Ping(&'a [u8]),
    /// The answer to a ping.
    Pong(&'a [u8]),
    /// The client leaves, with the code it gave.
    Close(Option<u16>),
}

/// The client broke the protocol or a limit; the connection ends with this code and these words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{words}")]
pub struct Violation {
    /// The close code.
    pub code: u16,
    /// What it did, for the close frame.
    pub words: Cow<'static, str>,
}

const fn broken(words: &'static str) -> Violation {
    Violation {
        code: 1002,
        words: Cow::Borrowed(words),
    }
}

/// Takes a client's bytes apart; holds at most one message and one unfinished frame.
#[derive(Debug, Default)]
pub struct Reader {
    bytes: Vec<u8>,
    /// How much of `bytes` the last event used up.
    used: usize,
    /// Fragments of an unfinished message.
    message: Vec<u8>,
    fragmented: Option<Opcode>,
}

impl Reader {
    /// Whether nothing is half read.
    #[must_use]
    pub(crate) fn idle(&self) -> bool {
        self.used == self.bytes.len()
    }

    /// Takes in what the socket gave.
    pub fn push(&mut self, bytes: &[u8]) {
        self.discard();
        self.bytes.extend_from_slice(bytes);
    }

    /// The next event, `None` when more bytes are needed.
    ///
    /// # Errors
    /// The connection is to be closed as the violation says; the reader must not be used again.
    pub fn event(&mut self) -> Result<Option<Event<'_>>, Violation> {
        self.discard();
        let Some(head) = Head::read(&self.bytes)? else {
            return Ok(None);
        };
        self.admit(&head)?;
        let end = head.length + head.payload;
        if self.bytes.len() < end {
            return Ok(None);
        }
        self.used = end;
        for (at, byte) in self.bytes[head.length..end].iter_mut().enumerate() {
            *byte ^= head.mask[at & 3];
        }
        let payload = head.length..end;
        match head.opcode {
            Some(Opcode::Ping) => Ok(Some(Event::Ping(&self.bytes[payload]))),
            Some(Opcode::Pong) => Ok(Some(Event::Pong(&self.bytes[payload]))),
            Some(Opcode::Close) => {
                close_code(&self.bytes[payload]).map(|code| Some(Event::Close(code)))
            }
            Some(opcode) if head.last => message(opcode, &self.bytes[payload]).map(Some),
            begun => {
                self.message.extend_from_slice(&self.bytes[payload]);
                self.fragmented = begun.or(self.fragmented);
                match self.fragmented.take_if(|_| head.last) {
                    Some(opcode) => message(opcode, &self.message).map(Some),
                    None => Ok(Some(Event::Part)),
                }
            }
        }
    }

    /// Forgets what the last event lent out.
    fn discard(&mut self) {
        if self.fragmented.is_none() {
            self.message = Vec::new();
        }
        if self.used == self.bytes.len() {
            self.bytes.clear();
            // A viewer that once sent something long does not keep its memory.
            self.bytes.shrink_to(64);
        } else {
            self.bytes.drain(..self.used);
        }
        self.used = 0;
    }

    /// Checks a frame against what came before it, before its payload is waited for.
    fn admit(&self, head: &Head) -> Result<(), Violation> {
        match head.opcode {
            Some(Opcode::Close | Opcode::Ping | Opcode::Pong) => return Ok(()),
            Some(_) if self.fragmented.is_some() => {
                return Err(broken("a new message inside a fragmented one"));
            }
            None if self.fragmented.is_none() => {
                return Err(broken("a continuation of nothing"));
            }
            _ => {}
        }
        if self.message.len() + head.payload > MAX_MESSAGE_BYTES {
            return Err(Violation {
                code: 1009,
                words: Cow::Borrowed("a message over 4 KiB"),
            });
        }
        Ok(())
    }
}

/// What nearly every viewer says nearly always, read without a [`Reader`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Usual {
    /// A pong with eight bytes.
    Pong([u8; 8]),
    /// The acknowledgement of a frame, spelled as our own page spells it.
    Ack(u64),
}

/// How long a pong with a payload of eight bytes is.
const PONG_OF_EIGHT: usize = 2 + 4 + 8;
/// How an acknowledgement begins; its number and a brace follow.
const ACK: &[u8] = br#"{"type":"ack","seq":"#;
/// The most digits of a frame's number that are read in here: what JavaScript writes exactly.
const MAX_ACK_DIGITS: usize = 16;

/// The usual thing that `bytes` begin with, and what follows it; `None` for whatever else, which is a reader's.
#[must_use]
pub(crate) fn usual(bytes: &[u8]) -> Option<(Usual, &[u8])> {
    if let Some((&[0x8a, 0x88, a, b, c, d, ref masked @ ..], rest)) =
        bytes.split_first_chunk::<PONG_OF_EIGHT>()
    {
        let mask = u64::from_ne_bytes([a, b, c, d, a, b, c, d]);
        let payload = u64::from_ne_bytes(*masked) ^ mask;
        return Some((Usual::Pong(payload.to_ne_bytes()), rest));
    }
    let &[0x81, length, a, b, c, d, ref rest @ ..] = bytes else {
        return None;
    };
    let (masked, rest) = rest.split_at_checked(usize::from(length & 0x7f))?;
    let mut text = [0; ACK.len() + MAX_ACK_DIGITS + 1];
    let text = text
        .get_mut(..masked.len())
        .filter(|_| length & 0x80 != 0)?;
    for (at, (byte, masked)) in text.iter_mut().zip(masked).enumerate() {
        *byte = masked ^ [a, b, c, d][at & 3];
    }
    let digits = text.strip_prefix(ACK)?.strip_suffix(b"}")?;
    // No sign, no blank, and no leading zero, which is no JSON.
    let plain = digits.iter().all(u8::is_ascii_digit) && (digits.len() < 2 || digits[0] != b'0');
    let seq = std::str::from_utf8(digits).ok()?.parse().ok();
    Some((Usual::Ack(seq.filter(|_| plain)?), rest))
}

struct Head {
    /// `None` is a continuation.
    opcode: Option<Opcode>,
    last: bool,
    mask: [u8; 4],
    /// Of the head itself.
    length: usize,
    payload: usize,
}

impl Head {
    fn read(bytes: &[u8]) -> Result<Option<Self>, Violation> {
        let [first, second, rest @ ..] = bytes else {
            return Ok(None);
        };
        if first & 0x70 != 0 {
            return Err(broken("reserved bits are set"));
        }
        let last = first & 0x80 != 0;
        let opcode = match first & 0x0f {
            0x0 => None,
            0x1 => Some(Opcode::Text),
            0x2 => Some(Opcode::Binary),
            0x8 => Some(Opcode::Close),
            0x9 => Some(Opcode::Ping),
            0xa => Some(Opcode::Pong),
            _ => return Err(broken("an opcode that does not exist")),
        };
        if second & 0x80 == 0 {
            return Err(broken("a frame without a mask"));
        }
        let short = second & 0x7f;
        let control = first & 0x08 != 0;
        if control && (!last || usize::from(short) > MAX_CONTROL_BYTES) {
            return Err(broken("a control frame that is fragmented or too long"));
        }
        let (width, shortest) = match short {
            126 => (2, 126),
            127 => (8, 1 << 16),
            _ => (0, 0),
        };
        let Some(field) = rest.get(..width) else {
            return Ok(None);
        };
        let payload = match width {
            0 => u64::from(short),
            _ => field
                .iter()
                .fold(0, |length, byte| length << 8 | u64::from(*byte)),
        };
        if payload >> 63 != 0 || payload < shortest {
            return Err(broken("a length that is not spelled as it should be"));
        }
        if payload > MAX_MESSAGE_BYTES as u64 {
            return Err(Violation {
                code: 1009,
                words: Cow::Borrowed("a message over 4 KiB"),
            });
        }
        let Some(mask) = rest[width..].first_chunk::<4>() else {
            return Ok(None);
        };
        Ok(Some(Self {
            opcode,
            last,
            mask: *mask,
            length: 2 + width + 4,
            payload: payload as usize,
        }))
    }
}

fn message(opcode: Opcode, payload: &[u8]) -> Result<Event<'_>, Violation> {
    if opcode == Opcode::Binary {
        return Ok(Event::Binary);
    }
    let text = std::str::from_utf8(payload).map_err(|_| Violation {
        code: 1007,
        words: Cow::Borrowed("text that is not UTF-8"),
    })?;
    Ok(Event::Text(text))
}

fn close_code(payload: &[u8]) -> Result<Option<u16>, Violation> {
    match payload {
        [] => Ok(None),
        [_] => Err(broken("a close code of one byte")),
        [high, low, reason @ ..] => {
            let code = u16::from_be_bytes([*high, *low]);
            if !matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999) {
                return Err(broken("a close code that may not be sent"));
            }
            std::str::from_utf8(reason).map_err(|_| Violation {
                code: 1007,
                words: Cow::Borrowed("a close reason that is not UTF-8"),
            })?;
            Ok(Some(code))
        }
    }
}

#[cfg(test)]
mod tests;
