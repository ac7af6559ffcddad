//! Viewers that come and go, a light that answers or does not.

use super::*;

const NOBODY: Conditions = Conditions {
    demanded: false,
    private: false,
    standby: false,
};
const WATCHED: Conditions = Conditions {
    demanded: true,
    ..NOBODY
};
const LINGER: Duration = Duration::from_secs(10);
const MS: Duration = Duration::from_millis(1);

#[expect(
    clippy::disallowed_methods,
    reason = "an Instant can only be had from the clock; tests add to it"
)]
fn now() -> Instant {
    Instant::now()
}

#[expect(clippy::unnecessary_wraps, reason = "as it is compared")]
const fn told(on: bool, why: Why, turn: u64) -> Option<Watching> {
    Some(Watching { on, why, turn })
}

#[test]
fn a_reload_is_no_end_and_the_linger_is_part_of_the_turn() {
    let (mut watcher, start) = (Watcher::new(Some(LINGER), false), now());
    let mut at = |ms, conditions| watcher.decide(conditions, 0, start + ms * MS, 0).watching;
    assert_eq!(at(0, WATCHED), told(true, Why::Viewer, 1));
    assert_eq!(at(1000, NOBODY), told(true, Why::Viewer, 1));
    assert_eq!(at(5000, WATCHED), told(true, Why::Viewer, 1));
    assert_eq!(at(6000, NOBODY), told(true, Why::Viewer, 1));
    assert_eq!(at(16_000, NOBODY), told(false, Why::Left, 1));
    assert_eq!(at(17_000, WATCHED), told(true, Why::Viewer, 2));
}

#[test]
fn privacy_and_standby_end_it_at_once_and_say_so() {
    let private = Conditions {
        private: true,
        ..WATCHED
    };
    let standby = Conditions {
        standby: true,
        ..WATCHED
    };
    for (conditions, why) in [(private, Why::Privacy), (standby, Why::Standby)] {
        let (mut watcher, start) = (Watcher::new(Some(LINGER), false), now());
        watcher.decide(WATCHED, 0, start, 0);
        let decision = watcher.decide(conditions, 0, start, 0);
        assert_eq!(decision.watching, told(false, why, 1));
    }
}

#[test]
fn that_nobody_watches_is_known_when_every_gateway_has_had_its_turn() {
    let (mut watcher, start) = (Watcher::new(Some(LINGER), true), now());
    let standby = Conditions {
        standby: true,
        ..NOBODY
    };
    let long_after = watcher.decide(standby, 0, start + 60_000 * MS, 0);
    assert_eq!(long_after.watching, None, "another one serves the camera");
    let active = start + 100_000 * MS;
    let decision = watcher.decide(NOBODY, 0, active, 0);
    assert_eq!(decision.watching, None);
    assert_eq!(decision.ask_again, Some(active + SETTLE_TIME));
    let settled = watcher.decide(NOBODY, 0, active + SETTLE_TIME, 0);
    assert_eq!(settled.watching, told(false, Why::Started, 0));
    assert_eq!(settled.ask_again, None);
}

#[test]
fn frames_wait_for_the_answer_and_those_of_before_are_not_shown() {
    let (mut watcher, start) = (Watcher::new(Some(LINGER), true), now());
    let asked = watcher.decide(WATCHED, 0, start, 1_000);
    assert_eq!(asked.not_before_us, None);
    assert_eq!(asked.ask_again, Some(start + ANSWER_WAIT_MAX));
    let answered = watcher.decide(WATCHED, 1, start + 40 * MS, 41_000);
    assert_eq!(answered.not_before_us, Some(41_000));
    let later = watcher.decide(WATCHED, 1, start + 80 * MS, 81_000);
    assert_eq!(later.not_before_us, Some(41_000), "and it stays so");
}

#[test]
fn who_does_not_answer_holds_nothing_up_for_longer_than_it_may() {
    let (mut watcher, start) = (Watcher::new(Some(LINGER), true), now());
    watcher.decide(WATCHED, 0, start, 1_000);
    let just_before = watcher.decide(
        WATCHED,
        0,
        start + ANSWER_WAIT_MAX.saturating_sub(MS),
        2_000,
    );
    assert_eq!(
        (just_before.not_before_us, just_before.gave_up),
        (None, false)
    );
    let given_up = watcher.decide(WATCHED, 0, start + ANSWER_WAIT_MAX, 3_000);
    assert_eq!(
        given_up.not_before_us,
        Some(0),
        "also what was captured meanwhile"
    );
    assert!(given_up.gave_up);
    let late = watcher.decide(WATCHED, 1, start + 2 * ANSWER_WAIT_MAX, 4_000);
    assert_eq!((late.not_before_us, late.gave_up), (Some(0), false));
}

#[test]
fn each_turn_is_asked_anew_and_an_answer_to_the_last_one_is_none_to_this() {
    let (mut watcher, start) = (Watcher::new(Some(Duration::ZERO), true), now());
    watcher.decide(WATCHED, 0, start, 0);
    watcher.decide(WATCHED, 1, start, 0);
    watcher.decide(NOBODY, 1, start + MS, 0);
    let second = watcher.decide(WATCHED, 1, start + 2 * MS, 0);
    assert_eq!(
        (second.watching, second.not_before_us),
        (told(true, Why::Viewer, 2), None)
    );
}

#[test]
fn without_anybody_who_answers_nothing_waits_and_a_camera_that_is_always_open_is_not_always_watched()
 {
    let (mut watcher, start) = (Watcher::new(None, false), now());
    let first = watcher.decide(WATCHED, 0, start, 7);
    assert_eq!(first.not_before_us, Some(0));
    watcher.decide(NOBODY, 0, start, 7);
    let left = watcher.decide(NOBODY, 0, start + LINGER_DEFAULT, 7);
    assert_eq!(left.watching, told(false, Why::Left, 1));
}
