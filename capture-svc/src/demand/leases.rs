//! PURE: which renditions are wanted now: the leases of all gateways, expired by capture's own clock.
//!
//! The bucket's `max_age` only collects garbage: it gives no event, so the truth about a lease's end is here.
//! That truth is told by the *plane clock*, which stands still while the KV is ill: a lease that cannot be renewed
//! because NATS elects a leader or lost the bucket is not a lease that nobody wants. The canary tells the two apart:
//! a key of our own that must come back through put, stream, consumer and watch.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use wire::lease::{self, HOLD_MAX, LEASE, PLANE_DEAD};
use wire::{CameraId, LeaseKey, MemberId, Rate, Rendition};

use crate::wanted::Wanted;

/// Time as the leases see it: it advances while the way from put to watch is known to work.
#[derive(Debug)]
struct PlaneClock {
    elapsed: Duration,
    read_at: Instant,
    connected: bool,
    canary_seen_at: Option<Instant>,
    held_since: Option<Instant>,
}

impl PlaneClock {
    const fn new(now: Instant) -> Self {
        Self {
            elapsed: Duration::ZERO,
            read_at: now,
            connected: false,
            canary_seen_at: None,
            held_since: None,
        }
    }

    /// When the clock stopped or will stop unless a canary comes back.
    fn alive_until(&self) -> Option<Instant> {
        self.canary_seen_at
            .filter(|_| self.connected)
            .map(|seen| seen + PLANE_DEAD)
    }

    fn advance(&mut self, now: Instant) {
        let now = now.max(self.read_at);
        let alive_until = self
            .alive_until()
            .unwrap_or(self.read_at)
            .clamp(self.read_at, now);
        self.elapsed += alive_until - self.read_at;
        if alive_until == now && now > self.read_at {
            self.held_since = None;
        } else if alive_until < now {
            // Even an ill KV may not keep a camera on for ever.
            let held_since = *self.held_since.get_or_insert(alive_until);
            let freed_at = (held_since + HOLD_MAX).max(alive_until);
            self.elapsed += now.saturating_duration_since(freed_at);
        }
        self.read_at = now;
    }
}

/// One live lease.
#[derive(Debug)]
struct Lease {
    revision: u64,
    expires_at: Duration,
    rate: Rate,
}

/// The leases of one camera.
#[derive(Debug)]
pub(crate) struct Leases {
    camera: CameraId,
    canary: String,
    clock: PlaneClock,
    live: HashMap<LeaseKey, Lease>,
    /// Keys that name no rendition there is, each told once.
    unknown: HashSet<String>,
}

/// So many of them are told: who writes more has been told enough.
const UNKNOWN_KEYS_MAX: usize = 32;

impl Leases {
    /// No lease yet; the clock stands still until the first canary comes back.
    #[must_use]
    pub(crate) fn new(camera: CameraId, capture: &MemberId, now: Instant) -> Self {
        Self {
            camera,
            canary: lease::canary_key(capture),
            clock: PlaneClock::new(now),
            live: HashMap::new(),
            unknown: HashSet::new(),
        }
    }

    /// The key of our canary.
    #[must_use]
    pub(super) fn canary(&self) -> &str {
        &self.canary
    }

    /// A key was put with a value: a lease of this camera begins or is renewed, or the canary has come back.
    ///
    /// A watch that was opened anew tells old puts again: a revision that is known renews nothing.
    pub(super) fn put(&mut self, key: &str, value: &[u8], revision: u64, now: Instant) {
        self.clock.advance(now);
        if key == self.canary {
            self.clock.canary_seen_at = Some(now);
            self.clock.held_since = None;
            return;
        }
        let Ok(key) = key.parse::<LeaseKey>() else {
            return;
        };
        if key.camera != self.camera {
            return;
        }
        let renewed = Lease {
            revision,
            expires_at: self.clock.elapsed + LEASE,
            rate: Rate::of_lease(value),
        };
        let lease = self.live.entry(key).or_insert_with(|| Lease { ..renewed });
        if lease.revision != revision {
            *lease = renewed;
        }
    }

    /// What a key names that was put for this camera and names no rendition there is; once for each key.
    pub(super) fn unknown_rendition<'a>(&mut self, key: &'a str) -> Option<&'a str> {
        let (camera, rendition) = lease::unknown_rendition(key)?;
        let told = self.unknown.len() >= UNKNOWN_KEYS_MAX || camera != self.camera;
        (!told && self.unknown.insert(key.to_owned())).then_some(rendition)
    }

    /// A key was deleted: its lease ends at once.
    pub(super) fn delete(&mut self, key: &str) {
        if let Ok(key) = key.parse::<LeaseKey>() {
            self.live.remove(&key);
        }
    }

    /// The connection to NATS came or went.
    pub(super) fn set_connected(&mut self, connected: bool, now: Instant) {
        self.clock.advance(now);
        self.clock.connected = connected;
    }

    /// The renditions that have a live lease, each at its fastest one's rate; leases past their end are forgotten.
    pub(super) fn wanted(&mut self, now: Instant) -> Wanted {
        self.clock.advance(now);
        let plane_now = self.clock.elapsed;
        self.live.retain(|_, lease| lease.expires_at > plane_now);
        let mut wanted = Wanted::NOTHING;
        for (key, lease) in &self.live {
            wanted.add(key.rendition, lease.rate);
        }
        wanted
    }

    /// How many live leases a rendition has.
    #[must_use]
    pub(super) fn count(&self, rendition: Rendition) -> usize {
        self.live
            .keys()
            .filter(|key| key.rendition == rendition)
            .count()
    }

    /// How many gateways have a live lease, on whatever rendition.
    #[must_use]
    pub(super) fn gateways(&self) -> usize {
        let gateways: HashSet<_> = self.live.keys().map(|key| &key.gateway).collect();
        gateways.len()
    }

    /// Whether the canary has been silent for too long: the watch and the bucket must be made anew.
    #[must_use]
    pub(super) fn canary_silent(&self, now: Instant) -> bool {
        self.clock
            .canary_seen_at
            .is_none_or(|seen| now.saturating_duration_since(seen) > PLANE_DEAD)
    }

    /// The next moment at which [`Leases::wanted`] can change by itself, if the clock keeps running.
    #[must_use]
    pub(super) fn next_end(&self) -> Option<Instant> {
        let first = self.live.values().map(|lease| lease.expires_at).min()?;
        Some(self.clock.read_at + first.saturating_sub(self.clock.elapsed))
    }
}

#[cfg(test)]
mod tests;
