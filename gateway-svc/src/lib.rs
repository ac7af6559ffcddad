//! The gateway: one camera's frames from NATS to many browsers.
//!
//! A frame's way: [`bus`] → [`relay::fanout`] (judged by [`relay::lateness`], built once as a [`frame`], kept in the
//! stream's slot) → [`viewer::outbox`] ([`viewer::send_window`] says whether it may go) → socket. Demand goes the
//! other way: [`relay::streams`] → [`relay::leases`] → [`bus`], subscribed before the key is put. A viewer's own task
//! is a [`session`]; everything cold, from routing to the handshake, is in [`http`] behind [`access`].

mod access;
mod audit;
mod bus;
pub mod config;
mod frame;
mod http;
pub mod metrics;
mod relay;
mod session;
pub mod share;
mod viewer;
pub mod websocket;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use process::{Clock, Hosts, HttpServer};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use wire::MemberId;

use crate::access::AccessControl;
use crate::access::pages::OtherPages;
use crate::access::token::Access;
use crate::audit::Audit;
use crate::audit::destination::Destination;
use crate::bus::Bus;
use crate::config::Config;
use crate::http::routes;
use crate::http::socket_options::hold_nothing_unsent;
use crate::http::state::AppState;
use crate::metrics::Metrics;
use crate::relay::cameras::Cameras;
use crate::relay::streams::Streams;
use crate::session::admission::Admission;
use crate::session::shared::Sessions;

/// How long connections may take to end once they are told to.
const TASKS_TIMEOUT: Duration = Duration::from_secs(1);

/// A port's name, and how many descriptors its connections leave alone. Whoever asks why nobody else gets in does get in.
type Port = (&'static str, u64);
const PUBLIC_PORT: Port = ("the public port", process::OTHER_DESCRIPTORS);
const ADMIN_PORT: Port = ("the admin port", process::OTHER_DESCRIPTORS / 2);

/// What runs until the process ends; the first that ends by itself ends it.
type Parts = JoinSet<anyhow::Result<&'static str>>;

/// Serves until `stop`, then leaves gracefully.
///
/// # Errors
/// An address cannot be listened on, a file cannot be read, or a part ended that never should.
pub async fn run(config: Config, gateway: MemberId, stop: CancellationToken) -> anyhow::Result<()> {
    let clock = Clock::start();
    let metrics = Arc::new(Metrics::new()?);
    let (public, admin) = (listen(config.listen)?, listen(config.admin_listen)?);
    let bus = Bus::connect(&config.nats, gateway.clone(), &metrics.link).await?;
    let (tasks, closed) = (TaskTracker::new(), CancellationToken::new());
    let (web_root, drain) = (config.web_root.clone(), config.drain);
    let (public_hosts, admin_hosts) = hosts(&config);
    let mut parts = Parts::new();
    let audit = audit(&mut parts, config.audit.clone(), clock, &gateway);
    let state = assemble(
        config,
        &gateway,
        &bus,
        audit.clone(),
        clock,
        &metrics,
        &tasks,
    );
    tracing::info!(public = %public.local_addr()?, admin = %admin.local_addr()?, gateway = %gateway, "listening");

    let public_routes = routes::public(state.clone(), &web_root);
    let admin_routes = routes::admin(state.clone(), metrics);
    for ((name, leaves), listener, routes, hosts) in [
        (PUBLIC_PORT, public, public_routes, public_hosts),
        (ADMIN_PORT, admin, admin_routes, admin_hosts),
    ] {
        let serving = HttpServer {
            listener,
            routes,
            hosts,
            tune: hold_nothing_unsent,
            crowded: Some(state.refused.crowded.clone()),
            leaves,
        }
        .run(tasks.clone(), closed.clone());
        parts.spawn(async move {
            serving.await;
            Ok(name)
        });
    }
    watch_bus(&mut parts, &state, &bus);
    let access = Arc::clone(&state.access);
    parts.spawn(async move { match access.keep().await {} });
    tell_systemd(&mut parts, state.clone(), stop.clone());

    tokio::select! {
        () = stop.cancelled() => {}
        Some(ended) = parts.join_next() => {
            let name = ended??;
            anyhow::bail!("{name} ended by itself");
        }
    }
    leave(&state.streams, &state.admission, drain).await;
    closed.cancel();
    tasks.close();
    // Whoever is not gone by now does not go by itself.
    let _ = tokio::time::timeout(TASKS_TIMEOUT, tasks.wait()).await;
    audit.flush().await;
    bus.flush().await;
    Ok(())
}

fn tell_systemd(parts: &mut Parts, state: AppState, stop: CancellationToken) {
    let systemd = process::tell_systemd(move || state.unready(), stop);
    parts.spawn(async move { match systemd.await {} });
}

fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    process::listen(address).with_context(|| format!("cannot listen on {address}"))
}

