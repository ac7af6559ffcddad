//! Leases from the first viewer to the last, without a bus.

use super::*;
use crate::clock::Clock;

fn stream(quality: u8) -> StreamId {
    let rung = Rung::of_quality(quality).unwrap();
    StreamId {
        camera: CameraId::default(),
        rung,
    }
}

/// A connected interest with one viewer of 80, its put answered.
fn watching(now: Instant) -> Interest {
    let mut interest = Interest::default();
    interest.connected(true, now);
    interest.join(&stream(80), now);
    let ticket = put(&interest.due(now));
    assert_eq!(interest.done(&stream(80), ticket, true, now, 0.0), None);
    interest
}

fn put(actions: &[Action]) -> Ticket {
    let ticket = actions.iter().find_map(|action| match action {
        Action::Put(_, ticket) => Some(*ticket),
        _ => None,
    });
    ticket.unwrap_or_else(|| panic!("no put in {actions:?}"))
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

#[test]
fn the_first_viewer_subscribes_before_it_puts_and_the_second_does_nothing() {
    let now = Clock::start().now();
    let mut interest = Interest::default();
    interest.connected(true, now);
    interest.join(&stream(80), now);
    let actions = interest.due(now);
    assert!(
        matches!(&actions[..], [Action::Subscribe(_), Action::Put(..)]),
        "{actions:?}"
    );
    interest.join(&stream(80), now);
    assert_eq!(interest.due(now), []);
    let viewers: Vec<_> = interest.viewers(&CameraId::default()).collect();
    assert_eq!(viewers, [(stream(80).rung, 2)]);
}

#[test]
fn a_lease_is_renewed_every_1500_ms_spread_by_a_fifth() {
    let now = Clock::start().now();
    let mut interest = watching(now);
    assert_eq!(
        (
            interest.held(stream(80).rung),
            interest.held(stream(75).rung)
        ),
        (1, 0)
    );
    assert_eq!(interest.next_due(), Some(now + ms(1500)));
    assert_eq!(interest.due(now + ms(1499)), []);
    let ticket = put(&interest.due(now + ms(1500)));
    interest.done(&stream(80), ticket, true, now + ms(1500), -1.0);
    assert_eq!(interest.next_due(), Some(now + ms(1500 + 1200)));
}

#[test]
fn a_put_that_fails_is_tried_again_after_100_ms_and_then_less_often() {
    let now = Clock::start().now();
    let mut interest = watching(now);
    let mut at = now + ms(1500);
    for wait in [100, 200, 400, 500, 500] {
        let ticket = put(&interest.due(at));
        interest.done(&stream(80), ticket, false, at, 0.0);
        at += ms(wait);
        assert_eq!(interest.next_due(), Some(at));
    }
}

#[test]
fn a_reconnect_renews_at_once_and_ignores_the_answer_from_before() {
    let now = Clock::start().now();
    let mut interest = watching(now);
    let lost = put(&interest.due(now + ms(1500)));
    interest.connected(false, now + ms(1600));
    assert_eq!(
        interest.due(now + ms(9000)),
        [],
        "nothing is put while there is nobody to put to"
    );
    interest.connected(true, now + ms(9000));
    let ticket = put(&interest.due(now + ms(9000)));
    assert_ne!(ticket, lost);
    interest.done(&stream(80), lost, false, now + ms(9001), 0.0);
    assert_eq!(
        interest.due(now + ms(9300)),
        [],
        "the new put is still under way"
    );
}

#[test]
fn the_last_viewer_leaves_a_second_behind_and_then_the_key_goes_before_the_subscription() {
    let now = Clock::start().now();
    let mut interest = watching(now);
    interest.join(&stream(80), now);
    interest.leave(&stream(80), now);
    assert_eq!(interest.due(now + ms(1400)), [], "one is still there");
    interest.leave(&stream(80), now + ms(100));
    assert_eq!(interest.due(now + ms(1099)), []);
    let actions = interest.due(now + ms(1100));
    let [Action::Delete(_, ticket)] = actions[..] else {
        panic!("{actions:?}")
    };
    let after = interest.done(&stream(80), ticket, true, now + ms(1101), 0.0);
    assert_eq!(after, Some(Action::Unsubscribe(stream(80))));
    assert_eq!(
        (interest.next_due(), interest.held(stream(80).rung)),
        (None, 0)
    );
}

#[test]
fn a_viewer_who_comes_back_within_the_second_finds_everything_as_it_was() {
    let now = Clock::start().now();
    let mut interest = watching(now);
    interest.leave(&stream(80), now);
    interest.join(&stream(80), now + ms(900));
    assert_eq!(interest.due(now + ms(1400)), []);
}

#[test]
fn a_viewer_who_comes_while_the_key_is_deleted_gets_a_new_one_after_it() {
    let now = Clock::start().now();
    let mut interest = watching(now);
    interest.leave(&stream(80), now);
    let actions = interest.due(now + ms(1000));
    let [Action::Delete(_, ticket)] = actions[..] else {
        panic!("{actions:?}")
    };
    interest.join(&stream(80), now + ms(1001));
    assert_eq!(
        interest.due(now + ms(1001)),
        [],
        "the delete must not be overtaken"
    );
    assert_eq!(
        interest.done(&stream(80), ticket, true, now + ms(1002), 0.0),
        None
    );
    put(&interest.due(now + ms(1002)));
}

#[test]
fn a_gateway_that_leaves_does_not_linger() {
    let now = Clock::start().now();
    let mut interest = watching(now);
    interest.leave(&stream(80), now);
    interest.leaving(now + ms(1));
    assert!(matches!(
        interest.due(now + ms(1))[..],
        [Action::Delete(..)]
    ));
    let mut interest = watching(now);
    interest.leaving(now);
    interest.leave(&stream(80), now + ms(5));
    assert!(matches!(
        interest.due(now + ms(5))[..],
        [Action::Delete(..)]
    ));
}

#[test]
fn without_a_bus_the_end_needs_no_delete() {
    let now = Clock::start().now();
    let mut interest = watching(now);
    interest.connected(false, now);
    interest.leave(&stream(80), now);
    assert_eq!(
        interest.due(now + ms(1000)),
        [Action::Unsubscribe(stream(80))]
    );
}
