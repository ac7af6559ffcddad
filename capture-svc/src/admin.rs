//! The admin port: metrics for Prometheus, health for orchestrators.

use bus::LinkState;
use process::{Hosts, HttpServer};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::demand::PrivacyBoard;
use crate::metrics::Metrics;

/// What the routes answer from.
#[derive(Debug, Clone)]
pub(crate) struct Admin {
    /// All series.
    pub(crate) metrics: Metrics,
    /// Both connections.
    pub(crate) links: [watch::Receiver<LinkState>; 2],
    /// Known as soon as the buckets were read.
    pub(crate) privacy: PrivacyBoard,
}

impl Admin {
    /// Serves `/metrics`, `/healthz` and `/readyz` on `listener` under the names of `hosts` as long as the process lives.
    pub(crate) async fn serve(self, listener: TcpListener, hosts: Hosts) {
        let metrics = self.metrics.clone();
        let server = HttpServer {
            listener,
            routes: process::admin_routes(move || self.unready(), move || metrics.text()),
            hosts,
            tune: |_| Ok(()),
            crowded: None,
            leaves: process::OTHER_DESCRIPTORS,
        };
        // Its connections end with the process: there is nothing to wait for when it stops.
        server
            .run(TaskTracker::new(), CancellationToken::new())
            .await;
    }

    /// Ready: frames could flow if somebody asked. An idle camera is ready, and so is a standby.
    pub(crate) fn unready(&self) -> Option<String> {
        let unread = || {
            (!self.privacy.is_known())
                .then(|| "the buckets of NATS have not been read yet".to_owned())
        };
        let mut links = self.links.iter();
        links
            .find_map(|link| link.borrow().unready())
            .or_else(unread)
    }
}
