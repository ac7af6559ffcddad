//! One viewer's socket: what may be written to it now, and what was begun and is not finished.
//!
//! Two hands reach in here. The fan-out *offers* it frames and never waits: whatever the socket does not take at once
//! is left to the viewer's own task ([`crate::session`]), and until that has finished the viewer simply misses
//! frames. Nothing is queued but small messages, and of those only the newest of a kind.
//! How its words come in is [`crate::viewer::inbox`]'s, what is half written [`crate::viewer::line`]'s.

use std::hint::black_box;
use std::io;
use std::os::fd::AsRawFd as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use bytes::Bytes;
use socket2::SockRef;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::sync::Notify;
use wire::Rung;
use wire::messages::FromGateway;

use crate::frame::memfd;
use crate::frame::{self, Frame};
use crate::viewer::line::{Line, Piece};
use crate::viewer::send_window::{Feedback, SendWindow};
use crate::websocket::codec::{self, Opcode};

/// Small messages that may wait for a socket that takes nothing; a viewer with more has stopped reading.
const MAX_PENDING_MESSAGES: usize = 16;

/// What became of an offered frame.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Offer {
    /// Written whole.
    Sent,
    /// Begun; the viewer's own task writes the rest and counts it.
    Begun,
    /// Not begun: the viewer is behind.
    Held,
    /// It has this frame already, or waits for another one.
    Kept,
    /// It watches something else now, or nothing any more.
    Left,
}

/// Why a viewer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// It closed the WebSocket.
    Viewer,
    /// The connection broke.
    Lost,
    /// It stopped answering or reading.
    Dead,
    /// It broke the protocol or a limit.
    Violation,
    /// This gateway leaves.
    Leaving,
}

/// A viewer's sending side, shared between the fan-out and the viewer's task.
#[derive(Debug)]
pub(crate) struct Outbox {
    pub(crate) socket: OwnedWriteHalf,
    /// Whether it speaks `?v=2`.
    pub(crate) speaks_v2: bool,
    /// Whether frames are sent to it as pages where they can.
    pages: bool,
    line: Mutex<Line>,
    /// Wakes the viewer's task: there is something to write or to end.
    pub(crate) wake: Notify,
}

/// What [`Outbox::flush`] got done.
#[derive(Debug, Default)]
pub(crate) struct Flushed {
    /// Frames that are whole now, with their rung.
    pub(crate) frames: Vec<(Arc<Frame>, Rung)>,
    /// The socket takes no more for now.
    pub(crate) blocked: bool,
    /// The viewer ends.
    pub(crate) end: Option<End>,
}

impl Outbox {
    /// A viewer of `rung` behind a socket whose handshake is written.
    #[must_use]
    pub(crate) fn new(socket: OwnedWriteHalf, speaks_v2: bool, rung: Rung, now: Instant) -> Self {
        let outbox = Self {
            pages: memfd::worthwhile(&SockRef::from(socket.as_ref())),
            socket,
            speaks_v2,
            line: Mutex::new(Line::new(rung, now)),
            wake: Notify::new(),
        };
        outbox.trust_kernel(true);
        outbox
    }

    /// Has what [`offer`](Self::offer) begins with come from memory.
    pub(crate) fn fetch(&self) {
        black_box((self.line.is_poisoned(), self.socket.as_ref().as_raw_fd()));
    }

    /// Offers a frame; never waits. The flag tells that an earlier offered frame was skipped for good.
    pub(crate) fn offer(&self, frame: &Arc<Frame>, rung: Rung, now: Instant) -> (Offer, bool) {
        let mut line = self.line();
        if line.end.is_some() || (line.rung != rung && line.next != Some(rung)) {
            return (Offer::Left, false);
        }
        let stamp = &frame.stamp;
        if matches!(line.begun, Some((run, seq)) if run == stamp.run && seq >= stamp.seq) {
            return (Offer::Kept, false);
        }
        if line.next.take_if(|next| *next == rung).is_some() {
            line.rung = rung;
            line.missing = None;
            let quality = rung.quality();
            line.waiting
                .push_back(text(&FromGateway::Quality { quality }));
            // The task lets go of the old rung.
            self.wake.notify_one();
        }
        let skipped = line
            .missing
            .replace(frame.number)
            .is_some_and(|missing| missing != frame.number);
        if line.window.nearly_full() {
            self.read_kept(&mut line, now);
        }
        if let Some(number) = line.window.probe(now) {
            line.waiting.push_back(frame::ping(number));
        }
        // Small messages stand in front of a frame; whatever goes wrong, the viewer's own reads will tell.
        let blocked =
            line.rest.is_some() || line.settle(&self.socket, &mut Vec::new()).unwrap_or(true);
        if blocked || !line.window.may_send(now) {
            self.coalesce_pongs(&mut line, now);
            return (Offer::Held, skipped);
        }
        // Past tokio, whose own record of the socket would be one more thing to fetch from memory.
        let written = match frame.send_to(self.socket.as_ref(), self.pages) {
            Ok(0) | Err(_) => return (Offer::Held, skipped),
            Ok(written) => written,
        };
        line.missing = None;
        line.begun = Some((stamp.run, stamp.seq));
        line.window.sent(frame.number, stamp.seq, now);
        self.coalesce_pongs(&mut line, now);
        if written == frame.message().len() {
            return (Offer::Sent, skipped);
        }
        line.rest = Some((Piece::Frame(Arc::clone(frame), rung), written));
        self.wake.notify_one();
        (Offer::Begun, skipped)
    }

