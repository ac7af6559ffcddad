//! PURE: viewers per stream in, lease actions out.
//!
//! The first viewer of a stream makes it subscribe and then put the key, in this order, so that no frame is missed; the
//! key is renewed while anybody watches, at once after a reconnect or when the fastest of its viewers wants another rate,
//! which is its value; a second after the last one left it is deleted.
//! One request per key is under way at a time, so that a delete never overtakes the put of a new viewer.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use wire::{CameraId, Rate, Rendition, StreamId, lease};

/// How long a stream is kept after its last viewer, for who reloads the page or switches back. (The camera itself stays
/// open longer: that is capture's `CAPTURE_LINGER`.)
pub(crate) const LEASE_LINGER: Duration = Duration::from_secs(1);
/// The first wait after a failed request; it doubles with each failure.
const RETRY_FIRST: Duration = Duration::from_millis(100);
/// The longest wait after a failed request: several of them fit into a lease.
const RETRY_LAST: Duration = Duration::from_millis(500);

/// What the edge is to do now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Begin to receive the frames; before anything else in the same list.
    Subscribe(StreamId),
    /// Put the key with this value; [`Leases::done`] follows with this ticket.
    Put(StreamId, Rate, Ticket),
    /// Delete the key; [`Leases::done`] follows with this ticket.
    Delete(StreamId, Ticket),
    /// Stop receiving; the stream is forgotten.
    Unsubscribe(StreamId),
}

/// Tells the answer to a request from the answer to one that was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ticket(u64);

/// What is known of one stream's lease.
#[derive(Debug)]
struct Lease {
    /// How many want which rate.
    viewers: BTreeMap<Rate, usize>,
    /// The highest of these rates; the last one, once nobody watches.
    rate: Rate,
    /// The rate that was last put.
    told: Rate,
    /// When to let go, once nobody watches.
    ends_at: Option<Instant>,
    phase: Phase,
    subscribed: bool,
    /// The key is there, as far as is known.
    held: bool,
    renew_at: Instant,
    retry: Duration,
}

impl Lease {
    fn add(&mut self, rate: Rate) {
        *self.viewers.entry(rate).or_default() += 1;
    }

    fn remove(&mut self, rate: Rate) {
        if let Some(count) = self.viewers.get_mut(&rate) {
            *count -= 1;
            if *count == 0 {
                self.viewers.remove(&rate);
            }
        }
    }

    /// Has another rate than was told put at once, unless requests fail.
    fn follow(&mut self, now: Instant) {
        self.rate = self
            .viewers
            .keys()
            .next_back()
            .copied()
            .unwrap_or(self.rate);
        if self.rate != self.told && self.retry == RETRY_FIRST {
            self.renew_at = now;
        }
    }
}

/// Which request about the key is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Quiet,
    Putting(Ticket),
    Deleting(Ticket),
}

/// Who watches what, and the leases that follow from it.
#[derive(Debug, Default)]
pub(crate) struct Leases {
    by_stream: BTreeMap<StreamId, Lease>,
    connected: bool,
    leaving: bool,
    tickets: u64,
}

impl Leases {
    /// A viewer came that wants every frame at first; what to do about it, [`due`](Self::due) says.
    pub(crate) fn join(&mut self, stream: &StreamId, now: Instant) {
        if let Some(lease) = self.by_stream.get_mut(stream) {
            lease.add(Rate::ALL);
            lease.ends_at = None;
            lease.follow(now);
            return;
        }
        let lease = Lease {
            viewers: BTreeMap::from([(Rate::ALL, 1)]),
            rate: Rate::ALL,
            told: Rate::ALL,
            ends_at: None,
            phase: Phase::Quiet,
            subscribed: false,
            held: false,
            renew_at: now,
            retry: RETRY_FIRST,
        };
        self.by_stream.insert(stream.clone(), lease);
    }

    /// A viewer wants another rate than it did.
    pub(crate) fn change(&mut self, stream: &StreamId, before: Rate, rate: Rate, now: Instant) {
        if let Some(lease) = self.by_stream.get_mut(stream) {
            lease.remove(before);
            lease.add(rate);
            lease.follow(now);
        }
    }

    /// A viewer left that wanted this rate.
    pub(crate) fn leave(&mut self, stream: &StreamId, rate: Rate, now: Instant) {
        if let Some(lease) = self.by_stream.get_mut(stream) {
            lease.remove(rate);
            lease.follow(now);
            if lease.viewers.is_empty() {
                lease.ends_at = Some(if self.leaving {
                    now
                } else {
                    now + LEASE_LINGER
                });
            }
        }
    }

