//! PURE: which connections have a place, and whose goes when none is left.
//!
//! Nobody can keep others out by holding all places: a newcomer always gets one, from the address that holds the most,
//! and there from the connection whose last request is longest ago. So who holds many loses them first, whether they are
//! mute, kept alive or read slowly, and a request that is answered at once is never in danger. A storm from one address,
//! a proxy's when everybody reconnects, is served in the order it came: its newcomers wait outside while all are young.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// A connection so young is not given up for another one from its own address: its request is on the way.
const YOUNG: Duration = Duration::from_millis(250);

/// The places of one port; `T` is what ends a connection.
#[derive(Debug)]
pub(crate) struct Places<T> {
    most: usize,
    entered: u64,
    held: HashMap<u64, Held<T>>,
    per_address: HashMap<IpAddr, usize>,
}

#[derive(Debug)]
struct Held<T> {
    address: IpAddr,
    /// When it came, or when its last request did.
    since: Instant,
    end: T,
}

/// Whose place was given to somebody else.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Evicted<T> {
    pub(crate) address: IpAddr,
    /// How many its address has left.
    pub(crate) left: usize,
    pub(crate) end: T,
}

impl<T> Places<T> {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            most,
            entered: 0,
            held: HashMap::new(),
            per_address: HashMap::new(),
        }
    }

    /// A place for a connection from `address` (see [`crate::subscriber`]): its number, and who had to go for it.
    ///
    /// # Errors
    /// How many its address holds: the connection is one of a storm.
    pub(crate) fn enter(
        &mut self,
        address: IpAddr,
        now: Instant,
        end: T,
    ) -> Result<(u64, Option<Evicted<T>>), usize> {
        let own = self.per_address.get(&address).copied().unwrap_or(0);
        let victim = self.is_full().then(|| self.victim(address, own)).flatten();
        if let Some(held) = victim.and_then(|victim| self.held.get(&victim))
            && held.address == address
            && now < held.since + YOUNG
        {
            return Err(own);
        }
        let evicted = victim.and_then(|victim| self.leave(victim));
        *self.per_address.entry(address).or_insert(0) += 1;
        self.entered += 1;
        let held = Held {
            address,
            since: now,
            end,
        };
        self.held.insert(self.entered, held);
        Ok((self.entered, evicted))
    }

    /// Whether the next one costs another's place.
    pub(crate) fn is_full(&self) -> bool {
        self.held.len() >= self.most
    }

    /// A request came over it.
    pub(crate) fn asked(&mut self, id: u64, now: Instant) {
        if let Some(held) = self.held.get_mut(&id) {
            held.since = now;
        }
    }

    /// The place is free, if it was not given away already.
    pub(crate) fn leave(&mut self, id: u64) -> Option<Evicted<T>> {
        let Held { address, end, .. } = self.held.remove(&id)?;
        let left = self.per_address.get_mut(&address).map_or(0, |count| {
            *count -= 1;
            *count
        });
        if left == 0 {
            self.per_address.remove(&address);
        }
        Some(Evicted { address, left, end })
    }

    /// Who has to go for a connection from `newcomer`, whose address holds `own`.
    fn victim(&self, newcomer: IpAddr, own: usize) -> Option<u64> {
        let most = self.per_address.values().copied().max()?.max(own + 1);
        let count = |address: &IpAddr| {
            let held = self.per_address.get(address).copied().unwrap_or(0);
            held + usize::from(*address == newcomer)
        };
        let crowd = self
            .held
            .iter()
            .filter(|(_, held)| count(&held.address) == most);
        let oldest = crowd.min_by_key(|(id, held)| (held.since, **id));
        oldest.map(|(id, _)| *id)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::Clock;

    fn ip(last: u8) -> IpAddr {
        IpAddr::from([10, 0, 0, last])
    }

    /// Four places; each step is a second.
    struct Port(Places<&'static str>, Instant);

    impl Port {
        fn new() -> Self {
            Self(Places::new(4), Clock::start().now())
        }

        fn enter(&mut self, address: u8, name: &'static str) -> (u64, Option<&'static str>) {
            self.1 += Duration::from_secs(1);
            let (id, evicted) = self.0.enter(ip(address), self.1, name).unwrap();
            (id, evicted.map(|evicted| evicted.end))
        }

        fn asked(&mut self, id: u64) {
            self.1 += Duration::from_secs(1);
            self.0.asked(id, self.1);
        }
    }

    #[test]
    fn who_holds_the_most_loses_the_one_that_has_been_idle_longest() {
        let mut port = Port::new();
        let (first, _) = port.enter(1, "first");
        port.enter(2, "alone");
        port.enter(1, "second");
        port.enter(1, "third");
        port.asked(first);
        assert_eq!(port.enter(3, "newcomer").1, Some("second"));
        assert_eq!(port.enter(1, "fourth").1, Some("third"));
        assert_eq!(
            port.enter(1, "fifth").1,
            Some("first"),
            "its own, nobody's else"
        );
    }

    #[test]
    fn among_equals_the_longest_idle_goes() {
        let mut port = Port::new();
        let (first, _) = port.enter(1, "first");
        for (address, name) in [(2, "second"), (3, "third"), (4, "fourth")] {
            assert_eq!(port.enter(address, name).1, None);
        }
        port.asked(first);
        assert_eq!(port.enter(5, "newcomer").1, Some("second"));
    }

    #[test]
    fn a_storm_from_one_address_is_served_in_its_order_and_others_are_let_in_meanwhile() {
        let mut port = Port::new();
        let Port(places, now) = &mut port;
        for name in ["first", "second", "third", "fourth"] {
            places.enter(ip(1), *now, name).unwrap();
        }
        assert_eq!(places.enter(ip(1), *now, "fifth"), Err(4));
        let (_, evicted) = places.enter(ip(2), *now, "other").unwrap();
        assert_eq!(evicted.unwrap().end, "first");
        let (_, evicted) = places.enter(ip(1), *now + YOUNG, "fifth").unwrap();
        assert_eq!(evicted.unwrap().end, "second");
    }

    #[test]
    fn a_place_that_was_left_is_free_and_nothing_of_it_stays() {
        let mut port = Port::new();
        let ids: Vec<u64> = (0..4).map(|_| port.enter(1, "one").0).collect();
        for id in ids {
            assert!(port.0.leave(id).is_some());
            assert!(port.0.leave(id).is_none());
            port.0.asked(id, port.1);
        }
        assert!(port.0.held.is_empty() && port.0.per_address.is_empty());
        assert_eq!(port.enter(2, "two").1, None);
    }
}
