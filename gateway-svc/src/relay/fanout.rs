//! One stream, from the bus to its viewers' sockets: one slot with the latest frame, and the tasks that deliver it.
//!
//! Every frame is built once. The viewers are spread over one shard per core; the task of a shard offers the same bytes
//! to each of its viewers. It begins with another viewer each time, so that the time a delivery takes falls on another
//! one each time, and nothing in it waits for a viewer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use process::Clock;
use tokio::sync::watch;
use wire::pace::Spacing;
use wire::{CameraStatus, Rate, Stamp, StreamId};

use crate::bus::FrameStream;
use crate::frame::Frame;
use crate::metrics::{Delivered, Frames, Metrics, Received};
use crate::relay::deltas::ChangeLog;
use crate::relay::lateness::LatenessFilter;
use crate::relay::sequence::Sequence;
use crate::relay::shard::{Shard, ShardTask};
use crate::viewer::outbox::Outbox;
use crate::viewer::send_window::ANSWER_DELAY;

/// A frame that is older is not shown to who joins: better nothing than the past.
pub(crate) const JOIN_MAX_AGE: Duration = Duration::from_secs(1);
/// So long after every frame was asked for again, numbers that are missing may be of frames that were never made.
const THINNED_FOR_US: u64 = 1_000_000;
/// How often viewers are looked after when no frame comes.
const TICK_INTERVAL: Duration = Duration::from_secs(1);

/// A stream with its viewers.
#[derive(Debug)]
pub(crate) struct Fanout {
    stream: StreamId,
    latest: watch::Sender<Option<Arc<Frame>>>,
    status: watch::Receiver<Arc<CameraStatus>>,
    shards: Box<[Shard]>,
    /// Counts the viewers, to spread them over the shards.
    attached: AtomicUsize,
    /// How many subscriptions want deltas.
    want_deltas: AtomicUsize,
    lateness: Arc<Mutex<LatenessFilter>>,
    /// Until then (µs of the wall clock) capture may have been asked for fewer frames than there are.
    thinned_until_us: AtomicU64,
    received: Received,
    delivered: Delivered,
    context: Context,
}

/// What all fan-outs use.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    clock: Clock,
    frames: Arc<Frames>,
    /// Numbers frames over all streams.
    numbers: Arc<AtomicU64>,
}

impl Context {
    /// Frames are numbered from 1.
    #[must_use]
    pub(crate) fn new(clock: Clock, metrics: &Metrics) -> Self {
        Self {
            clock,
            frames: Arc::clone(&metrics.frames),
            numbers: Arc::new(AtomicU64::new(1)),
        }
    }
}

