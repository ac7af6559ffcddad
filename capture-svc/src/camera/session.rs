//! One opening of the source, from open to close, on a thread of its own: it drains the source, so that nothing waits
//! in a driver, and leaves the newest frame in the slot. It never decides what happens next; the supervisor does.
//!
//! A thread for each opening, because a driver may hold one for ever: the supervisor then leaves it alone, and what it
//! holds is given back when it returns.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::Sender,
    },
    time::{Duration, Instant},
};

use jpeg_ladder::{EncodeError, Orientation};

use super::{
    cancel::Cancel,
    clock,
    error::CameraError,
    event::{Event, SessionEvent},
    frame::{Faults, Mode, RawFrame},
    frame_size::{FrameSize, SizeVerdict},
    open,
    opening::Opening,
    slot::{FrameSlot, Pool, Verdict},
    source::{CameraSettings, Delivery, Source},
    turn::Turn,
    v4l2::answer,
};
use crate::metrics::CameraMetrics;
use crate::pacer::{Pacer, Rate};

/// The first frame may take longer: some cameras start their sensor and settle their exposure first.
const FIRST_FRAME_TIMEOUT: Duration = Duration::from_secs(5);

/// How often the supervisor hears that this thread is alive.
const SIGN_OF_LIFE_INTERVAL: Duration = Duration::from_millis(500);

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
    pub(super) cancel: Arc<Cancel>,
    pub(super) events: Sender<Event>,
}

