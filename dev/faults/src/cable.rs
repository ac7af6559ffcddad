//! The network between NATS and one service, which can be cut without anybody being told.

use std::net::SocketAddr;

use testkit::{Host, Process, ThrottledLink};

use crate::bus::{Bus, Settings};
use crate::plan::Mode;

/// A cable to a service of its own.
#[derive(Debug)]
pub(crate) enum Cable {
    /// To another network namespace: packets are lost, and TCP's own timers count.
    Namespace(Host),
    /// Through a proxy on loopback, where there are no namespaces of ours: bytes are held back.
    Proxy(ThrottledLink),
}

impl Cable {
    pub(crate) async fn to(bus: &Bus, mode: Mode) -> Self {
        if mode.cables {
            return Self::Namespace(Host::start().await);
        }
        let server = SocketAddr::from(([127, 0, 0, 1], bus.servers[0].port()));
        Self::Proxy(ThrottledLink::to(server))
    }

    pub(crate) async fn capture(&self, bus: &Bus, settings: Settings<'_>) -> Process {
        let url = self.url(bus);
        let settings = [&[("NATS_URL", url.as_str())], settings].concat();
        match self {
            Self::Namespace(host) => bus.capture_at(host, &settings).await,
            Self::Proxy(_) => bus.capture(&settings).await,
        }
    }

    pub(crate) async fn gateway(&self, bus: &Bus) -> Process {
        let url = self.url(bus);
        let settings = [("NATS_URL", url.as_str())];
        match self {
            Self::Namespace(host) => bus.gateway_at(host, &settings).await,
            Self::Proxy(_) => bus.gateway(&settings).await,
        }
    }

    pub(crate) fn cut(&self) {
        match self {
            Self::Namespace(host) => host.cut(),
            Self::Proxy(link) => link.cut(),
        }
    }

    pub(crate) fn repair(&self) {
        match self {
            Self::Namespace(host) => host.repair(),
            Self::Proxy(link) => link.repair(),
        }
    }

    fn url(&self, bus: &Bus) -> String {
        match self {
            Self::Namespace(_) => format!("nats://{}:{}", Host::HERE, bus.servers[0].port()),
            Self::Proxy(link) => format!("nats://{}", link.address()),
        }
    }
}
