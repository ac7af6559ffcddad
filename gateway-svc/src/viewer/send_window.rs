//! PURE: how many frames may be on their way to one viewer, so that none of them is old when it is seen.
//!
//! Sockets and proxies swallow seconds of video without a word; only what the viewer itself confirms has arrived. So
//! each frame is confirmed, by the pong to the ping behind it or by an `ack` after decoding, and a window bounds what
//! is unconfirmed. It starts at one frame and grows while frames are confirmed within the path's own round trip plus
//! [`QUEUE_DELAY_TARGET`]: a long link keeps its frame rate, a narrow one gets fewer frames. A path on which a frame
//! takes hardly longer than a ping gets [`FAST_WINDOW`] at once, so that a short delay costs no frame. The round trip
//! without any queue is measured by a lone ping, the probe: one at the start and one every [`PROBE_INTERVAL`], sent
//! when nothing else is on its way.
//!
//! The pongs and acks of a viewer that keeps up need not be read one by one: they may lie unread in the kernel for
//! [`ANSWER_DELAY`], as long as there is room for a frame meanwhile and none can be late
//! ([`SendWindow::may_coalesce_answers`]).
//!
//! Until a viewer has confirmed anything it is [`Feedback::Kernel`]: the socket's own "nothing unsent" decides.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How much later than the bare round trip a frame may be confirmed: what a queue on the path may add to its age.
pub(crate) const QUEUE_DELAY_TARGET: Duration = Duration::from_millis(100);
/// How often the bare round trip is measured and a sign of life asked for.
pub(crate) const PROBE_INTERVAL: Duration = Duration::from_secs(10);
/// Without a sign of life for so long, a viewer that used to answer is gone.
pub(crate) const DEAD_AFTER: Duration = Duration::from_secs(20);
/// Frames on their way on a path that would carry many times more: at 34 a second, [`QUEUE_DELAY_TARGET`] in all.
const FAST_WINDOW: usize = 4;
/// How long coalesced answers may lie unread: less than [`QUEUE_DELAY_TARGET`], so that they are read before one is late.
pub(crate) const ANSWER_DELAY: Duration = Duration::from_millis(75);
/// A viewer whose last frame was longer ago gets no steady frames, and its answers are read at once.
const ACTIVE_WITHIN: Duration = Duration::from_millis(500);
/// The most frames that are ever unconfirmed: two seconds of video.
const MAX_WINDOW: usize = 64;
/// The numbers of lone pings begin here, far above any frame's.
const FIRST_PROBE: u64 = 1 << 63;
/// A frame that reached the browser and was not acknowledged for so long was dropped there.
const ACK_TIMEOUT: Duration = Duration::from_secs(1);

/// What bounds the frames on their way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Feedback {
    /// Nothing was ever confirmed: begin a frame when the kernel has nothing unsent.
    Kernel,
    /// Pongs, which browsers send by themselves.
    Pongs,
    /// Acknowledgements by script, after decoding.
    Acks,
}

/// A frame that was begun and is not confirmed.
#[derive(Clone, Copy, Debug)]
struct Sent {
    number: u64,
    seq: u64,
    at: Instant,
    /// When its pong came, while its ack is awaited.
    arrived: Option<Instant>,
}

/// The smallest round trip of the last one to two [`PROBE_INTERVAL`]s.
#[derive(Debug, Default)]
struct MinRtt {
    current: Option<Duration>,
    previous: Option<Duration>,
}

impl MinRtt {
    fn note(&mut self, trip: Duration) {
        self.current = Some(self.current.map_or(trip, |least| least.min(trip)));
    }

    fn get(&self) -> Option<Duration> {
        self.current.into_iter().chain(self.previous).min()
    }

    fn turn(&mut self) {
        if self.current.is_some() {
            self.previous = self.current.take();
        }
    }
}

/// The window of one viewer.
#[derive(Debug)]
pub(crate) struct SendWindow {
    feedback: Feedback,
    sent: VecDeque<Sent>,
    /// When the last frame was begun.
    last: Instant,
    /// How many may be unconfirmed.
    size: usize,
    /// A frame was held back by the window since it last grew.
    full: bool,
    /// When the window last shrank: what was sent before says nothing about the new one.
    shrunk: Instant,
    /// It shrank since the last probe, so frames may be waiting in front of each other all the time.
    congested: bool,
    min_rtt: MinRtt,
    /// Number and time of the last probe.
    probe: Option<(u64, Instant)>,
    /// Its pong is awaited.
    measuring: bool,
    /// When the next one is due.
    next_probe: Instant,
    /// When the viewer last confirmed anything.
    heard: Instant,
}

