//! What is known of a camera, and the message that tells news of it.

use tokio::sync::watch;
use wire::{CameraEvent, CameraStatus};

use super::narrator::News;
use crate::camera::clock;
use crate::watching::Watching;

/// What is known of a camera, always the newest.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    /// Whether somebody looks; `None`: not known yet.
    pub(crate) watching: watch::Receiver<Option<Watching>>,
    /// How many gateways want it.
    pub(crate) gateways: watch::Receiver<usize>,
    /// How it is.
    pub(crate) status: watch::Receiver<CameraStatus>,
    /// The share of the picture that changes.
    pub(crate) changed_ratio: watch::Receiver<Option<f64>>,
}

impl Known {
    /// The message that tells `news`, as things are now.
    pub(super) fn event(&self, news: News) -> CameraEvent {
        let status = self.status.borrow();
        CameraEvent {
            camera: status.camera.clone(),
            event: news.event,
            t: clock::wall_us(),
            run: status.run.clone(),
            reason: news.reason.map(str::to_owned),
            detail: news.detail,
            gateways: u32::try_from(*self.gateways.borrow()).unwrap_or(u32::MAX),
            changed_ratio: self.changed_ratio.borrow().map(rounded),
        }
    }
}

/// As in the status: a thousandth is finer than anybody decides by.
fn rounded(ratio: f64) -> f64 {
    (ratio * 1000.0).round() / 1000.0
}