impl Session {
    /// The thread's body. Says that it ended also when it panics: the v4l crate does on values that it does not know.
    pub(super) fn run(self) {
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.work()));
        if let Err(panic) = outcome {
            self.tell(SessionEvent::Failed(CameraError::Unsupported(format!(
                "the camera driver gave an answer beyond us: {}",
                answer::words(&*panic)
            ))));
        }
        self.tell(SessionEvent::Ended);
    }

    fn work(&self) {
        let (fps, shown) = (None, None);
        let opening = Opening {
            cancel: &self.cancel,
            alive: &|| self.tell(SessionEvent::Alive { fps, shown }),
        };
        match open::open(&self.settings, self.seen_camera, &opening) {
            Ok((kind, mut source)) => {
                let _open = open::OpenCamera::new(&self.metrics);
                let (mode, words) = (source.mode().clone(), source.describe());
                if let Err(error) = open::encodable(&mode, &self.settings.source) {
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
        self.cancel.is_told()
    }

    fn stream(&self, source: &mut dyn Source, mode: &Mode) -> Result<(), CameraError> {
        let mut intake = Intake::new(self, source, mode, clock::now());
        while !self.cancelled() {
            let mut shared = intake.pool.lend();
            let frame = Arc::get_mut(&mut shared).expect("a lent frame has no other owner");
            frame.seq = self.seq.load(Ordering::Relaxed) + 1;
            let delivered = source.next_frame(frame)?;
            let now = clock::now();
            intake.say_alive(now);
            let admitted = match delivered {
                Some(delivery) => intake.admit(frame, delivery, source, now)?,
                None => intake.nothing_came(source, now)?,
            };
            // Only a session that is still wanted may count and show frames: an abandoned one might have a successor.
            if admitted && !self.cancelled() {
                intake.show(&shared, now);
            }
            intake.pool.keep(shared);
        }
        Ok(())
    }
}

/// What a session knows about the frames so far: which of the next ones is shown, and when there were too few.
struct Intake<'a> {
    session: &'a Session,
    /// Time from frame to frame, as the camera announced it.
    interval: Duration,
    /// How long the camera may be silent now.
    timeout: Duration,
    last_frame_at: Instant,
    last_sign_at: Instant,
    /// The size of the last frame that was shown.
    shown: Option<(u32, u32)>,
    /// Whether the source says itself when it is silent.
    told_silence: bool,
    /// Frames that are still to be skipped.
    warmup: u32,
    /// Damaged frames in a row.
    damaged: u32,
    /// What went wrong so far.
    faults: Faults,
    /// The size that was agreed on, where one was.
    size: Option<FrameSize>,
    turn: Turn,
    pool: Pool,
    pacer: Pacer,
    rate: Rate,
}

impl<'a> Intake<'a> {
    fn new(session: &'a Session, source: &dyn Source, mode: &Mode, now: Instant) -> Self {
        let interval = Duration::from_secs_f64(1.0 / mode.fps.max(0.1));
        Self {
            session,
            interval,
            timeout: FIRST_FRAME_TIMEOUT
                .max(source.silence_max())
                .max(interval * 3),
            last_frame_at: now,
            last_sign_at: now,
            shown: None,
            told_silence: source.tells_silence(),
            warmup: session.settings.warmup,
            damaged: 0,
            faults: Faults {
                session: session.id,
                count: 0,
            },
            size: (!source.sizes_vary()).then(|| FrameSize::new(mode.width, mode.height)),
            turn: Turn::default(),
            pool: Pool::default(),
            pacer: Pacer::new(session.settings.fps),
            rate: Rate::default(),
        }
    }

    fn nothing_came(&self, source: &dyn Source, now: Instant) -> Result<bool, CameraError> {
        let silent = now - self.last_frame_at;
        if silent > self.timeout && !self.told_silence {
            return Err(source.silent(silent));
        }
        Ok(false)
    }

    /// Whether the frame is to be shown; one that is not is counted. After too many in a row that cannot be shown the
    /// source is opened anew.
    fn admit(
        &mut self,
        frame: &mut RawFrame,
        delivery: Delivery,
        source: &dyn Source,
        now: Instant,
    ) -> Result<bool, CameraError> {
        let metrics = &self.session.metrics;
        self.last_frame_at = now;
        self.timeout = source.silence_max().max(self.interval * 3);
        metrics.dropped_camera.inc_by(delivery.lost.into());
        metrics.dropped_busy.inc_by(delivery.skipped.into());
        metrics.dropped_corrupt.inc_by(delivery.damaged.into());
        let whole = frame.make_whole();
        self.damaged = if whole { 0 } else { self.damaged + 1 };
        metrics.dropped_corrupt.inc_by((!whole).into());
        self.faults.count += u64::from(delivery.lost > 0 || delivery.damaged > 0 || !whole);
        // Those that look whole and are not are counted by whoever decodes them.
        let mut undecoded = self.session.slot.undecoded();
        if self.damaged > undecoded.in_a_row {
            (undecoded.in_a_row, undecoded.unread) = (self.damaged, None);
        }
        if undecoded.in_a_row >= source.damaged_in_a_row() {
            return Err(source.undecodable(undecoded));
        }
        if !whole || !self.size_is_right(frame, now)? {
            return Ok(false);
        }
        if self.warmup > 0 {
            self.warmup -= 1;
            return Ok(false);
        }
        frame.faults = self.faults;
        let due = self.pacer.admit(now);
        metrics.dropped_pace.inc_by((!due).into());
        Ok(due && self.turned(frame, delivery.orientation))
    }

    /// Turns a frame as it is to be shown; one that cannot be is counted, and judged as one that nobody could decode.
    fn turned(&mut self, frame: &mut RawFrame, own: Orientation) -> bool {
        let orientation = own.then(self.session.settings.orientation);
        let done = self.turn.apply(frame, orientation);
        if let Err(error) = &done {
            tracing::debug!(%error, "frame dropped");
            self.session.metrics.dropped_corrupt.inc();
            self.faults.count += 1;
            self.session.slot.judge(match error {
                EncodeError::Kind(kind) => Verdict::Unread(*kind),
                _ => Verdict::Damaged,
            });
        }
        done.is_ok()
    }

    /// Whether a whole frame has the size that was agreed on, or that the camera has gone over to.
    fn size_is_right(&mut self, frame: &RawFrame, now: Instant) -> Result<bool, CameraError> {
        let (width, height) = (frame.width, frame.height);
        let verdict = self
            .size
            .as_mut()
            .map(|size| size.judge(width, height, now));
        let odd = !matches!(verdict, None | Some(SizeVerdict::Right));
        self.faults.count += u64::from(odd);
        match verdict {
            None | Some(SizeVerdict::Right) => return Ok(true),
            Some(SizeVerdict::Changed) => {
                tracing::warn!(width, height, "the camera has gone over to another size");
                return Ok(true);
            }
            Some(SizeVerdict::Odd) => {}
            Some(SizeVerdict::Lost(count)) => return Err(CameraError::Corrupt(count)),
        }
        self.session.metrics.dropped_corrupt.inc();
        Ok(false)
    }

    /// Counts the frame and leaves it in the slot.
    fn show(&mut self, frame: &Arc<RawFrame>, now: Instant) {
        let session = self.session;
        session.seq.fetch_add(1, Ordering::Relaxed);
        session.metrics.captured.inc();
        self.rate.push(now);
        if session.slot.put(Arc::clone(frame)) {
            session.metrics.dropped_busy.inc();
        }
        let size = Some((frame.width, frame.height));
        let before = std::mem::replace(&mut self.shown, size);
        // Where each frame has a size of its own, the next sign of life is soon enough.
        if before.is_none() || (before != size && self.size.is_some()) {
            session.tell(SessionEvent::Alive {
                fps: None,
                shown: size,
            });
        }
    }

    /// Tells the supervisor from time to time that this thread is alive.
    fn say_alive(&mut self, now: Instant) {
        if now - self.last_sign_at >= SIGN_OF_LIFE_INTERVAL {
            self.last_sign_at = now;
            self.session.tell(SessionEvent::Alive {
                fps: self.rate.fps(),
                shown: self.shown,
            });
        }
    }
}