    /// The bus is there, or is gone. A new connection renews every key at once: the server may have lost them.
    pub(crate) fn connected(&mut self, connected: bool, now: Instant) {
        self.connected = connected;
        for lease in self.by_stream.values_mut() {
            // Whatever was under way went to the old connection.
            lease.phase = Phase::Quiet;
            lease.renew_at = now;
            lease.retry = RETRY_FIRST;
        }
    }

    /// This gateway leaves: nothing lingers any more.
    pub(crate) fn leaving(&mut self, now: Instant) {
        self.leaving = true;
        for lease in self.by_stream.values_mut() {
            lease.ends_at = lease.ends_at.map(|_| now);
        }
    }

    /// Subscribing failed; it is tried again when something is due next.
    pub(crate) fn unsubscribed(&mut self, stream: &StreamId) {
        if let Some(lease) = self.by_stream.get_mut(stream) {
            lease.subscribed = false;
        }
    }

    /// A put or delete was answered. `spread` is random from -1 to 1: gateways do not renew in step.
    pub(crate) fn done(
        &mut self,
        stream: &StreamId,
        ticket: Ticket,
        success: bool,
        now: Instant,
        spread: f64,
    ) -> Option<Action> {
        let lease = self.by_stream.get_mut(stream)?;
        match lease.phase {
            Phase::Putting(current) if current == ticket => {
                lease.phase = Phase::Quiet;
                lease.held = success;
                if success {
                    lease.renew_at = now + lease::RENEW.mul_f64(1.0 + lease::RENEW_JITTER * spread);
                    lease.retry = RETRY_FIRST;
                    lease.follow(now);
                } else {
                    lease.renew_at = now + lease.retry;
                    lease.retry = (lease.retry * 2).min(RETRY_LAST);
                }
                None
            }
            Phase::Deleting(current) if current == ticket => {
                if lease.viewers.is_empty() {
                    // Deleted or not: without renewal it ends by itself.
                    self.by_stream.remove(stream);
                    return Some(Action::Unsubscribe(stream.clone()));
                }
                lease.phase = Phase::Quiet;
                lease.renew_at = now;
                None
            }
            _ => None,
        }
    }

    /// Everything that is to be done by now.
    pub(crate) fn due(&mut self, now: Instant) -> Vec<Action> {
        let mut actions = Vec::new();
        let mut ended = Vec::new();
        for (stream, lease) in &mut self.by_stream {
            if !lease.subscribed {
                lease.subscribed = true;
                actions.push(Action::Subscribe(stream.clone()));
            }
            if lease.phase != Phase::Quiet {
                continue;
            }
            let mut ticket = || {
                self.tickets += 1;
                Ticket(self.tickets)
            };
            if lease.ends_at.is_some_and(|end| end <= now) {
                if self.connected {
                    let ticket = ticket();
                    lease.phase = Phase::Deleting(ticket);
                    actions.push(Action::Delete(stream.clone(), ticket));
                } else {
                    ended.push(stream.clone());
                }
            } else if self.connected && lease.renew_at <= now {
                let ticket = ticket();
                lease.phase = Phase::Putting(ticket);
                lease.told = lease.rate;
                actions.push(Action::Put(stream.clone(), lease.rate, ticket));
            }
        }
        for stream in ended {
            self.by_stream.remove(&stream);
            actions.push(Action::Unsubscribe(stream));
        }
        actions
    }

    /// When [`due`](Self::due) has something next; `None`: not before something happens.
    #[must_use]
    pub(crate) fn next_due(&self) -> Option<Instant> {
        let quiet = self
            .by_stream
            .values()
            .filter(|lease| lease.phase == Phase::Quiet);
        quiet
            .filter_map(|lease| {
                let renewal = self.connected.then_some(lease.renew_at);
                lease.ends_at.into_iter().chain(renewal).min()
            })
            .min()
    }

    /// How many watch each rendition of a camera.
    pub(crate) fn viewers(&self, camera: &CameraId) -> impl Iterator<Item = (Rendition, usize)> {
        let leases = self.by_stream.iter();
        leases
            .filter(move |(stream, lease)| stream.camera == *camera && !lease.viewers.is_empty())
            .map(|(stream, lease)| (stream.rendition, lease.viewers.values().sum()))
    }

    /// The streams whose keys are there.
    pub(crate) fn held(&self) -> impl Iterator<Item = &StreamId> {
        let leases = self.by_stream.iter();
        leases
            .filter(|(_, lease)| lease.held)
            .map(|(stream, _)| stream)
    }
}

#[cfg(test)]
mod rate_tests;
#[cfg(test)]
mod tests;
