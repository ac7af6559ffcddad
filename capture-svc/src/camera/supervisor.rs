//! Decides when the source is opened, closed, tried again or given up on, and says how it is. One thread, named
//! `camera`, that waits for events and deadlines and never calls a driver itself: a driver that does not return can
//! hold a session, but not this.

use std::{
    sync::{
        Arc,
        atomic::AtomicU64,
        mpsc::{Receiver, RecvTimeoutError, Sender},
    },
    time::{Duration, Instant},
};

use tokio::sync::watch;
use wire::{CameraState, SourceKind};

use super::{
    cancel::Cancel,
    clock,
    error::{CameraError, retry_after},
    event::{Event, SessionEvent, Wish},
    frame::Mode,
    report::CameraReport,
    running::RunningSession,
    session::Session,
    slot::FrameSlot,
    source::CameraSettings,
};
use crate::metrics::CameraMetrics;

/// How long the end of the process waits for the camera to close.
const EXIT_CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// Sessions left to their driver at a time; each holds a thread and a few buffers.
const ABANDONED_SESSIONS_MAX: usize = 3;

pub(super) struct Supervisor {
    pub(super) settings: Arc<CameraSettings>,
    pub(super) metrics: CameraMetrics,
    pub(super) slot: Arc<FrameSlot>,
    pub(super) report: watch::Sender<CameraReport>,
    pub(super) sender: Sender<Event>,
    pub(super) events: Receiver<Event>,
}

/// What changes while the supervisor runs.
#[derive(Default)]
struct State {
    wanted: bool,
    running: Option<RunningSession>,
    retry_at: Option<Instant>,
    attempt: u32,
    sessions: u64,
    seen_camera: bool,
    seq: Arc<AtomicU64>,
    abandoned: Vec<std::thread::JoinHandle<()>>,
}

impl State {
    /// Nobody else is to blame for a camera that is in use when a session that was given up still holds it.
    fn blame(&self, error: CameraError) -> CameraError {
        let held = self.abandoned.iter().any(|thread| !thread.is_finished());
        match error {
            CameraError::Busy { .. } if held => {
                CameraError::Wedged("an earlier attempt still waits for it")
            }
            error => error,
        }
    }
}

