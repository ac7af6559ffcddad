//! What a service's links tell Prometheus of themselves.

use std::sync::Arc;

use parking_lot::Mutex;
use process::Registry;
use prometheus::{IntCounter, IntGauge};

/// `nats_connected` and `nats_reconnects_total`, of all links of a process together.
#[derive(Debug, Clone)]
pub struct LinkMetrics {
    connected: IntGauge,
    reconnects: IntCounter,
    links: Arc<Mutex<Links>>,
}

#[derive(Debug, Default)]
struct Links {
    opened: usize,
    connected: usize,
}

impl LinkMetrics {
    /// Both series, at zero.
    ///
    /// # Errors
    /// They were registered before.
    pub fn new(registry: &Registry) -> prometheus::Result<Self> {
        Ok(Self {
            connected: registry
                .gauge("nats_connected", "1 while every connection to NATS stands.")?,
            reconnects: registry.counter(
                "nats_reconnects_total",
                "How often a connection to NATS was made again.",
            )?,
            links: Arc::default(),
        })
    }

    pub(crate) fn opened(&self) {
        self.change(|links| links.opened += 1);
    }

    pub(crate) fn connected(&self, again: bool) {
        self.reconnects.inc_by(u64::from(again));
        self.change(|links| links.connected += 1);
    }

    pub(crate) fn disconnected(&self) {
        self.change(|links| links.connected -= 1);
    }

    fn change(&self, change: impl FnOnce(&mut Links)) {
        let mut links = self.links.lock();
        change(&mut links);
        let all = links.connected == links.opened;
        self.connected.set(i64::from(all));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connected_is_one_while_every_link_stands() {
        let metrics = LinkMetrics::new(&Registry::new("0").unwrap()).unwrap();
        metrics.opened();
        metrics.opened();
        metrics.connected(false);
        assert_eq!(metrics.connected.get(), 0, "one of two");
        metrics.connected(false);
        assert_eq!((metrics.connected.get(), metrics.reconnects.get()), (1, 0));
        metrics.disconnected();
        assert_eq!(metrics.connected.get(), 0);
        metrics.connected(true);
        assert_eq!((metrics.connected.get(), metrics.reconnects.get()), (1, 1));
    }
}
