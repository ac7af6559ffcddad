//! The admin port: metrics for Prometheus, health for orchestrators and for our own `healthcheck`.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::bus::LinkState;
use crate::demand::Privacy;
use crate::metrics::Metrics;

/// What the routes answer from.
#[derive(Debug, Clone)]
pub(crate) struct Admin {
    /// All series.
    pub(crate) metrics: Metrics,
    /// Both connections.
    pub(crate) links: [watch::Receiver<LinkState>; 2],
    /// Known as soon as the buckets were read.
    pub(crate) privacy: watch::Receiver<Privacy>,
}

impl Admin {
    /// Serves `/metrics`, `/healthz` and `/readyz` on `listener` until that fails.
    pub(crate) async fn serve(self, listener: TcpListener) -> std::io::Result<()> {
        let router = Router::new()
            .route("/metrics", get(metrics))
            .route("/healthz", get(async || "alive\n"))
            .route("/readyz", get(readyz))
            .with_state(self);
        axum::serve(listener, router).await
    }

    /// Ready: frames could flow if somebody asked. An idle camera is ready, and so is a standby.
    fn unready(&self) -> Option<String> {
        for link in &self.links {
            let link = link.borrow();
            if let Some(refused) = &link.refused {
                return Some(format!("NATS refuses: {refused}"));
            }
            if !link.connected {
                return Some("NATS is not connected".to_owned());
            }
        }
        (*self.privacy.borrow() == Privacy::Unknown)
            .then(|| "the buckets of NATS have not been read yet".to_owned())
    }
}

async fn metrics(State(admin): State<Admin>) -> impl IntoResponse {
    let connected = admin.links.iter().all(|link| link.borrow().connected);
    admin.metrics.nats_connected.set(i64::from(connected));
    // Source: Prometheus' text exposition format, version 0.0.4.
    (
        [(
            header::CONTENT_TYPE,
            "text/plain; version=0.0.4; charset=utf-8",
        )],
        admin.metrics.text(),
    )
}

async fn readyz(State(admin): State<Admin>) -> (StatusCode, String) {
    match admin.unready() {
        None => (StatusCode::OK, "ready\n".to_owned()),
        Some(reason) => (StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n")),
    }
}

/// Asks the service on `admin` whether it is alive.
///
/// # Errors
/// Words for a person.
pub fn healthcheck(admin: SocketAddr) -> Result<(), String> {
    let wait = Duration::from_secs(2);
    let ask = || {
        let mut stream = TcpStream::connect_timeout(&reachable(admin), wait)?;
        stream.set_read_timeout(Some(wait))?;
        stream
            .write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.take(4096).read_to_string(&mut answer)?;
        Ok::<_, std::io::Error>(answer)
    };
    let answer = ask().map_err(|error| format!("no answer from {admin}: {error}"))?;
    let first_line = answer.lines().next().unwrap_or_default();
    if first_line.split(' ').nth(1) == Some("200") {
        Ok(())
    } else {
        Err(format!("{admin} answers {first_line:?}"))
    }
}

/// An address that listens everywhere is asked on loopback.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() {
            IpAddr::V4(Ipv4Addr::LOCALHOST)
        } else {
            IpAddr::V6(Ipv6Addr::LOCALHOST)
        });
    }
    address
}
