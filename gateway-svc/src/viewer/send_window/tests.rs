//! The window at work: simulated links, and what each answer of a viewer does.

use super::*;
use process::Clock;
use std::collections::BTreeMap;

/// A path with a bare round trip and a bottleneck, and a source of 34 frames a second, in virtual time.
struct Path {
    trip: Duration,
    per_frame: Duration,
    free_at: Instant,
    arrivals: BTreeMap<Instant, Vec<u64>>,
}

struct Seen {
    shown: usize,
    ages: Vec<Duration>,
}

impl Seen {
    fn p95(&mut self) -> Duration {
        self.ages.sort();
        self.ages[self.ages.len() * 95 / 100]
    }
}

/// Streams for `seconds` and tells what was confirmed in the last `tail` of them.
fn stream(trip: u64, per_frame: u64, seconds: u64, tail: u64) -> Seen {
    let start = Clock::start().now();
    let mut window = SendWindow::new(start);
    let mut path = Path {
        trip: Duration::from_millis(trip),
        per_frame: Duration::from_millis(per_frame),
        free_at: start,
        arrivals: BTreeMap::new(),
    };
    let mut seen = Seen {
        shown: 0,
        ages: Vec::new(),
    };
    let mut numbers = 0;
    let mut captured = BTreeMap::new();
    let mut frame_at = start;
    let mut newest = None;
    for at in (0..seconds * 1000).map(|ms| start + Duration::from_millis(ms)) {
        while let Some(entry) = path
            .arrivals
            .first_entry()
            .filter(|entry| *entry.key() <= at)
        {
            for number in entry.remove() {
                window.pong(number, at, true);
                if let Some(captured) = captured.remove(&number) {
                    let arrived: Instant = at.checked_sub(path.trip / 2).unwrap();
                    if at > start + Duration::from_secs(seconds - tail) {
                        seen.shown += 1;
                        seen.ages.push(arrived - captured);
                    }
                }
            }
        }
        let send = |path: &mut Path, number: u64, takes: Duration| {
            path.free_at = path.free_at.max(at) + takes;
            path.arrivals
                .entry(path.free_at + path.trip)
                .or_default()
                .push(number);
        };
        if let Some(number) = window.probe(at) {
            send(&mut path, number, Duration::ZERO);
        }
        if at >= frame_at {
            newest = Some(at);
            frame_at += Duration::from_micros(29_412);
        }
        if newest.is_some() && window.may_send(at) && window.feedback() != Feedback::Kernel {
            numbers += 1;
            window.sent(numbers, numbers, at);
            captured.insert(numbers, newest.take().unwrap());
            let takes = path.per_frame;
            send(&mut path, numbers, takes);
        }
    }
    seen
}

#[test]
fn a_near_viewer_gets_every_frame() {
    let seen = stream(2, 1, 20, 10);
    assert!((338..=341).contains(&seen.shown), "{}", seen.shown);
}

#[test]
fn a_pause_of_a_tenth_of_a_second_costs_a_near_viewer_no_frame() {
    let (mut window, now) = near();
    for number in 2..=5 {
        assert!(window.may_send(now));
        window.sent(number, number, now);
    }
    assert!(!window.may_send(now));
}

/// A near plain viewer that has answered its probe and its first frame, and when that was.
fn near() -> (SendWindow, Instant) {
    let now = Clock::start().now();
    let mut window = SendWindow::new(now);
    let probe = window.probe(now).unwrap();
    window.pong(probe, now + Duration::from_millis(1), true);
    window.sent(1, 1, now);
    window.pong(1, now + Duration::from_millis(3), true);
    (window, now)
}

#[test]
fn pongs_are_coalesced_while_frames_flow_and_there_is_room() {
    let (mut window, now) = near();
    assert!(
        !SendWindow::new(now).may_coalesce_answers(now, false),
        "nothing is known of it"
    );
    for number in 2..=3 {
        window.sent(number, number, now);
        assert!(window.may_coalesce_answers(now, false));
    }
    assert!(
        !window.may_coalesce_answers(now + ACTIVE_WITHIN, true),
        "its pong would wait alone"
    );
    window.sent(4, 4, now);
    assert!(
        window.nearly_full() && window.may_coalesce_answers(now, true),
        "room for one"
    );
    assert!(
        !window.may_coalesce_answers(now, false),
        "which is not enough to begin with"
    );
    window.sent(5, 5, now);
    assert!(
        !window.may_coalesce_answers(now, true),
        "it is behind: each pong counts"
    );
    window.pong(5, now, false);
    assert!(window.may_coalesce_answers(now, false));
    assert!(
        !window.may_coalesce_answers(now + ACTIVE_WITHIN, true),
        "what else it says, it says alone"
    );
    window.sent(6, 6, now);
    window.ack(6, now, false);
    assert!(
        window.may_coalesce_answers(now, false),
        "an ack is an answer as a pong is"
    );
}

