//! A rung of a camera, from the bus to its viewers' sockets: one slot with the latest frame, and who walks it along.
//!
//! Every frame is built once. One task per core walks its shard of the viewers from a start that rotates, so that the
//! time the walk takes falls on another one each time, and offers the same bytes to each; nothing in the walk waits
//! for a viewer.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_nats::Subscriber;
use futures_util::StreamExt as _;
use process::Clock;
use prometheus::local::LocalHistogram;
use tokio::sync::watch;
use wire::messages::FromGateway;
use wire::{CameraStatus, Stamp, StreamId};

use crate::frame::Frame;
use crate::metrics::Metrics;
use crate::relay::lateness::{LatenessFilter, Sequence};
use crate::viewer::outbox::{self, Offer, Outbox};
use crate::viewer::send_window::PONG_DELAY;

/// Viewers offered a frame before other tasks on this core get a turn: some milliseconds of writing. Less would let the
/// last of them wait for what the first answer.
const YIELD_EVERY: usize = 512;
/// Viewers whose records are fetched from memory at once: one after the other each would be waited for, since a frame on
/// its way to a socket leaves nothing of them in the caches.
const PREFETCH: usize = 8;
/// From so many viewers on a frame is worth a [`Memfd`](crate::frame::memfd::Memfd).
const MEMFD_FROM: usize = 32;
/// Clocks that differ by less are as good as the same.
const MAX_CLOCK_SKEW_US: u64 = 1_000_000;
/// How often viewers are looked after when no frame comes.
const TICK_INTERVAL: Duration = Duration::from_secs(1);

/// A rung with its viewers.
#[derive(Debug)]
pub(crate) struct Fanout {
    /// Which one.
    pub(crate) stream: StreamId,
    latest: watch::Sender<Option<Arc<Frame>>>,
    status: watch::Receiver<Arc<CameraStatus>>,
    shards: Box<[Shard]>,
    turn: AtomicUsize,
    lateness: Arc<Mutex<LatenessFilter>>,
}

/// The viewers that came and are not yet walked.
#[derive(Debug, Default)]
struct Shard(Mutex<Vec<Arc<Outbox>>>);

impl Shard {
    /// Adds those that came since the last walk. One that switched back and forth may still be in the list.
    fn welcome(&self, viewers: &mut Vec<Arc<Outbox>>) {
        let mut came = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for viewer in came.drain(..) {
            if !viewer.speaks_v2 || !viewers.iter().any(|other| Arc::ptr_eq(other, &viewer)) {
                viewers.push(viewer);
            }
        }
    }
}

/// What every fan-out uses.
#[derive(Clone, Debug)]
pub(crate) struct Tools {
    /// Where time comes from.
    pub(crate) clock: Clock,
    /// What is counted.
    pub(crate) metrics: Arc<Metrics>,
    /// Numbers frames over all rungs.
    pub(crate) numbers: Arc<AtomicU64>,
}

