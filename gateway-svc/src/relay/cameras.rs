//! What each camera does, as its capture last said; `offline` when it says nothing for three seconds.
//!
//! Whoever may publish can speak for any number of names: so many are remembered and no more, and the silent ones go.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Mutex, MutexGuard};
use process::Clock;
use tokio::sync::watch;
use wire::{CameraId, CameraState, CameraStatus, Reason, Rendition, SourceKind, lease};

use crate::bus::Bus;

/// How often it is looked which captures have fallen silent.
const SILENCE_CHECK: Duration = Duration::from_millis(250);
/// Frame rates that differ by less, in frames a second, are no news: viewers are told changes only.
const FPS_TOLERANCE: f64 = 0.5;
/// Cameras that are remembered because a capture speaks for them.
const MAX_CAMERAS: usize = 256;
/// One that is silent for so long was taken away; until then people shall see that it is offline.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(3600);

/// The cameras that were heard of or asked for.
#[derive(Debug, Default)]
pub(crate) struct Cameras(Mutex<BTreeMap<CameraId, Camera>>);

#[derive(Debug)]
struct Camera {
    status: watch::Sender<Arc<CameraStatus>>,
    heard: Option<Instant>,
}

impl Cameras {
    /// A camera's status, now and at every change.
    pub(crate) fn follow(&self, camera: &CameraId) -> watch::Receiver<Arc<CameraStatus>> {
        let mut cameras = self.lock();
        let entry = cameras
            .entry(camera.clone())
            .or_insert_with(|| Camera::unknown(camera));
        entry.status.subscribe()
    }

    /// What serves a rendition: the full picture, where a camera's capture knows no sizes.
    #[must_use]
    pub(crate) fn served(&self, camera: &CameraId, rendition: Rendition) -> Rendition {
        let cameras = self.lock();
        let status = cameras.get(camera).map(|camera| camera.status.borrow());
        status.map_or(rendition, |status| status.served(rendition))
    }

    /// Whether its capture was ever heard of.
    #[must_use]
    pub(crate) fn known(&self, camera: &CameraId) -> bool {
        self.lock()
            .get(camera)
            .is_some_and(|camera| camera.heard.is_some())
    }

    /// All that are known or being waited for.
    #[must_use]
    pub(crate) fn all(&self) -> Vec<(CameraId, Arc<CameraStatus>)> {
        let cameras = self.lock();
        let status =
            |(id, camera): (&CameraId, &Camera)| (id.clone(), camera.status.borrow().clone());
        cameras.iter().map(status).collect()
    }

    /// Takes in what captures say, for ever.
    ///
    /// # Errors
    /// The bus does not take the subscription, or ended it.
    pub(crate) async fn listen(&self, bus: &Bus, clock: Clock) -> anyhow::Result<()> {
        let mut statuses = bus.statuses().await?;
        let link = bus.link();
        let mut look = tokio::time::interval(SILENCE_CHECK);
        loop {
            tokio::select! {
                status = statuses.next() => {
                    let (camera, status) = status.ok_or_else(|| anyhow::anyhow!("the status subscription ended"))?;
                    self.hear(camera, status, clock.now());
                }
                _ = look.tick() => self.miss(link.borrow().connected, clock.now()),
            }
        }
    }

    /// A capture that stands by speaks to other captures, not about the camera.
    fn hear(&self, id: CameraId, status: CameraStatus, now: Instant) {
        if status.reason == Some(Reason::Standby) {
            return;
        }
        let mut cameras = self.lock();
        if !cameras.contains_key(&id)
            && cameras.len() >= MAX_CAMERAS
            && !make_room(&mut cameras, now)
        {
            tracing::debug!(camera = %id, "not remembered: {MAX_CAMERAS} cameras speak already");
            return;
        }
        let camera = cameras.entry(id).or_insert_with_key(Camera::unknown);
        camera.heard = Some(now);
        camera.tell(status);
    }

    /// Whoever says nothing is offline; while we hear nobody (not `connected`), that is what is said of all of them.
    fn miss(&self, connected: bool, now: Instant) {
        let mut cameras = self.lock();
        // A name that nobody speaks for and nobody asks for any more was never a camera, or is none now.
        cameras
            .retain(|_, camera| !camera.silent_for(FORGOTTEN_AFTER, now) || camera.is_followed());
        for camera in cameras.values_mut() {
            if camera.silent_for(lease::STATUS_OFFLINE, now) {
                let last = CameraStatus::clone(&camera.status.borrow());
                camera.tell(offline(last, connected));
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<CameraId, Camera>> {
        self.0.lock()
    }
}

/// Forgets the camera that has been silent for longest, if one is offline that nobody watches.
fn make_room(cameras: &mut BTreeMap<CameraId, Camera>, now: Instant) -> bool {
    let idle = cameras.iter().filter(|(_, camera)| {
        camera.silent_for(lease::STATUS_OFFLINE, now) && !camera.is_followed()
    });
    let longest = idle.min_by_key(|(_, camera)| camera.heard);
    let longest = longest.map(|(id, _)| id.clone());
    longest.is_some_and(|id| cameras.remove(&id).is_some())
}

impl Camera {
    fn is_followed(&self) -> bool {
        self.status.receiver_count() > 0
    }

    /// Whether it has said nothing for longer than `time`, or never anything.
    fn silent_for(&self, time: Duration, now: Instant) -> bool {
        self.heard
            .is_none_or(|heard| now.saturating_duration_since(heard) > time)
    }

    fn unknown(id: &CameraId) -> Self {
        let status = offline(
            CameraStatus {
                camera: id.name().to_owned(),
                state: CameraState::Offline,
                reason: None,
                detail: None,
                fps: 0.0,
                nominal_fps: 0.0,
                width: 0,
                height: 0,
                source: SourceKind::Webcam,
                format: String::new(),
                run: String::new(),
                qualities: Vec::new(),
                renditions: Some(Vec::new()),
                changed_ratio: None,
            },
            true,
        );
        Self {
            status: watch::Sender::new(Arc::new(status)),
            heard: None,
        }
    }

    /// Keeps the newest, and wakes followers only for news.
    fn tell(&self, status: CameraStatus) {
        self.status.send_if_modified(|last| {
            let same_fps = (last.fps - status.fps).abs() < FPS_TOLERANCE;
            let fps = if same_fps { last.fps } else { status.fps };
            let news = **last
                != CameraStatus {
                    fps,
                    // It moves all the time: who wants it asks for the status.
                    changed_ratio: last.changed_ratio,
                    ..status.clone()
                };
            *last = Arc::new(status);
            news
        });
    }
}

fn offline(last: CameraStatus, connected: bool) -> CameraStatus {
    let detail = if connected {
        "No word from the camera host for 3 s."
    } else {
        "This gateway has no connection to NATS."
    };
    CameraStatus {
        state: CameraState::Offline,
        reason: (!connected).then_some(Reason::Nats),
        detail: Some(detail.to_owned()),
        fps: 0.0,
        width: 0,
        height: 0,
        format: String::new(),
        qualities: Vec::new(),
        renditions: last.renditions.as_ref().map(|_| Vec::new()),
        changed_ratio: None,
        ..last
    }
}

#[cfg(test)]
mod tests;
