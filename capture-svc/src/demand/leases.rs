//! Which rungs are wanted now: the leases of all gateways, expired by capture's own clock.
//!
//! PURE. The bucket's `max_age` only collects garbage: it gives no event, so the truth about a lease's end is here.
//! That truth is told by the *plane clock*, which stands still while the KV is ill: a lease that cannot be renewed
//! because NATS elects a leader or lost the bucket is not a lease that nobody wants. The canary tells the two apart:
//! a key of our own that must come back through put, stream, consumer and watch.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use wire::lease::{self, HOLD_MAX, LEASE, PLANE_DEAD};
use wire::{CameraId, LeaseKey, MemberId, Rung, RungSet};

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
}

/// The leases of one camera.
#[derive(Debug)]
pub(super) struct Leases {
    camera: CameraId,
    canary: String,
    clock: PlaneClock,
    live: HashMap<LeaseKey, Lease>,
}

impl Leases {
    /// No lease yet; the clock stands still until the first canary comes back.
    #[must_use]
    pub(super) fn new(camera: CameraId, capture: &MemberId, now: Instant) -> Self {
        Self {
            camera,
            canary: lease::canary_key(capture),
            clock: PlaneClock::new(now),
            live: HashMap::new(),
        }
    }

    /// The key of our canary.
    #[must_use]
    pub(super) fn canary(&self) -> &str {
        &self.canary
    }

    /// A key was put: a lease of this camera begins or is renewed, or the canary has come back.
    ///
    /// A watch that was opened anew tells old puts again: a revision that is known renews nothing.
    pub(super) fn put(&mut self, key: &str, revision: u64, now: Instant) {
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
        };
        let lease = self.live.entry(key).or_insert_with(|| Lease { ..renewed });
        if lease.revision != revision {
            *lease = renewed;
        }
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

    /// The rungs that have a live lease; leases past their end are forgotten.
    pub(super) fn wanted(&mut self, now: Instant) -> RungSet {
        self.clock.advance(now);
        let plane_now = self.clock.elapsed;
        self.live.retain(|_, lease| lease.expires_at > plane_now);
        self.live.keys().map(|key| key.rung).collect()
    }

    /// How many live leases a rung has.
    #[must_use]
    pub(super) fn count(&self, rung: Rung) -> usize {
        self.live.keys().filter(|key| key.rung == rung).count()
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
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    struct Table {
        leases: Leases,
        start: Instant,
        revision: u64,
    }

    impl Table {
        /// A connected table whose canary has just come back.
        #[expect(
            clippy::disallowed_methods,
            reason = "an Instant can only be had from the clock; tests add to it"
        )]
        fn new() -> Self {
            let start = Instant::now();
            let mut leases = Leases::new(CameraId::default(), &"me".parse().unwrap(), start);
            leases.set_connected(true, start);
            leases.put("_cap.me", 1, start);
            Self {
                leases,
                start,
                revision: 1,
            }
        }

        fn put(&mut self, key: &str, at: f64) {
            self.revision += 1;
            self.leases.put(key, self.revision, self.at(at));
        }

        fn canary_until(&mut self, from: u32, to: u32) {
            for second in from..=to {
                self.put("_cap.me", f64::from(second));
            }
        }

        fn at(&self, seconds: f64) -> Instant {
            self.start + Duration::from_secs_f64(seconds)
        }

        fn wanted(&mut self, at: f64) -> Vec<u8> {
            let now = self.at(at);
            self.leases.wanted(now).iter().map(Rung::quality).collect()
        }
    }

    #[test]
    fn a_lease_without_renewal_ends_at_its_deadline() {
        let mut table = Table::new();
        table.put("q80.gw", 0.0);
        assert_eq!(table.leases.next_end(), Some(table.at(5.0)));
        table.canary_until(1, 4);
        assert_eq!(table.wanted(4.999), [80]);
        assert_eq!(table.wanted(5.0), [0u8; 0]);
    }

    #[test]
    fn a_renewed_lease_lives_on_and_a_deleted_one_ends_at_once() {
        let mut table = Table::new();
        table.put("q80.a", 0.0);
        table.put("q80.b", 0.0);
        table.put("q40.b", 0.0);
        table.canary_until(1, 4);
        table.put("q80.a", 4.0);
        table.canary_until(5, 8);
        assert_eq!(table.wanted(8.9), [80], "b was not renewed");
        assert_eq!(table.leases.count(Rung::of_quality(80).unwrap()), 1);
        table.leases.delete("q80.a");
        assert_eq!(table.wanted(8.9), [0u8; 0]);
        assert_eq!(table.leases.next_end(), None);
    }

    #[test]
    fn a_put_told_again_by_a_new_watch_renews_nothing() {
        let mut table = Table::new();
        table.leases.put("q80.gw", 7, table.at(0.0));
        table.canary_until(1, 4);
        table.leases.put("q80.gw", 7, table.at(4.0));
        table.canary_until(5, 6);
        assert_eq!(table.wanted(5.1), [0u8; 0]);
    }

    #[test]
    fn leases_do_not_age_while_the_canary_is_silent() {
        let mut table = Table::new();
        table.put("q80.gw", 0.0);
        // The clock runs until PLANE_DEAD after the last canary, then stands: 2.5 s of 5 are used up.
        assert_eq!(table.wanted(40.0), [80]);
        assert!(table.leases.canary_silent(table.at(40.0)));
        table.put("_cap.me", 40.0);
        assert!(!table.leases.canary_silent(table.at(41.0)));
        table.canary_until(41, 42);
        assert_eq!(table.wanted(42.4), [80]);
        assert_eq!(table.wanted(42.6), [0u8; 0]);
    }

    #[test]
    fn leases_do_not_age_while_disconnected() {
        let mut table = Table::new();
        table.put("q80.gw", 0.0);
        table.leases.set_connected(false, table.at(1.0));
        table.canary_until(2, 30);
        assert_eq!(table.wanted(30.0), [80]);
        table.leases.set_connected(true, table.at(30.0));
        table.canary_until(31, 33);
        assert_eq!(table.wanted(33.9), [80]);
        assert_eq!(table.wanted(34.1), [0u8; 0]);
    }

    #[test]
    fn even_an_ill_kv_ends_the_demand_after_the_longest_hold() {
        let mut table = Table::new();
        table.put("q80.gw", 0.0);
        // 2.5 s run, then held from 2.5 to 62.5, then the remaining 2.5 s.
        for tenth in 0..649 {
            assert_eq!(table.wanted(f64::from(tenth) / 10.0), [80], "{tenth}");
        }
        assert_eq!(table.wanted(65.1), [0u8; 0]);
    }

    #[test]
    fn the_hold_begins_anew_after_the_canary_came_back() {
        let mut table = Table::new();
        table.put("q80.gw", 0.0);
        assert_eq!(table.wanted(50.0), [80]);
        table.put("_cap.me", 50.0);
        table.put("q80.gw", 50.0);
        assert_eq!(
            table.wanted(110.0),
            [80],
            "a second hold of 60 s from 52.5 on"
        );
    }

    #[test]
    fn other_cameras_other_canaries_and_garbage_are_not_our_demand() {
        let mut table = Table::new();
        for key in ["door.q80.gw", "_cap.other", "q81.gw", "privacy", "", "q80"] {
            table.put(key, 0.0);
        }
        assert_eq!(table.wanted(0.1), [0u8; 0]);
        assert!(
            table.leases.canary_silent(table.start + 3 * SECOND),
            "another's canary is not ours"
        );
    }
}
