//! PURE: how often wrong secrets may be given, by one address and by all together.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// Wrong ones from one address
const MAX_WRONG: u32 = 10;
/// and from all together
const MAX_WRONG_OVERALL: u32 = 1000;
/// within this time; then no more are looked at until it is over.
const WINDOW: Duration = Duration::from_secs(60);
/// Addresses remembered at the most; beyond it the oldest are forgotten.
const MAX_ADDRESSES: usize = 4096;

/// Counts wrong secrets per address, and remembers where the right one came from.
///
/// Addresses are as [`process::subscriber`] counts them.
#[derive(Debug, Default)]
pub(super) struct LoginLimiter {
    wrong: HashMap<IpAddr, Window>,
    overall: Option<Window>,
    /// Where the right one was given, and when last.
    known: HashMap<IpAddr, Instant>,
}

/// Wrong ones since a time.
#[derive(Clone, Copy, Debug)]
struct Window {
    count: u32,
    since: Instant,
}

/// What becomes of who shows a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is the right one.
    Right,
    /// It is not. `first`: no other wrong one came from there within the window; worth one line of the log.
    Wrong {
        /// The first one of its window.
        first: bool,
    },
    /// It was not looked at, and will not be for so long.
    Wait(Duration),
}

impl LoginLimiter {
    /// Judges a secret from `address` that is `right` or not.
    ///
    /// The right one from where it was given before is always let in: others behind the same address may guess what
    /// they like. Where it was never given it waits like a wrong one, or whoever waits could go on guessing.
    pub(super) fn judge(&mut self, address: IpAddr, right: bool, now: Instant) -> Verdict {
        if right && self.known.contains_key(&address) {
            self.known.insert(address, now);
            return Verdict::Right;
        }
        if let Some(wait) = self.wait(address, now) {
            return Verdict::Wait(wait);
        }
        if right {
            make_room(&mut self.known, |seen| *seen);
            self.known.insert(address, now);
            return Verdict::Right;
        }
        Verdict::Wrong {
            first: self.count(address, now),
        }
    }

    fn wait(&self, address: IpAddr, now: Instant) -> Option<Duration> {
        let own = self.wrong.get(&address);
        let own = own.and_then(|window| window.wait(MAX_WRONG, now));
        let overall = self.overall.as_ref();
        let overall = overall.and_then(|window| window.wait(MAX_WRONG_OVERALL, now));
        own.max(overall)
    }

    /// One more wrong one; whether it is the first of its window.
    fn count(&mut self, address: IpAddr, now: Instant) -> bool {
        let fresh = Window {
            count: 0,
            since: now,
        };
        self.overall.get_or_insert(fresh).add(now);
        if self.wrong.len() >= MAX_ADDRESSES {
            self.wrong.retain(|_, window| window.lasts(now));
        }
        make_room(&mut self.wrong, |window| window.since);
        self.wrong.entry(address).or_insert(fresh).add(now) == 1
    }
}

impl Window {
    fn lasts(&self, now: Instant) -> bool {
        now < self.since + WINDOW
    }

    fn wait(&self, most: u32, now: Instant) -> Option<Duration> {
        (self.count >= most && self.lasts(now)).then(|| self.since + WINDOW - now)
    }

    /// One more; how many it are now.
    fn add(&mut self, now: Instant) -> u32 {
        if !self.lasts(now) {
            *self = Self {
                count: 0,
                since: now,
            };
        }
        self.count += 1;
        self.count
    }
}

/// Forgets the oldest where there is no room for another.
fn make_room<K: Copy + Eq + Hash, V>(table: &mut HashMap<K, V>, age: impl Fn(&V) -> Instant) {
    if table.len() < MAX_ADDRESSES {
        return;
    }
    let oldest = table.iter().min_by_key(|(_, value)| age(value));
    if let Some(oldest) = oldest.map(|(key, _)| *key) {
        table.remove(&oldest);
    }
}

#[cfg(test)]
mod tests;
