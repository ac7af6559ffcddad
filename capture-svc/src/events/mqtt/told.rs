//! What is told to a broker, always the newest, and what it may tell.

use bytes::Bytes;
use process::Clock;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use wire::CameraId;

use super::settings::MqttSettings;
use crate::demand::Privacy;
use crate::events::known::Known;
use crate::events::trouble::Trouble;

/// What is told to a broker, and what it may tell.
#[derive(Debug)]
pub(crate) struct Mqtt {
    pub(crate) clock: Clock,
    pub(crate) camera: CameraId,
    pub(crate) settings: MqttSettings,
    pub(crate) known: Known,
    /// Whether something moves.
    pub(crate) moving: watch::Receiver<bool>,
    /// The privacy switch.
    pub(crate) privacy: watch::Receiver<Privacy>,
    /// The newest picture for it.
    pub(crate) picture: watch::Receiver<Bytes>,
    /// Told what the privacy switch is to be.
    pub(crate) set_privacy: watch::Sender<Option<bool>>,
    /// Whether this capture serves the camera.
    pub(crate) active: watch::Receiver<bool>,
    pub(crate) trouble: Trouble,
    /// This process ends.
    pub(crate) stop: CancellationToken,
}

/// Why a session is over, other than by a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Over {
    /// Another capture serves the camera.
    Standby,
    /// Nobody wants it any more.
    Stopped,
}
