//! What was begun on a viewer's socket and is not finished, and what waits for it.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use tokio::net::tcp::OwnedWriteHalf;
use wire::Rung;

use super::End;
use crate::flow::Flow;
use crate::frame::Frame;

/// The state of one viewer's sending side, behind its lock.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) flow: Flow,
    /// Whether the kernel keeps its pongs until somebody looks.
    pub(super) eased: bool,
    /// Whether the viewer's task holds something half read.
    pub(super) listening: bool,
    /// What was read in passing and is for the task.
    pub(super) heard: Vec<u8>,
    pub(super) rung: Rung,
    /// The rung to change to with its next frame.
    pub(super) next: Option<Rung>,
    /// (run, seq) of the last frame begun.
    pub(super) begun: Option<(u32, u64)>,
    /// The number of the newest frame that was offered and not begun.
    pub(super) missing: Option<u64>,
    /// What is half written, and how far.
    pub(super) rest: Option<(Piece, usize)>,
    pub(super) waiting: VecDeque<Bytes>,
    pub(super) pong: Option<Bytes>,
    pub(super) goodbye: Option<Bytes>,
    pub(super) end: Option<End>,
}

/// What may be half written.
#[derive(Debug)]
pub(super) enum Piece {
    Frame(Arc<Frame>, Rung),
    Message(Bytes),
}

impl Piece {
    fn bytes(&self) -> &Bytes {
        match self {
            Self::Frame(frame, _) => frame.message(),
            Self::Message(bytes) => bytes,
        }
    }
}

impl Line {
    /// A line on which nothing has been said yet.
    pub(super) fn new(rung: Rung, now: Instant) -> Self {
        Self {
            flow: Flow::new(now),
            eased: false,
            listening: true,
            heard: Vec::new(),
            rung,
            next: None,
            begun: None,
            missing: None,
            rest: None,
            waiting: VecDeque::new(),
            pong: None,
            goodbye: None,
            end: None,
        }
    }

    /// Writes rest and small messages in order; true if the socket takes no more for now.
    pub(super) fn settle(
        &mut self,
        socket: &OwnedWriteHalf,
        whole: &mut Vec<(Arc<Frame>, Rung)>,
    ) -> io::Result<bool> {
        loop {
            if self.rest.is_none() {
                let message = self.waiting.pop_front().or_else(|| self.pong.take());
                let message = message.or_else(|| self.goodbye.take());
                self.rest = message.map(|message| (Piece::Message(message), 0));
            }
            let Some((piece, at)) = &mut self.rest else {
                return Ok(false);
            };
            match socket.try_write(&piece.bytes()[*at..]) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(written) => *at += written,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(true),
                Err(error) => return Err(error),
            }
            if *at == piece.bytes().len()
                && let Some((Piece::Frame(frame, rung), _)) = self.rest.take()
            {
                whole.push((frame, rung));
            }
        }
    }
}