    /// Whether it watches this rung, or is about to.
    #[must_use]
    pub(crate) fn stays(&self, rung: Rung) -> bool {
        let line = self.line();
        line.end.is_none() && (line.rung == rung || line.next == Some(rung))
    }

    /// Once a second: asks for a sign of life, or notices that there is none.
    pub(crate) fn tick(&self, now: Instant) {
        let mut line = self.line();
        line.window.tidy(now);
        self.coalesce_pongs(&mut line, now);
        if line.window.dead(now) || line.waiting.len() > MAX_PENDING_MESSAGES {
            line.end = line.end.or(Some(End::Dead));
        } else if let Some(number) = line.window.probe(now) {
            line.waiting.push_back(frame::ping(number));
        } else {
            return;
        }
        self.wake.notify_one();
    }

    /// Sends a message of `?v=2` as soon as the socket is free.
    pub(crate) fn say(&self, message: &FromGateway<'_>) {
        self.send(text(message));
    }

    /// Sends a prebuilt small message as soon as the socket is free.
    pub(crate) fn send(&self, message: Bytes) {
        self.line().waiting.push_back(message);
        self.wake.notify_one();
    }

    /// Answers a ping; of several only the last one. Source: RFC 6455 section 5.5.3.
    pub(crate) fn answer(&self, payload: &[u8]) {
        self.line().pong = Some(codec::frame(Opcode::Pong, payload));
    }

    /// Ends the viewer with words, after what is half written.
    pub(crate) fn close(&self, end: End, code: u16, words: &str) {
        let mut line = self.line();
        if line.end.is_none() {
            line.end = Some(end);
            line.goodbye = Some(codec::close(code, words));
        }
        self.listen_closely(&mut line);
        self.wake.notify_one();
    }

    /// A pong to one of our pings came, `prompt` if it is the last of those read together. True: a frame that was held
    /// may go now.
    pub(crate) fn pong(&self, number: u64, now: Instant, prompt: bool) -> bool {
        self.confirm(|window| window.pong(number, now, prompt), now)
    }

    /// The viewer decoded a frame. True: a frame that was held may go now.
    pub(crate) fn ack(&self, seq: u64, now: Instant) -> bool {
        self.confirm(|window| window.ack(seq, now), now)
    }

    /// Asks for another rung; it takes effect with that rung's next frame. False if it is the current one.
    pub(crate) fn switch(&self, rung: Rung) -> bool {
        let mut line = self.line();
        line.next = (line.rung != rung).then_some(rung);
        line.next.is_some()
    }

    /// The rung it gets frames of.
    #[must_use]
    pub(crate) fn rung(&self) -> Rung {
        self.line().rung
    }

    /// Writes whatever waits, as far as the socket takes it.
    ///
    /// # Errors
    /// The connection is gone.
    pub(crate) fn flush(&self) -> io::Result<Flushed> {
        let mut line = self.line();
        let mut flushed = Flushed::default();
        flushed.blocked = line.settle(&self.socket, &mut flushed.frames)?;
        flushed.end = line.end;
        Ok(flushed)
    }

    /// Waits until [`flush`](Self::flush) or another look may be worth it.
    ///
    /// # Errors
    /// The connection is gone.
    pub(crate) async fn stirred(&self, blocked: bool) -> io::Result<()> {
        tokio::select! {
            () = self.wake.notified() => Ok(()),
            ready = self.socket.writable(), if blocked => ready,
        }
    }

    /// Ends our half of the connection, after what the kernel still has to send.
    pub(crate) fn say_no_more(&self) {
        // It may be gone already, which is as good.
        let _ = SockRef::from(self.socket.as_ref()).shutdown(std::net::Shutdown::Write);
    }

    /// Ends the connection both ways at once.
    pub(crate) fn hang_up(&self) {
        let mut line = self.line();
        line.end = line.end.or(Some(End::Lost));
        // It may be gone already, which is what is wanted.
        let _ = SockRef::from(self.socket.as_ref()).shutdown(std::net::Shutdown::Both);
    }

    fn confirm(&self, confirmation: impl FnOnce(&mut SendWindow), now: Instant) -> bool {
        let mut line = self.line();
        let before = line.window.feedback();
        confirmation(&mut line.window);
        if before == Feedback::Kernel {
            self.trust_kernel(false);
        }
        self.coalesce_pongs(&mut line, now);
        line.missing.is_some() && line.rest.is_none() && line.window.may_send(now)
    }

    /// While nothing is known of the viewer, the kernel takes a frame only when nothing is unsent; once the viewer
    /// confirms frames, its window decides and the kernel may take them whole.
    fn trust_kernel(&self, trust: bool) {
        // 0 is the system's default, which is no bound. Without the option frames may be older, not wrong.
        let _ = SockRef::from(self.socket.as_ref()).set_tcp_notsent_lowat(u32::from(trust));
    }

    pub(crate) fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A text message, ready for the socket.
#[must_use]
pub(crate) fn text(message: &FromGateway<'_>) -> Bytes {
    codec::frame(Opcode::Text, message.text().as_bytes())
}
