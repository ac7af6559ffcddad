//! PURE. Where the next picture lies in the bytes of a stream: a part of MJPEG over HTTP, or a message of a WebSocket.

use anyhow::{Context as _, bail};
use testkit::websocket::{BINARY, PING, frame_head};

/// How a server puts pictures into a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    /// `multipart/x-mixed-replace`, with a length for each part.
    Parts,
    /// Binary messages.
    Messages,
}

/// What comes next, and where its payload begins and ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) kind: Kind,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Picture,
    /// Wants to be answered with what it holds.
    Ping,
    Other,
}

impl Framing {
    /// What `bytes` begin with; `None` until its head is whole.
    ///
    /// # Errors
    /// When it is no stream of pictures.
    pub(crate) fn next(self, bytes: &[u8]) -> anyhow::Result<Option<Block>> {
        match self {
            Self::Parts => next_part(bytes),
            Self::Messages => Ok(frame_head(bytes).map(|head| Block {
                kind: match head.opcode {
                    BINARY => Kind::Picture,
                    PING => Kind::Ping,
                    _ => Kind::Other,
                },
                start: head.start,
                end: head.end,
            })),
        }
    }
}

fn next_part(bytes: &[u8]) -> anyhow::Result<Option<Block>> {
    const EMPTY_LINE: &[u8] = b"\r\n\r\n";
    let mut windows = bytes.windows(EMPTY_LINE.len());
    let Some(at) = windows.position(|window| window == EMPTY_LINE) else {
        return Ok(None);
    };
    let head = String::from_utf8_lossy(&bytes[..at]).to_ascii_lowercase();
    let start = at + EMPTY_LINE.len();
    if head.starts_with("http/") {
        if head.split(' ').nth(1) != Some("200") {
            bail!("the server answers {head:?}");
        }
        let kind = Kind::Other;
        let end = start;
        return Ok(Some(Block { kind, start, end }));
    }
    let mut lines = head.lines();
    let length = lines.find_map(|line| line.strip_prefix("content-length:"));
    let length = length.and_then(|length| length.trim().parse::<usize>().ok());
    let length = length.with_context(|| format!("a part without its length: {head:?}"))?;
    let kind = Kind::Picture;
    let end = start + length;
    Ok(Some(Block { kind, start, end }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_and_each_part_behind_it_are_told_apart() {
        let stream = b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=b\r\n\r\n\
                       --b\r\nContent-type: image/jpeg\r\nContent-Length:     3\r\n\r\nJPG\r\n--b\r\n";
        let answer = Framing::Parts.next(stream).expect("a stream");
        let answer = answer.expect("a whole head");
        assert_eq!((answer.kind, answer.end), (Kind::Other, answer.start));
        let rest = &stream[answer.end..];
        let part = Framing::Parts.next(rest).expect("a stream");
        let part = part.expect("a whole head");
        assert_eq!(part.kind, Kind::Picture);
        assert_eq!(&rest[part.start..part.end], b"JPG");
        assert_eq!(Framing::Parts.next(&rest[part.end..]).unwrap(), None);
    }

    #[test]
    fn an_error_of_the_server_and_a_part_without_length_are_no_stream() {
        assert!(Framing::Parts.next(b"HTTP/1.1 503 No\r\n\r\n").is_err());
        assert!(Framing::Parts.next(b"--b\r\n\r\n").is_err());
    }

    #[test]
    fn a_binary_message_is_a_picture_and_a_ping_is_none() {
        let kind = |bytes| {
            Framing::Messages
                .next(bytes)
                .unwrap()
                .map(|block| block.kind)
        };
        assert_eq!(kind(&[0x82, 126, 1, 0]), Some(Kind::Picture));
        assert_eq!(kind(&[0x89, 0]), Some(Kind::Ping));
        assert_eq!(kind(&[0x82]), None);
    }
}
