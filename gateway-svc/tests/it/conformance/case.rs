//! A case: frames as a client sends them, and what must be heard then.

pub(super) const TEXT: u8 = 0x81;
pub(super) const BINARY: u8 = 0x82;
pub(super) const CLOSE: u8 = 0x88;
pub(super) const PING: u8 = 0x89;
pub(super) const PONG: u8 = 0x8a;
/// A first or later fragment has no FIN bit; later ones have no opcode.
pub(super) const BEGIN: u8 = 0x01;
pub(super) const MORE: u8 = 0x00;
pub(super) const END: u8 = 0x80;

pub(super) type Frames = Vec<Vec<u8>>;

/// A frame as clients send it.
pub(super) fn frame(first: u8, payload: impl AsRef<[u8]>) -> Vec<u8> {
    let (payload, mask) = (payload.as_ref(), [0x37, 0xfa, 0x21, 0x3d]);
    let mut out = vec![first];
    match payload.len() {
        length @ 0..126 => out.push(0x80 | length as u8),
        length @ 126..65536 => {
            out.push(0xfe);
            out.extend((length as u16).to_be_bytes());
        }
        length => {
            out.push(0xff);
            out.extend((length as u64).to_be_bytes());
        }
    }
    out.extend(mask);
    let masked = payload.iter().enumerate();
    out.extend(masked.map(|(at, byte)| byte ^ mask[at & 3]));
    out
}

/// A question that is answered with `t`, as long as `length`.
pub(super) fn question(t: u32, length: usize) -> Vec<u8> {
    with_words(
        t,
        &"*".repeat(length.saturating_sub(with_words(t, "").len())),
    )
}

pub(super) fn with_words(t: u32, words: &str) -> Vec<u8> {
    format!("{{\"type\":\"clock\",\"t\":{t},\"words\":\"{words}\"}}").into_bytes()
}

/// Answers to questions, the last pong, and the close code, 1006 for none.
#[derive(Debug, PartialEq)]
pub(super) struct Heard {
    pub(super) answers: Vec<u32>,
    pub(super) pong: Option<Vec<u8>>,
    pub(super) closed: u16,
}

pub(super) struct Case {
    pub(super) name: String,
    pub(super) frames: Frames,
    pub(super) heard: Heard,
}

/// The client says goodbye at the end, so 1000 is a connection that stayed open until then.
pub(super) fn stays(name: &str, mut frames: Frames, answers: &[u32], pong: Option<&[u8]>) -> Case {
    frames.push(frame(CLOSE, 1000u16.to_be_bytes()));
    ends(name, frames, answers, pong, 1000)
}

pub(super) fn ends(
    name: &str,
    frames: Frames,
    answers: &[u32],
    pong: Option<&[u8]>,
    closed: u16,
) -> Case {
    let heard = Heard {
        answers: answers.to_vec(),
        pong: pong.map(<[u8]>::to_vec),
        closed,
    };
    Case {
        name: name.into(),
        frames,
        heard,
    }
}
