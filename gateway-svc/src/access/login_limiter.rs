//! PURE: how often one address may give a wrong token.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// Wrong tokens from one address
const MAX_WRONG_TOKENS: u32 = 10;
/// within this time; then no more are looked at until it is over.
const WRONG_TOKENS_WINDOW: Duration = Duration::from_secs(60);
/// Addresses remembered at the most; beyond it the oldest are forgotten.
const MAX_ADDRESSES: usize = 4096;

/// Counts wrong tokens per address.
#[derive(Debug, Default)]
pub(super) struct LoginLimiter(HashMap<IpAddr, (u32, Instant)>);

impl LoginLimiter {
    /// How long the address has to wait before another token is looked at.
    pub(super) fn wait(&self, address: IpAddr, now: Instant) -> Option<Duration> {
        let (count, since) = self.0.get(&address)?;
        let over = *since + WRONG_TOKENS_WINDOW;
        (*count >= MAX_WRONG_TOKENS && now < over).then(|| over - now)
    }

    /// The address gave a wrong token.
    pub(super) fn wrong(&mut self, address: IpAddr, now: Instant) {
        if self.0.len() >= MAX_ADDRESSES {
            let recent = |since: Instant| now < since + WRONG_TOKENS_WINDOW;
            self.0.retain(|_, (_, since)| recent(*since));
        }
        if self.0.len() >= MAX_ADDRESSES {
            let oldest = self.0.iter().min_by_key(|(_, (_, since))| *since);
            let oldest = oldest.map(|(address, _)| *address);
            oldest.map(|oldest| self.0.remove(&oldest));
        }
        let (count, since) = self.0.entry(address).or_insert((0, now));
        if now >= *since + WRONG_TOKENS_WINDOW {
            (*count, *since) = (0, now);
        }
        *count += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use process::Clock;

    #[test]
    fn ten_wrong_tokens_a_minute_are_enough() {
        let now = Clock::start().now();
        let (address, other) = ("10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap());
        let mut limiter = LoginLimiter::default();
        for _ in 0..10 {
            assert_eq!(limiter.wait(address, now), None);
            limiter.wrong(address, now);
        }
        assert_eq!(limiter.wait(address, now), Some(WRONG_TOKENS_WINDOW));
        assert_eq!(limiter.wait(other, now), None);
        assert_eq!(limiter.wait(address, now + WRONG_TOKENS_WINDOW), None);
        for number in 0..10_000u32 {
            limiter.wrong(IpAddr::from(number.to_be_bytes()), now);
        }
        assert!(limiter.0.len() <= MAX_ADDRESSES);
    }

    #[test]
    fn a_full_table_forgets_those_that_may_try_again_and_then_the_oldest() {
        let now = Clock::start().now();
        let address = |number: usize| IpAddr::from((number as u32).to_be_bytes());
        let mut limiter = LoginLimiter::default();
        for number in 0..MAX_ADDRESSES - 1 {
            limiter.wrong(address(number), now);
        }
        let later = now + Duration::from_secs(1);
        limiter.wrong(address(MAX_ADDRESSES), later);
        assert_eq!(limiter.0.len(), MAX_ADDRESSES, "there was a place");
        limiter.wrong(address(MAX_ADDRESSES + 1), later);
        assert_eq!(limiter.0.len(), MAX_ADDRESSES, "the oldest made one");
        assert!(limiter.0.contains_key(&address(MAX_ADDRESSES)));
        let over = now + WRONG_TOKENS_WINDOW;
        limiter.wrong(address(MAX_ADDRESSES + 2), over);
        assert_eq!(limiter.0.len(), 3, "the others may try again");
    }
}
