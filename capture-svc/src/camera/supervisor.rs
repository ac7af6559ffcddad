//! Decides when the source is opened, closed, tried again or given up on, and says how it is. One thread, named
//! `camera`, that waits for events and deadlines and never calls a driver itself: a driver that does not return can
//! hold a session, but not this.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{Receiver, RecvTimeoutError, Sender},
    },
    time::{Duration, Instant},
};

use tokio::sync::watch;
use wire::{CameraState, SourceKind};

use super::{
    clock,
    error::{CameraError, retry_after},
    event::{Event, SessionEvent},
    report::CameraReport,
    session::Session,
    slot::FrameSlot,
    source::CameraSettings,
};
use crate::metrics::CameraMetrics;

/// Opening a camera may take so long (the slowest firmware seen takes about 4 s).
const OPENING: Duration = Duration::from_secs(10);

/// A running session says twice a second that it lives: after so long without a word the driver holds it.
const SILENCE: Duration = Duration::from_secs(3);

/// Closing is one call, which takes back all that the driver has under way; on a starved machine that was seen to take
/// over 3 s.
const CLOSING: Duration = Duration::from_secs(10);

/// How long the end of the process waits for the camera to close.
const LAST_CLOSE: Duration = Duration::from_secs(1);

/// Sessions left to their driver at a time; each holds a thread and a few buffers.
const ABANDONED: usize = 3;

/// A session that lived so long starts the count of attempts anew.
const HEALTHY: Duration = Duration::from_secs(5);

pub(super) struct Supervisor {
    pub(super) settings: Arc<CameraSettings>,
    pub(super) metrics: CameraMetrics,
    pub(super) slot: Arc<FrameSlot>,
    pub(super) report: watch::Sender<CameraReport>,
    pub(super) sender: Sender<Event>,
    pub(super) events: Receiver<Event>,
}

/// The session that is open, opening or closing.
struct Running {
    id: u64,
    cancelled: Arc<AtomicBool>,
    /// When to give it up, unless something is heard.
    patience: Instant,
    live_since: Option<Instant>,
    thread: std::thread::JoinHandle<()>,
}

/// What changes while the supervisor runs.
#[derive(Default)]
struct State {
    wanted: bool,
    running: Option<Running>,
    retry_at: Option<Instant>,
    attempt: u32,
    sessions: u64,
    seen_camera: bool,
    seq: Arc<AtomicU64>,
    abandoned: Vec<std::thread::JoinHandle<()>>,
}

