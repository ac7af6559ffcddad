//! What the camera's supervisor waits for: the wishes of the service and the events of its sessions.

use wire::SourceKind;

use super::{error::CameraError, frame::Mode};

/// What the supervisor waits for.
#[derive(Debug)]
pub(super) enum Event {
    /// Whether somebody wants frames.
    Wanted(bool),
    /// The process is ending.
    Stop,
    /// From the session of this number.
    Session(u64, SessionEvent),
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
    /// The camera has gone over to another size, in pixels.
    Resized { width: u32, height: u32 },
    /// A sign of life, with the measured rate (frames a second) if there is one, and whether a frame has come at all.
    Alive { fps: Option<f64>, live: bool },
    /// There will be no more frames, for this reason. Told before anything is closed, which may take a driver for ever.
    Failed(CameraError),
    /// The thread is done and everything that it held is closed.
    Ended,
}
