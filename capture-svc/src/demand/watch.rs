//! Demand and privacy switch: watched, but the watch is never trusted to mend itself.
//!
//! The library resumes a watch behind the last revision it saw; after a bucket was lost and made anew that is blind,
//! for days, without an error. So bucket and watch are made anew for each [`RebuildReason`]. The leases are kept
//! meanwhile: their clock stands still while the KV is ill.

use std::time::{Duration, Instant};

use async_nats::jetstream::context::{PublishError, PublishErrorKind};
use async_nats::jetstream::kv::{self, Operation};
use bus::Link;
use futures_util::{FutureExt, StreamExt};
use process::Clock;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, sleep_until};
use wire::Rendition;
use wire::lease::{CANARY, PLANE_DEAD};
use wire::subject::CONTROL_BUCKET;

use super::buckets::{Buckets, OpenError, Watches};
use super::error::DemandError;
use super::later::{Later, ready};
use super::leases::Leases;
use super::reasons::Reasons;
use super::switch::Privacy;
use crate::metrics::LeaseMetrics;
use crate::wanted::Wanted;

/// Shortest and longest time between two attempts to open. A shorter one floods the server with consumers; after a
/// longer one a viewer would still wait when the cluster has already elected its leader.
const REBUILD_BACKOFF: (Duration, Duration) =
    (Duration::from_millis(100), Duration::from_millis(400));
/// The oldest server whose JetStream this protocol was measured on.
const OLDEST_SERVER: (i64, i64, i64) = (2, 10, 0);

/// Watches demand and privacy switch.
#[derive(Debug)]
pub(crate) struct DemandWatcher {
    clock: Clock,
    link: Link,
    buckets: Buckets,
    leases: Leases,
    metrics: LeaseMetrics,
    told: Told,
    reasons: Reasons,
}

/// Whom it tells.
#[derive(Debug)]
pub(crate) struct Told {
    /// The renditions with a live lease, how often each.
    pub(crate) wanted: watch::Sender<Wanted>,
    /// How many gateways have one.
    pub(crate) gateways: watch::Sender<usize>,
    /// The switch, once it is known.
    pub(crate) privacy: watch::Sender<Privacy>,
}

/// Why buckets and watches must be made anew.
#[derive(Debug, thiserror::Error)]
enum RebuildReason {
    #[error("the connection was made anew")]
    Reconnected,
    #[error("a watch ended: {0:?}")]
    WatchEnded(Option<kv::WatcherError>),
    #[error("the demand bucket is gone")]
    BucketGone,
    #[error("the canary has not come back for {PLANE_DEAD:?}")]
    CanarySilent,
    #[error(transparent)]
    Open(#[from] OpenError),
}

/// What is under way in [`DemandWatcher::run`].
#[derive(Default)]
struct Work {
    opening: Option<Later<Result<Watches, OpenError>>>,
    watches: Option<Watches>,
    opened_at: Option<Instant>,
    canary: Option<Later<Result<(), PublishError>>>,
}

impl DemandWatcher {
    /// Tells `told` what it is about, once it is known.
    #[must_use]
    pub(crate) fn new(
        clock: Clock,
        link: Link,
        buckets: Buckets,
        leases: Leases,
        metrics: LeaseMetrics,
        told: Told,
    ) -> Self {
        Self {
            clock,
            link,
            buckets,
            leases,
            metrics,
            told,
            reasons: Reasons::default(),
        }
    }

    /// Runs until nobody listens any more.
    ///
    /// # Errors
    /// A server that is too old.
    pub(crate) async fn run(mut self) -> Result<(), DemandError> {
        let mut work = Work::default();
        let mut canary_due = interval(CANARY);
        canary_due.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut backoff, mut generation) = (REBUILD_BACKOFF.0, 0);
        loop {
            let next_end = self.tell_wanted();
            let reason = tokio::select! {
                changed = self.link.state.changed() => {
                    if changed.is_err() {
                        return Ok(());
                    }
                    self.connection_changed(&mut generation)?
                }
                opened = ready(&mut work.opening), if work.opening.is_some() => match opened {
                    Ok(watches) => {
                        self.opened(watches, &mut work);
                        None
                    }
                    Err(error) => Some(error.into()),
                },
                told = next(&mut work.watches), if work.watches.is_some() => match told {
                    Some(Ok(entry)) => {
                        if entry.key == self.leases.canary() {
                            backoff = REBUILD_BACKOFF.0;
                            self.reasons.are_over();
                        }
                        self.apply(&entry);
                        None
                    }
                    ended => Some(RebuildReason::WatchEnded(ended.and_then(Result::err))),
                },
                put = ready(&mut work.canary), if work.canary.is_some() => {
                    let gone = put.is_err_and(|error| error.kind() == PublishErrorKind::StreamNotFound);
                    gone.then_some(RebuildReason::BucketGone)
                }
                _ = canary_due.tick(), if work.watches.is_some() => self.send_canary(&mut work),
                () = sleep_until(next_end.unwrap_or_else(|| self.clock.now()).into()), if next_end.is_some() => None,
                () = self.told.wanted.closed() => return Ok(()),
            };
            if let Some(reason) = reason {
                work = self.rebuild(&reason, &mut backoff);
            }
        }
    }

