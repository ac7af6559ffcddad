//! The services on a bus of their own, for one measurement.

use std::net::SocketAddr;
use std::time::Duration;

use testkit::{NatsServer, Process, eventually};
use tokio::runtime::Runtime;

use crate::usage::Snapshot;

/// nats-server, capture-svc on its pattern at 1280×720 and 34 fps, and some gateways. All end with it.
pub(crate) struct Stage {
    pub(crate) nats: NatsServer,
    pub(crate) capture: Process,
    pub(crate) gateways: Vec<Process>,
    /// Last, so that what is spawned on it outlives nothing above.
    pub(crate) runtime: Runtime,
}

impl Stage {
    pub(crate) fn new(gateways: usize, capture: &[(&str, &str)]) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            // One of them decodes, which blocks it.
            .worker_threads(3)
            .enable_all()
            .build()?;
        let (nats, capture, gateways) = runtime.block_on(async {
            let nats = NatsServer::start().await;
            let settings = [&[("RUST_LOG", "info,async_nats=warn")], capture].concat();
            let capture = Process::capture(&nats, &settings).await;
            let mut processes = Vec::new();
            for _ in 0..gateways {
                let settings = [("GATEWAY_MAX_VIEWERS", "2000")];
                let gateway = Process::gateway(&nats, &settings).await;
                eventually(Duration::from_secs(20), || async {
                    gateway.ready().await == 200
                })
                .await;
                processes.push(gateway);
            }
            (nats, capture, processes)
        });
        Ok(Self {
            nats,
            capture,
            gateways,
            runtime,
        })
    }

    pub(crate) fn addresses(&self) -> Vec<SocketAddr> {
        self.gateways.iter().map(Process::public).collect()
    }

    /// Capture, NATS, and every gateway.
    pub(crate) fn snapshots(&self) -> anyhow::Result<Vec<Snapshot>> {
        let services = [self.capture.pid(), self.nats.pid()];
        let gateways = self.gateways.iter().map(Process::pid);
        services
            .into_iter()
            .chain(gateways)
            .map(Snapshot::of)
            .collect()
    }

    /// A number of capture's `/metrics`, 0 while there is no such series yet.
    pub(crate) fn capture_metric(&self, name: &str) -> f64 {
        number(self.runtime.block_on(self.capture.metric(name, &[])))
    }

    /// The sum of a series of all gateways.
    pub(crate) fn gateway_metric(&self, name: &str) -> f64 {
        let one = |gateway: &Process| number(self.runtime.block_on(gateway.metric(name, &[])));
        self.gateways.iter().map(one).sum()
    }

    /// Waits until the camera is closed and nothing is leased.
    pub(crate) fn await_idle(&self) {
        self.runtime
            .block_on(eventually(Duration::from_secs(30), || async {
                let of = |name| self.capture.metric(name, &[]);
                number(of("capture_camera_open").await) + number(of("capture_leases").await) < 0.5
            }));
    }
}

fn number(value: f64) -> f64 {
    if value.is_nan() { 0.0 } else { value }
}
