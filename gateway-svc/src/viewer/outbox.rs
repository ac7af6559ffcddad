//! One viewer's socket: what may be written to it now, and what was begun and is not finished.
//!
//! Two tasks use it. The fan-out *offers* it frames and never waits: whatever the socket does not take at once is left
//! to the viewer's own task ([`crate::session`]), and until that has finished the viewer simply misses frames. Nothing
//! is queued but small messages, and of those only the newest of a kind. Everything that both tasks change is behind
//! one lock, which nobody holds while waiting. In here is what the viewer's task does; in [`offer`] what the fan-out
//! does.

pub(crate) mod offer;

use std::future::poll_fn;
use std::io;
use std::time::Instant;

use bytes::Bytes;
use parking_lot::{Mutex, MutexGuard};
use socket2::SockRef;
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::Notify;
use wire::messages::FromGateway;
use wire::{Rate, Rendition};

use crate::frame::memfd;
use crate::viewer::inbox::Inbox;
use crate::viewer::pending::{Begun, Pending};
use crate::viewer::position::Position;
use crate::viewer::protocol::Protocol;
use crate::viewer::send_window::{Feedback, SendWindow};
use crate::websocket::decode::Reader;
use crate::websocket::{Opcode, encode};

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
    /// What let it in is over.
    Expired,
}

/// A viewer's socket, shared between the fan-out and the viewer's task.
#[derive(Debug)]
pub(crate) struct Outbox {
    socket: OwnedWriteHalf,
    /// What it understands.
    pub(crate) protocol: Protocol,
    /// Whether frames are sent to it as pages where they can.
    pages: bool,
    state: Mutex<State>,
    /// Wakes the viewer's task: there is something to write or to end.
    wake: Notify,
}

/// What both tasks change. Each part says what may be done with it when.
#[derive(Debug)]
struct State {
    window: SendWindow,
    position: Position,
    pending: Pending,
    inbox: Inbox,
    /// Why it ends, once it does: from then on no frame is begun and answers are not coalesced.
    end: Option<End>,
    /// Of all frames that were begun.
    frame_bytes: u64,
}

impl State {
    /// Has the kernel keep answers to itself as long as the window has no use for each of them at once.
    fn coalesce_answers(&mut self, socket: &TcpStream, now: Instant) {
        let already = self.inbox.coalesced();
        let wanted = self.window.may_coalesce_answers(now, already) && self.end.is_none();
        self.inbox.coalesce(wanted, socket);
    }
}

/// What [`Outbox::flush`] got done.
#[derive(Debug, Default)]
pub(crate) struct Flushed {
    /// Frames that are written to their end now.
    pub(crate) frames: Vec<Begun>,
    /// The socket takes no more for now.
    pub(crate) blocked: bool,
    /// The viewer ends.
    pub(crate) end: Option<End>,
}

impl Outbox {
    /// A viewer of `rendition` at `rate` behind a socket whose handshake is written.
    #[must_use]
    pub(crate) fn new(
        socket: OwnedWriteHalf,
        protocol: Protocol,
        rendition: Rendition,
        rate: Rate,
        now: Instant,
    ) -> Self {
        let state = State {
            window: SendWindow::new(now),
            position: Position::new(rendition, rate),
            pending: Pending::default(),
            inbox: Inbox::new(),
            end: None,
            frame_bytes: 0,
        };
        let outbox = Self {
            pages: memfd::worthwhile(&SockRef::from(socket.as_ref())),
            socket,
            protocol,
            state: Mutex::new(state),
            wake: Notify::new(),
        };
        outbox.trust_kernel(true);
        outbox
    }

    /// Sends a message of `?v=2` as soon as the socket is free.
    pub(crate) fn say(&self, message: &FromGateway<'_>) {
        self.send(text(message));
    }

    /// Sends a prebuilt small message as soon as the socket is free.
    pub(crate) fn send(&self, message: Bytes) {
        self.state().pending.push(message);
        self.wake.notify_one();
    }

    /// Answers a ping; the viewer's task, which has read it, flushes next.
    pub(crate) fn answer(&self, payload: &[u8]) {
        let pong = encode::frame(Opcode::Pong, payload);
        self.state().pending.answer(pong);
    }

