//! capture-svc: owns the camera and publishes JPEG frames to NATS while somebody wants them.
//!
//! A frame's way: [`camera`] opens the source on its own thread and keeps the newest frame that the [`pacer`] admits →
//! [`publish`] takes it, has [`encode`] make one stamped JPEG per demanded rendition → [`bus`] hands each to NATS.
//!
//! Demand goes the other way: [`demand`] watches the leases of the gateways and tells which live → the [`controller`]
//! asks the [`open_policy`] whether the camera may be open, tells it so, and tells `publish` the renditions.
//!
//! All of that is there once for each camera ([`one_camera`]); [`cameras`] says which a process serves.
//!
//! [`events`] tells the world what happens with a camera: that somebody looks, first of all ([`watching`]).
//!
//! The rest: [`bus`] also publishes the status and decides who serves when the camera host is doubled, [`cli`] holds the
//! sub-commands, [`admin`] is the port for metrics and health, [`config`] the settings, [`metrics`] the series,
//! [`tasks`] who runs.

mod admin;
mod bus;
mod camera;
mod cameras;
pub mod cli;
pub mod config;
mod controller;
mod demand;
mod encode;
mod events;
pub mod metrics;
mod one_camera;
mod open_policy;
mod pacer;
mod publish;
mod tasks;
mod wanted;
mod watching;

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use futures_util::future;
use process::Clock;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::admin::Admin;
use crate::bus::{FrameBus, open_link};
use crate::cameras::Cameras;
use crate::config::Config;
use crate::demand::PrivacyBoard;
use crate::metrics::Metrics;
use crate::one_camera::{Links, Shared};
use crate::tasks::Tasks;

/// Messages of leases and status that may wait to be written.
const CONTROL_PENDING_MAX: usize = 128;
/// How long leaving may take once the cameras are closed: the last bytes to NATS.
const EXIT_FLUSH_TIMEOUT: Duration = Duration::from_millis(500);

/// Serves until `stop` or a part ends that must not.
///
/// # Errors
/// The part that ended and why.
pub async fn run(config: Config, stop: CancellationToken) -> anyhow::Result<()> {
    let metrics = Metrics::new()?;
    let admin = listen(config.admin_listen)?;
    let login = config.login_camera();
    let link =
        |role, pending_max| open_link(&config.nats, &login, role, pending_max, &metrics.link);
    let links = Links {
        frames: link(
            "frames",
            FrameBus::PENDING_FRAMES_MAX * config.cameras.len(),
        )
        .await?,
        control: link("control", CONTROL_PENDING_MAX * config.cameras.len()).await?,
    };
    let shared = Shared {
        clock: Clock::start(),
        metrics,
        links: links.clone(),
        bucket_replicas: config.bucket_replicas,
        privacy: PrivacyBoard::default(),
    };
    let mut tasks = start(&config, &shared, admin, stop.clone())?;
    // Its own token: when a part of the process ends, the cameras are closed all the same.
    let close = stop.child_token();
    let cameras = Cameras::start(shared, config.cameras, config.cameras_file, close.clone());
    let served = cameras.run();
    tokio::pin!(served);
    let outcome = tokio::select! {
        outcome = &mut served => outcome,
        why = tasks.first_end() => {
            close.cancel();
            served.await.and(Err(why))
        }
    };
    // What has been published is on its way; whoever gets it decides by its age.
    let flushed = future::join(links.frames.client.flush(), links.control.client.flush());
    let _late = tokio::time::timeout(EXIT_FLUSH_TIMEOUT, flushed).await;
    outcome
}

fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    process::listen(address)
        .with_context(|| format!("CAPTURE_ADMIN_LISTEN={address} cannot be listened on"))
}

/// Starts what the process has once, whatever the number of its cameras.
fn start(
    config: &Config,
    shared: &Shared,
    admin: TcpListener,
    stop: CancellationToken,
) -> anyhow::Result<Tasks> {
    tracing::info!(admin = %admin.local_addr()?, cameras = config.cameras.len(), "listening");
    let mut tasks = Tasks::default();
    let routes = Admin {
        metrics: shared.metrics.clone(),
        links: [
            shared.links.frames.state.clone(),
            shared.links.control.state.clone(),
        ],
        privacy: shared.privacy.clone(),
    };
    let told = routes.clone();
    let systemd = process::tell_systemd(move || told.unready(), stop);
    tasks.spawn_infallible(
        "what systemd is told",
        async move { match systemd.await {} },
    );
    tasks.spawn_infallible("the admin port", routes.serve(admin, config.admin_hosts()));
    let reminder = ::bus::remind(shared.links.control.state.clone());
    tasks.spawn_infallible("the reminder", reminder);
    Ok(tasks)
}
