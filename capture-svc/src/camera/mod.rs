//! The camera: the only part of the service that knows a device. It opens the source while frames are wanted, closes it
//! at once when they are not, survives whatever a camera does, and hands on the newest frame only.
//!
//! [`Camera`] is the handle. Behind it one supervising thread ([`supervisor`]) decides and one thread for each opening
//! ([`session`]) waits for the driver. [`Source`] is what all of `v4l2`, `pattern` and `file` are to them. Words and
//! reasons for everything that goes wrong are in [`error`].
//!
//! Who wants frames, for how long after the last viewer, and whether privacy forbids it, is decided elsewhere.

mod clock;
mod error;
mod file;
mod frame;
mod jpeg;
mod pattern;
mod session;
mod slot;
mod source;
mod supervisor;
pub(crate) mod v4l2;

use std::sync::{Arc, mpsc};

use prometheus::{Gauge, IntCounter, IntCounterVec, IntGauge};
use tokio::sync::watch;
use wire::{CameraState, Reason, SourceKind};

pub use self::{
    error::{CameraError, Permission},
    frame::{ColorMatrix, ColorRange, Mode, PixelFormat, RawFrame},
    slot::FrameReceiver,
    source::{CameraSettings, Delivery, FormatWish, Source, SourceSpec},
};
use self::{
    slot::FrameSlot,
    supervisor::{Event, Supervisor},
};

/// The series that the camera's threads count in. `metrics.rs` names and registers them; they are shared atomics, so a
/// clone counts in the same place.
#[derive(Debug, Clone)]
pub struct CameraMetrics {
    /// `capture_frames_captured_total`: frames admitted by the pacer.
    pub captured: IntCounter,
    /// `capture_frames_dropped_total{reason="pace"}`: faster than the target.
    pub dropped_pace: IntCounter,
    /// `…{reason="busy"}`: made way for a newer frame before anybody took it.
    pub dropped_busy: IntCounter,
    /// `…{reason="corrupt"}`: damaged or incomplete.
    pub dropped_corrupt: IntCounter,
    /// `…{reason="camera"}`: lost before they reached us, by the driver's own sequence numbers.
    pub dropped_camera: IntCounter,
    /// `capture_camera_open`: 1 while the source is open.
    pub open: IntGauge,
    /// `capture_camera_opens_total`.
    pub opens: IntCounter,
    /// `capture_camera_errors_total{reason}`; the reasons are [`Reason::FAULTS`].
    pub errors: IntCounterVec,
    /// `capture_source_fps`: frames a second over the last seconds; 0 while closed.
    pub source_fps: Gauge,
}

impl CameraMetrics {
    /// Series that nobody collects, for `capture-svc probe` and tests.
    #[must_use]
    pub fn detached() -> Self {
        let counter = || IntCounter::new("detached", "detached").expect("a valid name");
        let reasons = prometheus::Opts::new("detached", "detached");
        Self {
            captured: counter(),
            dropped_pace: counter(),
            dropped_busy: counter(),
            dropped_corrupt: counter(),
            dropped_camera: counter(),
            open: IntGauge::new("detached", "detached").expect("a valid name"),
            opens: counter(),
            errors: IntCounterVec::new(reasons, &["reason"]).expect("a valid name"),
            source_fps: Gauge::new("detached", "detached").expect("a valid name"),
        }
    }
}

/// How the camera is, for the status message.
#[derive(Debug, Clone, PartialEq)]
pub struct CameraReport {
    /// What it is doing.
    pub state: CameraState,
    /// Why there is no picture, with [`CameraState::Error`] only.
    pub reason: Option<Reason>,
    /// Words for a person.
    pub detail: String,
    /// Frames a second that the pacer admits: measured while live, announced before.
    pub fps: f64,
    /// Pixels per row, as delivered last, else as asked for.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// What kind of source, as opened last, else as the setting suggests.
    pub source: SourceKind,
    /// Layout of the raw frames, once known.
    pub format: Option<PixelFormat>,
    /// How often the source was opened.
    pub opens: u64,
    /// What the source said about itself when it was opened; the detail while live.
    opened: String,
}

