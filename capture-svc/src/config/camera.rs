//! What is set for each camera by itself; the rest is the process'.

use std::time::Duration;

use wire::CameraId;

use crate::camera::CameraSettings;
use crate::encode::{EncoderKind, Hold, Sampling};
use crate::events::EventSettings;

/// What is set for each camera by itself.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CameraConfig {
    /// Whose frames these are.
    pub(crate) id: CameraId,
    /// What the camera side needs.
    pub(crate) camera: CameraSettings,
    /// Who encodes.
    pub(crate) encoder: EncoderKind,
    /// Colour resolution of the JPEGs.
    pub(crate) sampling: Sampling,
    /// Whether what stands still is held.
    pub(crate) hold: Option<Hold>,
    /// How long the camera stays open without demand; `None`: until the process ends.
    pub(crate) linger: Option<Duration>,
    /// Who is told what happens with it.
    pub(crate) events: EventSettings,
}
