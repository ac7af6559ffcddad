//! Everything that serves one camera: its thread, the watch on its demand, its status, its publisher and what decides
//! between them; [`telling`]: who is told what happens with it. Cameras of one process share the connections to NATS and
//! nothing else.

mod telling;
mod wires;

use std::sync::Arc;
use std::time::Duration;

use ::bus::Link;
use anyhow::Context as _;
use process::Clock;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};
use wire::MemberId;

use self::telling::{Farewells, Telling};
use self::wires::Wires;
use crate::bus::{FrameBus, StatusPublisher};
use crate::camera::{Camera, SourceSpec, clock, is_present};
use crate::config::CameraConfig;
use crate::controller::Controller;
use crate::demand::{Buckets, DemandWatcher, Leases, PrivacyBoard, Told};
use crate::events::Known;
use crate::metrics::{CameraSeries, Metrics, ServiceMetrics};
use crate::open_policy::OpenPolicy;
use crate::publish::{PictureTap, Publisher};
use crate::tasks::Tasks;
use crate::watching::Watcher;

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
    farewells: Farewells,
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
        let run = fastrand::u32(..);
        let first_status = Controller::first_status(id, run, &camera.status().borrow());
        let parts = Parts {
            config,
            shared,
            series: &series,
            camera: &camera,
            run,
            wires: Wires::new(first_status),
        };
        let privacy = parts.wires.privacy.hear.clone();
        shared.privacy.put(id.clone(), privacy);
        let mut tasks = Tasks::default();
        parts.watch_the_demand(&mut tasks);
        let farewells = parts.telling().start(&mut tasks);
        parts.publish(&mut tasks);
        parts.control(&mut tasks);
        Ok(Self {
            tasks,
            camera,
            farewells,
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
            farewells: Farewells::default(),
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
        tokio::join!(self.farewells.say(), self.camera.stopped());
    }
}

/// What the parts are made from.
struct Parts<'a> {
    config: &'a CameraConfig,
    shared: &'a Shared,
    series: &'a CameraSeries,
    camera: &'a Arc<Camera>,
    run: u32,
    wires: Wires,
}

impl Parts<'_> {
    fn watch_the_demand(&self, tasks: &mut Tasks) {
        let (id, wires, clock) = (&self.config.id, &self.wires, self.shared.clock);
        let capture = MemberId::new(id.name(), fastrand::u64(..));
        let run = format!("{:08x}", self.run);
        tracing::info!(camera = id.name(), run, %capture, "serving");
        let link = self.shared.links.control.clone();
        let leases = Leases::new(id.clone(), &capture, clock.now());
        let buckets = Buckets::new(&link, id, self.shared.bucket_replicas);
        let told = Told {
            wanted: wires.wanted.tell.clone(),
            gateways: wires.gateways.tell.clone(),
            privacy: wires.privacy.tell.clone(),
        };
        let counts = self.series.leases.clone();
        let watcher = DemandWatcher::new(clock, link, buckets, leases, counts, told);
        tasks.spawn("the watch on the demand", watcher.run());
    }

    fn telling(&self) -> Telling<'_> {
        let wires = &self.wires;
        Telling {
            config: self.config,
            failures: &self.series.events,
            clock: self.shared.clock,
            control: self.shared.links.control.clone(),
            bucket_replicas: self.shared.bucket_replicas,
            known: Known {
                watching: wires.watching.hear.clone(),
                gateways: wires.gateways.hear.clone(),
                status: wires.status.hear.clone(),
                changed_ratio: wires.changed_ratio.hear.clone(),
            },
            privacy: wires.privacy.hear.clone(),
            active: wires.active.hear.clone(),
            picture: wires.picture.hear.clone(),
            answered: wires.answered.tell.clone(),
        }
    }

    /// The status, the frames, and what the gauges say.
    fn publish(&self, tasks: &mut Tasks) {
        let (config, wires) = (self.config, &self.wires);
        let status = StatusPublisher::new(
            self.shared.clock,
            self.shared.links.control.clone(),
            &config.id,
            self.run,
            wires.status.hear.clone(),
            wires.changed_ratio.hear.clone(),
            wires.active.tell.clone(),
        );
        tasks.spawn_infallible("the status", status.run());
        tasks.spawn_infallible("the publisher", self.publish_frames());
        let source = config.camera.source.clone();
        let active = wires.active.hear.clone();
        let seen = tell_whether_it_serves(self.series.service.clone(), active, source);
        tasks.spawn_infallible("the look at the camera", seen);
    }

    /// Waits for the first connection, then publishes every frame as it is ordered.
    fn publish_frames(&self) -> impl Future<Output = ()> + Send + 'static {
        let (config, wires, run) = (self.config, &self.wires, self.run);
        let (width, height) = (config.camera.width, config.camera.height);
        let mut bus = FrameBus::new(self.shared.links.frames.clone(), &config.id);
        let encoder = config.encoder.build(config.sampling, config.hold);
        let (frames, metrics) = (self.camera.frames(), self.series.publish.clone());
        let every = config.events.mqtt.as_ref();
        let every = every.and_then(|mqtt| mqtt.picture_every);
        let picture = wires.picture.tell.clone();
        let tap = every.map(|every| PictureTap::new(every, picture));
        let changed_ratio = wires.changed_ratio.tell.clone();
        let orders = wires.order.hear.clone();
        async move {
            bus.connected(width, height).await;
            let now = clock::wall_us;
            let publisher = Publisher::new(encoder, bus, run, metrics, changed_ratio, tap, now);
            publisher.run(frames, orders).await;
        }
    }

    /// What decides, and the thread that obeys.
    fn control(&self, tasks: &mut Tasks) {
        let (config, wires) = (self.config, &self.wires);
        let controller = Controller {
            clock: self.shared.clock,
            policy: OpenPolicy::new(config.linger),
            watcher: Watcher::new(config.linger, config.events.on_watch.is_some()),
            camera_id: config.id.clone(),
            run: self.run,
            wanted: wires.wanted.hear.clone(),
            privacy: wires.privacy.hear.clone(),
            active: wires.active.hear.clone(),
            report: self.camera.status(),
            answered: wires.answered.hear.clone(),
            encode: wires.order.tell.clone(),
            watching: wires.watching.tell.clone(),
            status: wires.status.tell.clone(),
        };
        let opened = Arc::clone(self.camera);
        tasks.spawn_infallible(
            "the controller",
            async move { controller.run(&opened).await },
        );
        let supervised = Arc::clone(self.camera);
        tasks.spawn_infallible(
            "the camera thread",
            async move { supervised.stopped().await },
        );
    }
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
