//! What both threads of a camera share, and the order in which they lock it.

use std::{
    collections::VecDeque,
    net::Shutdown,
    os::unix::net::UnixStream,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{behaviour::Behaviour, negotiation::Agreement, pictures::Pictures, usbip::Ticket};

/// How often waiting threads look for a change of behaviour.
pub(super) const LOOK_EVERY: Duration = Duration::from_millis(10);

pub(super) struct Shared {
    pub(super) port: usize,
    pub(super) pictures: Arc<Pictures>,
    pub(super) behaviour: Arc<Behaviour>,
    /// Locked before `state` wherever both are: a transfer is either still waiting in `state` or its answer is on the
    /// wire, never taken back and answered both, for which the kernel drops the whole device.
    wire: Mutex<UnixStream>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) probed: Agreement,
    pub(super) agreed: Agreement,
    /// Bulk transfers that the host waits for.
    pub(super) waiting: VecDeque<(Ticket, usize)>,
    /// Counts what makes a frame that is under way worthless: a new agreement, a reset, a transfer taken back.
    pub(super) generation: u64,
    pub(super) brightness: i16,
    pub(super) gone: bool,
}

impl Shared {
    pub(super) fn new(
        port: usize,
        pictures: Arc<Pictures>,
        behaviour: Arc<Behaviour>,
        wire: UnixStream,
    ) -> Self {
        Self {
            port,
            pictures,
            behaviour,
            wire: Mutex::new(wire),
            state: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn wire(&self) -> MutexGuard<'_, UnixStream> {
        self.wire.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes whoever waits for a change of state.
    pub(super) fn tell(&self) {
        self.changed.notify_all();
    }

    /// Waits for a change of state, or for as long as one does before looking at the behaviour again.
    pub(super) fn wait<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        let waited = self.changed.wait_timeout(state, LOOK_EVERY);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    pub(super) fn leave(&self) {
        self.state().gone = true;
        self.tell();
        let _ = self.wire().shutdown(Shutdown::Both);
    }
}
