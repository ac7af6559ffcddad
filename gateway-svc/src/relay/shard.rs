//! One core's part of a stream's viewers, and what its task does with them.

use std::sync::Arc;

use parking_lot::Mutex;
use process::Clock;
use wire::messages::FromGateway;
use wire::{CameraStatus, Rendition};

use crate::frame::Frame;
use crate::metrics::{Delivered, DeliveryBatch};
use crate::viewer::outbox::offer::Offer;
use crate::viewer::outbox::{self, Outbox};

/// Viewers offered a frame before other tasks on this core get a turn: some milliseconds of writing. Less would let the
/// last of them wait for what the first answer.
const YIELD_EVERY: usize = 512;
/// Viewers whose records are fetched from memory at once: one after the other each would be waited for, since a frame
/// on its way to a socket leaves nothing of them in the caches.
const PREFETCH: usize = 8;
/// From so many viewers on a frame is worth a [`Memfd`](crate::frame::memfd::Memfd).
const MEMFD_FROM: usize = 32;

/// The viewers that came and that the shard's task has not taken in yet.
#[derive(Debug, Default)]
pub(crate) struct Shard(Mutex<Vec<Arc<Outbox>>>);

impl Shard {
    /// One more; the task takes it in with its next step.
    pub(crate) fn add(&self, viewer: Arc<Outbox>) {
        self.0.lock().push(viewer);
    }
}

/// The viewers of a shard, in its task.
#[derive(Debug)]
pub(crate) struct ShardTask<'a> {
    shard: &'a Shard,
    rendition: Rendition,
    clock: Clock,
    delivered: &'a Delivered,
    viewers: Vec<Arc<Outbox>>,
    /// How many of them get deltas.
    with_deltas: usize,
    batch: DeliveryBatch,
    /// Whose turn it is to be the first.
    start: usize,
}

impl<'a> ShardTask<'a> {
    /// A task without viewers.
    pub(crate) fn new(
        shard: &'a Shard,
        rendition: Rendition,
        clock: Clock,
        delivered: &'a Delivered,
    ) -> Self {
        Self {
            shard,
            rendition,
            clock,
            delivered,
            viewers: Vec::new(),
            with_deltas: 0,
            batch: delivered.batch(),
            start: 0,
        }
    }

    /// Offers a frame to every viewer.
    pub(crate) async fn deliver(&mut self, frame: &Arc<Frame>) {
        self.take_in();
        self.start = self.start.wrapping_add(1);
        let (mut left, count) = (Vec::new(), self.viewers.len());
        let whole = count - self.with_deltas;
        frame.prepare(whole >= MEMFD_FROM, self.with_deltas >= MEMFD_FROM);
        let mut now = self.clock.now();
        for step in 0..count {
            if step % PREFETCH == 0 {
                now = self.clock.now();
                let next = step..(step + PREFETCH).min(count);
                next.for_each(|step| self.viewers[(self.start + step) % count].fetch());
            }
            let at = (self.start + step) % count;
            let (offer, skipped) = self.viewers[at].offer(frame, self.rendition, now);
            self.batch.skipped(u64::from(skipped));
            match offer {
                Offer::Sent(form) => {
                    let age = frame.age_s(self.clock.wall_us(now));
                    self.batch.sent(frame.sizes(form), age);
                }
                Offer::Left => left.push(at),
                Offer::Paced => self.batch.paced(),
                Offer::Begun | Offer::Held | Offer::Kept => {}
            }
            if step % YIELD_EVERY == YIELD_EVERY - 1 {
                tokio::task::yield_now().await;
            }
        }
        left.sort_unstable();
        for at in left.into_iter().rev() {
            let viewer = self.viewers.swap_remove(at);
            self.with_deltas -= usize::from(viewer.protocol.deltas());
        }
        self.batch.flush(self.delivered);
    }

    /// Tells those that speak `?v=2` what the camera does now.
    pub(crate) fn tell(&mut self, status: &CameraStatus) {
        // Who came since the last delivery knows the status from before this one.
        self.take_in();
        let message = outbox::text(&FromGateway::Status(status));
        for viewer in self.viewers.iter().filter(|viewer| viewer.protocol.is_v2()) {
            viewer.send(message.clone());
        }
    }

    /// Reads the answers that the kernel kept to itself.
    pub(crate) fn read_answers(&self) {
        let now = self.clock.now();
        for viewer in &self.viewers {
            viewer.overhear(now);
        }
    }

    /// Looks after every viewer, and forgets those that are gone or watch another stream.
    pub(crate) fn tick(&mut self) {
        self.take_in();
        let now = self.clock.now();
        for viewer in &self.viewers {
            viewer.tick(now);
        }
        self.viewers.retain(|viewer| viewer.stays(self.rendition));
        let with_deltas = self
            .viewers
            .iter()
            .filter(|viewer| viewer.protocol.deltas());
        self.with_deltas = with_deltas.count();
    }

    /// Takes in those that came. One that switched back and forth may be among them already.
    fn take_in(&mut self) {
        for viewer in self.shard.0.lock().drain(..) {
            let known = |other: &Arc<Outbox>| Arc::ptr_eq(other, &viewer);
            if !viewer.protocol.is_v2() || !self.viewers.iter().any(known) {
                self.with_deltas += usize::from(viewer.protocol.deltas());
                self.viewers.push(viewer);
            }
        }
    }
}
