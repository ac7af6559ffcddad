//! The network between NATS and one service, which can be cut without anybody being told.

use std::net::SocketAddr;

use testkit::{Host, Process, Settings, Stack, ThrottledLink};

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
    pub(crate) async fn to(stack: &Stack, mode: Mode) -> Self {
        if mode.cables {
            return Self::Namespace(Host::start().await);
        }
        let server = SocketAddr::from(([127, 0, 0, 1], stack.nats().port()));
        Self::Proxy(ThrottledLink::to(server))
    }

    pub(crate) async fn capture(&self, stack: &Stack, settings: Settings<'_>) -> Process {
        let url = self.url(stack);
        let settings = [&[("NATS_URL", url.as_str())], settings].concat();
        match self {
            Self::Namespace(host) => stack.start_capture_on(host, &settings).await,
            Self::Proxy(_) => stack.start_capture(&settings).await,
        }
    }

    pub(crate) async fn gateway(&self, stack: &Stack) -> Process {
        let url = self.url(stack);
        let settings = [("NATS_URL", url.as_str())];
        match self {
            Self::Namespace(host) => stack.start_gateway_on(host, &settings).await,
            Self::Proxy(_) => stack.start_gateway(&settings).await,
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

    fn url(&self, stack: &Stack) -> String {
        match self {
            Self::Namespace(_) => format!("nats://{}:{}", Host::HERE, stack.nats().port()),
            Self::Proxy(link) => format!("nats://{}", link.address()),
        }
    }
}