/// Begins the audit log, where there is to be one.
fn audit(parts: &mut Parts, destination: Destination, clock: Clock, gateway: &MemberId) -> Audit {
    if destination == Destination::Off {
        return Audit::default();
    }
    let (audit, writer) = Audit::new(clock, gateway.as_str());
    parts.spawn(async move {
        match writer.run(destination).await {
            Ok(never) => match never {},
            Err(error) => Err(error).context("GATEWAY_AUDIT cannot be written"),
        }
    });
    audit
}

/// Under which names the public and the admin port are served.
fn hosts(config: &Config) -> (Hosts, Hosts) {
    const SETTING: &str = "GATEWAY_ALLOWED_HOSTS";
    let names = || config.allowed_hosts.clone();
    let public = match config.access {
        Access::ThisMachine => Hosts::this_machine(SETTING, names()),
        // What they prove, or nothing on purpose, decides who may watch.
        Access::Token(_) | Access::Bearers | Access::Anyone => Hosts::any(),
    };
    (public, Hosts::admin(config.admin_listen, SETTING, names()))
}

/// Puts the rooms together; nothing of it runs yet.
fn assemble(
    config: Config,
    gateway: &MemberId,
    bus: &Bus,
    audit: Audit,
    clock: Clock,
    metrics: &Metrics,
    tasks: &TaskTracker,
) -> AppState {
    let cameras = Arc::new(Cameras::default());
    let streams = Streams::new(bus.clone(), Arc::clone(&cameras), clock, metrics);
    let streams = Arc::new(streams);
    let admission = Admission::new(config.max_viewers, config.max_viewers_per_ip);
    let admission = Arc::new(admission);
    let access = AccessControl::new(
        config.access,
        config.bearers,
        OtherPages {
            showing: config.allowed_origins,
            framing: config.embed_origins,
        },
        config.trusted_proxies,
        clock,
        Arc::clone(&metrics.refused),
        audit.clone(),
    )
    .at_most(config.quality_limit);
    let sessions = Sessions::new(
        Arc::clone(&streams),
        Arc::clone(&cameras),
        Arc::clone(&admission),
        tasks.clone(),
        clock,
        metrics,
    );
    AppState {
        clock,
        access: Arc::new(access),
        admission,
        cameras,
        streams,
        sessions: Arc::new(sessions),
        link: bus.link(),
        refused: Arc::clone(&metrics.refused),
        viewers: Arc::clone(&metrics.viewers),
        signs: Arc::default(),
        audit,
        gateway: gateway.as_str().into(),
        snapshot_cache: config.snapshot_cache,
    }
}

/// Starts what listens to the bus: leases and frames, statuses, and the reminder that it is away.
fn watch_bus(parts: &mut Parts, state: &AppState, bus: &Bus) {
    let streams = Arc::clone(&state.streams);
    parts.spawn(async move { streams.run().await.map(|()| "the streams") });
    let (cameras, clock) = (Arc::clone(&state.cameras), state.clock);
    let statuses = bus.clone();
    parts.spawn(async move {
        let ended = cameras.listen(&statuses, clock).await;
        ended.map(|()| "the status")
    });
    let link = bus.link();
    parts.spawn(async move {
        ::bus::remind(link).await;
        Ok("the reminder")
    });
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
