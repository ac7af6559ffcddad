//! One of everything, and what a test asks of it.

use std::time::Duration;

use async_nats::jetstream::{self, kv};
use futures_util::TryStreamExt as _;
use testkit::{NatsServer, Process, Viewer, eventually};

/// For whatever takes milliseconds when nothing is wrong.
pub(crate) const SOON: Duration = Duration::from_secs(10);

pub(crate) struct House {
    pub(crate) gateway: Process,
    pub(crate) capture: Process,
    pub(crate) nats: NatsServer,
}

impl House {
    /// Everything started and ready, nobody watching.
    pub(crate) async fn start() -> Self {
        Self::with(&[], &[]).await
    }

    pub(crate) async fn with(capture: &[(&str, &str)], gateway: &[(&str, &str)]) -> Self {
        let nats = NatsServer::start().await;
        let (capture, gateway) = tokio::join!(
            Process::capture(&nats, capture),
            Process::gateway(&nats, gateway)
        );
        let house = Self {
            gateway,
            capture,
            nats,
        };
        house.await_ready().await;
        house
    }

    pub(crate) async fn await_ready(&self) {
        for service in [&self.capture, &self.gateway] {
            eventually(SOON, || async move { service.ready().await == 200 }).await;
        }
    }

    /// A viewer that has had its first frame.
    pub(crate) async fn viewer(&self, quality: u8) -> Viewer {
        let mut viewer = Viewer::watch(self.gateway.public(), quality)
            .await
            .expect("the gateway takes a viewer");
        viewer.frame(SOON).await;
        viewer
    }

    /// Everything published on `frames.>` from now on.
    pub(crate) async fn frames(&self) -> async_nats::Subscriber {
        let client = self.nats.client().await;
        let frames = client.subscribe("frames.>").await.expect("a subscription");
        client.flush().await.expect("NATS is there");
        frames
    }

    /// The demand keys of gateways that there are now; capture's canary does not count.
    pub(crate) async fn demand_keys(&self) -> Vec<String> {
        let bucket: kv::Store = jetstream::new(self.nats.client().await)
            .get_key_value("demand")
            .await
            .expect("capture has made the bucket");
        let keys: Vec<String> = bucket
            .keys()
            .await
            .expect("keys")
            .try_collect()
            .await
            .expect("keys");
        keys.into_iter()
            .filter(|key| !key.starts_with('_'))
            .collect()
    }

    pub(crate) async fn await_no_demand(&self, within: Duration) {
        eventually(within, || async {
            let keys = self.demand_keys().await;
            if keys.is_empty() { Ok(()) } else { Err(keys) }
        })
        .await;
    }

    pub(crate) async fn await_camera(&self, open: bool, within: Duration) {
        let wanted = f64::from(u8::from(open));
        eventually(within, || async move {
            (self.capture.metric("capture_camera_open", &[]).await - wanted).abs() < f64::EPSILON
        })
        .await;
    }
}