impl Fanout {
    /// A fan-out without viewers, for as many shards as there are cores.
    #[must_use]
    pub(crate) fn new(
        stream: StreamId,
        status: watch::Receiver<Arc<CameraStatus>>,
        lateness: Arc<Mutex<LatenessFilter>>,
    ) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            stream,
            latest: watch::Sender::new(None),
            status,
            shards: (0..cores).map(|_| Shard::default()).collect(),
            turn: AtomicUsize::new(0),
            lateness,
        }
    }

    /// From now on the viewer is offered this rung's frames.
    pub(crate) fn attach(&self, viewer: Arc<Outbox>) {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let shard = &self.shards[turn % self.shards.len()];
        shard
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(viewer);
    }

    /// The latest frame and every later one.
    #[must_use]
    pub(crate) fn frames(&self) -> watch::Receiver<Option<Arc<Frame>>> {
        self.latest.subscribe()
    }

    /// The latest frame, if it came no longer than `age` ago.
    #[must_use]
    pub(crate) fn latest(&self, age: Duration, now: Instant) -> Option<Arc<Frame>> {
        let frame = self.latest.borrow().clone();
        frame.filter(|frame| now.saturating_duration_since(frame.received) < age)
    }

    /// How many shards [`walk`](Self::walk) is to be started for.
    #[must_use]
    pub(crate) fn shards(&self) -> usize {
        self.shards.len()
    }

    /// Takes frames from the bus into the slot, until the subscription ends.
    pub(crate) async fn receive(&self, mut frames: Subscriber, tools: &Tools) {
        let rung = self.stream.rung.index();
        let mut sequence = Sequence::default();
        let mut nth = 0;
        while let Some(message) = frames.next().await {
            tools.metrics.frames_received[rung].inc();
            let stamp = match Stamp::read(&message.payload) {
                Ok(stamp) => stamp,
                Err(error) => {
                    tracing::debug!(subject = %message.subject, %error, "no frame of ours");
                    continue;
                }
            };
            let received = tools.clock.now();
            let fresh = {
                let mut lateness = self.lateness.lock().unwrap_or_else(PoisonError::into_inner);
                let received_us = tools.clock.wall_us(received);
                if let Some(seconds) = lateness.clocks_differ(&stamp, received_us) {
                    tracing::warn!(camera = %self.stream.camera, seconds, "this host's clock is ahead of the camera host's (behind, if negative): set one of them right; until then the metrics of age are wrong");
                }
                lateness.judge(&stamp, received_us)
            };
            let gap = sequence.gap(&stamp);
            tools.metrics.skipped.bus_gap.inc_by(gap.unwrap_or(0));
            if !fresh || gap.is_none() {
                tools.metrics.skipped.stale.inc();
                continue;
            }
            let number = tools.numbers.fetch_add(1, Ordering::Relaxed);
            let frame = Frame::new(&message.payload, stamp, (number, nth), received);
            nth += 1;
            self.latest.send_replace(Some(Arc::new(frame)));
        }
    }

    /// Walks one shard of the viewers at every frame, for ever.
    pub(crate) async fn deliver(&self, shard: usize, tools: &Tools) {
        let mut viewers: Vec<Arc<Outbox>> = Vec::new();
        let mut frames = self.frames();
        let mut status = self.status.clone();
        let mut tick = tokio::time::interval(TICK_INTERVAL);
        let mut walked = Walked::new(&tools.metrics);
        let mut start = 0usize;
        let mut listen_at = None;
        loop {
            tokio::select! {
                // The fan-out holds the senders of both.
                _ = frames.changed() => {}
                _ = status.changed() => {
                    // Who came since the last walk knows the status from before this one.
                    self.shards[shard].welcome(&mut viewers);
                    let message = outbox::text(&FromGateway::Status(&status.borrow_and_update()));
                    let talking = viewers.iter().filter(|viewer| viewer.speaks_v2);
                    talking.for_each(|viewer| viewer.send(message.clone()));
                    continue;
                }
                () = at(listen_at) => {
                    // Between two walks, so that no frame waits for it.
                    listen_at = None;
                    let now = tools.clock.now();
                    for viewer in &viewers { viewer.overhear(now); }
                    continue;
                }
                _ = tick.tick() => {
                    self.shards[shard].welcome(&mut viewers);
                    let now = tools.clock.now();
                    for viewer in &viewers { viewer.tick(now); }
                    viewers.retain(|viewer| viewer.stays(self.stream.rung));
                    continue;
                }
            }
            self.shards[shard].welcome(&mut viewers);
            let Some(frame) = frames.borrow_and_update().clone() else {
                continue;
            };
            start = start.wrapping_add(1);
            listen_at = listen_at.or_else(|| Some(tools.clock.now() + PONG_DELAY));
            let (mut left, count) = (Vec::new(), viewers.len());
            if count >= MEMFD_FROM {
                frame.prepare();
            }
            let mut now = tools.clock.now();
            for step in 0..count {
                if step % PREFETCH == 0 {
                    now = tools.clock.now();
                    let soon = step..(step + PREFETCH).min(count);
                    soon.for_each(|step| viewers[(start + step) % count].fetch());
                }
                let at = (start + step) % count;
                let (offer, skipped) = viewers[at].offer(&frame, self.stream.rung, now);
                walked.skipped += u64::from(skipped);
                match offer {
                    Offer::Sent => walked.sent(age(&frame, now, tools.clock)),
                    Offer::Left => left.push(at),
                    Offer::Begun | Offer::Held | Offer::Kept => {}
                }
                if step % YIELD_EVERY == YIELD_EVERY - 1 {
                    tokio::task::yield_now().await;
                }
            }
            left.sort_unstable();
            for at in left.into_iter().rev() {
                viewers.swap_remove(at);
            }
            walked.count(&tools.metrics, &self.stream, &frame);
        }
    }
}

/// Then; never without a then.
async fn at(then: Option<Instant>) {
    match then {
        Some(then) => tokio::time::sleep_until(then.into()).await,
        None => std::future::pending().await,
    }
}

/// Seconds since a frame was captured, by the camera host's clock; `None` for one from the future, whose age nobody knows.
#[must_use]
pub(crate) fn age(frame: &Frame, now: Instant, clock: Clock) -> Option<f64> {
    let (now, captured) = (clock.wall_us(now), frame.stamp.captured_at_us);
    (captured < now + MAX_CLOCK_SKEW_US).then(|| now.saturating_sub(captured) as f64 / 1e6)
}

/// What one walk did; added to the shared counters once, not once per viewer.
struct Walked {
    sent: u64,
    skipped: u64,
    ages: LocalHistogram,
}

impl Walked {
    fn new(metrics: &Metrics) -> Self {
        Self {
            sent: 0,
            skipped: 0,
            ages: metrics.frame_age.local(),
        }
    }

    fn sent(&mut self, age: Option<f64>) {
        self.sent += 1;
        if let Some(age) = age {
            self.ages.observe(age);
        }
    }

    fn count(&mut self, metrics: &Metrics, stream: &StreamId, frame: &Frame) {
        let sent = std::mem::take(&mut self.sent);
        metrics.frames_sent[stream.rung.index()].inc_by(sent);
        metrics
            .sent_bytes
            .inc_by(sent * frame.message().len() as u64);
        metrics
            .skipped
            .slow_viewer
            .inc_by(std::mem::take(&mut self.skipped));
        self.ages.flush();
    }
}