impl Fanout {
    /// A fan-out without viewers, with as many shards as there are cores.
    #[must_use]
    pub(crate) fn new(
        stream: StreamId,
        status: watch::Receiver<Arc<CameraStatus>>,
        lateness: Arc<Mutex<LatenessFilter>>,
        context: Context,
    ) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let (received, delivered) = context.frames.of(&stream);
        Self {
            stream,
            latest: watch::Sender::new(None),
            status,
            shards: (0..cores).map(|_| Shard::default()).collect(),
            attached: AtomicUsize::new(0),
            want_deltas: AtomicUsize::new(0),
            lateness,
            thinned_until_us: AtomicU64::new(0),
            received,
            delivered,
            context,
        }
    }

    /// Capture is now asked for so many frames a second.
    pub(crate) fn asked_for(&self, rate: Rate) {
        let now = self.context.clock.now();
        let until = if rate < Rate::ALL {
            u64::MAX
        } else if self.thinned_until_us.load(Ordering::Relaxed) == u64::MAX {
            self.context.clock.wall_us(now) + THINNED_FOR_US
        } else {
            return;
        };
        self.thinned_until_us.store(until, Ordering::Relaxed);
    }

    /// Which stream it is.
    #[must_use]
    pub(crate) const fn stream(&self) -> &StreamId {
        &self.stream
    }

    /// What was sent of it and what was not.
    #[must_use]
    pub(crate) const fn delivered(&self) -> &Delivered {
        &self.delivered
    }

    /// From now on the viewer is offered this stream's frames.
    pub(crate) fn attach(&self, viewer: Arc<Outbox>) {
        let turn = self.attached.fetch_add(1, Ordering::Relaxed);
        self.shards[turn % self.shards.len()].add(viewer);
    }

    /// One more wants deltas, until [`needs_no_deltas`](Self::needs_no_deltas).
    pub(crate) fn needs_deltas(&self) {
        self.want_deltas.fetch_add(1, Ordering::Relaxed);
    }

    /// One less wants them.
    pub(crate) fn needs_no_deltas(&self) {
        self.want_deltas.fetch_sub(1, Ordering::Relaxed);
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

    /// How many tasks are to run [`deliver`](Self::deliver).
    #[must_use]
    pub(crate) fn shards(&self) -> usize {
        self.shards.len()
    }

    /// Takes frames from the bus into the slot, until the subscription ends.
    pub(crate) async fn receive(&self, mut frames: FrameStream) {
        let (clock, received) = (self.context.clock, &self.received);
        let mut sequence = Sequence::default();
        let mut changes = ChangeLog::default();
        let mut spacing = Spacing::default();
        let mut nth = 0;
        while let Some((jpeg, skipped)) = frames.next().await {
            received.frames.inc();
            let stamp = match Stamp::read(&jpeg) {
                Ok(stamp) => stamp,
                Err(error) => {
                    tracing::debug!(stream = %self.stream, %error, "no frame of ours");
                    continue;
                }
            };
            let now = clock.now();
            let now_us = clock.wall_us(now);
            let fresh = self.is_fresh(&stamp, now_us);
            let gap = sequence.gap(&stamp, now_us);
            if self.thinned_until_us.load(Ordering::Relaxed) < now_us {
                received
                    .bus_gap
                    .inc_by(gap.unwrap_or(0).saturating_sub(skipped));
            }
            if !fresh || gap.is_none() {
                received.stale.inc();
                continue;
            }
            let number = self.context.numbers.fetch_add(1, Ordering::Relaxed);
            let mut frame = Frame::new(&jpeg, stamp, (number, nth), now);
            frame.spacing_us = spacing.note(stamp.captured_at_us);
            if self.want_deltas.load(Ordering::Relaxed) == 0 {
                changes.forget();
            } else if let Some(changes) = changes.note(frame.jpeg(), stamp, number) {
                frame.know(changes);
            }
            nth += 1;
            self.latest.send_replace(Some(Arc::new(frame)));
        }
    }

    fn is_fresh(&self, stamp: &Stamp, now_us: u64) -> bool {
        let mut lateness = self.lateness.lock();
        if let Some(seconds) = lateness.clocks_differ(stamp, now_us) {
            tracing::warn!(camera = %self.stream.camera, seconds, "this host's clock is ahead of the camera host's (behind, if negative): set one of them right; until then the metrics of age are wrong");
        }
        lateness.judge(stamp, now_us)
    }

    /// Delivers every frame to the viewers of one shard, for ever.
    pub(crate) async fn deliver(&self, shard: usize) {
        let clock = self.context.clock;
        let mut frames = self.frames();
        let mut status = self.status.clone();
        let mut tick = tokio::time::interval(TICK_INTERVAL);
        let mut task = ShardTask::new(
            &self.shards[shard],
            self.stream.rendition,
            clock,
            &self.delivered,
        );
        let mut read_answers_at = None;
        loop {
            tokio::select! {
                // Neither can end: the fan-out holds the sender of one, the cameras that of the other.
                _ = frames.changed() => {
                    let Some(frame) = frames.borrow_and_update().clone() else { continue };
                    read_answers_at = read_answers_at.or_else(|| Some(clock.now() + ANSWER_DELAY));
                    task.deliver(&frame).await;
                }
                _ = status.changed() => task.tell(&status.borrow_and_update()),
                // Between two deliveries, so that no frame waits for it.
                () = sleep_until(read_answers_at) => {
                    read_answers_at = None;
                    task.read_answers();
                }
                _ = tick.tick() => task.tick(),
            }
        }
    }
}

/// Sleeps until then; for ever without a time.
async fn sleep_until(then: Option<Instant>) {
    match then {
        Some(then) => tokio::time::sleep_until(then.into()).await,
        None => std::future::pending().await,
    }
}
