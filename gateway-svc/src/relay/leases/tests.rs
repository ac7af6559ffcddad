//! Leases from the first viewer to the last, without a bus.

use super::*;
use process::Clock;

pub(super) fn stream(quality: u8) -> StreamId {
    let rendition = quality.to_string().parse().unwrap();
    StreamId {
        camera: CameraId::default(),
        rendition,
    }
}

/// Connected leases with one viewer of 80, its put answered.
pub(super) fn watching(now: Instant) -> Leases {
    let mut leases = Leases::default();
    leases.connected(true, now);
    leases.join(&stream(80), now);
    let ticket = put(&leases.due(now));
    assert_eq!(leases.done(&stream(80), ticket, true, now, 0.0), None);
    leases
}

fn held(leases: &Leases, stream: &StreamId) -> usize {
    leases.held().filter(|held| *held == stream).count()
}

pub(super) fn put(actions: &[Action]) -> Ticket {
    let ticket = actions.iter().find_map(|action| match action {
        Action::Put(_, _, ticket) => Some(*ticket),
        _ => None,
    });
    ticket.unwrap_or_else(|| panic!("no put in {actions:?}"))
}

pub(super) fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

#[test]
fn the_first_viewer_subscribes_before_it_puts_and_the_second_does_nothing() {
    let now = Clock::start().now();
    let mut leases = Leases::default();
    leases.connected(true, now);
    leases.join(&stream(80), now);
    let actions = leases.due(now);
    assert!(
        matches!(&actions[..], [Action::Subscribe(_), Action::Put(..)]),
        "{actions:?}"
    );
    leases.join(&stream(80), now);
    assert_eq!(leases.due(now), []);
    let viewers: Vec<_> = leases.viewers(&CameraId::default()).collect();
    assert_eq!(viewers, [(stream(80).rendition, 2)]);
}

#[test]
fn a_lease_is_renewed_every_1500_ms_spread_by_a_fifth() {
    let now = Clock::start().now();
    let mut leases = watching(now);
    assert_eq!(
        (held(&leases, &stream(80)), held(&leases, &stream(75))),
        (1, 0)
    );
    assert_eq!(leases.next_due(), Some(now + ms(1500)));
    assert_eq!(leases.due(now + ms(1499)), []);
    let ticket = put(&leases.due(now + ms(1500)));
    leases.done(&stream(80), ticket, true, now + ms(1500), -1.0);
    assert_eq!(leases.next_due(), Some(now + ms(1500 + 1200)));
}

#[test]
fn a_put_that_fails_is_tried_again_after_100_ms_and_then_less_often() {
    let now = Clock::start().now();
    let mut leases = watching(now);
    let mut at = now + ms(1500);
    for wait in [100, 200, 400, 500, 500] {
        let ticket = put(&leases.due(at));
        leases.done(&stream(80), ticket, false, at, 0.0);
        at += ms(wait);
        assert_eq!(leases.next_due(), Some(at));
    }
}

#[test]
fn a_reconnect_renews_at_once_and_ignores_the_answer_from_before() {
    let now = Clock::start().now();
    let mut leases = watching(now);
    let lost = put(&leases.due(now + ms(1500)));
    leases.connected(false, now + ms(1600));
    assert_eq!(
        leases.due(now + ms(9000)),
        [],
        "nothing is put while there is nobody to put to"
    );
    leases.connected(true, now + ms(9000));
    let ticket = put(&leases.due(now + ms(9000)));
    assert_ne!(ticket, lost);
    leases.done(&stream(80), lost, false, now + ms(9001), 0.0);
    assert_eq!(
        leases.due(now + ms(9300)),
        [],
        "the new put is still under way"
    );
}

#[test]
fn the_last_viewer_leaves_a_second_behind_and_then_the_key_goes_before_the_subscription() {
    let now = Clock::start().now();
    let mut leases = watching(now);
    leases.join(&stream(80), now);
    leases.leave(&stream(80), Rate::ALL, now);
    assert_eq!(leases.due(now + ms(1400)), [], "one is still there");
    leases.leave(&stream(80), Rate::ALL, now + ms(100));
    assert_eq!(leases.due(now + ms(1099)), []);
    let actions = leases.due(now + ms(1100));
    let [Action::Delete(_, ticket)] = actions[..] else {
        panic!("{actions:?}")
    };
    let after = leases.done(&stream(80), ticket, true, now + ms(1101), 0.0);
    assert_eq!(after, Some(Action::Unsubscribe(stream(80))));
    assert_eq!((leases.next_due(), held(&leases, &stream(80))), (None, 0));
}

