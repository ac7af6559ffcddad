//! Who watches what: the fan-outs of all streams in use, and the task that keeps their leases.
//!
//! A [`Subscription`] is a viewer's claim on a rung; when it is dropped the claim ends, however the viewer ended.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use wire::{CameraId, Rung, StreamId};

use crate::bus::{Bus, LeaseError};
use crate::relay::cameras::Cameras;
use crate::relay::fanout::{Fanout, Tools};
use crate::relay::lateness::LatenessFilter;
use crate::relay::leases::{Action, Leases, Ticket};

/// Cameras that nobody has heard of and somebody asks for, at the most: each costs a subscription and a key.
const MAX_UNKNOWN_CAMERAS: usize = 16;
/// A subscription is only handed to the connection; longer than this it is stuck.
const SUBSCRIBE_TIMEOUT: Duration = Duration::from_secs(1);

/// The streams in use.
#[derive(Debug)]
pub(crate) struct Streams {
    /// What every fan-out uses.
    pub(crate) tools: Tools,
    /// What each camera does.
    pub(crate) cameras: Cameras,
    bus: Bus,
    table: Mutex<Table>,
    /// Wakes [`run`](Self::run): something may be due.
    kick: Notify,
}

#[derive(Debug, Default)]
struct Table {
    leases: Leases,
    fanouts: HashMap<StreamId, (Arc<Fanout>, CancellationToken)>,
    lateness: HashMap<CameraId, Arc<Mutex<LatenessFilter>>>,
}

/// Tasks that end when their fan-out does, and not before.
type FanoutTasks = JoinSet<anyhow::Result<()>>;
type Requests = JoinSet<(StreamId, Ticket, Result<(), LeaseError>)>;

impl Table {
    /// What is due; a fan-out ends together with its lease, under one lock, so that nobody can subscribe to it in between.
    fn due(&mut self, now: Instant) -> Vec<Action> {
        let actions = self.leases.due(now);
        for action in &actions {
            if let Action::Unsubscribe(stream) = action {
                self.close(stream);
            }
        }
        actions
    }

    fn done(
        &mut self,
        stream: &StreamId,
        ticket: Ticket,
        success: bool,
        now: Instant,
        spread: f64,
    ) {
        if self
            .leases
            .done(stream, ticket, success, now, spread)
            .is_some()
        {
            self.close(stream);
        }
    }

    fn close(&mut self, stream: &StreamId) {
        if let Some((_, stop)) = self.fanouts.remove(stream) {
            stop.cancel();
        }
        if !self
            .fanouts
            .keys()
            .any(|other| other.camera == stream.camera)
        {
            self.lateness.remove(&stream.camera);
        }
    }
}

/// Too many cameras are asked for that nobody has heard of.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("no camera of that name is known, and too many such are waited for already")]
pub(crate) struct UnknownCamera;

/// A viewer's claim on a rung.
#[derive(Debug)]
pub(crate) struct Subscription {
    streams: Arc<Streams>,
    /// The rung.
    pub(crate) fanout: Arc<Fanout>,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let now = self.streams.tools.clock.now();
        self.streams.table().leases.leave(&self.fanout.stream, now);
        self.streams.kick.notify_one();
    }
}

impl Streams {
    /// No stream, no viewer.
    #[must_use]
    pub(crate) fn new(bus: Bus, tools: Tools) -> Self {
        Self {
            tools,
            cameras: Cameras::default(),
            bus,
            table: Mutex::default(),
            kick: Notify::new(),
        }
    }

