//! Brings demand, privacy switch, failover and the camera's report together: whether the camera is open, which renditions
//! are encoded, what the status says.

use process::Clock;
use tokio::sync::watch;
use tokio::time::sleep_until;
use wire::{CameraId, CameraState, CameraStatus, Reason, RenditionSet, Size};

use crate::camera::{Camera, CameraReport};
use crate::demand::Privacy;
use crate::open_policy::{Conditions, OpenPolicy};
use crate::wanted::Wanted;

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
    /// Rungs with a live lease.
    pub wanted: watch::Receiver<Wanted>,
    /// The privacy switch.
    pub privacy: watch::Receiver<Privacy>,
    /// Whether this capture serves the camera.
    pub active: watch::Receiver<bool>,
    /// How the camera is.
    pub report: watch::Receiver<CameraReport>,
    /// Told the renditions to encode, and how often.
    pub encode: watch::Sender<Wanted>,
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
        let mut open = false;
        loop {
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
            let (open_now, ask_again) = self.policy.decide(conditions, self.clock.now());
            if open != open_now {
                open = open_now;
                camera.set_wanted(open);
            }
            let encode = if conditions.private || standby {
                Wanted::NOTHING
            } else {
                wanted
            };
            self.encode
                .send_if_modified(|before| std::mem::replace(before, encode) != encode);
            let status = status(
                &self.camera_id,
                self.run,
                &self.report.borrow_and_update(),
                privacy,
                encode.renditions(),
            );
            self.status.send_if_modified(|before| {
                let changed = *before != status;
                *before = status;
                changed
            });
            let changed = tokio::select! {
                changed = self.wanted.changed() => changed,
                changed = self.privacy.changed() => changed,
                changed = self.active.changed() => changed,
                changed = self.report.changed() => changed,
                () = sleep_until(ask_again.unwrap_or_else(|| self.clock.now()).into()), if ask_again.is_some() => Ok(()),
            };
            if changed.is_err() {
                return;
            }
        }
    }
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
