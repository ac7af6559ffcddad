//! Who is told what happens with a camera: started, and at the end waited for, for a moment.

use std::time::Duration;

use ::bus::Link;
use bytes::Bytes;
use process::Clock;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use wire::CameraId;

use crate::bus::EventBus;
use crate::config::CameraConfig;
use crate::demand::{Privacy, PrivacyControl};
use crate::events::{self, Caller, Known, Mqtt, Trouble};
use crate::metrics::{EventFailures, EventMetrics};
use crate::tasks::Tasks;

/// How long those who are told what happens may take to hear of the end.
const FAREWELLS_TIMEOUT: Duration = Duration::from_secs(1);

/// Those who have to hear of the end.
#[derive(Debug, Clone, Default)]
pub(super) struct Farewells {
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Farewells {
    /// Tells them, and waits until they have told others.
    pub(super) async fn say(self) {
        self.stop.cancel();
        self.tasks.close();
        let _late = timeout(FAREWELLS_TIMEOUT, self.tasks.wait()).await;
    }
}

/// What they need.
#[derive(Debug)]
pub(super) struct Telling<'a> {
    pub(super) config: &'a CameraConfig,
    pub(super) failures: &'a EventMetrics,
    pub(super) clock: Clock,
    pub(super) control: Link,
    pub(super) bucket_replicas: usize,
    pub(super) known: Known,
    pub(super) privacy: watch::Receiver<Privacy>,
    pub(super) active: watch::Receiver<bool>,
    /// The newest picture for those who cannot watch a stream.
    pub(super) picture: watch::Receiver<Bytes>,
    /// Told the turn that was answered.
    pub(super) answered: watch::Sender<u64>,
}

impl Telling<'_> {
    /// Starts them.
    pub(super) fn start(self, tasks: &mut Tasks) -> Farewells {
        let farewells = Farewells::default();
        let settings = &self.config.events;
        let bus = EventBus::new(self.control.clone(), &self.config.id);
        let nobody = self.trouble(&self.failures.nats, "telling events on NATS");
        let (moving_tx, moving) = watch::channel(false);
        let told = events::run(
            self.known.clone(),
            settings.motion_above,
            self.clock,
            bus,
            nobody,
            moving_tx,
        );
        tasks.spawn_infallible("the events", told);
        self.start_mqtt(moving, &farewells, tasks);
        let trouble = self.trouble(&self.failures.on_watch, "CAPTURE_ON_WATCH");
        let (known, answered) = (self.known, self.answered);
        let Some(on_watch) = settings.on_watch.clone() else {
            // Kept, since its end is the end of whoever listens.
            tasks.spawn_infallible("nobody's answers", async move { answered.closed().await });
            return farewells;
        };
        let caller = Caller {
            on_watch,
            known,
            answered,
            trouble,
            stop: farewells.stop.clone(),
        };
        let calls = farewells.tasks.track_future(caller.run());
        tasks.spawn_infallible("the calls of CAPTURE_ON_WATCH", calls);
        farewells
    }

    fn start_mqtt(&self, moving: watch::Receiver<bool>, farewells: &Farewells, tasks: &mut Tasks) {
        let Some(settings) = self.config.events.mqtt.clone() else {
            return;
        };
        let (set_privacy, wishes) = watch::channel(None);
        let mqtt = Mqtt {
            clock: self.clock,
            camera: self.config.id.clone(),
            settings,
            known: self.known.clone(),
            moving,
            privacy: self.privacy.clone(),
            picture: self.picture.clone(),
            set_privacy,
            active: self.active.clone(),
            trouble: self.trouble(&self.failures.mqtt, "CAPTURE_MQTT_URL"),
            stop: farewells.stop.clone(),
        };
        let told = farewells.tasks.track_future(mqtt.run());
        tasks.spawn_infallible("what a broker of MQTT is told", told);
        let (link, camera) = (self.control.clone(), self.config.id.clone());
        let turned = turn_privacy(wishes, link, camera, self.bucket_replicas);
        tasks.spawn_infallible("the wishes of a broker of MQTT", turned);
    }

    fn trouble(&self, failures: &EventFailures, what: &'static str) -> Trouble {
        Trouble::new(failures.clone(), self.config.id.name().to_owned(), what)
    }
}

/// Sets the privacy switch as it is wished, until nobody can wish any more.
async fn turn_privacy(
    mut wishes: watch::Receiver<Option<bool>>,
    link: Link,
    camera: CameraId,
    replicas: usize,
) {
    let control = PrivacyControl::new(&link, &camera, replicas);
    while wishes.changed().await.is_ok() {
        let Some(on) = *wishes.borrow_and_update() else {
            continue;
        };
        if let Err(error) = control.set(on).await {
            tracing::warn!(camera = camera.name(), on, %error, "the privacy switch was not set");
        }
    }
}
