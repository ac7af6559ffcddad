//! capture-svc: owns the camera and publishes JPEG frames to NATS while somebody wants them.
//!
//! A frame's way: [`camera`] opens the source on its own thread and keeps the newest frame that the [`pacer`] admits →
//! [`publish`] takes it, has [`encode`] make one stamped JPEG per demanded rung → [`bus`] hands each to NATS.
//!
//! Demand goes the other way: [`demand`] watches the leases of the gateways and tells which live → the [`controller`]
//! asks the [`open_policy`] whether the camera may be open, tells it so, and tells `publish` the rungs.
//!
//! The rest: [`bus`] also publishes the status and decides who serves when the camera host is doubled, [`cli`] holds the
//! sub-commands, [`admin`] is the port for metrics and health, [`config`] the settings, [`metrics`] the series,
//! [`clock`] where time comes in.

pub mod admin;
mod bus;
mod camera;
pub mod cli;
pub mod clock;
pub mod config;
mod controller;
mod demand;
mod encode;
pub mod metrics;
mod open_policy;
mod pacer;
mod publish;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use wire::{MemberId, RungSet};

use crate::admin::Admin;
use crate::bus::{FrameBus, Link, StatusPublisher};
use crate::camera::Camera;
use crate::config::{Config, Linger};
use crate::controller::Controller;
use crate::demand::{DemandWatcher, Privacy};
use crate::metrics::Metrics;
use crate::open_policy::OpenPolicy;
use crate::publish::Publisher;

/// Messages of leases and status that may wait to be written.
const CONTROL_CAPACITY: usize = 128;
/// How long leaving may take once the camera is closed: the last bytes to NATS.
const LAST_FLUSH: Duration = Duration::from_millis(500);

/// Serves until `stop` is done or a part ends that must not.
///
/// # Errors
/// The part that ended and why.
pub async fn run(
    config: Config,
    metrics: Metrics,
    admin: TcpListener,
    stop: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let run = fastrand::u32(..);
    let capture = MemberId::new(config.camera_id.name(), fastrand::u64(..));
    let (width, height) = (config.camera.width, config.camera.height);
    let camera = Arc::new(
        Camera::start(config.camera, metrics.camera.clone())
            .context("starting the camera thread")?,
    );
    let frames = Link::open(&config.nats, "frames", FrameBus::CAPACITY, &metrics).await?;
    let control = Link::open(&config.nats, "control", CONTROL_CAPACITY, &metrics).await?;

    let (wanted_tx, wanted) = watch::channel(RungSet::EMPTY);
    let (privacy_tx, privacy) = watch::channel(Privacy::Unknown);
    let (active_tx, active) = watch::channel(false);
    let (encode_tx, encode) = watch::channel(RungSet::EMPTY);
    let first_status = Controller::first_status(&config.camera_id, run, &camera.status().borrow());
    let (status_tx, status) = watch::channel(first_status);

    let watcher = DemandWatcher::new(
        control.clone(),
        config.camera_id.clone(),
        &capture,
        config.bucket_replicas,
        metrics.leases.clone(),
        wanted_tx,
        privacy_tx,
    );
    let status_publisher =
        StatusPublisher::new(control.clone(), &config.camera_id, run, status, active_tx);
    let mut frame_bus = FrameBus::new(frames.clone(), &config.camera_id);
    let encoder = config.encoder.build(config.sampling);
    let linger = match config.linger {
        Linger::For(linger) => Some(linger),
        Linger::Never => None,
    };
    let controller = Controller {
        camera_id: config.camera_id,
        run,
        policy: OpenPolicy::new(linger),
        wanted,
        privacy: privacy.clone(),
        active,
        report: camera.status(),
        encode: encode_tx,
        status: status_tx,
    };
    let links = [frames.state.clone(), control.state.clone()];
    let routes = Admin {
        metrics: metrics.clone(),
        links,
        privacy,
    };
    tracing::info!(admin = %admin.local_addr()?, run = format!("{run:08x}"), %capture, "listening");

    let mut parts: JoinSet<(&str, anyhow::Result<()>)> = JoinSet::new();
    parts.spawn(async move {
        (
            "the admin port",
            routes.serve(admin).await.map_err(Into::into),
        )
    });
    parts.spawn(async move {
        (
            "the watch on the demand",
            watcher.run().await.map_err(Into::into),
        )
    });
    parts.spawn(async move { ("the status", finished(status_publisher.run()).await) });
    let link = control.state.clone();
    parts.spawn(async move { ("the reminder", finished(Link::remind(link)).await) });
    parts.spawn({
        let (newest, metrics) = (camera.frames(), metrics.publish.clone());
        async move {
            frame_bus.connected(width, height).await;
            let publisher = Publisher::new(encoder, frame_bus, run, metrics, clock::unix_us);
            (
                "the publisher",
                finished(publisher.run(newest, encode)).await,
            )
        }
    });
    parts.spawn({
        let camera = Arc::clone(&camera);
        async move { ("the controller", finished(controller.run(&camera)).await) }
    });
    parts.spawn({
        let camera = Arc::clone(&camera);
        async move { ("the camera thread", finished(camera.stopped()).await) }
    });

    let outcome = tokio::select! {
        () = stop => Ok(()),
        Some(ended) = parts.join_next() => Err(why(ended)),
    };
    tracing::info!("closing the camera");
    camera.stop();
    camera.stopped().await;
    // What has been published is on its way; whoever gets it decides by its age.
    let _late = tokio::time::timeout(
        LAST_FLUSH,
        futures_util::future::join(frames.client.flush(), control.client.flush()),
    )
    .await;
    outcome
}

async fn finished(part: impl Future<Output = ()>) -> anyhow::Result<()> {
    part.await;
    Ok(())
}

/// The words for a part that ended though nobody told it to.
fn why(ended: Result<(&str, anyhow::Result<()>), tokio::task::JoinError>) -> anyhow::Error {
    match ended {
        Ok((part, Ok(()))) => anyhow::anyhow!("{part} ended by itself"),
        Ok((part, Err(error))) => error.context(format!("{part} failed")),
        Err(panic) => anyhow::Error::from(panic).context("a part of the service panicked"),
    }
}
