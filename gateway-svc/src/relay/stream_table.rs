//! The streams in use, under one lock: each with its lease, its fan-out and its camera's lateness.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;
use wire::{CameraId, StreamId};

use crate::relay::cameras::Cameras;
use crate::relay::fanout::{Context, Fanout};
use crate::relay::lateness::LatenessFilter;
use crate::relay::leases::{Action, Leases, Ticket};

/// Cameras that nobody has heard of and somebody asks for, at the most: each costs a subscription and a key.
const MAX_UNKNOWN_CAMERAS: usize = 16;

/// Too many cameras are asked for that nobody has heard of.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("no camera of that name is known, and too many such are waited for already")]
pub(crate) struct UnknownCamera;

/// What is in use. A fan-out begins before its lease and ends with it.
#[derive(Debug, Default)]
pub(crate) struct StreamTable {
    /// Who watches what.
    pub(crate) leases: Leases,
    fanouts: HashMap<StreamId, (Arc<Fanout>, CancellationToken)>,
    lateness: HashMap<CameraId, Arc<Mutex<LatenessFilter>>>,
}

impl StreamTable {
    /// What is due; a fan-out ends together with its lease, under one lock, so that nobody can subscribe to it in
    /// between.
    pub(crate) fn due(&mut self, now: Instant) -> Vec<Action> {
        let actions = self.leases.due(now);
        for action in &actions {
            if let Action::Unsubscribe(stream) = action {
                self.close(stream);
            }
        }
        actions
    }

    /// A request about a lease was answered.
    pub(crate) fn done(
        &mut self,
        stream: &StreamId,
        ticket: Ticket,
        success: bool,
        now: Instant,
        spread: f64,
    ) {
        if self
            .leases
            .done(stream, ticket, success, now, spread)
            .is_some()
        {
            self.close(stream);
        }
    }

    fn close(&mut self, stream: &StreamId) {
        if let Some((_, stop)) = self.fanouts.remove(stream) {
            stop.cancel();
        }
        if !self
            .fanouts
            .keys()
            .any(|other| other.camera == stream.camera)
        {
            self.lateness.remove(&stream.camera);
        }
    }

    /// The fan-out of a stream in use, and what stops its tasks.
    pub(crate) fn get(&self, stream: &StreamId) -> Option<(Arc<Fanout>, CancellationToken)> {
        self.fanouts.get(stream).cloned()
    }

    /// Whether no stream is in use.
    pub(crate) fn is_empty(&self) -> bool {
        self.fanouts.is_empty()
    }

    /// A fan-out for a stream that is not in use yet.
    ///
    /// # Errors
    /// See [`UnknownCamera`].
    pub(crate) fn open(
        &mut self,
        stream: &StreamId,
        cameras: &Cameras,
        context: &Context,
    ) -> Result<Arc<Fanout>, UnknownCamera> {
        let camera = &stream.camera;
        let unknown = |camera: &CameraId| !camera.is_default() && !cameras.known(camera);
        if unknown(camera) && !self.lateness.contains_key(camera) {
            let others = self.lateness.keys();
            if others.filter(|other| unknown(other)).count() >= MAX_UNKNOWN_CAMERAS {
                return Err(UnknownCamera);
            }
        }
        let lateness = Arc::clone(self.lateness.entry(camera.clone()).or_default());
        let status = cameras.follow(camera);
        let fanout = Arc::new(Fanout::new(
            stream.clone(),
            status,
            lateness,
            context.clone(),
        ));
        let entry = (Arc::clone(&fanout), CancellationToken::new());
        self.fanouts.insert(stream.clone(), entry);
        Ok(fanout)
    }
}
