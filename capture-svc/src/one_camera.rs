//! Everything that serves one camera: its thread, the watch on its demand, its status, its publisher and what decides
//! between them. Cameras of one process share the connections to NATS and nothing else.

use std::sync::Arc;
use std::time::Duration;

use ::bus::Link;
use anyhow::Context as _;
use process::Clock;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};
use wire::MemberId;

use crate::bus::{FrameBus, StatusPublisher};
use crate::camera::{Camera, SourceSpec, clock, is_present};
use crate::config::CameraConfig;
use crate::controller::Controller;
use crate::demand::{Buckets, DemandWatcher, Leases, Privacy, PrivacyBoard};
use crate::metrics::{CameraSeries, Metrics, ServiceMetrics};
use crate::open_policy::OpenPolicy;
use crate::publish::Publisher;
use crate::tasks::Tasks;
use crate::wanted::Wanted;

/// How often is looked whether the camera is there; whoever is told of it waits for minutes.
const PRESENT_INTERVAL: Duration = Duration::from_secs(5);

/// What the cameras of a process have in common.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    /// Where `now` comes from.
    pub(crate) clock: Clock,
    /// All series.
    pub(crate) metrics: Metrics,
    /// Both connections to NATS.
    pub(crate) links: Links,
    /// 1 or 3.
    pub(crate) bucket_replicas: usize,
    /// The switches, as far as they are known.
    pub(crate) privacy: PrivacyBoard,
}

/// Both connections to NATS.
#[derive(Debug, Clone)]
pub(crate) struct Links {
    /// Frames only, with a small buffer: an outage holds no old ones.
    pub(crate) frames: Link,
    /// Leases, privacy switch and status: never behind a full buffer of frames.
    pub(crate) control: Link,
}

/// One camera that is served. Dropping it ends its tasks at once, and its camera within a second.
#[derive(Debug)]
pub(crate) struct OneCamera {
    tasks: Tasks,
    camera: Arc<Camera>,
    /// They go when the camera is no longer served.
    _series: CameraSeries,
}

impl OneCamera {
    /// Connects the parts by what one tells the other, and starts each as a task.
    ///
    /// # Errors
    /// No thread, or series that are there already.
    pub(crate) fn start(config: &CameraConfig, shared: &Shared) -> anyhow::Result<Self> {
        let id = &config.id;
        let series = shared.metrics.camera(id)?;
        let camera = Camera::start(config.camera.clone(), series.camera.clone());
        let camera = Arc::new(camera.context("starting the camera thread")?);
        let clock = shared.clock;
        let run = fastrand::u32(..);
        let capture = MemberId::new(id.name(), fastrand::u64(..));
        tracing::info!(camera = id.name(), run = format!("{run:08x}"), %capture, "serving");
        let (wanted_tx, wanted) = watch::channel(Wanted::NOTHING);
        let (privacy_tx, privacy) = watch::channel(Privacy::Unknown);
        let (active_tx, active) = watch::channel(false);
        let (encode_tx, encode) = watch::channel(Wanted::NOTHING);
        let first_status = Controller::first_status(id, run, &camera.status().borrow());
        let (status_tx, status) = watch::channel(first_status);
        let (ratio_tx, ratio) = watch::channel(None);
        shared.privacy.put(id.clone(), privacy.clone());

        let mut tasks = Tasks::default();
        let control = shared.links.control.clone();
        let leases = Leases::new(id.clone(), &capture, clock.now());
        let buckets = Buckets::new(&control, id, shared.bucket_replicas);
        let (link, counts) = (control.clone(), series.leases.clone());
        let watcher =
            DemandWatcher::new(clock, link, buckets, leases, counts, wanted_tx, privacy_tx);
        tasks.spawn("the watch on the demand", watcher.run());
        let status = StatusPublisher::new(clock, control, id, run, status, ratio, active_tx);
        tasks.spawn_infallible("the status", status.run());
        let publisher = publish_frames(
            config,
            &series,
            &camera,
            shared.links.frames.clone(),
            run,
            encode,
            ratio_tx,
        );
        tasks.spawn_infallible("the publisher", publisher);
        let source = config.camera.source.clone();
        let seen = tell_whether_it_serves(series.service.clone(), active.clone(), source);
        tasks.spawn_infallible("the look at the camera", seen);
        let controller = Controller {
            clock,
            policy: OpenPolicy::new(config.linger),
            camera_id: id.clone(),
            run,
            wanted,
            privacy,
            active,
            report: camera.status(),
            encode: encode_tx,
            status: status_tx,
        };
        run_camera(&mut tasks, controller, &camera);
        Ok(Self {
            tasks,
            camera,
            _series: series,
        })
    }

    /// One with these parts alone, for the tests of whoever keeps it.
    #[cfg(test)]
    pub(crate) fn of_tasks(config: &CameraConfig, tasks: Tasks) -> anyhow::Result<Self> {
        let series = CameraSeries::of_a_test();
        let camera = Camera::start(config.camera.clone(), series.camera.clone())?;
        Ok(Self {
            tasks,
            camera: Arc::new(camera),
            _series: series,
        })
    }

    /// Waits for the first part that ends, which none should, and says why.
    pub(crate) async fn first_end(&mut self) -> anyhow::Error {
        self.tasks.first_end().await
    }

    /// Closes the camera; takes at most a second, also if its driver hangs. What was published is on its way then.
    pub(crate) async fn stop(self) {
        self.camera.stop();
        self.camera.stopped().await;
    }
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

/// Keeps the two gauges that say whether this process serves the camera, and whether it is there, until nobody decides
/// any more.
async fn tell_whether_it_serves(
    metrics: ServiceMetrics,
    mut active: watch::Receiver<bool>,
    source: SourceSpec,
) {
    let mut look = interval(PRESENT_INTERVAL);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        metrics.active.set((*active.borrow_and_update()).into());
        tokio::select! {
            _ = look.tick() => metrics.present.set(is_present(&source).into()),
            changed = active.changed() => if changed.is_err() { return },
        }
    }
}

/// Waits for the first connection, then publishes every frame at the renditions of `encode`.
fn publish_frames(
    config: &CameraConfig,
    series: &CameraSeries,
    camera: &Camera,
    link: Link,
    run: u32,
    encode: watch::Receiver<Wanted>,
    changed_ratio: watch::Sender<Option<f64>>,
) -> impl Future<Output = ()> + Send + 'static {
    let (width, height) = (config.camera.width, config.camera.height);
    let mut bus = FrameBus::new(link, &config.id);
    let encoder = config.encoder.build(config.sampling, config.hold);
    let (frames, metrics) = (camera.frames(), series.publish.clone());
    async move {
        bus.connected(width, height).await;
        let now = clock::wall_us;
        let publisher = Publisher::new(encoder, bus, run, metrics, changed_ratio, now);
        publisher.run(frames, encode).await;
    }
}
