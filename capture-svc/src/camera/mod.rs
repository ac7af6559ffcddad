//! The camera: the only part of the service that knows a device. It opens the source while frames are wanted, closes it
//! at once when they are not, survives whatever a camera does, and hands on the newest frame only.
//!
//! [`Camera`] is the handle. Behind it one supervising thread ([`supervisor`]) decides and one thread for each opening
//! ([`session`]) waits for the driver. [`source::Source`] is what all of `v4l2`, `exec`, `pattern`, `file` and `http` are to
//! them. Words and
//! reasons for everything that goes wrong are in [`error`].
//!
//! Who wants frames, for how long after the last viewer, and whether privacy forbids it, is decided elsewhere.

mod cancel;
pub(crate) mod clock;
mod error;
mod event;
pub(crate) mod exec;
mod exif;
mod file;
mod frame;
mod frame_size;
mod http;
mod jpeg;
mod jpeg_reader;
mod matrix;
mod open;
mod opening;
mod patience;
mod pattern;
mod present;
mod report;
mod running;
mod secrets;
mod session;
mod slot;
mod source;
mod supervisor;
mod turn;
pub(crate) mod v4l2;
mod y4m;

use std::sync::{Arc, mpsc};

use tokio::sync::watch;

use self::{
    event::{Event, Wish},
    slot::FrameSlot,
    supervisor::Supervisor,
};
pub(crate) use self::{
    exec::{call::Call, command::ExecCommand, format::ExecFormat},
    frame::{CaptureClock, ColorRange, Faults, PixelFormat, RawFrame},
    http::{
        CA_SETTING, HttpAddress, HttpSettings, HttpTrust, authority, read_password, shown,
        tls_client,
    },
    present::is_present,
    report::CameraReport,
    secrets::masked,
    slot::{FrameReceiver, Verdict},
    source::{CameraSettings, FormatWish, SourceSpec},
    v4l2::signal::{InputWish, Standard},
};
use crate::metrics::CameraMetrics;

/// The camera of this service: open while wanted. Dropping it closes the source, within a second.
#[derive(Debug)]
pub(crate) struct Camera {
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
    pub(crate) fn start(settings: CameraSettings, metrics: CameraMetrics) -> std::io::Result<Self> {
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
    pub(crate) fn set_wanted(&self, wanted: bool) {
        self.send(Event::Wish(if wanted { Wish::Open } else { Wish::Closed }));
    }

    /// Closes as [`set_wanted(false)`](Self::set_wanted) does, without regard for what the source would rather have.
    pub(crate) fn close_at_once(&self) {
        self.send(Event::Wish(Wish::ClosedAtOnce));
    }

    /// The newest frame, again and again. There is one reader: a second receiver would share the frames with the first.
    #[must_use]
    pub(crate) fn frames(&self) -> FrameReceiver {
        FrameReceiver(Arc::clone(&self.slot))
    }

    /// How the camera is, now and at every change.
    #[must_use]
    pub(crate) fn status(&self) -> watch::Receiver<CameraReport> {
        self.report.clone()
    }

    /// Closes the source and ends the thread; [`Self::stopped`] tells when, within a second also if the driver hangs.
    pub(crate) fn stop(&self) {
        self.send(Event::Stop);
    }

    /// Waits for the end of the supervising thread. An end without [`Self::stop`] is a fault of the program: the
    /// process must not go on without its camera.
    pub(crate) async fn stopped(&self) {
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
