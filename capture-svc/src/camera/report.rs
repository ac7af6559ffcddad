//! How the camera is, in words and figures for the status message.

use wire::{CameraState, Reason, SourceKind};

use super::source::{CameraSettings, SourceSpec};

/// How the camera is, for the status message.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CameraReport {
    /// What it is doing.
    pub state: CameraState,
    /// Why there is no picture, with [`CameraState::Error`] only.
    pub reason: Option<Reason>,
    /// Words for a person.
    pub detail: String,
    /// Frames a second that the pacer admits: measured while live, announced before.
    pub fps: f64,
    /// Frames a second that the pacer admits while the source is open, as announced.
    pub nominal_fps: f64,
    /// Pixels per row, as delivered last, else as asked for.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// What kind of source, as opened last, else as the setting suggests.
    pub source: SourceKind,
    /// What the source calls the layout of its frames, once known.
    pub format: Option<&'static str>,
    /// What the source said about itself when it was opened; the detail while live.
    pub(super) opened: String,
}

impl CameraReport {
    pub(super) fn before(settings: &CameraSettings) -> Self {
        Self {
            state: CameraState::Idle,
            reason: None,
            detail: "nobody is watching".into(),
            fps: settings.fps,
            nominal_fps: settings.fps,
            width: settings.width,
            height: settings.height,
            source: match settings.source {
                SourceSpec::Pattern => SourceKind::Pattern,
                SourceSpec::File(_) => SourceKind::File,
                _ => SourceKind::Webcam,
            },
            format: None,
            opened: String::new(),
        }
    }

    pub(super) fn idle(&mut self) -> bool {
        let changed = self.state != CameraState::Idle;
        (self.state, self.reason) = (CameraState::Idle, None);
        self.detail = "nobody is watching".into();
        changed
    }

    /// Frames of this size come; `fps` is what was measured.
    pub(super) fn live(&mut self, fps: Option<f64>, (width, height): (u32, u32)) -> bool {
        let before = self.clone();
        (self.state, self.reason) = (CameraState::Live, None);
        self.detail.clone_from(&self.opened);
        (self.width, self.height) = (width, height);
        // A tenth is finer than anybody decides by, and keeps the report from changing with every measurement.
        self.fps = fps.map_or(self.fps, |fps| (fps * 10.0).round() / 10.0);
        *self != before
    }

    pub(super) fn failed(&mut self, reason: Reason, detail: &str) -> bool {
        let changed = self.reason != Some(reason) || self.detail != detail;
        (self.state, self.reason) = (CameraState::Error, Some(reason));
        self.detail = detail.into();
        changed
    }
}
