//! The gateway: one camera's frames from NATS to many browsers.
//!
//! A frame's way: [`bus`] → [`relay::fanout`] (judged by [`relay::lateness`], built once as [`frame`], kept in the rung's
//! slot) → [`viewer::outbox`] ([`viewer::send_window`] says whether it may) → socket. Demand goes the other way: a viewer's
//! [`relay::streams::Subscription`] → [`relay::leases`] → [`bus`], subscribed before the key is put. Everything cold, from routing
//! to handshake, is [`http`].

mod access;
mod bus;
pub mod config;
mod frame;
mod http;
mod lowat;
pub mod metrics;
mod relay;
mod session;
mod viewer;
pub mod websocket;

pub use http::listener::MAX_COLD_CONNECTIONS;

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context as _;
use process::Clock;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use wire::MemberId;

use crate::access::middleware::AccessControl;
use crate::access::token::LoginLimiter;
use crate::bus::Bus;
use crate::config::Config;
use crate::http::listener;
use crate::http::routes::{self, Shared};
use crate::metrics::Metrics;
use crate::relay::fanout::Tools;
use crate::relay::streams::Streams;
use crate::session::admission::Admission;

/// Serves until `stop`, then leaves gracefully.
///
/// # Errors
/// An address cannot be listened on, a file cannot be read, or a part ended that never should.
pub async fn run(config: Config, gateway: MemberId, stop: CancellationToken) -> anyhow::Result<()> {
    let metrics = Arc::new(Metrics::new()?);
    let clock = Clock::start();
    let listening =
        |address| listener::listen(address).with_context(|| format!("cannot listen on {address}"));
    let (public, admin) = (listening(config.listen)?, listening(config.admin_listen)?);
    let bus = Bus::connect(&config.nats, gateway.clone(), &metrics.link).await?;
    let tools = Tools {
        clock,
        metrics: Arc::clone(&metrics),
        numbers: Arc::new(AtomicU64::new(1)),
    };
    let streams = Arc::new(Streams::new(bus.clone(), tools));
    let admission = Arc::new(Admission::new(
        config.max_viewers,
        config.max_viewers_per_ip,
    ));
    let guard = Arc::new(AccessControl {
        access: config.access,
        allowed_origins: config.allowed_origins,
        trusted_proxies: config.trusted_proxies,
        guesses: Mutex::new(LoginLimiter::default()),
    });
    let tasks = TaskTracker::new();
    let shared = Shared {
        streams: Arc::clone(&streams),
        admission: Arc::clone(&admission),
        guard,
        link: bus.link(),
        tasks: tasks.clone(),
        gateway: gateway.as_str().into(),
    };
    tracing::info!(public = %public.local_addr()?, admin = %admin.local_addr()?, gateway = %gateway, "listening");

    let closed = CancellationToken::new();
    let mut parts: JoinSet<anyhow::Result<&str>> = JoinSet::new();
    for (name, listener, routes) in [
        (
            "the public port",
            public,
            routes::public(shared.clone(), &config.web_root),
        ),
        (
            "the admin port",
            admin,
            routes::admin(shared.clone(), metrics),
        ),
    ] {
        let (tasks, closed) = (tasks.clone(), closed.clone());
        parts.spawn(async move {
            listener::serve(listener, routes, tasks, closed).await;
            Ok(name)
        });
    }
    let keeper = Arc::clone(&streams);
    parts.spawn(async move { keeper.run().await.map(|()| "the streams") });
    let (listening, ear) = (Arc::clone(&streams), bus.clone());
    parts.spawn(async move {
        listening
            .cameras
            .listen(&ear, clock)
            .await
            .map(|()| "the status")
    });
    let waiting = bus.link();
    parts.spawn(async move {
        ::bus::remind(waiting).await;
        Ok("the reminder")
    });

    tokio::select! {
        () = stop.cancelled() => {}
        Some(ended) = parts.join_next() => {
            let name = ended??;
            anyhow::bail!("{name} ended by itself");
        }
    }
    leave(&streams, &admission, config.drain).await;
    closed.cancel();
    tasks.close();
    // Whoever is not gone by now does not go by itself.
    let _ = tokio::time::timeout(Duration::from_secs(1), tasks.wait()).await;
    bus.flush().await;
    Ok(())
}

/// Sends the viewers away and gives the leases back, within `time`.
async fn leave(streams: &Streams, admission: &Admission, time: Duration) {
    tracing::info!(viewers = admission.count(), "leaving");
    admission.close();
    streams.leave();
    let gone = async {
        admission.empty(time).await;
        let mut look = tokio::time::interval(Duration::from_millis(5));
        while admission.count() > 0 || !streams.idle() {
            look.tick().await;
        }
    };
    if tokio::time::timeout(time, gone).await.is_err() {
        tracing::warn!(
            viewers = admission.count(),
            "some viewers or leases are left; both end by themselves"
        );
    }
}