impl Supervisor {
    pub(super) fn run(self) {
        let mut state = State::default();
        loop {
            let now = clock::now();
            let running = state.running.as_mut();
            if running.is_some_and(|running| running.patience.is_over(now)) {
                self.abandon(&mut state);
            }
            if state.wanted && state.running.is_none() && state.retry_at.is_none_or(|at| now >= at)
            {
                self.start(&mut state, now);
            }
            let deadline = match &state.running {
                Some(running) => Some(running.patience.ends_at()),
                None => state.retry_at.filter(|_| state.wanted),
            };
            // Any long time will do: an idle camera wakes this thread once an hour.
            let wait = deadline.map_or(Duration::from_secs(3600), |at| {
                at.saturating_duration_since(now)
            });
            match self.events.recv_timeout(wait) {
                Ok(Event::Wish(wish)) => self.set_wish(&mut state, wish),
                Ok(Event::Session(id, event)) => {
                    let running = state.running.as_ref();
                    if running.is_some_and(|running| running.id == id) {
                        self.session_event(&mut state, event);
                    } else if matches!(event, SessionEvent::Ended)
                        && state.running.is_none()
                        && !state.wanted
                    {
                        // A session that was given up while closing has closed after all.
                        self.report_idle();
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

    fn set_wish(&self, state: &mut State, wish: Wish) {
        state.wanted = wish == Wish::Open;
        if state.wanted {
            return;
        }
        // The next demand opens at once, whatever failed before.
        (state.retry_at, state.attempt) = (None, 0);
        match &mut state.running {
            Some(running) => running.close(clock::now(), wish == Wish::ClosedAtOnce),
            None => self.report_idle(),
        }
    }

    fn start(&self, state: &mut State, now: Instant) {
        state.abandoned.retain(|thread| !thread.is_finished());
        state.retry_at = None;
        if state.abandoned.len() >= ABANDONED_SESSIONS_MAX {
            return self.fail(
                state,
                &CameraError::Wedged("every attempt so far is still waiting for it"),
            );
        }
        state.sessions += 1;
        let session = Session {
            id: state.sessions,
            settings: Arc::clone(&self.settings),
            seen_camera: state.seen_camera,
            slot: Arc::clone(&self.slot),
            metrics: self.metrics.clone(),
            seq: Arc::clone(&state.seq),
            cancel: Arc::new(Cancel::default()),
            events: self.sender.clone(),
        };
        // Said before it is done: nobody shall be told that a camera is closed which is open already.
        self.report.send_if_modified(|report| {
            let first = report.state == CameraState::Idle;
            if first {
                report.state = CameraState::Starting;
                report.detail = "opening the camera".into();
            }
            first
        });
        match RunningSession::start(session, now) {
            Ok(running) => state.running = Some(running),
            Err(cause) => self.fail(
                state,
                &CameraError::Device {
                    doing: "starting the capture thread".into(),
                    cause,
                },
            ),
        }
    }

    fn session_event(&self, state: &mut State, event: SessionEvent) {
        let Some(running) = &mut state.running else {
            return;
        };
        let now = clock::now();
        let closing = running.is_closing();
        running.heard(now);
        match event {
            SessionEvent::Opened { kind, mode, words } => {
                state.seen_camera |= kind == SourceKind::Webcam;
                self.report_opened(kind, &mode, words);
            }
            SessionEvent::Alive { fps, shown } => {
                if shown.is_some() {
                    running.live(now);
                }
                if let Some(fps) = fps {
                    self.metrics.source_fps.set(fps);
                }
                if let Some(size) = shown.filter(|_| !closing) {
                    self.report
                        .send_if_modified(|report| report.live(fps, size));
                }
            }
            SessionEvent::Failed(error) => {
                if running.was_healthy(now) {
                    state.attempt = 0;
                }
                if !closing {
                    self.fail(state, &state.blame(error));
                }
            }
            SessionEvent::Ended => {
                state.running = None;
                self.clear_frames();
                if !state.wanted {
                    self.report_idle();
                }
            }
        }
    }

    fn report_opened(&self, kind: SourceKind, mode: &Mode, words: String) {
        tracing::info!(
            source = kind.as_str(),
            width = mode.width,
            height = mode.height,
            fps = mode.fps,
            format = mode.delivered,
            range = ?mode.range,
            matrix = ?mode.matrix,
            "camera open: {words}"
        );
        self.report.send_modify(|report| {
            (report.width, report.height) = (mode.width, mode.height);
            report.nominal_fps = mode.fps.min(self.settings.fps);
            report.fps = report.nominal_fps;
            (report.source, report.format) = (kind, Some(mode.delivered));
            report.opened = words;
        });
    }

    /// No frames come: what waits is old, and there is no rate.
    fn clear_frames(&self) {
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

    fn report_idle(&self) {
        let closed = self.report.send_if_modified(CameraReport::idle);
        if closed {
            tracing::info!("camera closed");
        }
    }

    /// Leaves a session that does not answer to its driver. What it sends from now on is ignored.
    fn abandon(&self, state: &mut State) {
        let Some(running) = state.running.take() else {
            return;
        };
        state.abandoned.push(running.abandon());
        self.clear_frames();
        self.fail(state, &CameraError::Wedged("no call into it returns"));
    }

    fn close(&self, state: &mut State) {
        let Some(mut running) = state.running.take() else {
            return;
        };
        running.close(clock::now(), false);
        let deadline = clock::now() + EXIT_CLOSE_TIMEOUT;
        loop {
            let left = deadline.saturating_duration_since(clock::now());
            match self.events.recv_timeout(left) {
                Ok(Event::Session(id, SessionEvent::Ended)) if id == running.id => return,
                Ok(_) => {}
                Err(_) => {
                    tracing::warn!(
                        "the camera driver did not let go within {EXIT_CLOSE_TIMEOUT:?}; ending without it"
                    );
                    return;
                }
            }
        }
    }
}
