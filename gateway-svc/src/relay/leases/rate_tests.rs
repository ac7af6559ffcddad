//! The rates that keys say, without a bus.

use super::tests::{ms, put, stream, watching};
use super::*;
use process::Clock;

fn fps(fps: f64) -> Rate {
    Rate::at_most(fps).unwrap()
}

fn puts(actions: &[Action]) -> Vec<Rate> {
    let put = |action: &Action| match action {
        Action::Put(_, rate, _) => Some(*rate),
        _ => None,
    };
    actions.iter().filter_map(put).collect()
}

#[test]
fn a_key_says_the_rate_of_the_fastest_viewer_and_another_one_is_put_at_once() {
    let now = Clock::start().now();
    let mut leases = watching(now);
    let put_at = |leases: &mut Leases, at| {
        let actions = leases.due(at);
        let rates = puts(&actions);
        if !rates.is_empty() {
            leases.done(&stream(80), put(&actions), true, at, 0.0);
        }
        rates
    };
    leases.change(&stream(80), Rate::ALL, fps(5.0), now + ms(10));
    assert_eq!(put_at(&mut leases, now + ms(10)), [fps(5.0)]);
    leases.join(&stream(80), now + ms(20));
    assert_eq!(put_at(&mut leases, now + ms(20)), [Rate::ALL]);
    leases.change(&stream(80), Rate::ALL, fps(2.0), now + ms(30));
    assert_eq!(put_at(&mut leases, now + ms(30)), [fps(5.0)]);
    leases.change(&stream(80), fps(2.0), fps(1.0), now + ms(40));
    assert_eq!(put_at(&mut leases, now + ms(40)), [], "5 is still wanted");
    leases.leave(&stream(80), fps(5.0), now + ms(50));
    assert_eq!(put_at(&mut leases, now + ms(50)), [fps(1.0)]);
    leases.leave(&stream(80), fps(1.0), now + ms(60));
    assert_eq!(put_at(&mut leases, now + ms(60)), [], "it lingers as it is");
    assert_eq!(put_at(&mut leases, now + ms(1550)), []);
}

#[test]
fn a_rate_that_changes_while_a_put_is_under_way_is_put_after_it() {
    let now = Clock::start().now();
    let mut leases = watching(now);
    leases.change(&stream(80), Rate::ALL, fps(5.0), now);
    let ticket = put(&leases.due(now));
    leases.change(&stream(80), fps(5.0), fps(10.0), now + ms(1));
    leases.change(&stream(80), fps(10.0), fps(2.0), now + ms(2));
    assert_eq!(leases.due(now + ms(2)), []);
    leases.done(&stream(80), ticket, true, now + ms(3), 0.0);
    assert_eq!(puts(&leases.due(now + ms(3))), [fps(2.0)]);
}

#[test]
fn a_rate_that_changes_while_puts_fail_does_not_make_them_come_faster() {
    let now = Clock::start().now();
    let mut leases = watching(now);
    let ticket = put(&leases.due(now + ms(1500)));
    leases.done(&stream(80), ticket, false, now + ms(1500), 0.0);
    leases.change(&stream(80), Rate::ALL, fps(5.0), now + ms(1501));
    assert_eq!(leases.due(now + ms(1599)), []);
    assert_eq!(puts(&leases.due(now + ms(1600))), [fps(5.0)]);
}

#[test]
fn a_renewal_says_the_same_rate_again() {
    let now = Clock::start().now();
    let mut leases = watching(now);
    leases.change(&stream(80), Rate::ALL, fps(5.0), now);
    let ticket = put(&leases.due(now));
    leases.done(&stream(80), ticket, true, now, 0.0);
    assert_eq!(puts(&leases.due(now + ms(1500))), [fps(5.0)]);
}
