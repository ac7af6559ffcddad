//! Brings demand, privacy switch, failover and the camera's report together: whether the camera is open, which renditions
//! are encoded, what the status says.

use std::time::Instant;

use process::Clock;
use tokio::sync::watch;
use tokio::time::sleep_until;
use wire::{CameraId, CameraState, CameraStatus, Reason, RenditionSet, Size};

use crate::camera::{Camera, CameraReport, clock};
use crate::demand::Privacy;
use crate::open_policy::{Conditions, OpenPolicy};
use crate::wanted::{Order, Wanted};
use crate::watching::{Watcher, Watching};

/// What the controller is told, and what it tells.
#[derive(Debug)]
pub(crate) struct Controller {
    /// Where `now` comes from.
    pub clock: Clock,
    /// Whose camera.
    pub camera_id: CameraId,
    /// The run of the stamps.
    pub run: u32,
    /// The decision whether the camera may be open.
    pub policy: OpenPolicy,
    /// Whether somebody watches, and whether the first frame may go out.
    pub watcher: Watcher,
    /// Rungs with a live lease.
    pub wanted: watch::Receiver<Wanted>,
    /// The privacy switch.
    pub privacy: watch::Receiver<Privacy>,
    /// Whether this capture serves the camera.
    pub active: watch::Receiver<bool>,
    /// How the camera is.
    pub report: watch::Receiver<CameraReport>,
    /// The last turn of somebody watching that was answered.
    pub answered: watch::Receiver<u64>,
    /// Told the renditions to encode, and how often.
    pub encode: watch::Sender<Order>,
    /// Told whether somebody watches.
    pub watching: watch::Sender<Option<Watching>>,
    /// Told what to publish as the status.
    pub status: watch::Sender<CameraStatus>,
}

impl Controller {
    /// The status before anything is known.
    #[must_use]
    pub(crate) fn first_status(camera: &CameraId, run: u32, report: &CameraReport) -> CameraStatus {
        status(camera, run, report, Privacy::Unknown, RenditionSet::EMPTY)
    }

    /// Opens and closes `camera` until one of the parts it listens to has ended.
    pub(crate) async fn run(mut self, camera: &Camera) {
        // Closed, and not to be seen: as long as the privacy switch is not known.
        let mut asked = (false, true);
        loop {
            let ask_again = self.decide(camera, &mut asked);
            let changed = tokio::select! {
                changed = self.wanted.changed() => changed,
                changed = self.privacy.changed() => changed,
                changed = self.active.changed() => changed,
                changed = self.report.changed() => changed,
                changed = self.answered.changed() => changed,
                () = sleep_until(ask_again.unwrap_or_else(|| self.clock.now()).into()), if ask_again.is_some() => Ok(()),
            };
            if changed.is_err() {
                return;
            }
        }
    }

    /// Tells everybody what follows from what is known now. `asked`: what the camera was asked last: to be open, not to be
    /// seen. Returns when to decide again though nothing has changed.
    fn decide(&mut self, camera: &Camera, asked: &mut (bool, bool)) -> Option<Instant> {
        let (wanted, privacy) = (
            *self.wanted.borrow_and_update(),
            *self.privacy.borrow_and_update(),
        );
        let standby = !*self.active.borrow_and_update();
        let conditions = Conditions {
            demanded: !wanted.is_empty(),
            private: privacy != Privacy::Off,
            standby,
        };
        let now = self.clock.now();
        let (open, ask_again) = self.policy.decide(conditions, now);
        let ask = (open, conditions.private);
        if std::mem::replace(asked, ask) != ask {
            if conditions.private {
                camera.close_at_once();
            } else {
                camera.set_wanted(open);
            }
        }
        let answered = *self.answered.borrow_and_update();
        let decision = self
            .watcher
            .decide(conditions, answered, now, clock::wall_us());
        tell(&self.watching, decision.watching);
        if decision.gave_up {
            tracing::info!("CAPTURE_ON_WATCH has not answered: the first picture waits no longer");
        }
        let order = match decision.not_before_us {
            Some(not_before_us) if !conditions.private && !standby => Order {
                wanted,
                not_before_us,
            },
            _ => Order::NONE,
        };
        tell(&self.encode, order);
        let status = status(
            &self.camera_id,
            self.run,
            &self.report.borrow_and_update(),
            privacy,
            order.wanted.renditions(),
        );
        tell(&self.status, status);
        [ask_again, decision.ask_again].into_iter().flatten().min()
    }
}

fn tell<T: PartialEq>(sender: &watch::Sender<T>, value: T) {
    sender.send_if_modified(|before| {
        let changed = *before != value;
        *before = value;
        changed
    });
}

/// What gateways and people are told.
fn status(
    camera: &CameraId,
    run: u32,
    report: &CameraReport,
    privacy: Privacy,
    encoded: RenditionSet,
) -> CameraStatus {
    let private = privacy == Privacy::On;
    let live = report.state == CameraState::Live;
    CameraStatus {
        camera: camera.name().to_owned(),
        state: if private {
            CameraState::Idle
        } else {
            report.state
        },
        reason: if private {
            Some(Reason::Privacy)
        } else {
            report.reason
        },
        detail: Some(if private {
            "the privacy switch is on: the camera stays closed".to_owned()
        } else {
            report.detail.clone()
        }),
        fps: if live || report.state == CameraState::Starting {
            report.fps
        } else {
            0.0
        },
        nominal_fps: report.nominal_fps,
        width: report.width,
        height: report.height,
        source: report.source,
        format: report.format.unwrap_or_default().to_owned(),
        run: format!("{run:08x}"),
        qualities: encoded
            .iter()
            .filter(|rendition| rendition.size() == Size::Full)
            .map(|rendition| rendition.quality().get())
            .collect(),
        renditions: Some(encoded.iter().map(|one| one.to_string()).collect()),
        // Told when it is published.
        changed_ratio: None,
    }
}
