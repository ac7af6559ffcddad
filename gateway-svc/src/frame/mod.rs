//! A frame as viewers get it: the bytes of a WebSocket message, built once for all of them.
//!
//! [head | JPEG | ping with the frame's number] in one buffer: every viewer gets the same bytes, and every browser
//! answers the ping by itself, so that the gateway knows what has arrived without any script on the page. For viewers
//! that have an earlier frame there is a [delta](deltas) in place of the JPEG, as many of them as there are such frames.

pub(crate) mod changes;
mod deltas;
pub(crate) mod memfd;
mod message;
pub(crate) mod ping;

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use wire::Stamp;

use crate::frame::changes::{Base, Changes, Form};
use crate::frame::deltas::Deltas;
use crate::frame::message::Message;

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
    /// How far apart the frames of its stream are captured, in µs; 0 while that is not known.
    pub(crate) spacing_us: u64,
    whole: Message,
    /// Where somebody may want one, and its JPEG has intervals.
    deltas: Option<Box<Deltas>>,
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
        Self {
            stamp,
            number,
            nth,
            received,
            spacing_us: 0,
            whole: Message::new(jpeg, number),
            deltas: None,
        }
    }

    /// From now on it can be sent as a delta too.
    pub(crate) fn know(&mut self, changes: Arc<Changes>) {
        self.deltas = Some(Box::new(Deltas::new(changes)));
    }

    /// From now on it can be sent as pages, `whole` and as the usual delta; worth it for many viewers of each.
    pub(crate) fn prepare(&self, whole: bool, delta: bool) {
        if let (Some(deltas), true) = (&self.deltas, delta) {
            deltas.prepare(&self.whole, self.number);
        }
        if whole {
            self.whole.prepare();
        }
    }

    /// In which form it goes to a viewer that has `base`.
    #[must_use]
    pub(crate) fn form(&self, base: Option<Base>) -> Form {
        match (&self.deltas, base) {
            (Some(deltas), Some(base)) => deltas.form(base, &self.whole, self.number),
            _ => Form::Whole,
        }
    }

    /// The binary message and the ping after it.
    #[must_use]
    pub(crate) fn message(&self, form: Form) -> &Message {
        let delta = match form {
            Form::Whole => None,
            Form::Delta(nth) => self.deltas.as_ref().and_then(|deltas| deltas.message(nth)),
        };
        delta.unwrap_or(&self.whole)
    }

    /// What it is to whoever gets it, for the next one to be a delta against.
    #[must_use]
    pub(crate) fn as_base(&self) -> Option<Base> {
        let epoch = self.deltas.as_ref()?.epoch();
        let seq = self.stamp.seq;
        Some(Base { epoch, seq })
    }

    /// How many bytes are sent of it in this form, and how many that leaves out.
    #[must_use]
    pub(crate) fn sizes(&self, form: Form) -> (usize, usize) {
        let sent = self.message(form).bytes().len();
        (sent, self.whole.bytes().len() - sent)
    }

    /// Seconds from its capture, by the camera host's clock, to `now_us` (µs since the Unix epoch); `None` for a frame
    /// from the future, whose age nobody knows.
    #[must_use]
    pub(crate) fn age_s(&self, now_us: u64) -> Option<f64> {
        let captured_us = self.stamp.captured_at_us;
        (captured_us < now_us + MAX_CLOCK_SKEW_US)
            .then(|| now_us.saturating_sub(captured_us) as f64 / 1e6)
    }

    /// The JPEG alone, without a copy.
    #[must_use]
    pub(crate) fn jpeg(&self) -> Bytes {
        self.whole.payload()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::memfd::Memfd;
    use crate::frame::ping::{ping, pong};
    use crate::websocket::{Opcode, encode};
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
            assert_eq!(frame.message(Form::Whole).bytes(), &expected);
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
        frame.prepare(true, false);
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
                let sent = frame.message(Form::Whole).send_to(&there, pages).unwrap();
                assert_eq!(sent, frame.message(Form::Whole).bytes().len());
                let mut received = vec![0; sent];
                here.read_exact(&mut received).unwrap();
                assert!(received == *frame.message(Form::Whole).bytes());
            }
        }
    }
}
