//! One session as its supervisor holds it: the thread, the flag that ends it and how long it is waited for.

use std::{
    io,
    sync::Arc,
    thread::JoinHandle,
    time::{Duration, Instant},
};

use super::{cancel::Cancel, patience::Patience, session::Session};

/// Opening a camera may take so long (the slowest firmware seen takes about 4 s).
const OPEN_TIMEOUT: Duration = Duration::from_secs(10);

/// A session tells twice a second that it is alive: after so long without that a call into the driver does not return.
const SESSION_SILENCE_MAX: Duration = Duration::from_secs(3);

/// Closing is one call, which takes back all that the driver has under way; on a starved machine that was seen to take
/// over 3 s.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(10);

/// A session that was live for so long starts the count of attempts anew.
const HEALTHY_SESSION_MIN: Duration = Duration::from_secs(5);

/// The session that is open, opening or closing.
#[derive(Debug)]
pub(super) struct RunningSession {
    pub(super) id: u64,
    /// Until it is given up, unless something is heard.
    pub(super) patience: Patience,
    cancel: Arc<Cancel>,
    live_since: Option<Instant>,
    thread: JoinHandle<()>,
}

impl RunningSession {
    /// Starts the thread of `session`, which opens the source at once.
    pub(super) fn start(session: Session, now: Instant) -> io::Result<Self> {
        let (id, cancel) = (session.id, Arc::clone(&session.cancel));
        let thread = std::thread::Builder::new()
            .name(format!("camera-{id}"))
            .spawn(move || session.run())?;
        Ok(Self {
            id,
            patience: Patience::new(now, OPEN_TIMEOUT),
            cancel,
            live_since: None,
            thread,
        })
    }

    /// Tells the thread to close the source and end; `at_once`: somebody does not want to be seen.
    pub(super) fn close(&mut self, now: Instant, at_once: bool) {
        if at_once {
            self.cancel.close_at_once();
        } else {
            self.cancel.close();
        }
        self.patience = Patience::new(now, CLOSE_TIMEOUT);
    }

    /// Whether it was told to close.
    pub(super) fn is_closing(&self) -> bool {
        self.cancel.is_told()
    }

    /// Something was heard from the thread.
    pub(super) fn heard(&mut self, now: Instant) {
        if !self.is_closing() {
            self.patience = Patience::new(now, SESSION_SILENCE_MAX);
        }
    }

    /// A frame has come.
    pub(super) fn live(&mut self, now: Instant) {
        self.live_since.get_or_insert(now);
    }

    /// Whether frames came for long enough that a failure now is a new one.
    pub(super) fn was_healthy(&self, now: Instant) -> bool {
        self.live_since
            .is_some_and(|since| now - since > HEALTHY_SESSION_MIN)
    }

    /// Leaves the thread to its driver; it ends when the driver returns.
    pub(super) fn abandon(self) -> JoinHandle<()> {
        self.cancel.close();
        self.thread
    }
}
