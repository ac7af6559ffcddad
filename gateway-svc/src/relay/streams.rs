//! Who watches what: the fan-outs of all streams in use, and the task that keeps their leases.
//!
//! A [`Subscription`] is a viewer's share of a stream; when it is dropped it ends, however the viewer ended. When a
//! lease is to be put or deleted is decided in [`crate::relay::leases`].

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Mutex, MutexGuard};
use process::Clock;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use wire::{CameraId, Rate, Rendition, StreamId};

use crate::bus::{Bus, LeaseError};
use crate::metrics::{LeaseGauges, Metrics};
use crate::relay::cameras::Cameras;
use crate::relay::fanout::{self, Fanout};
use crate::relay::leases::{Action, Ticket};
use crate::relay::refusals::Refusals;
use crate::relay::stream_table::{StreamTable, UnknownCamera};

/// A subscription is only handed to the connection; one that takes longer is tried again.
const SUBSCRIBE_TIMEOUT: Duration = Duration::from_secs(1);

/// The streams in use.
#[derive(Debug)]
pub(crate) struct Streams {
    clock: Clock,
    cameras: Arc<Cameras>,
    bus: Bus,
    /// What every fan-out uses.
    context: fanout::Context,
    /// Shows the leases that are held.
    held: Arc<LeaseGauges>,
    table: Mutex<StreamTable>,
    /// Whether a person has to be told that leases are not taken.
    refusals: Mutex<Refusals>,
    /// Wakes [`run`](Self::run): something may be due.
    kick: Notify,
}

/// Tasks that end when their fan-out does, and not before.
type FanoutTasks = JoinSet<anyhow::Result<()>>;
type Requests = JoinSet<(StreamId, Ticket, Result<(), LeaseError>)>;

/// A viewer's share of a stream.
#[derive(Debug)]
pub(crate) struct Subscription {
    streams: Arc<Streams>,
    fanout: Arc<Fanout>,
    /// How often it wants a frame.
    rate: Rate,
    /// Whether it made the stream have deltas.
    deltas: bool,
}

impl Subscription {
    /// Where its frames come from.
    #[must_use]
    pub(crate) const fn fanout(&self) -> &Arc<Fanout> {
        &self.fanout
    }

    /// From now on the stream's frames can be sent as deltas.
    pub(crate) fn want_deltas(&mut self) {
        if !std::mem::replace(&mut self.deltas, true) {
            self.fanout.needs_deltas();
        }
    }

    /// From now on it wants so many frames a second, and no more than that need be made for it.
    pub(crate) fn want(&mut self, rate: Rate) {
        let before = std::mem::replace(&mut self.rate, rate);
        if before != rate {
            let now = self.streams.clock.now();
            let mut table = self.streams.table();
            table.leases.change(self.stream(), before, rate, now);
            drop(table);
            self.streams.kick.notify_one();
        }
    }

    /// Which stream it is.
    #[must_use]
    pub(crate) fn stream(&self) -> &StreamId {
        self.fanout.stream()
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if self.deltas {
            self.fanout.needs_no_deltas();
        }
        let now = self.streams.clock.now();
        let mut table = self.streams.table();
        table.leases.leave(self.stream(), self.rate, now);
        drop(table);
        self.streams.kick.notify_one();
    }
}

impl Streams {
    /// No stream, no viewer.
    #[must_use]
    pub(crate) fn new(bus: Bus, cameras: Arc<Cameras>, clock: Clock, metrics: &Metrics) -> Self {
        Self {
            clock,
            cameras,
            bus,
            context: fanout::Context::new(clock, metrics),
            held: Arc::clone(&metrics.leases),
            table: Mutex::default(),
            refusals: Mutex::default(),
            kick: Notify::new(),
        }
    }

    /// Subscribes to every frame of a stream; they begin to come if they did not already.
    ///
    /// # Errors
    /// See [`UnknownCamera`].
    pub(crate) fn subscribe(
        self: &Arc<Self>,
        stream: &StreamId,
    ) -> Result<Subscription, UnknownCamera> {
        let mut table = self.table();
        let fanout = match table.get(stream) {
            Some((fanout, _)) => fanout,
            None => table.open(stream, &self.cameras, &self.context)?,
        };
        table.leases.join(stream, self.clock.now());
        drop(table);
        self.kick.notify_one();
        Ok(Subscription {
            streams: Arc::clone(self),
            fanout,
            rate: Rate::ALL,
            deltas: false,
        })
    }

    /// How many watch each rendition of a camera.
    #[must_use]
    pub(crate) fn viewers(&self, camera: &CameraId) -> Vec<(Rendition, usize)> {
        self.table().leases.viewers(camera).collect()
    }

