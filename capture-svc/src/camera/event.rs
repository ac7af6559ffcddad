//! What the camera's supervisor waits for: the wishes of the service and the events of its sessions.

use wire::SourceKind;

use super::{error::CameraError, frame::Mode};

/// What the supervisor waits for.
#[derive(Debug)]
pub(super) enum Event {
    /// What the service wants now.
    Wish(Wish),
    /// The process is ending.
    Stop,
    /// From the session of this number.
    Session(u64, SessionEvent),
}

/// How the source is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// Somebody wants frames.
    Open,
    /// Nobody does.
    Closed,
    /// Somebody does not want to be seen.
    ClosedAtOnce,
}

/// What a session says about itself.
#[derive(Debug)]
pub(super) enum SessionEvent {
    /// The source is open.
    Opened {
        kind: SourceKind,
        mode: Mode,
        words: String,
    },
    /// A sign of life, with the measured rate (frames a second) if there is one, and the size in pixels of the last frame
    /// that was shown, if one was.
    Alive {
        fps: Option<f64>,
        shown: Option<(u32, u32)>,
    },
    /// There will be no more frames, for this reason. Told before anything is closed, which may take a driver for ever.
    Failed(CameraError),
    /// The thread is done and everything that it held is closed.
    Ended,
}
