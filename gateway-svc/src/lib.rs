//! The gateway: one camera's frames from NATS to many browsers.
//!
//! A frame's way: [`bus`] → [`rail`] (judged by [`freshness`], built once as [`frame`], kept in the rung's slot) →
//! [`viewer`] ([`flow`] says whether it may) → socket. Demand goes the other way: a viewer's [`hub::Seat`] →
//! [`interest`] → [`bus`], subscribed before the key is put. Everything cold, from routing to handshake, is [`http`].

pub mod auth;
pub mod bus;
pub mod cameras;
pub mod config;
pub mod conversation;
pub mod doors;
pub mod flow;
pub mod frame;
pub mod freshness;
pub mod guard;
pub mod handshake;
pub mod http;
pub mod hub;
pub mod interest;
pub mod lowat;
pub mod memory_file;
pub mod metrics;
pub mod origin;
pub mod page;
pub mod peer;
pub mod protocol;
pub mod rail;
pub mod server;
pub mod still;
pub mod upgrade;
pub mod viewer;
pub mod ws;

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context as _;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use wire::MemberId;

use crate::auth::Guesses;
use crate::bus::Bus;
use crate::config::Config;
use crate::doors::Doors;
use crate::guard::Guard;
use crate::http::Shared;
use crate::hub::Hub;
use crate::metrics::Metrics;
use crate::rail::Tools;
use process::Clock;

/// Serves until `stop`, then leaves gracefully.
///
/// # Errors
/// An address cannot be listened on, a file cannot be read, or a part ended that never should.
pub async fn run(config: Config, gateway: MemberId, stop: CancellationToken) -> anyhow::Result<()> {
    let metrics = Arc::new(Metrics::new()?);
    let clock = Clock::start();
    let listener =
        |address| server::listen(address).with_context(|| format!("cannot listen on {address}"));
    let (public, admin) = (listener(config.listen)?, listener(config.admin_listen)?);
    let bus = Bus::connect(&config.nats, gateway.clone(), &metrics.link).await?;
    let tools = Tools {
        clock,
        metrics: Arc::clone(&metrics),
        numbers: Arc::new(AtomicU64::new(1)),
    };
    let hub = Arc::new(Hub::new(bus.clone(), tools));
    let doors = Arc::new(Doors::new(config.max_viewers, config.max_viewers_per_ip));
    let guard = Arc::new(Guard {
        access: config.access,
        allowed_origins: config.allowed_origins,
        trusted_proxies: config.trusted_proxies,
        guesses: Mutex::new(Guesses::default()),
    });
    let tasks = TaskTracker::new();
    let shared = Shared {
        hub: Arc::clone(&hub),
        doors: Arc::clone(&doors),
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
            http::public(shared.clone(), &config.web_root),
        ),
        (
            "the admin port",
            admin,
            http::admin(shared.clone(), metrics),
        ),
    ] {
        let (tasks, closed) = (tasks.clone(), closed.clone());
        parts.spawn(async move {
            server::serve(listener, routes, tasks, closed).await;
            Ok(name)
        });
    }
    let keeper = Arc::clone(&hub);
    parts.spawn(async move { keeper.run().await.map(|()| "the hub") });
    let (listening, ear) = (Arc::clone(&hub), bus.clone());
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
    leave(&hub, &doors, config.drain).await;
    closed.cancel();
    tasks.close();
    // Whoever is not gone by now does not go by itself.
    let _ = tokio::time::timeout(Duration::from_secs(1), tasks.wait()).await;
    bus.flush().await;
    Ok(())
}

/// Sends the viewers away and gives the leases back, within `time`.
async fn leave(hub: &Hub, doors: &Doors, time: Duration) {
    tracing::info!(viewers = doors.count(), "leaving");
    doors.close();
    hub.leave();
    let gone = async {
        doors.empty(time).await;
        let mut look = tokio::time::interval(Duration::from_millis(5));
        while doors.count() > 0 || !hub.idle() {
            look.tick().await;
        }
    };
    if tokio::time::timeout(time, gone).await.is_err() {
        tracing::warn!(
            viewers = doors.count(),
            "some viewers or leases are left; both end by themselves"
        );
    }
}