#[test]
fn a_viewer_who_comes_back_within_the_second_finds_everything_as_it_was() {
    let now = Clock::start().now();
    let mut leases = watching(now);
    leases.leave(&stream(80), Rate::ALL, now);
    leases.join(&stream(80), now + ms(900));
    assert_eq!(leases.due(now + ms(1400)), []);
}

#[test]
fn a_viewer_who_comes_while_the_key_is_deleted_gets_a_new_one_after_it() {
    let now = Clock::start().now();
    let mut leases = watching(now);
    leases.leave(&stream(80), Rate::ALL, now);
    let actions = leases.due(now + ms(1000));
    let [Action::Delete(_, ticket)] = actions[..] else {
        panic!("{actions:?}")
    };
    leases.join(&stream(80), now + ms(1001));
    assert_eq!(
        leases.due(now + ms(1001)),
        [],
        "the delete must not be overtaken"
    );
    assert_eq!(
        leases.done(&stream(80), ticket, true, now + ms(1002), 0.0),
        None
    );
    put(&leases.due(now + ms(1002)));
}

#[test]
fn a_gateway_that_leaves_does_not_linger() {
    let now = Clock::start().now();
    let mut leases = watching(now);
    leases.leave(&stream(80), Rate::ALL, now);
    leases.leaving(now + ms(1));
    assert!(matches!(leases.due(now + ms(1))[..], [Action::Delete(..)]));
    let mut leases = watching(now);
    leases.leaving(now);
    leases.leave(&stream(80), Rate::ALL, now + ms(5));
    assert!(matches!(leases.due(now + ms(5))[..], [Action::Delete(..)]));
}

#[test]
fn without_a_bus_the_end_needs_no_delete() {
    let now = Clock::start().now();
    let mut leases = watching(now);
    leases.connected(false, now);
    leases.leave(&stream(80), Rate::ALL, now);
    assert_eq!(
        leases.due(now + ms(1000)),
        [Action::Unsubscribe(stream(80))]
    );
}

#[test]
fn a_subscription_that_failed_is_tried_again() {
    let now = Clock::start().now();
    let mut leases = watching(now);
    leases.unsubscribed(&stream(80));
    assert_eq!(leases.due(now), [Action::Subscribe(stream(80))]);
    assert_eq!(leases.due(now), []);
}

#[test]
fn the_answer_to_a_request_that_was_given_up_changes_nothing() {
    let now = Clock::start().now();
    let mut leases = watching(now);
    leases.connected(true, now);
    let old = put(&leases.due(now));
    leases.connected(true, now);
    let new = put(&leases.due(now));
    assert_eq!(leases.done(&stream(80), old, false, now, 0.0), None);
    assert_eq!(held(&leases, &stream(80)), 1);
    assert_eq!(leases.done(&stream(80), new, true, now, 0.0), None);
    leases.leave(&stream(80), Rate::ALL, now);
    let end = now + LEASE_LINGER;
    let actions = leases.due(end);
    let [Action::Delete(_, delete)] = actions[..] else {
        panic!("{actions:?}");
    };
    assert_eq!(leases.done(&stream(80), new, true, end, 0.0), None);
    let gone = leases.done(&stream(80), delete, true, end, 0.0);
    assert_eq!(gone, Some(Action::Unsubscribe(stream(80))));
}

#[test]
fn viewers_are_told_of_one_camera_and_of_rungs_that_have_some() {
    let now = Clock::start().now();
    let mut leases = watching(now);
    let door = StreamId {
        camera: "door".parse().unwrap(),
        ..stream(80)
    };
    leases.join(&door, now);
    leases.join(&stream(40), now);
    leases.leave(&stream(40), Rate::ALL, now);
    let of = |camera: &CameraId| leases.viewers(camera).collect::<Vec<_>>();
    assert_eq!(of(&door.camera), [(door.rendition, 1)]);
    assert_eq!(of(&CameraId::default()), [(stream(80).rendition, 1)]);
    assert_eq!(held(&leases, &stream(80)), 1);
    assert_eq!(held(&leases, &door), 0, "the door's is not put yet");
}