impl Supervisor {
    pub(super) fn run(self) {
        let mut state = State::default();
        loop {
            let now = clock::now();
            if state
                .running
                .as_ref()
                .is_some_and(|running| now >= running.patience)
            {
                self.abandon(&mut state);
            }
            if state.wanted && state.running.is_none() && state.retry_at.is_none_or(|at| now >= at)
            {
                self.start(&mut state, now);
            }
            let deadline = match &state.running {
                Some(running) => Some(running.patience),
                None => state.retry_at.filter(|_| state.wanted),
            };
            // An hour stands for ever: an idle camera costs nothing.
            let wait = deadline.map_or(Duration::from_secs(3600), |at| {
                at.saturating_duration_since(now)
            });
            match self.events.recv_timeout(wait) {
                Ok(Event::Wanted(wanted)) => self.want(&mut state, wanted),
                Ok(Event::Session(id, event)) => {
                    let current = state
                        .running
                        .as_ref()
                        .is_some_and(|running| running.id == id);
                    if current {
                        self.hear(&mut state, event);
                    } else if matches!(event, SessionEvent::Ended)
                        && state.running.is_none()
                        && !state.wanted
                    {
                        // A session that was given up while closing has closed after all.
                        self.idle();
                    }
                }
                Ok(Event::Stop) => return self.close(&mut state),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    unreachable!("this thread holds a sender itself")
                }
            }
        }
    }

    fn want(&self, state: &mut State, wanted: bool) {
        state.wanted = wanted;
        if wanted {
            return;
        }
        // Who asks again later asks afresh.
        (state.retry_at, state.attempt) = (None, 0);
        match &mut state.running {
            Some(running) => {
                running.cancelled.store(true, Ordering::Relaxed);
                running.patience = clock::now() + CLOSING;
            }
            None => self.idle(),
        }
    }

    fn start(&self, state: &mut State, now: Instant) {
        state.abandoned.retain(|thread| !thread.is_finished());
        state.retry_at = None;
        if state.abandoned.len() >= ABANDONED {
            return self.fail(
                state,
                &CameraError::Wedged("every attempt so far is still waiting for it"),
            );
        }
        state.sessions += 1;
        let cancelled = Arc::new(AtomicBool::new(false));
        let session = Session {
            id: state.sessions,
            settings: Arc::clone(&self.settings),
            seen_camera: state.seen_camera,
            slot: Arc::clone(&self.slot),
            metrics: self.metrics.clone(),
            seq: Arc::clone(&state.seq),
            cancelled: Arc::clone(&cancelled),
            events: self.sender.clone(),
        };
        match std::thread::Builder::new()
            .name(format!("camera-{}", session.id))
            .spawn(move || session.run())
        {
            Ok(thread) => {
                state.running = Some(Running {
                    id: state.sessions,
                    cancelled,
                    patience: now + OPENING,
                    live_since: None,
                    thread,
                });
                self.report.send_if_modified(|report| {
                    let first = report.state == CameraState::Idle;
                    if first {
                        report.state = CameraState::Starting;
                        report.detail = "opening the camera".into();
                    }
                    first
                });
            }
            Err(cause) => self.fail(
                state,
                &CameraError::Device {
                    doing: "starting the capture thread".into(),
                    cause,
                },
            ),
        }
    }

    fn hear(&self, state: &mut State, event: SessionEvent) {
        let Some(running) = &mut state.running else {
            return;
        };
        let now = clock::now();
        let closing = running.cancelled.load(Ordering::Relaxed);
        if !closing {
            running.patience = now + SILENCE;
        }
        match event {
            SessionEvent::Opened { kind, mode, words } => {
                tracing::info!(
                    source = kind.as_str(),
                    width = mode.width,
                    height = mode.height,
                    fps = mode.fps,
                    format = mode.format.as_str(),
                    range = ?mode.range,
                    matrix = ?mode.matrix,
                    "camera open: {words}"
                );
                state.seen_camera |= kind == SourceKind::Webcam;
                self.report.send_modify(|report| {
                    (report.width, report.height) = (mode.width, mode.height);
                    report.fps = mode.fps.min(self.settings.fps);
                    (report.source, report.format) = (kind, Some(mode.format));
                    report.opened = words;
                });
            }
            SessionEvent::Alive { fps, live } => {
                if live && running.live_since.is_none() {
                    running.live_since = Some(now);
                }
                if let Some(fps) = fps {
                    self.metrics.source_fps.set(fps);
                }
                if live && !closing {
                    self.report.send_if_modified(|report| report.live(fps));
                }
            }
            SessionEvent::Failed(error) => {
                if running
                    .live_since
                    .is_some_and(|since| now - since > HEALTHY)
                {
                    state.attempt = 0;
                }
                if !closing {
                    self.fail(state, &error);
                }
            }
            SessionEvent::Ended => {
                state.running = None;
                self.quiet();
                if !state.wanted {
                    self.idle();
                }
            }
        }
    }

    /// No frames come: what waits is old, and there is no rate.
    fn quiet(&self) {
        self.slot.clear();
        self.metrics.source_fps.set(0.0);
    }

    /// Notes a failure and when to try again.
    fn fail(&self, state: &mut State, error: &CameraError) {
        let reason = error.reason();
        self.metrics
            .errors
            .with_label_values(&[reason.as_str()])
            .inc();
        state.attempt = state.attempt.saturating_add(1);
        state.retry_at = Some(clock::now() + retry_after(reason, state.attempt, fastrand::f64()));
        let detail = error.to_string();
        let news = self
            .report
            .send_if_modified(|report| report.failed(reason, &detail));
        if news {
            tracing::warn!(reason = reason.as_str(), "no picture: {detail}");
        }
    }

    fn idle(&self) {
        let closed = self.report.send_if_modified(CameraReport::idle);
        if closed {
            tracing::info!("camera closed");
        }
    }

    /// Leaves a session that does not answer to its driver. What it sends from now on is not heard.
    fn abandon(&self, state: &mut State) {
        let Some(running) = state.running.take() else {
            return;
        };
        running.cancelled.store(true, Ordering::Relaxed);
        state.abandoned.push(running.thread);
        self.quiet();
        self.fail(state, &CameraError::Wedged("no call into it returns"));
    }

    fn close(&self, state: &mut State) {
        let Some(running) = state.running.take() else {
            return;
        };
        running.cancelled.store(true, Ordering::Relaxed);
        let deadline = clock::now() + LAST_CLOSE;
        loop {
            match self
                .events
                .recv_timeout(deadline.saturating_duration_since(clock::now()))
            {
                Ok(Event::Session(id, SessionEvent::Ended)) if id == running.id => return,
                Ok(_) => {}
                Err(_) => {
                    tracing::warn!(
                        "the camera driver did not let go within {LAST_CLOSE:?}; ending without it"
                    );
                    return;
                }
            }
        }
    }
}
