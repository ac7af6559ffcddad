//! What a viewer says: its task reads it when the kernel tells; answers of a viewer that keeps up are read in passing.
//!
//! A wake-up with a read for each answer would be a fifth of what a frame costs. So the kernel is asked to keep short
//! answers to itself ([`rcvlowat`]) while the window has no use for each of them at once, and the fan-out reads them
//! between its deliveries. It understands pongs and acks alone; whatever else it comes upon is handed to the task, in its
//! order. Who wants to be heard at once says more than [`COALESCED_BYTES`], as our page does by blanks.

use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use rustix::net::{RecvFlags, recv};
use tokio::io::{AsyncRead as _, ReadBuf};
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedReadHalf;

use crate::viewer::send_window::SendWindow;
use crate::websocket::decode::{Reader, Usual, usual};

/// Bytes that the kernel may keep to itself: far more answers than frames are on their way meanwhile. In
/// docs/protocol.md.
const COALESCED_BYTES: i32 = 512;
/// What [`SO_RCVLOWAT`](rcvlowat) is by default: every byte is told.
const EVERY_BYTE: i32 = 1;

/// Who reads the socket now. Answers are coalesced only while the task is idle, and read in passing only while they are
/// coalesced and nothing waits that was read before.
#[derive(Debug)]
pub(super) struct Inbox {
    /// Whether the kernel keeps short answers to itself.
    coalesced: bool,
    /// Whether the viewer's task is reading, or holds something half read.
    task_reads: bool,
    /// What was read in passing and is for the task.
    overheard: Vec<u8>,
}

impl Inbox {
    /// Read by the task, as it is right after the handshake.
    pub(super) const fn new() -> Self {
        Self {
            coalesced: false,
            task_reads: true,
            overheard: Vec::new(),
        }
    }

    /// Whether the kernel keeps short answers to itself.
    pub(super) const fn coalesced(&self) -> bool {
        self.coalesced
    }

    /// Has the kernel keep short answers to itself if that is `wanted` and the task is idle, or tell them all again.
    pub(super) fn coalesce(&mut self, wanted: bool, socket: &TcpStream) {
        let wanted = wanted && !self.task_reads;
        if self.coalesced && !wanted {
            self.listen_closely(socket);
        } else if wanted && !self.coalesced {
            // Without the option there is a wake-up for each.
            self.coalesced = rcvlowat::set(socket, COALESCED_BYTES).is_ok();
        }
    }

    /// From now on whatever the viewer says is told at once.
    pub(super) fn listen_closely(&mut self, socket: &TcpStream) {
        if std::mem::take(&mut self.coalesced) {
            // It may be gone already; then there is nothing to hear.
            let _ = rcvlowat::set(socket, EVERY_BYTE);
        }
    }

    /// Reads the answers that the kernel kept, in passing. True: there was something else, which the task is to take, and
    /// all that comes after it until nothing is half read.
    pub(super) fn read_answers(
        &mut self,
        socket: &TcpStream,
        window: &mut SendWindow,
        now: Instant,
    ) -> bool {
        if !self.coalesced || self.task_reads || !self.overheard.is_empty() {
            return false;
        }
        let mut bytes = [0; 2 * COALESCED_BYTES as usize];
        // An end or an error the kernel tells the task, whatever was asked for.
        let Ok((_, length)) = recv(socket, &mut bytes, RecvFlags::DONTWAIT) else {
            return false;
        };
        let mut rest = &bytes[..length];
        while let Some((said, after)) = usual(rest) {
            match said {
                Usual::Pong(number) => window.pong(u64::from_be_bytes(number), now, false),
                Usual::Ack(seq) => window.ack(seq, now, false),
            }
            rest = after;
        }
        self.overheard.extend_from_slice(rest);
        !rest.is_empty()
    }

    /// Reads what is there into `words`, or away without any: how many bytes, 0 at the end.
    ///
    /// The buffer lives on the stack and only while it is used: a viewer that says nothing costs no memory for what it
    /// might say.
    pub(super) fn poll_receive(
        &mut self,
        context: &mut Context<'_>,
        reader: &mut OwnedReadHalf,
        words: Option<&mut Reader>,
    ) -> Poll<io::Result<usize>> {
        let mut buffer = [MaybeUninit::<u8>::uninit(); 2048];
        let mut buffer = ReadBuf::uninit(&mut buffer);
        let read = Pin::new(&mut *reader).poll_read(context, &mut buffer)?;
        if read.is_pending() && self.overheard.is_empty() {
            self.task_reads = words.is_none_or(|words| !words.idle());
            if self.task_reads {
                self.listen_closely(reader.as_ref());
            }
            return Poll::Pending;
        }
        self.task_reads = true;
        let overheard = std::mem::take(&mut self.overheard);
        if let Some(words) = words {
            words.push(&overheard);
            words.push(buffer.filled());
        }
        Poll::Ready(Ok(overheard.len() + buffer.filled().len()))
    }

    /// Whether the viewer's task is reading, or holds something half read.
    #[cfg(test)]
    pub(super) const fn task_reads(&self) -> bool {
        self.task_reads
    }
}
