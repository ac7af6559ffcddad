//! capture-svc: owns the camera and publishes JPEG frames to NATS while somebody wants them.
//!
//! A frame's way: [`camera`] opens the source on its own thread and keeps the newest frame that the [`pacer`] admits →
//! [`publish`] takes it, has [`encode`] make one stamped JPEG per demanded rendition → [`bus`] hands each to NATS.
//!
//! Demand goes the other way: [`demand`] watches the leases of the gateways and tells which live → the [`controller`]
//! asks the [`open_policy`] whether the camera may be open, tells it so, and tells `publish` the renditions.
//!
//! The rest: [`bus`] also publishes the status and decides who serves when the camera host is doubled, [`cli`] holds the
//! sub-commands, [`admin`] is the port for metrics and health, [`config`] the settings, [`metrics`] the series,
//! [`tasks`] who runs.

mod admin;
mod bus;
mod camera;
pub mod cli;
pub mod config;
mod controller;
mod demand;
mod encode;
pub mod metrics;
mod open_policy;
mod pacer;
mod publish;
mod tasks;
mod wanted;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use ::bus::Link;
use anyhow::Context as _;
use futures_util::future;
use process::Clock;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use wire::MemberId;

use crate::admin::Admin;
use crate::bus::{FrameBus, StatusPublisher, open_link};
use crate::camera::Camera;
use crate::config::Config;
use crate::controller::Controller;
use crate::demand::{Buckets, DemandWatcher, Leases, Privacy};
use crate::metrics::Metrics;
use crate::open_policy::OpenPolicy;
use crate::publish::Publisher;
use crate::tasks::Tasks;
use crate::wanted::Wanted;

/// Messages of leases and status that may wait to be written.
const CONTROL_PENDING_MAX: usize = 128;
/// How long leaving may take once the camera is closed: the last bytes to NATS.
const EXIT_FLUSH_TIMEOUT: Duration = Duration::from_millis(500);

/// Serves until `stop` or a part ends that must not.
///
/// # Errors
/// The part that ended and why.
pub async fn run(config: Config, stop: CancellationToken) -> anyhow::Result<()> {
    let metrics = Metrics::new()?;
    let admin = listen(config.admin_listen)?;
    let camera = Camera::start(config.camera.clone(), metrics.camera.clone());
    let camera = Arc::new(camera.context("starting the camera thread")?);
    let link = |role, pending_max| {
        open_link(
            &config.nats,
            &config.camera_id,
            role,
            pending_max,
            &metrics.link,
        )
    };
    let links = Links {
        frames: link("frames", FrameBus::PENDING_FRAMES_MAX).await?,
        control: link("control", CONTROL_PENDING_MAX).await?,
    };
    let mut tasks = start(config, &metrics, &camera, &links, admin)?;
    let outcome = tokio::select! {
        () = stop.cancelled() => Ok(()),
        why = tasks.first_end() => Err(why),
    };
    tracing::info!("closing the camera");
    camera.stop();
    camera.stopped().await;
    // What has been published is on its way; whoever gets it decides by its age.
    let flushed = future::join(links.frames.client.flush(), links.control.client.flush());
    let _late = tokio::time::timeout(EXIT_FLUSH_TIMEOUT, flushed).await;
    outcome
}

fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    process::listen(address)
        .with_context(|| format!("CAPTURE_ADMIN_LISTEN={address} cannot be listened on"))
}

/// Both connections to NATS.
struct Links {
    /// Frames only, with a small buffer: an outage holds no old ones.
    frames: Link,
    /// Leases, privacy switch and status: never behind a full buffer of frames.
    control: Link,
}

/// Connects the parts by what one tells the other, and starts each as a task.
fn start(
    config: Config,
    metrics: &Metrics,
    camera: &Arc<Camera>,
    links: &Links,
    admin: TcpListener,
) -> anyhow::Result<Tasks> {
    let clock = Clock::start();
    let run = fastrand::u32(..);
    let capture = MemberId::new(config.camera_id.name(), fastrand::u64(..));
    tracing::info!(admin = %admin.local_addr()?, run = format!("{run:08x}"), %capture, "listening");
    let (wanted_tx, wanted) = watch::channel(Wanted::NOTHING);
    let (privacy_tx, privacy) = watch::channel(Privacy::Unknown);
    let (active_tx, active) = watch::channel(false);
    let (encode_tx, encode) = watch::channel(Wanted::NOTHING);
    let first_status = Controller::first_status(&config.camera_id, run, &camera.status().borrow());
    let (status_tx, status) = watch::channel(first_status);
    let (ratio_tx, ratio) = watch::channel(None);

    let mut tasks = Tasks::default();
    let routes = Admin {
        metrics: metrics.clone(),
        links: [links.frames.state.clone(), links.control.state.clone()],
        privacy: privacy.clone(),
    };
    tasks.spawn_infallible("the admin port", routes.serve(admin, config.admin_hosts()));
    let control = links.control.clone();
    let reminder = ::bus::remind(control.state.clone());
    tasks.spawn_infallible("the reminder", reminder);
    let leases = Leases::new(config.camera_id.clone(), &capture, clock.now());
    let watcher = DemandWatcher::new(
        clock,
        control.clone(),
        Buckets::new(&control, &config.camera_id, config.bucket_replicas),
        leases,
        metrics.leases.clone(),
        wanted_tx,
        privacy_tx,
    );
    tasks.spawn("the watch on the demand", watcher.run());
    let status = StatusPublisher::new(
        clock,
        control,
        &config.camera_id,
        run,
        status,
        ratio,
        active_tx,
    );
    tasks.spawn_infallible("the status", status.run());
    let frames = links.frames.clone();
    let publisher = publish_frames(&config, metrics, camera, frames, run, encode, ratio_tx);
    tasks.spawn_infallible("the publisher", publisher);
    let controller = Controller {
        clock,
        policy: OpenPolicy::new(config.linger),
        camera_id: config.camera_id,
        run,
        wanted,
        privacy,
        active,
        report: camera.status(),
        encode: encode_tx,
        status: status_tx,
    };
    run_camera(&mut tasks, controller, camera);
    Ok(tasks)
}

/// The two tasks that the camera itself has.
fn run_camera(tasks: &mut Tasks, controller: Controller, camera: &Arc<Camera>) {
    let opened = Arc::clone(camera);
    tasks.spawn_infallible(
        "the controller",
        async move { controller.run(&opened).await },
    );
    let supervised = Arc::clone(camera);
    tasks.spawn_infallible(
        "the camera thread",
        async move { supervised.stopped().await },
    );
}

/// Waits for the first connection, then publishes every frame at the renditions of `encode`.
fn publish_frames(
    config: &Config,
    metrics: &Metrics,
    camera: &Camera,
    link: Link,
    run: u32,
    encode: watch::Receiver<Wanted>,
    changed_ratio: watch::Sender<Option<f64>>,
) -> impl Future<Output = ()> + Send + 'static {
    let (width, height) = (config.camera.width, config.camera.height);
    let mut bus = FrameBus::new(link, &config.camera_id);
    let encoder = config.encoder.build(config.sampling, config.hold);
    let (frames, metrics) = (camera.frames(), metrics.publish.clone());
    async move {
        bus.connected(width, height).await;
        let now = camera::clock::wall_us;
        let publisher = Publisher::new(encoder, bus, run, metrics, changed_ratio, now);
        publisher.run(frames, encode).await;
    }
}