    /// Claims a rung; its frames begin to come if they did not already.
    ///
    /// # Errors
    /// See [`UnknownCamera`].
    pub(crate) fn subscribe(
        self: &Arc<Self>,
        stream: &StreamId,
    ) -> Result<Subscription, UnknownCamera> {
        let mut table = self.table();
        let fanout = if let Some((fanout, _)) = table.fanouts.get(stream) {
            Arc::clone(fanout)
        } else {
            let camera = &stream.camera;
            let unknown = |camera: &CameraId| !camera.is_default() && !self.cameras.known(camera);
            let waited_for = table.lateness.keys().filter(|other| unknown(other)).count();
            if unknown(camera)
                && waited_for >= MAX_UNKNOWN_CAMERAS
                && !table.lateness.contains_key(camera)
            {
                return Err(UnknownCamera);
            }
            let lateness = Arc::clone(table.lateness.entry(camera.clone()).or_default());
            let fanout = Fanout::new(stream.clone(), self.cameras.follow(camera), lateness);
            let fanout = Arc::new(fanout);
            let entry = (Arc::clone(&fanout), CancellationToken::new());
            table.fanouts.insert(stream.clone(), entry);
            fanout
        };
        table.leases.join(stream, self.tools.clock.now());
        drop(table);
        self.kick.notify_one();
        Ok(Subscription {
            streams: Arc::clone(self),
            fanout,
        })
    }

    /// How many watch each rung of a camera.
    #[must_use]
    pub(crate) fn viewers(&self, camera: &CameraId) -> Vec<(Rung, usize)> {
        self.table().leases.viewers(camera).collect()
    }

    /// This gateway leaves: from now on a key goes the moment its last viewer does.
    pub(crate) fn leave(&self) {
        self.table().leases.leaving(self.tools.clock.now());
        self.kick.notify_one();
    }

    /// Whether a lease is still held or a viewer still there.
    #[must_use]
    pub(crate) fn idle(&self) -> bool {
        self.table().fanouts.is_empty()
    }

    /// Keeps subscriptions and leases as [`Leases`] wants them, for ever.
    ///
    /// # Errors
    /// A part of it ended, which none does by itself.
    pub(crate) async fn run(self: Arc<Self>) -> anyhow::Result<()> {
        let mut link = self.bus.link();
        let mut fanouts = JoinSet::new();
        let mut requests = JoinSet::new();
        let mut known = (false, 0);
        loop {
            let now = self.tools.clock.now();
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
            let due = self.count_leases();
            let wait = due.map(|due| due.saturating_duration_since(self.tools.clock.now()));
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
            Action::Put(stream, ticket) => {
                requests.spawn(async move {
                    let result = bus.put_lease(&stream).await;
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
            tracing::debug!(camera = %stream.camera, quality = %stream.rung, %error, "the bus did not take a lease");
        }
        let now = self.tools.clock.now();
        let spread = fastrand::f64().mul_add(2.0, -1.0);
        self.table()
            .done(stream, ticket, result.is_ok(), now, spread);
    }

    /// Shows what is held, and tells when something is due next.
    fn count_leases(&self) -> Option<Instant> {
        let table = self.table();
        for rung in Rung::ladder() {
            let held = table.leases.held(rung);
            self.tools.metrics.leases[rung.index()].set(held as i64);
        }
        table.leases.next_due()
    }

    async fn start(self: &Arc<Self>, stream: &StreamId, fanouts: &mut FanoutTasks) {
        let fanout = self.table().fanouts.get(stream).cloned();
        let Some((fanout, stop)) = fanout else { return };
        let Ok(Ok(frames)) = tokio::time::timeout(SUBSCRIBE_TIMEOUT, self.bus.frames(stream)).await
        else {
            self.table().leases.unsubscribed(stream);
            return;
        };
        let tools = self.tools.clone();
        let (receiving, stopped) = (Arc::clone(&fanout), stop.clone());
        fanouts.spawn(async move {
            let received = stopped
                .run_until_cancelled(receiving.receive(frames, &tools))
                .await;
            anyhow::ensure!(received.is_none(), "the subscription of a rung ended");
            Ok(())
        });
        for share in 0..fanout.shards() {
            let (fanout, tools, stop) = (Arc::clone(&fanout), self.tools.clone(), stop.clone());
            fanouts.spawn(async move {
                stop.run_until_cancelled(fanout.deliver(share, &tools))
                    .await;
                Ok(())
            });
        }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
