//! The fan-out's side of an [`Outbox`]: frames are offered, answers read in passing, and nothing waits.

use std::hint::black_box;
use std::os::fd::AsRawFd as _;
use std::sync::Arc;
use std::time::Instant;

use wire::Rendition;
use wire::messages::FromGateway;

use super::{End, Outbox, State, text};
use crate::frame::Frame;
use crate::frame::changes::Form;
use crate::frame::ping::ping;
use crate::viewer::pending::Begun;

/// What became of an offered frame.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Offer {
    /// Written to its end, in this form.
    Sent(Form),
    /// Begun; the viewer's own task writes the rest and counts it.
    Begun,
    /// Not begun: the viewer is behind.
    Held,
    /// It has this frame already, or waits for another one.
    Kept,
    /// It wants fewer frames a second than there are, and this is none of them.
    Paced,
    /// It watches something else now, or nothing any more.
    Left,
}

impl Outbox {
    /// Has what [`offer`](Self::offer) begins with come from memory.
    pub(crate) fn fetch(&self) {
        black_box((self.state.is_locked(), self.socket.as_ref().as_raw_fd()));
    }

    /// Offers a frame; never waits. The flag tells that an earlier offered frame was skipped for good.
    pub(crate) fn offer(
        &self,
        frame: &Arc<Frame>,
        rendition: Rendition,
        now: Instant,
    ) -> (Offer, bool) {
        let mut state = self.state();
        let state = &mut *state;
        if state.end.is_some() || !state.position.wants(rendition) {
            return (Offer::Left, false);
        }
        if state.position.has(&frame.stamp) {
            return (Offer::Kept, false);
        }
        if state.position.arrive(rendition) {
            let served = rendition.into();
            state.pending.push(text(&FromGateway::Quality(served)));
            // The task lets go of the old rendition.
            self.wake.notify_one();
        }
        if !state.position.is_due(&frame.stamp, frame.spacing_us) {
            return (Offer::Paced, false);
        }
        let skipped = state.position.offered(frame.number);
        if state.window.nearly_full() {
            self.read_answers(state, now);
        }
        if let Some(number) = state.window.probe(now) {
            state.pending.push(ping(number));
        }
        let written = self.begin(state, frame, now);
        state.coalesce_answers(self.socket.as_ref(), now);
        let Some((form, written)) = written else {
            return (Offer::Held, skipped);
        };
        if written == frame.message(form).bytes().len() {
            return (Offer::Sent(form), skipped);
        }
        let frame = Arc::clone(frame);
        state.pending.begun(
            Begun {
                frame,
                form,
                rendition,
            },
            written,
        );
        self.wake.notify_one();
        (Offer::Begun, skipped)
    }

    /// Begins a frame if it may be: in which form, and how many of its bytes the socket took.
    fn begin(&self, state: &mut State, frame: &Frame, now: Instant) -> Option<(Form, usize)> {
        // Small messages stand in front of a frame; whatever goes wrong, the viewer's own reads will tell.
        let blocked = state.pending.half_written()
            || (state.pending.write(&self.socket, &mut Vec::new())).unwrap_or(true);
        if blocked || !state.window.may_send(now) {
            return None;
        }
        // Past tokio, whose own record of the socket would be one more thing to fetch from memory.
        let form = frame.form(state.position.base());
        let message = frame.message(form);
        let sent = message.send_to(self.socket.as_ref(), self.pages);
        let written = sent.ok().filter(|written| *written > 0)?;
        state.frame_bytes += message.bytes().len() as u64;
        let base = (self.protocol.deltas()).then(|| frame.as_base()).flatten();
        if state.position.begin(&frame.stamp, frame.spacing_us, base) {
            // The task wants no more frames than it asked for.
            self.wake.notify_one();
        }
        state.window.sent(frame.number, frame.stamp.seq, now);
        Some((form, written))
    }

    /// Whether it watches this rendition, or is about to.
    #[must_use]
    pub(crate) fn stays(&self, rendition: Rendition) -> bool {
        let state = self.state();
        state.end.is_none() && state.position.wants(rendition)
    }

    /// Once a second: asks for a sign of life, or notices that there is none.
    pub(crate) fn tick(&self, now: Instant) {
        let mut state = self.state();
        state.window.tidy(now);
        state.coalesce_answers(self.socket.as_ref(), now);
        if state.window.dead(now) || state.pending.too_many() {
            state.end.get_or_insert(End::Dead);
        } else if let Some(number) = state.window.probe(now) {
            state.pending.push(ping(number));
        } else {
            return;
        }
        self.wake.notify_one();
    }

    /// Reads in passing the answers that the kernel kept, without waking anybody.
    pub(crate) fn overhear(&self, now: Instant) {
        let mut state = self.state();
        self.read_answers(&mut state, now);
        state.coalesce_answers(self.socket.as_ref(), now);
    }

    fn read_answers(&self, state: &mut State, now: Instant) {
        let State { inbox, window, .. } = state;
        if inbox.read_answers(self.socket.as_ref(), window, now) {
            self.wake.notify_one();
        }
    }
}
