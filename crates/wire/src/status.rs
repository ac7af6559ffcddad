//! The status message: what a camera does now, for gateways, browsers and people.

use serde::{Deserialize, Serialize};

use crate::rendition::{Rendition, Size};

/// Frames per second that a capture asks for unless it is told otherwise.
const FPS_DEFAULT: f64 = 34.0;

/// Published on the camera's status subject at every change and once a second.
///
/// Readers ignore fields they do not know, so that a newer capture does not blind an older gateway.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CameraStatus {
    /// The camera's name; `default` for the unnamed one.
    pub camera: String,
    /// What it does now.
    pub state: CameraState,
    /// Why it is in that state, where that needs a reason.
    pub reason: Option<Reason>,
    /// The same in words for a person.
    pub detail: Option<String>,
    /// Measured frames per second after the pacer; 0 while none arrive.
    pub fps: f64,
    /// Frames per second at which frames come while the camera is open, whether it is or not: what it announced, or what
    /// was asked for. 0 from a capture that does not tell.
    #[serde(default)]
    pub nominal_fps: f64,
    /// Width of the picture in pixels; 0 while unknown.
    pub width: u32,
    /// Height of the picture in pixels; 0 while unknown.
    pub height: u32,
    /// What the frames come from.
    pub source: SourceKind,
    /// What the source delivers: `YUYV`, `NV12`, `MJPEG`, …; empty while unknown.
    pub format: String,
    /// The run of the stamps, 8 hex digits: another run means another capture process.
    pub run: String,
    /// The qualities that are encoded now at full size, lowest first.
    pub qualities: Vec<u8>,
    /// All renditions that are encoded now, by their names (`80`, `80s2`), in order of bit rate; `None` from a capture that
    /// knows no sizes.
    #[serde(default)]
    pub renditions: Option<Vec<String>>,
    /// The share of the picture that changes from frame to frame, 0 to 1; `None` where nothing is compared.
    #[serde(default)]
    pub changed_ratio: Option<f64>,
}

impl CameraStatus {
    /// What this capture can make of a rendition: the full picture, if it knows no sizes.
    #[must_use]
    pub fn served(&self, rendition: Rendition) -> Rendition {
        if self.renditions.is_some() {
            rendition
        } else {
            Rendition::serving(rendition.quality(), Size::Full)
        }
    }

    /// The nominal rate; what a capture asks for unless it is told otherwise, where nothing is known.
    #[must_use]
    pub fn nominal_rate(&self) -> f64 {
        if self.nominal_fps > 0.0 {
            self.nominal_fps
        } else if self.fps > 0.0 {
            self.fps
        } else {
            FPS_DEFAULT
        }
    }
}

/// What a camera does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CameraState {
    /// Closed, because nobody watches or because it must not look.
    Idle,
    /// Being opened.
    Starting,
    /// Delivering frames.
    Live,
    /// Wanted and not delivering; it is tried again.
    Error,
    /// Said by a gateway, never by capture: no status for three seconds.
    Offline,
}

/// Why a camera does not deliver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The device is gone.
    Unplugged,
    /// Another program holds it.
    Busy,
    /// The process may not open it.
    Permission,
    /// Nothing matches the setting.
    NotFound,
    /// It is open and delivers nothing.
    Stalled,
    /// It offers nothing that this program reads.
    Unsupported,
    /// The USB bus has no bandwidth left for it.
    UsbBandwidth,
    /// It delivers frames that are damaged, one after the other.
    Corrupt,
    /// The recording cannot be played.
    File,
    /// A camera on the network does not answer.
    Unreachable,
    /// It does not let us see its pictures: user or password are missing or wrong.
    Unauthorized,
    /// The privacy switch is on.
    Privacy,
    /// Another capture serves this camera; this one takes over when that ends.
    Standby,
    /// The gateway itself has no connection to NATS and cannot know how the camera is.
    Nats,
    /// Any other failure; the detail says which.
    Failed,
    /// A reason this program does not know yet.
    #[serde(other)]
    Unknown,
}

/// What the frames come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// A camera.
    Webcam,
    /// The test picture.
    Pattern,
    /// A recorded file.
    File,
}

impl CameraStatus {
    /// A reader ignores a longer message: what is remembered of a camera must not grow at its wish.
    pub const MAX_BYTES: usize = 4096;
    /// Longer words are cut: even when each character is escaped the message stays within [`MAX_BYTES`](Self::MAX_BYTES).
    const DETAIL_CHARS_MAX: usize = 500;

    /// The message as it is published.
    ///
    /// # Errors
    /// See [`serde_json::to_vec`]; with numbers and texts alone there is none.
    pub fn to_message(mut self) -> serde_json::Result<Vec<u8>> {
        if let Some(detail) = &mut self.detail
            && let Some((end, _)) = detail.char_indices().nth(Self::DETAIL_CHARS_MAX)
        {
            detail.truncate(end);
        }
        serde_json::to_vec(&self)
    }

    /// Reads a message; `None` if it is none, or too long for one.
    #[must_use]
    pub fn of_message(message: &[u8]) -> Option<Self> {
        let fits = message.len() <= Self::MAX_BYTES;
        fits.then(|| serde_json::from_slice(message).ok()).flatten()
    }
}

impl CameraState {
    /// The name as in the status message.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Starting => "starting",
            Self::Live => "live",
            Self::Error => "error",
            Self::Offline => "offline",
        }
    }
}

impl Reason {
    /// What a camera can suffer, so that a metric can have all its series from the start.
    pub const FAULTS: [Self; 12] = [
        Self::Unplugged,
        Self::Busy,
        Self::Permission,
        Self::NotFound,
        Self::Stalled,
        Self::Unsupported,
        Self::UsbBandwidth,
        Self::Corrupt,
        Self::File,
        Self::Unreachable,
        Self::Unauthorized,
        Self::Failed,
    ];

    /// The name as in the status message and in the label `reason`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unplugged => "unplugged",
            Self::Busy => "busy",
            Self::Permission => "permission",
            Self::NotFound => "not_found",
            Self::Stalled => "stalled",
            Self::Unsupported => "unsupported",
            Self::UsbBandwidth => "usb_bandwidth",
            Self::Corrupt => "corrupt",
            Self::File => "file",
            Self::Unreachable => "unreachable",
            Self::Unauthorized => "unauthorized",
            Self::Privacy => "privacy",
            Self::Standby => "standby",
            Self::Nats => "nats",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

impl SourceKind {
    /// The name as in the status message.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Webcam => "webcam",
            Self::Pattern => "pattern",
            Self::File => "file",
        }
    }
}

#[cfg(test)]
mod tests;