    /// The connection came, went or came again; `generation` is that of the watches.
    fn connection_changed(
        &mut self,
        generation: &mut u64,
    ) -> Result<Option<RebuildReason>, DemandError> {
        let state = self.link.state.borrow_and_update().clone();
        self.leases.set_connected(state.connected, self.clock.now());
        let anew = state.connected && state.generation != *generation;
        *generation = state.generation;
        if anew {
            self.check_server()?;
        }
        Ok(anew.then_some(RebuildReason::Reconnected))
    }

    /// Buckets and watches are there. The leases' clock waits for the first canary, which is put at once.
    fn opened(&self, watches: Watches, work: &mut Work) {
        self.tell_privacy(watches.switch);
        work.watches = Some(watches);
        work.opened_at = Some(self.clock.now());
        work.canary = Some(self.put_canary());
    }

    /// Puts the canary's key unless a put is under way; whether those before have not come back for too long.
    fn send_canary(&self, work: &mut Work) -> Option<RebuildReason> {
        if work.canary.is_none() {
            work.canary = Some(self.put_canary());
        }
        let now = self.clock.now();
        let settled = work
            .opened_at
            .is_some_and(|opened| now.duration_since(opened) > PLANE_DEAD);
        (settled && self.leases.canary_silent(now)).then_some(RebuildReason::CanarySilent)
    }

    /// Begins to open everything anew, unless there is no connection: that will be the next reason. What was told of it
    /// counts: the client's own word changes a moment after its event, and whoever looks in between would wait for ever.
    fn rebuild(&mut self, reason: &RebuildReason, backoff: &mut Duration) -> Work {
        let wait = match reason {
            RebuildReason::Reconnected => Duration::ZERO,
            _ => *backoff,
        };
        *backoff = (wait * 2).clamp(REBUILD_BACKOFF.0, REBUILD_BACKOFF.1);
        self.tell_reason(reason);
        let connected = self.link.state.borrow().connected;
        Work {
            opening: connected.then(|| self.open(wait)),
            ..Work::default()
        }
    }

    /// What an operator must mend is an error; the rest mends itself, or is told by its words.
    fn tell_reason(&mut self, reason: &RebuildReason) {
        let words = reason.to_string();
        let is_news = self.reasons.is_news(&words, self.clock.now());
        match reason {
            _ if !is_news => tracing::debug!("opening the buckets anew: {words}"),
            RebuildReason::Open(OpenError::Unchangeable(..)) => tracing::error!("{words}"),
            _ => tracing::info!("opening the buckets anew: {words}"),
        }
    }

    /// Tells what is wanted now; returns when that can change by itself.
    fn tell_wanted(&mut self) -> Option<Instant> {
        let wanted = self.leases.wanted(self.clock.now());
        let before = *self.told.wanted.borrow();
        if before.renditions() != wanted.renditions() {
            tracing::info!(?wanted, "demand");
        } else if before != wanted {
            // Rates come and go with every tile that somebody looks at.
            tracing::debug!(?wanted, "demand");
        }
        self.told
            .wanted
            .send_if_modified(|before| std::mem::replace(before, wanted) != wanted);
        let gateways = self.leases.gateways();
        self.told
            .gateways
            .send_if_modified(|before| std::mem::replace(before, gateways) != gateways);
        for rendition in Rendition::ladder() {
            self.metrics.set(rendition, self.leases.count(rendition));
        }
        // A timer that fires a moment before the end would find nothing changed.
        self.leases
            .next_end()
            .map(|end| end + Duration::from_millis(1))
    }

    fn tell_privacy(&self, switch: Privacy) {
        if self.told.privacy.send_replace(switch) != switch {
            tracing::info!(?switch, "privacy switch");
        }
    }

    fn apply(&mut self, entry: &kv::Entry) {
        match entry.operation {
            _ if entry.bucket == CONTROL_BUCKET => self.tell_privacy(Privacy::told(entry)),
            Operation::Put => {
                if let Some(rendition) = self.leases.unknown_rendition(&entry.key) {
                    tracing::warn!(
                        key = entry.key,
                        rendition,
                        "a lease on a rendition that there is not: q30, q35, … q95, the smaller ones with s2 or s4 behind it, as /api/status lists them"
                    );
                }
                self.leases
                    .put(&entry.key, &entry.value, entry.revision, self.clock.now());
            }
            Operation::Delete | Operation::Purge => self.leases.delete(&entry.key),
        }
    }

    fn check_server(&self) -> Result<(), DemandError> {
        let (major, minor, patch) = OLDEST_SERVER;
        if self.link.client.is_server_compatible(major, minor, patch) {
            return Ok(());
        }
        let found = self.link.client.server_info().version;
        Err(DemandError::TooOld { found })
    }

    fn put_canary(&self) -> Later<Result<(), PublishError>> {
        let key = self.leases.canary().to_owned();
        self.buckets.clone().put_canary(key).boxed()
    }

    fn open(&self, wait: Duration) -> Later<Result<Watches, OpenError>> {
        let (buckets, known) = (self.buckets.clone(), *self.told.privacy.borrow());
        async move {
            tokio::time::sleep(wait).await;
            buckets.watch(known).await
        }
        .boxed()
    }
}

async fn next(watches: &mut Option<Watches>) -> Option<Result<kv::Entry, kv::WatcherError>> {
    match watches {
        Some(watches) => watches.entries.next().await.flatten(),
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests;