    /// This gateway leaves: from now on a key goes the moment its last viewer does.
    pub(crate) fn leave(&self) {
        self.table().leases.leaving(self.clock.now());
        self.kick.notify_one();
    }

    /// Whether a lease is still held or a viewer still there.
    #[must_use]
    pub(crate) fn idle(&self) -> bool {
        self.table().is_empty()
    }

    /// Keeps subscriptions and leases as [`Leases`](crate::relay::leases::Leases) wants them, for ever.
    ///
    /// # Errors
    /// A part of it ended, which none does by itself.
    pub(crate) async fn run(self: Arc<Self>) -> anyhow::Result<()> {
        let mut link = self.bus.link();
        let mut fanouts = JoinSet::new();
        let mut requests = JoinSet::new();
        let mut known = (false, 0);
        let mut shown = BTreeSet::new();
        loop {
            let now = self.clock.now();
            let state = {
                let link = link.borrow_and_update();
                (link.connected, link.generation)
            };
            if state != known {
                self.table().leases.connected(state.0, now);
                known = state;
            }
            let actions = self.table().due(now);
            for action in actions {
                self.act(action, &mut fanouts, &mut requests).await;
            }
            let due = self.show_leases(&mut shown);
            let wait = due.map(|due| due.saturating_duration_since(self.clock.now()));
            tokio::select! {
                () = tokio::time::sleep(wait.unwrap_or(Duration::MAX)) => {}
                () = self.kick.notified() => {}
                changed = link.changed() => changed.map_err(|_| anyhow::anyhow!("the connection to NATS was dropped"))?,
                Some(done) = requests.join_next() => {
                    let (stream, ticket, result) = done?;
                    self.answered(&stream, ticket, &result);
                }
                Some(ended) = fanouts.join_next() => ended??,
            }
        }
    }

    async fn act(
        self: &Arc<Self>,
        action: Action,
        fanouts: &mut FanoutTasks,
        requests: &mut Requests,
    ) {
        let bus = self.bus.clone();
        match action {
            Action::Subscribe(stream) => self.start(&stream, fanouts).await,
            Action::Put(stream, rate, ticket) => {
                if let Some((fanout, _)) = self.table().get(&stream) {
                    fanout.asked_for(rate);
                }
                requests.spawn(async move {
                    let result = bus.put_lease(&stream, rate).await;
                    (stream, ticket, result)
                });
            }
            Action::Delete(stream, ticket) => {
                requests.spawn(async move {
                    let result = bus.delete_lease(&stream).await;
                    (stream, ticket, result)
                });
            }
            // The table has done that already.
            Action::Unsubscribe(_) => {}
        }
    }

    fn answered(&self, stream: &StreamId, ticket: Ticket, result: &Result<(), LeaseError>) {
        if let Err(error) = result {
            tracing::debug!(camera = %stream.camera, quality = %stream.rendition, %error, "the bus did not take a lease");
        }
        let now = self.clock.now();
        let lasting = self.refusals.lock().answered(stream, result.is_ok(), now);
        if let (true, Err(why)) = (lasting, result) {
            tracing::warn!(camera = %stream.camera, quality = %stream.rendition, %why, "nobody takes leases: viewers wait");
        }
        let spread = fastrand::f64().mul_add(2.0, -1.0);
        self.table()
            .done(stream, ticket, result.is_ok(), now, spread);
    }

    /// Shows what is held, and tells when something is due next.
    fn show_leases(&self, shown: &mut BTreeSet<StreamId>) -> Option<Instant> {
        let table = self.table();
        self.held.show(table.leases.held(), shown);
        table.leases.next_due()
    }

    async fn start(self: &Arc<Self>, stream: &StreamId, fanouts: &mut FanoutTasks) {
        let fanout = self.table().get(stream);
        let Some((fanout, stop)) = fanout else { return };
        let Ok(Ok(frames)) = tokio::time::timeout(SUBSCRIBE_TIMEOUT, self.bus.frames(stream)).await
        else {
            self.table().leases.unsubscribed(stream);
            return;
        };
        let (receiving, stopped) = (Arc::clone(&fanout), stop.clone());
        fanouts.spawn(async move {
            let received = stopped.run_until_cancelled(receiving.receive(frames)).await;
            anyhow::ensure!(received.is_none(), "the subscription of a stream ended");
            Ok(())
        });
        for shard in 0..fanout.shards() {
            let (fanout, stop) = (Arc::clone(&fanout), stop.clone());
            fanouts.spawn(async move {
                stop.run_until_cancelled(fanout.deliver(shard)).await;
                Ok(())
            });
        }
    }

    fn table(&self) -> MutexGuard<'_, StreamTable> {
        self.table.lock()
    }
}