    /// Ends the viewer with words, after what is half written.
    pub(crate) fn close(&self, end: End, code: u16, words: &str) {
        let mut state = self.state();
        if state.end.is_none() {
            state.end = Some(end);
            state.pending.close(encode::close(code, words));
        }
        state.inbox.listen_closely(self.socket.as_ref());
        self.wake.notify_one();
    }

    /// A pong to one of our pings came, `prompt` if it is the last of those read together. True: a frame that was held
    /// may go now.
    pub(crate) fn pong(&self, number: u64, now: Instant, prompt: bool) -> bool {
        self.confirm(|window| window.pong(number, now, prompt), now)
    }

    /// The viewer decoded a frame, `prompt` as for a [`pong`](Self::pong). True: a frame that was held may go now.
    pub(crate) fn ack(&self, seq: u64, now: Instant, prompt: bool) -> bool {
        self.confirm(|window| window.ack(seq, now, prompt), now)
    }

    /// Asks for another rendition; it takes effect with that rendition's next frame. False if it is the current one.
    pub(crate) fn switch(&self, rendition: Rendition) -> bool {
        self.state().position.switch(rendition)
    }

    /// From now on it gets so many frames a second at the most, the newest one at once.
    pub(crate) fn pace(&self, rate: Rate) {
        self.state().position.pace(rate);
    }

    /// The bytes of all frames that were begun.
    #[must_use]
    pub(crate) fn frame_bytes(&self) -> u64 {
        self.state().frame_bytes
    }

    /// The next frame is to be whole.
    pub(crate) fn send_whole(&self) {
        self.state().position.forget_base();
    }

    /// The rendition it gets frames of, and how often it can use one.
    #[must_use]
    pub(crate) fn wanted(&self) -> (Rendition, Rate) {
        let position = &self.state().position;
        (position.rendition(), position.rate())
    }

    /// Writes whatever waits, as far as the socket takes it.
    ///
    /// # Errors
    /// The connection is gone.
    pub(crate) fn flush(&self) -> io::Result<Flushed> {
        let mut state = self.state();
        let mut flushed = Flushed::default();
        flushed.blocked = state.pending.write(&self.socket, &mut flushed.frames)?;
        flushed.end = state.end;
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

    /// Reads what the viewer says into `words`, or away without any: how many bytes, 0 at the end. In the order of the
    /// connection, whoever read it.
    ///
    /// # Errors
    /// The connection is gone.
    pub(crate) async fn receive(
        &self,
        reader: &mut OwnedReadHalf,
        mut words: Option<&mut Reader>,
    ) -> io::Result<usize> {
        poll_fn(|context| {
            let inbox = &mut self.state().inbox;
            inbox.poll_receive(context, reader, words.as_deref_mut())
        })
        .await
    }

    /// Ends our half of the connection, after what the kernel still has to send.
    pub(crate) fn say_no_more(&self) {
        // It may be gone already, which is as good.
        let _ = SockRef::from(self.socket.as_ref()).shutdown(std::net::Shutdown::Write);
    }

    /// Ends the connection both ways at once.
    pub(crate) fn hang_up(&self) {
        self.state().end.get_or_insert(End::Lost);
        // It may be gone already, which is what is wanted.
        let _ = SockRef::from(self.socket.as_ref()).shutdown(std::net::Shutdown::Both);
    }

    fn confirm(&self, confirmation: impl FnOnce(&mut SendWindow), now: Instant) -> bool {
        let mut state = self.state();
        let before = state.window.feedback();
        confirmation(&mut state.window);
        if before == Feedback::Kernel {
            self.trust_kernel(false);
        }
        state.coalesce_answers(self.socket.as_ref(), now);
        state.position.is_behind() && !state.pending.half_written() && state.window.may_send(now)
    }

    /// While nothing is known of the viewer, the kernel takes a frame only when nothing is unsent; once the viewer
    /// confirms frames, its window decides and the kernel may take them whole.
    fn trust_kernel(&self, trust: bool) {
        // 0 is the system's default, which is no bound. Without the option frames may be older, not wrong.
        let _ = SockRef::from(self.socket.as_ref()).set_tcp_notsent_lowat(u32::from(trust));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }
}

/// A text message, ready for the socket.
#[must_use]
pub(crate) fn text(message: &FromGateway<'_>) -> Bytes {
    encode::frame(Opcode::Text, message.text().as_bytes())
}

#[cfg(test)]
mod tests;
