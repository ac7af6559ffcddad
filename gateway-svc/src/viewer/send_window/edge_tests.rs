//! The window at its edges: what exactly counts as late, near, lost or full.

use super::*;
use process::Clock;

const MS: Duration = Duration::from_millis(1);
/// The bare round trip of the path.
const TRIP: Duration = Duration::from_millis(10);

/// A window that has measured the bare round trip, and the time.
fn measured() -> (SendWindow, Instant) {
    let now = Clock::start().now();
    let mut window = SendWindow::new(now);
    let probe = window.probe(now).unwrap();
    window.pong(probe, now + TRIP, true);
    (window, now + TRIP)
}

#[test]
fn a_probe_has_a_number_that_no_frame_has() {
    let now = Clock::start().now();
    assert_eq!(SendWindow::new(now).probe(now), Some(u64::MAX / 2 + 1));
}

#[test]
fn a_round_trip_is_forgotten_after_two_turns() {
    let mut rtt = MinRtt::default();
    rtt.note(TRIP);
    rtt.turn();
    rtt.note(5 * TRIP);
    assert_eq!(rtt.get(), Some(TRIP));
    rtt.turn();
    assert_eq!(rtt.get(), Some(5 * TRIP));
}

#[test]
fn a_frame_is_overdue_when_more_than_the_delay_target_has_passed() {
    let (mut window, now) = measured();
    window.sent(1, 1, now);
    let allowed = TRIP + QUEUE_DELAY_TARGET;
    assert!(!window.overdue(now + allowed));
    assert!(window.overdue(now + allowed + MS));
}

#[test]
fn an_ack_confirms_its_frame_and_those_before() {
    let (mut window, now) = measured();
    for number in 1..=3 {
        window.sent(number, 10 + number, now);
    }
    window.ack(12, now + TRIP, true);
    assert_eq!(window.unconfirmed(), 1);
}

#[test]
fn only_a_path_without_a_queue_is_fast_and_its_window_is_full_with_the_fourth() {
    let (mut slow, now) = measured();
    slow.sent(1, 1, now);
    slow.pong(1, now + TRIP + QUEUE_DELAY_TARGET / 2, true);
    assert!(slow.nearly_full(), "in time, but there is a queue");
    let (mut fast, now) = measured();
    fast.sent(1, 1, now);
    fast.pong(1, now + TRIP + QUEUE_DELAY_TARGET / 4, true);
    for number in 2..5 {
        assert!(!fast.nearly_full(), "before frame {number}");
        fast.sent(number, number, now + TRIP);
    }
    assert!(fast.nearly_full());
}

#[test]
fn a_late_frame_shrinks_the_window_to_what_would_have_been_in_time() {
    let (mut window, now) = measured();
    window.size = 10;
    window.sent(1, 1, now);
    window.pong(1, now + 2 * (TRIP + QUEUE_DELAY_TARGET), true);
    assert_eq!(window.size, 5);
}
