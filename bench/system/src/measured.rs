//! The services on a bus of their own, for one measurement, driven from one thread that reads sockets by itself.

use std::net::SocketAddr;
use std::time::Duration;

use testkit::{Process, Stack, eventually};
use tokio::runtime::Runtime;

use crate::usage::Snapshot;

/// A camera that lingers closes after ten seconds.
const IDLE_WITHIN: Duration = Duration::from_secs(30);

/// The pattern at 1280×720 and 34 fps, and some gateways. All end with it.
pub(crate) struct MeasuredStack {
    pub(crate) stack: Stack,
    /// Last, so that what is spawned on it outlives nothing above.
    pub(crate) runtime: Runtime,
}

impl MeasuredStack {
    pub(crate) fn start(gateways: usize, capture: &[(&str, &str)]) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            // One of them decodes, which blocks it.
            .worker_threads(3)
            .enable_all()
            .build()?;
        let builder = Stack::builder()
            .capture(&[("RUST_LOG", "info,async_nats=warn")])
            .capture(capture)
            .gateways(gateways)
            .gateway(&[("GATEWAY_MAX_VIEWERS", "2000")]);
        let stack = runtime.block_on(builder.start());
        Ok(Self { stack, runtime })
    }

    pub(crate) fn addresses(&self) -> Vec<SocketAddr> {
        self.stack.gateways.iter().map(Process::public).collect()
    }

    /// Capture, NATS, and every gateway.
    pub(crate) fn snapshots(&self) -> anyhow::Result<Vec<Snapshot>> {
        let services = [self.stack.capture().pid(), self.stack.nats().pid()];
        let gateways = self.stack.gateways.iter().map(Process::pid);
        services
            .into_iter()
            .chain(gateways)
            .map(Snapshot::of)
            .collect()
    }

    /// A number of capture's `/metrics`, 0 while there is no such series yet.
    pub(crate) fn capture_metric(&self, name: &str) -> f64 {
        number(
            self.runtime
                .block_on(self.stack.capture().metric(name, &[])),
        )
    }

    /// The bucket whose key `privacy` closes the camera.
    pub(crate) async fn privacy_switch(&self) -> anyhow::Result<async_nats::jetstream::kv::Store> {
        let context = async_nats::jetstream::new(self.stack.nats().client().await);
        Ok(context.get_key_value("control").await?)
    }

    /// The sum of a series of all gateways.
    pub(crate) fn gateway_metric(&self, name: &str) -> f64 {
        let one = |gateway: &Process| number(self.runtime.block_on(gateway.metric(name, &[])));
        self.stack.gateways.iter().map(one).sum()
    }

    /// Waits until the camera is closed and nothing is leased.
    pub(crate) fn await_idle(&self) {
        self.runtime.block_on(eventually(IDLE_WITHIN, || async {
            let of = |name| self.stack.capture().metric(name, &[]);
            number(of("capture_camera_open").await) + number(of("capture_leases").await) < 0.5
        }));
    }
}

fn number(value: f64) -> f64 {
    if value.is_nan() { 0.0 } else { value }
}
