//! A world of its own for one fault: NATS, capture, gateways.

use std::time::Duration;

use async_nats::jetstream::{self, Context};
use futures_util::StreamExt as _;
use testkit::{Process, Viewer, eventually};

use crate::bus::Bus;
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
        let capture = bus.capture(&[]).await;
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

/// The lease keys in the bucket; canaries do not count.
pub(crate) async fn leases(context: &Context) -> Vec<String> {
    let bucket = context.get_key_value("demand").await;
    let keys = bucket.expect("the bucket").keys().await.expect("keys");
    let keys: Vec<String> = keys.map(|key| key.expect("a key")).collect().await;
    keys.into_iter()
        .filter(|key| !key.starts_with('_'))
        .collect()
}
