//! A world of its own for one fault: NATS, capture, gateways.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_nats::jetstream::kv::Operation;
use async_nats::jetstream::{self, Context};
use futures_util::StreamExt as _;
use testkit::{Process, Viewer, eventually};
use tokio::task::AbortHandle;

use crate::bus::{Bus, Settings};
use crate::digest::digest;
use crate::plan::Mode;
use crate::watcher::Watcher;

/// For whatever takes milliseconds when nothing is wrong.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// Everything of one fault; ends with its value.
pub(crate) struct World {
    pub(crate) gateways: Vec<Process>,
    pub(crate) capture: Process,
    pub(crate) bus: Bus,
}

impl World {
    /// One NATS, one capture on the 1280×720 pattern and so many gateways, all ready.
    pub(crate) async fn start(mode: Mode, gateways: usize) -> Self {
        Self::on(Bus::start(mode, 1).await, gateways).await
    }

    /// As [`start`](Self::start), on a bus that is there.
    pub(crate) async fn on(bus: Bus, gateways: usize) -> Self {
        Self::with(bus, gateways, &[]).await
    }

    /// As [`on`](Self::on), with settings for capture.
    pub(crate) async fn with(bus: Bus, gateways: usize, capture: Settings<'_>) -> Self {
        let capture = bus.capture(capture).await;
        let mut world = Self {
            gateways: Vec::new(),
            capture,
            bus,
        };
        for _ in 0..gateways {
            world.gateways.push(world.bus.gateway(&[]).await);
        }
        world.ready().await;
        world
    }

    /// Waits until every service says that it is ready.
    pub(crate) async fn ready(&self) {
        for service in self.gateways.iter().chain([&self.capture]) {
            eventually(SOON, || async move { service.ready().await == 200 }).await;
        }
    }

    /// A viewer whose pictures flow.
    pub(crate) async fn watcher(&self, gateway: usize, quality: u8) -> Watcher {
        self.newcomer(gateway, quality).await.settled().await
    }

    /// A viewer that has just come.
    pub(crate) async fn newcomer(&self, gateway: usize, quality: u8) -> Watcher {
        watch(&self.gateways[gateway], quality).await
    }

    /// `JetStream` as the observer has it.
    pub(crate) async fn jetstream(&self) -> Context {
        jetstream::new(self.bus.observer().await)
    }

    /// Where capture's log ends now, for [`did`](Self::did).
    pub(crate) fn mark(&self) -> usize {
        self.capture.log().len()
    }

    /// What capture did since then.
    pub(crate) fn did(&self, mark: usize) -> String {
        digest(self.capture.log().get(mark..).unwrap_or_default())
    }
}

/// A viewer of `gateway` that has just come.
pub(crate) async fn watch(gateway: &Process, quality: u8) -> Watcher {
    let viewer = Viewer::watch(gateway.public(), quality).await;
    Watcher::of(viewer.expect("the gateway takes a viewer"))
}

/// The lease keys in the bucket, followed by one watch: listing them would make a consumer each time.
///
/// Keys that end by their age are never told; they stay.
pub(crate) struct Ledger {
    keys: Arc<Mutex<BTreeSet<String>>>,
    task: AbortHandle,
}

impl Drop for Ledger {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Ledger {
    /// Begins with what is there; canaries do not count.
    pub(crate) async fn of(context: &Context) -> Self {
        let bucket = context.get_key_value("demand").await.expect("the bucket");
        let mut entries = bucket.watch_with_history(">").await.expect("a watch");
        let keys = Arc::new(Mutex::new(BTreeSet::new()));
        let known = Arc::clone(&keys);
        let task = tokio::spawn(async move {
            while let Some(Ok(entry)) = entries.next().await {
                let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
                if entry.key.starts_with('_') {
                    continue;
                }
                match entry.operation {
                    Operation::Put => known.insert(entry.key),
                    Operation::Delete | Operation::Purge => known.remove(&entry.key),
                };
            }
        });
        Self {
            keys,
            task: task.abort_handle(),
        }
    }

    /// The keys now.
    pub(crate) fn keys(&self) -> BTreeSet<String> {
        self.keys
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
