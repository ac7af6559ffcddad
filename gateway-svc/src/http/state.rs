//! What the routes share.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRef;
use bus::LinkState;
use process::Clock;
use tokio::sync::watch;

use crate::access::AccessControl;
use crate::audit::Audit;
use crate::http::mjpeg::no_signal::Signs;
use crate::metrics::{Refused, Viewers};
use crate::relay::cameras::Cameras;
use crate::relay::streams::Streams;
use crate::session::admission::Admission;
use crate::session::shared::Sessions;

/// What the routes share; a clone is the same.
#[derive(Clone, Debug)]
pub(crate) struct AppState {
    /// Where time comes from.
    pub(crate) clock: Clock,
    /// Who may come in.
    pub(crate) access: Arc<AccessControl>,
    /// How many may watch at the same time.
    pub(crate) admission: Arc<Admission>,
    /// What each camera does.
    pub(crate) cameras: Arc<Cameras>,
    /// Who watches what.
    pub(crate) streams: Arc<Streams>,
    /// Viewers with a WebSocket.
    pub(crate) sessions: Arc<Sessions>,
    /// The connection to NATS.
    pub(crate) link: watch::Receiver<LinkState>,
    /// Who was not let in.
    pub(crate) refused: Arc<Refused>,
    /// Viewers that were let in.
    pub(crate) viewers: Arc<Viewers>,
    /// The pictures that stand for none.
    pub(crate) signs: Arc<Signs>,
    /// Who watched and who was refused.
    pub(crate) audit: Audit,
    /// This gateway's name on the bus.
    pub(crate) gateway: Arc<str>,
    /// How long a shared cache may answer with a snapshot; zero: not at all.
    pub(crate) snapshot_cache: Duration,
}

impl FromRef<AppState> for Arc<AccessControl> {
    fn from_ref(state: &AppState) -> Self {
        Self::clone(&state.access)
    }
}

impl AppState {
    /// Why this gateway is not ready, if it is not. An idle camera is no reason.
    #[must_use]
    pub(crate) fn unready(&self) -> Option<String> {
        if self.admission.leaving().is_cancelled() {
            return Some("leaving".to_owned());
        }
        self.link.borrow().unready()
    }
}
