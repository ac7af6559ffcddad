//! The server's bytes of a WebSocket as a client without a library sees them: the request that opens one, and the heads of
//! the frames that follow.
//!
//! For [`Load`](crate::Load) and the comparison with peers, which must read less of a frame than any library would. Everybody
//! else takes [`Viewer`](crate::Viewer).

use std::io::{Error, Read as _, Result, Write as _};
use std::net::{SocketAddr, TcpStream};

/// The opcode of a binary message. Source: RFC 6455 section 5.2.
pub const BINARY: u8 = 2;
/// That of a ping.
pub const PING: u8 = 9;
/// The longest payload of a ping or a pong. Source: RFC 6455 section 5.5.
pub const CONTROL_BYTES: usize = 125;

/// Of one frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameHead {
    /// What it is: [`BINARY`], [`PING`].
    pub opcode: u8,
    /// Where its payload begins and ends, from the frame's first byte.
    pub start: usize,
    /// Behind its last byte.
    pub end: usize,
}

/// The head of the frame that `bytes` begin with, once its length is there; a server's frames are not masked.
#[must_use]
pub fn frame_head(bytes: &[u8]) -> Option<FrameHead> {
    let [first, second, rest @ ..] = bytes else {
        return None;
    };
    let (width, length) = match second & 0x7f {
        126 => (2, usize::from(u16::from_be_bytes(*rest.first_chunk()?))),
        127 => (8, u64::from_be_bytes(*rest.first_chunk()?) as usize),
        short => (0, usize::from(short)),
    };
    Some(FrameHead {
        opcode: first & 0x0f,
        start: 2 + width,
        end: 2 + width + length,
    })
}

/// Opens the WebSocket `path` at `address`; the next byte to read is the first frame's.
///
/// # Errors
/// When nobody listens there or what answers opens none.
pub fn connect(address: SocketAddr, path: &str) -> Result<TcpStream> {
    let mut socket = TcpStream::connect(address)?;
    // The key is RFC 6455's own example: nobody checks the answer to it, what comes over the socket is the proof.
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    socket.write_all(request.as_bytes())?;
    let mut head = Vec::new();
    // Byte by byte: what follows the empty line is the first frame's.
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        socket.read_exact(&mut byte)?;
        head.extend(byte);
    }
    if !head.starts_with(b"HTTP/1.1 101") {
        return Err(Error::other(String::from_utf8_lossy(&head)));
    }
    socket.set_nodelay(true)?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_lengths_of_a_websocket_frame_are_read() {
        let head = |opcode, start, end| Some(FrameHead { opcode, start, end });
        assert_eq!(frame_head(&[0x89, 3, 1, 2, 3]), head(9, 2, 5));
        assert_eq!(frame_head(&[0x82, 126, 1, 0]), head(2, 4, 260));
        let large = [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0];
        assert_eq!(frame_head(&large), head(2, 10, 65_546));
        assert_eq!(frame_head(&large[..9]), None, "the length is not whole");
    }
}
