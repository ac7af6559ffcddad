//! Who waits, who is let in, and what is forgotten.

use super::*;
use process::Clock;

fn ip(number: usize) -> IpAddr {
    IpAddr::from((number as u32).to_be_bytes())
}

/// A limiter that has had enough of address 1.
fn locked(now: Instant) -> LoginLimiter {
    let mut limiter = LoginLimiter::default();
    for nth in 0..MAX_WRONG {
        let first = nth == 0;
        assert_eq!(limiter.judge(ip(1), false, now), Verdict::Wrong { first });
    }
    limiter
}

#[test]
fn ten_wrong_ones_a_minute_are_enough_and_the_right_one_waits_as_well() {
    let now = Clock::start().now();
    let mut limiter = locked(now);
    for right in [false, true] {
        assert_eq!(limiter.judge(ip(1), right, now), Verdict::Wait(WINDOW));
    }
    assert_eq!(limiter.judge(ip(2), true, now), Verdict::Right);
    let over = now + WINDOW;
    assert_eq!(
        limiter.judge(ip(1), false, over),
        Verdict::Wrong { first: true },
        "a new minute, a new line of the log"
    );
    assert_eq!(limiter.judge(ip(1), true, over), Verdict::Right);
}

#[test]
fn the_right_one_passes_where_it_was_right_before_whoever_guesses_there() {
    let now = Clock::start().now();
    let mut limiter = LoginLimiter::default();
    assert_eq!(limiter.judge(ip(1), true, now), Verdict::Right);
    for _ in 0..MAX_WRONG {
        limiter.judge(ip(1), false, now);
    }
    assert_eq!(limiter.judge(ip(1), false, now), Verdict::Wait(WINDOW));
    assert_eq!(limiter.judge(ip(1), true, now), Verdict::Right);
}

#[test]
fn many_addresses_together_are_braked_too() {
    let now = Clock::start().now();
    let mut limiter = LoginLimiter::default();
    assert_eq!(limiter.judge(ip(0), true, now), Verdict::Right);
    for number in 1..=MAX_WRONG_OVERALL as usize {
        let verdict = limiter.judge(ip(number), false, now);
        assert_eq!(verdict, Verdict::Wrong { first: true });
    }
    let stranger = ip(9_999_999);
    assert_eq!(limiter.judge(stranger, true, now), Verdict::Wait(WINDOW));
    assert_eq!(limiter.judge(ip(0), true, now), Verdict::Right);
    let over = now + WINDOW;
    assert_eq!(limiter.judge(stranger, true, over), Verdict::Right);
}

#[test]
fn a_full_table_forgets_those_that_may_try_again_and_then_the_oldest() {
    let begin = Clock::start().now();
    let mut limiter = LoginLimiter::default();
    let step = |number: usize| begin + Duration::from_millis(number as u64);
    for number in 0..MAX_ADDRESSES {
        limiter.count(ip(number), step(number));
    }
    assert_eq!(limiter.wrong.len(), MAX_ADDRESSES, "there was room");
    limiter.count(ip(MAX_ADDRESSES), step(MAX_ADDRESSES));
    assert_eq!(limiter.wrong.len(), MAX_ADDRESSES, "the oldest made some");
    assert!(!limiter.wrong.contains_key(&ip(0)));
    let over = step(MAX_ADDRESSES - 1) + WINDOW;
    limiter.count(ip(MAX_ADDRESSES + 1), over);
    assert_eq!(limiter.wrong.len(), 2, "the others may try again");
    for number in 0..=MAX_ADDRESSES {
        limiter.judge(
            ip(number),
            true,
            over + WINDOW + Duration::from_millis(number as u64),
        );
    }
    assert_eq!(limiter.known.len(), MAX_ADDRESSES);
    assert!(!limiter.known.contains_key(&ip(0)));
}