impl CameraReport {
    fn before(settings: &CameraSettings) -> Self {
        Self {
            state: CameraState::Idle,
            reason: None,
            detail: "nobody is watching".into(),
            fps: settings.fps,
            width: settings.width,
            height: settings.height,
            source: match settings.source {
                SourceSpec::Pattern => SourceKind::Pattern,
                SourceSpec::File(_) => SourceKind::File,
                _ => SourceKind::Webcam,
            },
            format: None,
            opens: 0,
            opened: String::new(),
        }
    }

    fn idle(&mut self) -> bool {
        let changed = self.state != CameraState::Idle;
        (self.state, self.reason) = (CameraState::Idle, None);
        self.detail = "nobody is watching".into();
        changed
    }

    fn live(&mut self, fps: Option<f64>) -> bool {
        let before = self.clone();
        (self.state, self.reason) = (CameraState::Live, None);
        self.detail.clone_from(&self.opened);
        // A tenth is finer than anybody decides by, and keeps the report from changing with every measurement.
        self.fps = fps.map_or(self.fps, |fps| (fps * 10.0).round() / 10.0);
        *self != before
    }

    fn failed(&mut self, reason: Reason, detail: &str) -> bool {
        let changed = self.reason != Some(reason) || self.detail != detail;
        (self.state, self.reason) = (CameraState::Error, Some(reason));
        self.detail = detail.into();
        changed
    }
}

/// The camera of this service: open while wanted. Dropping it closes the source, within a second.
#[derive(Debug)]
pub struct Camera {
    events: mpsc::Sender<Event>,
    slot: Arc<FrameSlot>,
    report: watch::Receiver<CameraReport>,
    alive: watch::Receiver<()>,
}

impl Camera {
    /// Starts the supervising thread. Nothing is opened until frames are wanted.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub fn start(settings: CameraSettings, metrics: CameraMetrics) -> std::io::Result<Self> {
        let (events, inbox) = mpsc::channel();
        let (report, report_reader) = watch::channel(CameraReport::before(&settings));
        let (end, alive) = watch::channel(());
        let slot = Arc::new(FrameSlot::default());
        let supervisor = Supervisor {
            settings: Arc::new(settings),
            metrics,
            slot: Arc::clone(&slot),
            report,
            sender: events.clone(),
            events: inbox,
        };
        std::thread::Builder::new()
            .name("camera".into())
            .spawn(move || {
                // Dropped last, also by a panic: that is how `stopped` learns of it.
                let _end = end;
                supervisor.run();
            })?;
        Ok(Self {
            events,
            slot,
            report: report_reader,
            alive,
        })
    }

    /// Says whether frames are wanted. `false` stops the stream and closes the device at once.
    pub fn set_wanted(&self, wanted: bool) {
        self.send(Event::Wanted(wanted));
    }

    /// The newest frame, again and again. There is one reader: a second receiver would share the frames with the first.
    #[must_use]
    pub fn frames(&self) -> FrameReceiver {
        FrameReceiver(Arc::clone(&self.slot))
    }

    /// How the camera is, now and at every change.
    #[must_use]
    pub fn status(&self) -> watch::Receiver<CameraReport> {
        self.report.clone()
    }

    /// Closes the source and ends the thread; [`Self::stopped`] tells when, within a second also if the driver hangs.
    pub fn stop(&self) {
        self.send(Event::Stop);
    }

    /// Waits for the end of the supervising thread. An end without [`Self::stop`] is a fault of the program: the
    /// process must not go on without its camera.
    pub async fn stopped(&self) {
        let mut alive = self.alive.clone();
        while alive.changed().await.is_ok() {}
    }

    fn send(&self, event: Event) {
        // A thread that is gone is reported by `stopped`.
        let _ = self.events.send(event);
    }
}

impl Drop for Camera {
    fn drop(&mut self) {
        self.stop();
    }
}

#[cfg(test)]
mod tests;
