//! What the sessions of this gateway have in common.

use std::sync::Arc;

use process::Clock;
use tokio_util::task::TaskTracker;

use crate::metrics::{Metrics, Viewers};
use crate::relay::cameras::Cameras;
use crate::relay::streams::Streams;
use crate::session::admission::Admission;

/// What all sessions use.
#[derive(Debug)]
pub(crate) struct Sessions {
    pub(super) streams: Arc<Streams>,
    pub(super) cameras: Arc<Cameras>,
    pub(super) admission: Arc<Admission>,
    /// Where their tasks run.
    pub(super) tasks: TaskTracker,
    pub(super) clock: Clock,
    pub(super) viewers: Arc<Viewers>,
}

impl Sessions {
    /// No session yet.
    #[must_use]
    pub(crate) fn new(
        streams: Arc<Streams>,
        cameras: Arc<Cameras>,
        admission: Arc<Admission>,
        tasks: TaskTracker,
        clock: Clock,
        metrics: &Metrics,
    ) -> Self {
        Self {
            streams,
            cameras,
            admission,
            tasks,
            clock,
            viewers: Arc::clone(&metrics.viewers),
        }
    }

    /// Runs what goes with a viewer's connection.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(task);
    }
}
