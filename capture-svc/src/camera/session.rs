//! One opening of the source, from open to close, on a thread of its own: it drains the source, so that nothing waits
//! in a driver, and leaves the newest frame in the slot. It never decides what happens next; the supervisor does.
//!
//! A thread for each opening, because a driver may hold one for ever: the supervisor then leaves it alone, and what it
//! holds is given back when it returns.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::Sender,
    },
    time::{Duration, Instant},
};

use jpeg_ladder::MAX_SIDE;

use super::{
    clock,
    error::CameraError,
    event::{Event, SessionEvent},
    frame::Mode,
    open,
    slot::{FrameSlot, Pool},
    source::{CameraSettings, Source},
};
use crate::metrics::CameraMetrics;
use crate::pacer::{Pacer, Rate};

/// No frame for so long, or for three of the camera's own intervals, is a stall.
const STALL: Duration = Duration::from_secs(2);

/// The first frame may take longer: some cameras start their sensor and settle their exposure first.
const FIRST_FRAME: Duration = Duration::from_secs(5);

/// So many damaged frames in a row, and opening the camera anew is the better hope.
const DAMAGED_IN_A_ROW: u32 = 30;

/// How often the supervisor hears that this thread is alive.
const SIGN_OF_LIFE: Duration = Duration::from_millis(500);

/// What a session shares with the supervisor.
#[derive(Clone)]
pub(super) struct Session {
    pub(super) id: u64,
    pub(super) settings: Arc<CameraSettings>,
    pub(super) seen_camera: bool,
    pub(super) slot: Arc<FrameSlot>,
    pub(super) metrics: CameraMetrics,
    /// Frames admitted since the process began, over all sessions.
    pub(super) seq: Arc<AtomicU64>,
    /// Set once, by the supervisor: close and end.
    pub(super) cancelled: Arc<AtomicBool>,
    pub(super) events: Sender<Event>,
}

impl Session {
    /// The thread's body. Says that it ended also when it panics: the v4l crate does on values that it does not know.
    pub(super) fn run(self) {
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.work()));
        if let Err(panic) = outcome {
            let words = panic.downcast_ref::<String>().map(String::as_str);
            let words = words
                .or(panic.downcast_ref::<&str>().copied())
                .unwrap_or("?");
            self.tell(SessionEvent::Failed(CameraError::Unsupported(format!(
                "the camera driver gave an answer beyond us: {words}"
            ))));
        }
        self.tell(SessionEvent::Ended);
    }

    fn work(&self) {
        match open::open(&self.settings, self.seen_camera) {
            Ok((kind, mut source)) => {
                let _open = OpenCamera::new(&self.metrics);
                let (mode, words) = (source.mode().clone(), source.describe());
                if let Err(error) = encodable(&mode) {
                    return self.tell(SessionEvent::Failed(error));
                }
                self.tell(SessionEvent::Opened {
                    kind,
                    mode: mode.clone(),
                    words,
                });
                if let Err(error) = self.stream(source.as_mut(), &mode) {
                    self.tell(SessionEvent::Failed(error));
                }
            }
            Err(error) => self.tell(SessionEvent::Failed(error)),
        }
    }

    fn tell(&self, event: SessionEvent) {
        // The supervisor outlives its sessions, except when the process ends: then nobody listens.
        let _ = self.events.send(Event::Session(self.id, event));
    }

    fn cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    fn stream(&self, source: &mut dyn Source, mode: &Mode) -> Result<(), CameraError> {
        let interval = Duration::from_secs_f64(1.0 / mode.fps.max(0.1));
        let mut patience = FIRST_FRAME.max(interval * 3);
        let (mut pool, mut pacer, mut rate) = (
            Pool::default(),
            Pacer::new(self.settings.fps),
            Rate::default(),
        );
        let (mut warmup, mut damaged) = (self.settings.warmup, 0);
        let mut last_frame = clock::now();
        let mut beat = Beat {
            last: last_frame,
            live: false,
        };

        while !self.cancelled() {
            let mut shared = pool.lend();
            let frame = Arc::get_mut(&mut shared).expect("a lent frame has no other owner");
            frame.seq = self.seq.load(Ordering::Relaxed) + 1;
            let delivered = source.next_frame(frame)?;
            let now = clock::now();
            beat.go(self, now, &rate);
            let Some(delivered) = delivered else {
                pool.keep(shared);
                if now - last_frame > patience {
                    return Err(CameraError::Stalled(now - last_frame));
                }
                continue;
            };
            (last_frame, patience) = (now, STALL.max(interval * 3));
            self.metrics.dropped_camera.inc_by(delivered.lost.into());
            self.metrics.dropped_busy.inc_by(delivered.skipped.into());
            let whole = frame.make_whole();
            damaged = if whole { 0 } else { damaged + 1 };
            // Those that look whole and are not are counted by whoever decodes them.
            let in_a_row = damaged.max(self.slot.damaged());
            if in_a_row >= DAMAGED_IN_A_ROW {
                self.metrics.dropped_corrupt.inc_by((!whole).into());
                return Err(CameraError::Corrupt(in_a_row));
            }
            if !whole {
                pool.keep(shared);
                self.metrics.dropped_corrupt.inc();
                continue;
            }
            if warmup > 0 {
                warmup -= 1;
                pool.keep(shared);
                continue;
            }
            if !pacer.admit(now) {
                pool.keep(shared);
                self.metrics.dropped_pace.inc();
                continue;
            }
            // Only a session that is still wanted may count and show frames: an abandoned one might have a successor.
            if self.cancelled() {
                break;
            }
            self.seq.fetch_add(1, Ordering::Relaxed);
            self.metrics.captured.inc();
            rate.push(now);
            if self.slot.put(Arc::clone(&shared)) {
                self.metrics.dropped_busy.inc();
            }
            pool.keep(shared);
            beat.first(self);
        }
        Ok(())
    }
}

/// Said at the opening, not with every frame.
fn encodable(mode: &Mode) -> Result<(), CameraError> {
    let most = u32::from(MAX_SIDE);
    if (1..=most).contains(&mode.width) && (1..=most).contains(&mode.height) {
        return Ok(());
    }
    Err(CameraError::Unsupported(format!(
        "pictures of {}x{} are beyond the encoder, which takes up to {most}x{most}: choose a smaller size \
         (CAPTURE_WIDTH, CAPTURE_HEIGHT)",
        mode.width, mode.height
    )))
}

/// When the supervisor last heard from this thread.
struct Beat {
    last: Instant,
    live: bool,
}

impl Beat {
    fn first(&mut self, session: &Session) {
        if !self.live {
            self.live = true;
            session.tell(SessionEvent::Alive {
                fps: None,
                live: true,
            });
        }
    }

    fn go(&mut self, session: &Session, now: Instant, rate: &Rate) {
        if now - self.last >= SIGN_OF_LIFE {
            self.last = now;
            session.tell(SessionEvent::Alive {
                fps: rate.fps(),
                live: self.live,
            });
        }
    }
}

/// Keeps the gauge at 1 for exactly as long as the source is open, however this ends.
struct OpenCamera(CameraMetrics);

impl OpenCamera {
    fn new(metrics: &CameraMetrics) -> Self {
        metrics.opens.inc();
        metrics.open.inc();
        Self(metrics.clone())
    }
}

impl Drop for OpenCamera {
    fn drop(&mut self) {
        self.0.open.dec();
    }
}
