//! PURE: WebSocket frames: what a client sends is read strictly, what we send is built once.
//!
//! No socket in here: bytes in, events out. Anything RFC 6455 forbids is a [`Violation`] with the close code it asks
//! for, and no length that a client announces is ever allocated before its bytes are there.
//! Source: RFC 6455 sections 5 (framing), 7.4 (close codes).

use std::borrow::Cow;

use bytes::{BufMut, Bytes, BytesMut};

/// The longest message a client may send; ours are a few dozen bytes.
pub const LONGEST_MESSAGE: usize = 4096;
const LONGEST_CONTROL: usize = 125;
/// Of a frame without a mask: two bytes and the longest length field.
pub const LONGEST_HEAD: usize = 10;

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

/// What a client said.
#[derive(Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// A whole text message.
    Text(&'a str),
    /// A whole binary message; no client of ours sends any.
    Binary,
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
    pub fn idle(&self) -> bool {
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
        loop {
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
            match head.opcode {
                Some(Opcode::Ping) => return Ok(Some(Event::Ping(&self.bytes[head.length..end]))),
                Some(Opcode::Pong) => return Ok(Some(Event::Pong(&self.bytes[head.length..end]))),
                Some(Opcode::Close) => {
                    return close_code(&self.bytes[head.length..end])
                        .map(|code| Some(Event::Close(code)));
                }
                Some(opcode) if head.last => {
                    return message(opcode, &self.bytes[head.length..end]).map(Some);
                }
                begun => {
                    self.message
                        .extend_from_slice(&self.bytes[head.length..end]);
                    self.fragmented = begun.or(self.fragmented);
                    if let (true, Some(opcode)) = (head.last, self.fragmented) {
                        self.fragmented = None;
                        return message(opcode, &self.message).map(Some);
                    }
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
        if self.message.len() + head.payload > LONGEST_MESSAGE {
            return Err(Violation {
                code: 1009,
                words: Cow::Borrowed("a message over 4 KiB"),
            });
        }
        Ok(())
    }
}

/// How long a client's pong with a payload of eight bytes is.
pub const PONG_OF_EIGHT: usize = 2 + 4 + 8;

/// The payload of a pong with eight bytes that `bytes` begin with, and what follows it: what nearly every viewer says
/// nearly always, read without a [`Reader`]. `None` for whatever else, which is a reader's.
#[must_use]
pub fn pong_of_eight(bytes: &[u8]) -> Option<([u8; 8], &[u8])> {
    let (pong, rest) = bytes.split_first_chunk::<PONG_OF_EIGHT>()?;
    let [0x8a, 0x88, a, b, c, d, masked @ ..] = *pong else {
        return None;
    };
    let mask = u64::from_ne_bytes([a, b, c, d, a, b, c, d]);
    Some(((u64::from_ne_bytes(masked) ^ mask).to_ne_bytes(), rest))
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
        if control && (!last || usize::from(short) > LONGEST_CONTROL) {
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
        if payload > LONGEST_MESSAGE as u64 {
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
pub fn frame(opcode: Opcode, payload: &[u8]) -> Bytes {
    let mut out = BytesMut::with_capacity(LONGEST_HEAD + payload.len());
    put_head(&mut out, opcode, payload.len());
    out.put_slice(payload);
    out.freeze()
}

/// A close frame; words that do not fit are cut.
#[must_use]
pub fn close(code: u16, words: &str) -> Bytes {
    let mut fits = words.len().min(LONGEST_CONTROL - 2);
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

    /// A frame as a client sends it; `first` is its first byte.
    fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
        let mut out = BytesMut::new();
        put_head(&mut out, Opcode::Text, payload.len());
        out[0] = first;
        out[1] |= 0x80;
        let mask = [0x37, 0xfa, 0x21, 0x3d];
        out.extend_from_slice(&mask);
        out.extend(
            payload
                .iter()
                .enumerate()
                .map(|(at, byte)| byte ^ mask[at & 3]),
        );
        out.to_vec()
    }

    /// Everything `bytes` say, as text, fed in pieces of `step`.
    fn heard(bytes: &[u8], step: usize) -> Result<Vec<String>, u16> {
        let mut reader = Reader::default();
        let mut events = Vec::new();
        for piece in bytes.chunks(step) {
            reader.push(piece);
            while let Some(event) = reader.event().map_err(|violation| violation.code)? {
                events.push(format!("{event:?}"));
            }
        }
        Ok(events)
    }

    #[test]
    fn the_example_of_the_rfc_is_read() {
        // Source: RFC 6455 section 5.7, "a single-frame masked text message".
        let hello = [
            0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58,
        ];
        for step in 1..=hello.len() {
            assert_eq!(heard(&hello, step).unwrap(), ["Text(\"Hello\")"]);
        }
    }

    #[test]
    fn fragments_are_joined_with_control_frames_between_them() {
        let bytes = [
            masked(0x01, "ü".as_bytes().split_at(1).0),
            masked(0x89, b"are you there"),
            masked(0x00, "ü".as_bytes().split_at(1).1),
            masked(0x8a, b"12345678"),
            masked(0x80, b"!"),
            masked(0x82, &[0; 4096]),
            masked(0x88, b""),
        ]
        .concat();
        let asked = format!("{:?}", Event::Ping(b"are you there"));
        let answered = format!("{:?}", Event::Pong(b"12345678"));
        for step in [1, 7, 64, bytes.len()] {
            let events = heard(&bytes, step).unwrap();
            assert_eq!(
                events,
                [&*asked, &*answered, "Text(\"ü!\")", "Binary", "Close(None)"]
            );
        }
    }

    #[test]
    fn whatever_the_rfc_forbids_ends_the_connection_with_its_code() {
        let unmasked = frame(Opcode::Text, b"hi").to_vec();
        let mut long_spelling = vec![0x81, 0xfe, 0, 5];
        long_spelling.extend([0; 9]);
        let mut longer_spelling = vec![0x81, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
        longer_spelling.extend([0; 4]);
        let cases: [(&str, Vec<u8>, u16); 24] = [
            ("no mask", unmasked, 1002),
            (
                "RSV1 (compression nobody agreed to)",
                masked(0xc1, b"x"),
                1002,
            ),
            ("RSV2", masked(0xa1, b"x"), 1002),
            ("RSV3", masked(0x91, b"x"), 1002),
            ("opcode 3", masked(0x83, b"x"), 1002),
            ("opcode 7", masked(0x87, b"x"), 1002),
            ("opcode 11", masked(0x8b, b"x"), 1002),
            ("opcode 15", masked(0x8f, b"x"), 1002),
            ("fragmented ping", masked(0x09, b"x"), 1002),
            ("ping of 126", masked(0x89, &[0; 126]), 1002),
            ("continuation of nothing", masked(0x80, b"x"), 1002),
            (
                "text in text",
                [masked(0x01, b"a"), masked(0x81, b"b")].concat(),
                1002,
            ),
            (
                "binary in text",
                [masked(0x01, b"a"), masked(0x02, b"b")].concat(),
                1002,
            ),
            ("length 5 in 16 bits", long_spelling, 1002),
            ("length 65535 in 64 bits", longer_spelling, 1002),
            (
                "length 2^63",
                vec![0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0],
                1002,
            ),
            ("1 GB", vec![0x82, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0], 1009),
            ("4097 bytes", masked(0x81, &[b'a'; 4097]), 1009),
            (
                "4097 in fragments",
                [masked(0x01, &[b'a'; 4096]), masked(0x80, b"b")].concat(),
                1009,
            ),
            (
                "bad UTF-8",
                masked(
                    0x81,
                    &[
                        0xce, 0xba, 0xe1, 0xbd, 0xb9, 0xcf, 0x83, 0xce, 0xbc, 0xed, 0xa0, 0x80,
                    ],
                ),
                1007,
            ),
            ("half a character", masked(0x81, &[0xc3]), 1007),
            ("close of 1 byte", masked(0x88, &[3]), 1002),
            ("close 1005", masked(0x88, &1005u16.to_be_bytes()), 1002),
            (
                "close reason not UTF-8",
                masked(0x88, &[3, 232, 0xff]),
                1007,
            ),
        ];
        for (name, bytes, code) in cases {
            for step in [1, bytes.len()] {
                assert_eq!(heard(&bytes, step), Err(code), "{name}");
            }
        }
        for code in [
            0u16, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535,
        ] {
            assert_eq!(
                heard(&masked(0x88, &code.to_be_bytes()), 8),
                Err(1002),
                "{code}"
            );
        }
        for code in [1000u16, 1001, 1003, 1007, 1011, 1012, 1014, 3000, 4999] {
            assert_eq!(
                heard(&masked(0x88, &code.to_be_bytes()), 8),
                Ok(vec![format!("Close(Some({code}))")])
            );
        }
    }

    #[test]
    fn a_pong_of_eight_is_read_as_a_reader_reads_it_and_nothing_else_is() {
        let pong = masked(0x8a, b"12345678");
        assert_eq!(pong.len(), PONG_OF_EIGHT);
        let bytes = [&pong[..], b"rest"].concat();
        assert_eq!(pong_of_eight(&bytes), Some((*b"12345678", &b"rest"[..])));
        for other in [
            &pong[..PONG_OF_EIGHT - 1],
            &masked(0x8a, b"1234567")[..],
            &masked(0x8a, b"123456789"),
            &masked(0x89, b"12345678"),
            &masked(0x0a, b"12345678"),
            &frame(Opcode::Pong, b"12345678abcdef"),
        ] {
            assert_eq!(pong_of_eight(other), None, "{other:?}");
        }
    }

    #[test]
    fn a_reader_is_idle_between_frames_alone() {
        let mut reader = Reader::default();
        assert!(reader.idle());
        let pong = masked(0x8a, b"12345678");
        reader.push(&pong[..5]);
        assert_eq!(reader.event(), Ok(None));
        assert!(!reader.idle());
        reader.push(&pong[5..]);
        assert!(!reader.idle());
        assert_eq!(reader.event(), Ok(Some(Event::Pong(b"12345678"))));
        assert!(reader.idle());
    }

    #[test]
    fn a_length_is_believed_only_when_its_bytes_are_there() {
        let mut reader = Reader::default();
        reader.push(&[0x81, 0xfe, 0x10, 0x00, 1, 2, 3, 4]);
        assert_eq!(reader.event(), Ok(None));
        assert!(reader.bytes.capacity() < 128);
        for _ in 0..1000 {
            let mut reader = Reader::default();
            let noise: Vec<u8> = (0..64).map(|_| fastrand::u8(..)).collect();
            reader.push(&noise);
            while let Ok(Some(_)) = reader.event() {}
            assert!(
                reader.bytes.capacity() <= 128,
                "grew to {}",
                reader.bytes.capacity()
            );
        }
    }

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
