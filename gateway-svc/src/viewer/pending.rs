//! What waits to be written to one viewer's socket: the rest of what is half written, and small messages.
//!
//! No frame ever waits in here: one that was begun is written to its end, and until then no other is begun.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::sync::Arc;

use bytes::Bytes;
use tokio::net::tcp::OwnedWriteHalf;
use wire::Rendition;

use crate::frame::Frame;
use crate::frame::changes::Form;

/// Small messages that may wait for a socket that takes nothing; a viewer with more has stopped reading.
const MAX_PENDING_MESSAGES: usize = 16;

/// What waits. The order on the socket is: the rest, messages, a pong, the close frame; nothing follows a close frame.
#[derive(Debug, Default)]
pub(super) struct Pending {
    /// What is half written, and how far.
    rest: Option<(Piece, usize)>,
    messages: VecDeque<Bytes>,
    pong: Option<Bytes>,
    close: Option<Bytes>,
    /// The close frame waits or is written: what comes now comes too late.
    closing: bool,
}

/// A frame on its way to one viewer.
#[derive(Clone, Debug)]
pub(crate) struct Begun {
    pub(crate) frame: Arc<Frame>,
    pub(crate) form: Form,
    pub(crate) rendition: Rendition,
}

/// What may be half written.
#[derive(Debug)]
enum Piece {
    Frame(Begun),
    Message(Bytes),
}

impl Piece {
    fn bytes(&self) -> &Bytes {
        match self {
            Self::Frame(begun) => begun.frame.message(begun.form).bytes(),
            Self::Message(bytes) => bytes,
        }
    }
}

impl Pending {
    /// Adds a small message.
    pub(super) fn push(&mut self, message: Bytes) {
        if !self.closing {
            self.messages.push_back(message);
        }
    }

    /// Adds the answer to a ping; of several only the last one. Source: RFC 6455 section 5.5.3.
    pub(super) fn answer(&mut self, pong: Bytes) {
        if !self.closing {
            self.pong = Some(pong);
        }
    }

    /// Adds the last frame of this side; only the first of several counts.
    pub(super) fn close(&mut self, close: Bytes) {
        if !std::mem::replace(&mut self.closing, true) {
            self.close = Some(close);
        }
    }

    /// A frame was begun on the socket: `written` bytes of it, not all. Only while nothing is [half
    /// written](Self::half_written).
    pub(super) fn begun(&mut self, begun: Begun, written: usize) {
        debug_assert!(self.rest.is_none(), "two half-written frames");
        self.rest = Some((Piece::Frame(begun), written));
    }

    /// Whether nothing else may be begun on the socket.
    pub(super) const fn half_written(&self) -> bool {
        self.rest.is_some()
    }

    /// Whether more small messages wait than a viewer that reads would ever let wait.
    pub(super) fn too_many(&self) -> bool {
        self.messages.len() > MAX_PENDING_MESSAGES
    }

    /// Writes as much as the socket takes, and adds frames that are whole now to `finished`; true if the socket takes
    /// no more for now.
    pub(super) fn write(
        &mut self,
        socket: &OwnedWriteHalf,
        finished: &mut Vec<Begun>,
    ) -> io::Result<bool> {
        loop {
            if self.rest.is_none() {
                let message = self.messages.pop_front().or_else(|| self.pong.take());
                let message = message.or_else(|| self.close.take());
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
                && let Some((Piece::Frame(begun), _)) = self.rest.take()
            {
                finished.push(begun);
            }
        }
    }
}

#[cfg(test)]
mod tests;
