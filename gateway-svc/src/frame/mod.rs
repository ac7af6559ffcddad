//! A frame as viewers get it: the bytes of a WebSocket message, built once for all of them.
//!
//! [head | JPEG | ping with the frame's number] in one buffer: every viewer gets the same bytes, and every browser
//! answers the ping by itself, so that the gateway knows what has arrived without any script on the page.

pub(crate) mod memfd;

use std::io::{self, ErrorKind};
use std::ops::Range;
use std::os::fd::AsFd;
use std::sync::OnceLock;
use std::time::Instant;

use bytes::{BufMut, Bytes, BytesMut};
use rustix::net::{SendFlags, send};
use wire::Stamp;

use crate::frame::memfd::Memfd;
use crate::websocket::{Opcode, encode};

/// Clocks that differ by less are as good as the same: a frame from so little in the future is new, not impossible.
const MAX_CLOCK_SKEW_US: u64 = 1_000_000;

/// One frame of one stream.
#[derive(Debug)]
pub(crate) struct Frame {
    /// Who made it, which one it is, when it was captured.
    pub(crate) stamp: Stamp,
    /// Counts the frames of this process over all streams; the payload of the ping.
    pub(crate) number: u64,
    /// Counts the frames of its stream since somebody began to watch it.
    pub(crate) nth: u64,
    /// When it came from the bus.
    pub(crate) received: Instant,
    message: Bytes,
    jpeg: Range<usize>,
    /// The message once more.
    file: OnceLock<Option<Memfd>>,
}

impl Frame {
    /// Copies `jpeg` once, between head and ping. `number` counts over all streams, `nth` within its own.
    #[must_use]
    pub(crate) fn new(
        jpeg: &[u8],
        stamp: Stamp,
        (number, nth): (u64, u64),
        received: Instant,
    ) -> Self {
        const PING_BYTES: usize = 2 + size_of::<u64>();
        let mut out =
            BytesMut::with_capacity(encode::MAX_FRAME_HEAD_BYTES + jpeg.len() + PING_BYTES);
        encode::put_head(&mut out, Opcode::Binary, jpeg.len());
        let start = out.len();
        out.put_slice(jpeg);
        let jpeg = start..out.len();
        out.put_slice(&ping(number));
        Self {
            stamp,
            number,
            nth,
            received,
            message: out.freeze(),
            jpeg,
            file: OnceLock::new(),
        }
    }

    /// From now on it can be sent as pages; worth it for many viewers.
    pub(crate) fn prepare(&self) {
        self.file.get_or_init(|| Memfd::of(&self.message));
    }

    /// Sends as much of it as the socket takes; as `pages` where that is wished and prepared.
    ///
    /// # Errors
    /// As `send` on a socket that does not wait.
    pub(crate) fn send_to(&self, socket: impl AsFd, pages: bool) -> io::Result<usize> {
        if let (Some(Some(file)), true) = (self.file.get(), pages) {
            match file.send_to(&socket) {
                // Not a full socket but a kernel, or what guards it, that sends no files.
                Err(error) if error.kind() != ErrorKind::WouldBlock => {}
                sent => return sent,
            }
        }
        let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
        Ok(send(socket, &self.message, flags)?)
    }

    /// Seconds from its capture, by the camera host's clock, to `now_us` (µs since the Unix epoch); `None` for a frame
    /// from the future, whose age nobody knows.
    #[must_use]
    pub(crate) fn age_s(&self, now_us: u64) -> Option<f64> {
        let captured_us = self.stamp.captured_at_us;
        (captured_us < now_us + MAX_CLOCK_SKEW_US)
            .then(|| now_us.saturating_sub(captured_us) as f64 / 1e6)
    }

    /// The binary message and the ping after it.
    #[must_use]
    pub(crate) const fn message(&self) -> &Bytes {
        &self.message
    }

    /// The JPEG alone, without a copy.
    #[must_use]
    pub(crate) fn jpeg(&self) -> Bytes {
        self.message.slice(self.jpeg.clone())
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use process::Clock;

    #[test]
    fn a_frame_is_one_message_and_one_ping_around_the_unchanged_jpeg() {
        let stamp = Stamp {
            run: 1,
            seq: 2,
            captured_at_us: 3,
        };
        for length in [1, 125, 126, 60_000, 70_000] {
            let jpeg: Vec<u8> = (0..length).map(|at| at as u8).collect();
            let frame = Frame::new(&jpeg, stamp, (0x0102, 0), Clock::start().now());
            assert_eq!(frame.jpeg(), jpeg);
            let expected = [encode::frame(Opcode::Binary, &jpeg), ping(0x0102)].concat();
            assert_eq!(frame.message(), &expected);
            assert_eq!(
                &expected[expected.len() - 10..],
                [0x89, 8, 0, 0, 0, 0, 0, 0, 1, 2]
            );
        }
        assert_eq!(pong(&[0, 0, 0, 0, 0, 0, 1, 2]), Some(0x0102));
        assert_eq!(pong(b"unasked"), None);
    }

    #[test]
    fn a_frame_is_sent_as_pages_or_without_them_and_is_the_same() {
        use std::io::Read as _;
        let stamp = Stamp {
            run: 1,
            seq: 2,
            captured_at_us: 3,
        };
        let frame = Frame::new(&[7; 9000], stamp, (1, 0), Clock::start().now());
        frame.prepare();
        for sends_no_files in [false, true] {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            let there = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let mut here = listener.accept().unwrap().0;
            if sends_no_files {
                // Source: sendfile(2), EINVAL.
                rustix::fs::fcntl_setfl(&there, rustix::fs::OFlags::APPEND).unwrap();
                Memfd::of(b"x").unwrap().send_to(&there).unwrap_err();
            }
            for pages in [true, false] {
                let sent = frame.send_to(&there, pages).unwrap();
                assert_eq!(sent, frame.message().len());
                let mut received = vec![0; sent];
                here.read_exact(&mut received).unwrap();
                assert!(received == *frame.message());
            }
        }
    }
}
