//! What was begun on a viewer's socket and is not finished, and what waits for it.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use tokio::net::tcp::OwnedWriteHalf;
use wire::Rung;

use crate::frame::Frame;
use crate::viewer::outbox::End;
use crate::viewer::send_window::SendWindow;

/// The state of one viewer's sending side, behind its lock.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) window: SendWindow,
    /// Whether the kernel keeps its pongs until somebody looks.
    pub(crate) pongs_coalesced: bool,
    /// Whether the viewer's task holds something half read.
    pub(crate) listening: bool,
    /// What was read in passing and is for the task.
    pub(crate) heard: Vec<u8>,
    pub(crate) rung: Rung,
    /// The rung to change to with its next frame.
    pub(crate) next: Option<Rung>,
    /// (run, seq) of the last frame begun.
    pub(crate) begun: Option<(u32, u64)>,
    /// The number of the newest frame that was offered and not begun.
    pub(crate) missing: Option<u64>,
    /// What is half written, and how far.
    pub(crate) rest: Option<(Piece, usize)>,
    pub(crate) waiting: VecDeque<Bytes>,
    pub(crate) pong: Option<Bytes>,
    pub(crate) goodbye: Option<Bytes>,
    pub(crate) end: Option<End>,
}

/// What may be half written.
#[derive(Debug)]
pub(crate) enum Piece {
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
    pub(crate) fn new(rung: Rung, now: Instant) -> Self {
        Self {
            window: SendWindow::new(now),
            pongs_coalesced: false,
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
    pub(crate) fn settle(
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