#[test]
fn a_viewer_is_listened_to_closely_when_a_pong_is_late_or_measures_the_way() {
    let (mut window, now) = near();
    window.sent(2, 2, now);
    assert!(window.may_coalesce_answers(now + ANSWER_DELAY, true));
    assert!(
        !window.may_coalesce_answers(now + ANSWER_DELAY * 2, true),
        "late"
    );
    window.pong(2, now, false);
    let later = now + PROBE_INTERVAL;
    window.sent(3, 3, later);
    window.pong(3, later, false);
    assert!(window.may_coalesce_answers(later, true));
    let probe = window.probe(later).unwrap();
    assert!(!window.may_coalesce_answers(later, true), "measured");
    window.pong(probe, later, true);
    assert!(window.may_coalesce_answers(later, false));
}

#[test]
fn a_pong_that_waited_for_another_says_nothing_of_the_way() {
    let (mut window, now) = near();
    let later = now + QUEUE_DELAY_TARGET * 2;
    window.sent(2, 2, now);
    window.sent(3, 3, later);
    window.pong(2, later + Duration::from_millis(1), false);
    window.pong(3, later + Duration::from_millis(1), true);
    assert!(
        !window.congested && window.size >= FAST_WINDOW,
        "{window:?}"
    );
}

#[test]
fn a_far_viewer_with_bandwidth_gets_every_frame() {
    for trip in [150, 300] {
        let seen = stream(trip, 2, 40, 30);
        assert!(
            seen.shown >= 33 * 30,
            "{} frames in 30 s at {trip} ms",
            seen.shown
        );
    }
}

#[test]
fn a_narrow_path_gets_fewer_frames_and_never_old_ones() {
    // 60 KB at 1.5 Mb/s take 320 ms.
    let mut seen = stream(20, 320, 600, 590);
    assert!(
        seen.shown > 590 * 1000 / 345 - 60,
        "the path is used: {} frames",
        seen.shown
    );
    assert!(
        seen.p95() <= Duration::from_millis(320 + 150),
        "p95 {:?}",
        seen.p95()
    );
}

#[test]
fn a_path_a_little_too_narrow_does_not_build_a_queue_over_time() {
    let mut seen = stream(20, 40, 300, 60);
    assert!(
        seen.shown > 23 * 60,
        "{} frames in 60 s where 25 a second fit",
        seen.shown
    );
    assert!(
        seen.p95() <= Duration::from_millis(20 + 40 + 150),
        "p95 {:?}",
        seen.p95()
    );
}

#[test]
fn a_long_narrow_path_is_judged_by_its_own_round_trip() {
    let mut seen = stream(200, 320, 120, 60);
    assert!(
        seen.p95() <= Duration::from_millis(100 + 320 + 150),
        "p95 {:?}",
        seen.p95()
    );
}

#[test]
fn an_ack_counts_for_all_frames_before_it_and_pongs_no_longer_do() {
    let now = Clock::start().now();
    let mut window = SendWindow::new(now);
    window.sent(1, 101, now);
    window.sent(2, 102, now);
    window.ack(102, now, true);
    assert_eq!(window.feedback(), Feedback::Acks);
    window.sent(3, 103, now);
    assert!(!window.may_send(now));
    window.pong(3, now, true);
    assert!(!window.may_send(now), "it arrived, and was not yet decoded");
    window.ack(103, now, true);
    assert!(window.may_send(now));
}

#[test]
fn a_frame_the_script_threw_away_does_not_stop_the_stream() {
    let now = Clock::start().now();
    let mut window = SendWindow::new(now);
    window.sent(1, 101, now);
    window.ack(101, now, true);
    window.sent(2, 102, now);
    window.pong(2, now, true);
    window.tidy(now + ACK_TIMEOUT);
    assert!(!window.may_send(now + ACK_TIMEOUT));
    window.tidy(now + ACK_TIMEOUT * 2);
    assert!(window.may_send(now + ACK_TIMEOUT * 2));
}

#[test]
fn a_viewer_that_stops_answering_is_dead_and_one_that_never_did_is_the_kernels() {
    let now = Clock::start().now();
    let late = now + DEAD_AFTER + Duration::from_millis(1);
    let mut window = SendWindow::new(now);
    assert!(!window.dead(late) && window.may_send(late));
    window.pong(7, now, true);
    assert!(!window.dead(now + DEAD_AFTER) && window.dead(late));
}

#[test]
fn life_is_asked_for_every_ten_seconds_even_without_frames() {
    let now = Clock::start().now();
    let mut window = SendWindow::new(now);
    assert_eq!(window.probe(now), Some(FIRST_PROBE));
    assert_eq!(window.probe(now + PROBE_INTERVAL / 2), None);
    assert_eq!(window.probe(now + PROBE_INTERVAL), Some(FIRST_PROBE + 1));
    window.sent(4, 4, now + PROBE_INTERVAL);
    assert_eq!(
        window.probe(now + PROBE_INTERVAL * 2),
        None,
        "a frame is on its way"
    );
    let too_long = PROBE_INTERVAL * 2 + PROBE_INTERVAL / 2;
    assert!(window.probe(now + too_long).is_some());
}