impl SendWindow {
    /// A viewer that joins now; the first thing to send is a [`probe`](Self::probe).
    #[must_use]
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            feedback: Feedback::Kernel,
            sent: VecDeque::new(),
            last: now,
            size: 1,
            full: false,
            shrunk: now,
            congested: false,
            min_rtt: MinRtt::default(),
            probe: None,
            measuring: false,
            next_probe: now,
            heard: now,
        }
    }

    /// What bounds the frames now.
    #[must_use]
    pub(crate) const fn feedback(&self) -> Feedback {
        self.feedback
    }

    /// Whether a new frame may be begun.
    pub(crate) fn may_send(&mut self, now: Instant) -> bool {
        if self.feedback == Feedback::Kernel {
            return true;
        }
        // Frames that always wait for each other hide the bare round trip: let them through once, then measure.
        let drain = self.congested && self.next_probe <= now && !self.sent.is_empty();
        let room = self.sent.len() < self.size && !drain;
        self.full |= !room;
        room
    }

    /// A frame was begun.
    pub(crate) fn sent(&mut self, number: u64, seq: u64, now: Instant) {
        if self.sent.len() == MAX_WINDOW {
            self.sent.pop_front();
        }
        self.last = now;
        self.sent.push_back(Sent {
            number,
            seq,
            at: now,
            arrived: None,
        });
    }

    /// The number of a lone ping that is due now, when nothing else is on its way; no frame has such a number.
    pub(crate) fn probe(&mut self, now: Instant) -> Option<u64> {
        // A viewer that confirms nothing may have frames "on their way" for ever.
        let alone = self.sent.is_empty() || now >= self.next_probe + PROBE_INTERVAL / 2;
        if now < self.next_probe || !alone {
            return None;
        }
        self.next_probe = now + PROBE_INTERVAL;
        self.congested = false;
        self.min_rtt.turn();
        let number = self.probe.map_or(FIRST_PROBE, |(number, _)| number + 1);
        self.probe = Some((number, now));
        self.measuring = true;
        Some(number)
    }

    /// Whether its answers may lie unread for [`ANSWER_DELAY`]: those of a viewer that gets frames, answers them in time
    /// and has room for two more, or for one if they lie unread `already`.
    #[must_use]
    pub(crate) fn may_coalesce_answers(&self, now: Instant, already: bool) -> bool {
        let room = if already { 1 } else { 2 };
        self.feedback != Feedback::Kernel
            && self.size >= FAST_WINDOW
            && self.sent.len() + room <= self.size
            && now.saturating_duration_since(self.last) < ACTIVE_WITHIN
            && !self.measuring
            && !self.overdue(now)
    }

    /// Whether the next frame is the last one that there is room for.
    #[must_use]
    pub(crate) fn nearly_full(&self) -> bool {
        self.sent.len() + 1 >= self.size
    }

    /// How many frames are on their way.
    #[cfg(test)]
    pub(crate) fn unconfirmed(&self) -> usize {
        self.sent.len()
    }

    /// Whether a frame is unconfirmed for longer than it should be.
    fn overdue(&self, now: Instant) -> bool {
        let allowed = self.min_rtt.get().unwrap_or_default() + QUEUE_DELAY_TARGET;
        let late = |first: &Sent| now.saturating_duration_since(first.at) > allowed;
        self.sent.front().is_some_and(late)
    }

    /// A pong to `number` came: to a frame's ping or to a lone one. One that is not `prompt` may have waited to be
    /// read, so that its round trip tells nothing.
    pub(crate) fn pong(&mut self, number: u64, now: Instant, prompt: bool) {
        self.heard = now;
        if let Some((probe, at)) = self.probe
            && probe == number
            && std::mem::take(&mut self.measuring)
            && prompt
        {
            self.min_rtt.note(now.saturating_duration_since(at));
        }
        match self.feedback {
            Feedback::Acks => {
                let before = self.sent.iter_mut().filter(|sent| sent.number <= number);
                before.for_each(|sent| sent.arrived = sent.arrived.or(Some(now)));
            }
            Feedback::Kernel | Feedback::Pongs => {
                self.feedback = Feedback::Pongs;
                self.answered(now, prompt, |sent| sent.number == number);
            }
        }
    }

    /// The script acknowledged the frame with this sequence number; `prompt` as for a [`pong`](Self::pong).
    pub(crate) fn ack(&mut self, seq: u64, now: Instant, prompt: bool) {
        self.heard = now;
        self.feedback = Feedback::Acks;
        self.answered(now, prompt, |sent| sent.seq == seq);
    }

    fn answered(&mut self, now: Instant, prompt: bool, is: impl Fn(&Sent) -> bool) {
        if prompt {
            self.confirm(now, is);
        } else if let Some(at) = self.sent.iter().position(is) {
            self.sent.drain(..=at);
        }
    }

    /// Once a second: forgets what was delivered and never acknowledged.
    pub(crate) fn tidy(&mut self, now: Instant) {
        let forgotten = |sent: &Sent| {
            sent.arrived
                .is_some_and(|arrived| now.saturating_duration_since(arrived) > ACK_TIMEOUT)
        };
        while self.sent.front().is_some_and(forgotten) {
            self.sent.pop_front();
        }
    }

    /// Whether the viewer used to answer and does no more.
    #[must_use]
    pub(crate) fn dead(&self, now: Instant) -> bool {
        self.feedback != Feedback::Kernel && now.saturating_duration_since(self.heard) > DEAD_AFTER
    }

    /// Whether the round trip without a queue is known, not only that of whole frames.
    const fn probed(&self) -> bool {
        self.probe.is_some() && !self.measuring
    }

    fn confirm(&mut self, now: Instant, is: impl Fn(&Sent) -> bool) {
        let Some(at) = self.sent.iter().position(is) else {
            return;
        };
        let Some(confirmed) = self.sent.drain(..=at).next_back() else {
            return;
        };
        let trip = now.saturating_duration_since(confirmed.at);
        self.min_rtt.note(trip);
        let min_rtt = self.min_rtt.get().unwrap_or(trip);
        let allowed = min_rtt + QUEUE_DELAY_TARGET;
        if trip <= allowed {
            if trip <= min_rtt + QUEUE_DELAY_TARGET / 4 && self.probed() {
                self.size = self.size.max(FAST_WINDOW);
            }
            if std::mem::take(&mut self.full) {
                self.size = (self.size + 1).min(MAX_WINDOW);
            }
        } else if confirmed.at >= self.shrunk {
            let fits = self.size as f64 * allowed.as_secs_f64() / trip.as_secs_f64();
            self.size = (fits as usize).max(1);
            self.shrunk = now;
            self.congested = true;
            self.full = false;
        }
    }
}

#[cfg(test)]
mod edge_tests;
#[cfg(test)]
mod tests;
