//! Failures to tell somebody something: each is counted, a row of them is logged once.

use crate::metrics::EventFailures;

/// What goes wrong with one way of telling.
#[derive(Debug)]
pub(crate) struct Trouble {
    failures: EventFailures,
    camera: String,
    what: &'static str,
    told: bool,
}

impl Trouble {
    /// None yet. `what`: the way, as the log calls it.
    pub(crate) const fn new(failures: EventFailures, camera: String, what: &'static str) -> Self {
        Self {
            failures,
            camera,
            what,
            told: false,
        }
    }

    /// It has failed, and why, in words without secrets.
    pub(super) fn is_there(&mut self, why: &str) {
        self.failures.inc();
        if std::mem::replace(&mut self.told, true) {
            tracing::debug!(camera = self.camera, "{} fails on: {why}", self.what);
        } else {
            tracing::warn!(camera = self.camera, "{} fails: {why}", self.what);
        }
    }

    /// It has worked.
    pub(super) fn is_over(&mut self) {
        if std::mem::replace(&mut self.told, false) {
            tracing::info!(camera = self.camera, "{} works again", self.what);
        }
    }
}
