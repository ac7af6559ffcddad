//! Frames that come late, early, from the past and from another run.

use super::*;

const MS: u64 = 1000;
const FRAME: u64 = 29 * MS;

/// A camera whose clock is an hour behind, and the judge of its frames.
struct Camera {
    judge: LatenessFilter,
    now_us: u64,
}

const HOUR: u64 = 3_600_000 * MS;
/// The latest time that a stamp can tell.
const FAR_FUTURE: Stamp = Stamp {
    run: 1,
    seq: 0,
    captured_at_us: 9_999_999_999_999_999,
};

impl Camera {
    fn new() -> Self {
        Self {
            judge: LatenessFilter::default(),
            now_us: 10 * HOUR,
        }
    }

    /// A frame of `run` captured `age` ago arrives now.
    fn arrives(&mut self, run: u32, age: u64) -> bool {
        let captured_at_us = self.now_us - HOUR - age;
        self.judge.judge(
            &Stamp {
                run,
                seq: 0,
                captured_at_us,
            },
            self.now_us,
        )
    }

    fn flows(&mut self, run: u32, frames: u64, age: u64) -> usize {
        self.flows_at(FRAME, run, frames, age)
    }

    /// The same of frames that are so far apart.
    fn flows_at(&mut self, spacing: u64, run: u32, frames: u64, age: u64) -> usize {
        let shown = (0..frames).filter(|_| {
            self.now_us += spacing;
            self.arrives(run, age)
        });
        shown.count()
    }
}

#[test]
fn clocks_that_differ_by_an_hour_do_not_matter() {
    let mut camera = Camera::new();
    assert_eq!(camera.flows(1, 1000, 5 * MS), 1000);
}

#[test]
fn an_older_run_is_back_when_the_newer_was_silent_long_enough() {
    let mut camera = Camera::new();
    camera.flows(1, 10, 5 * MS);
    camera.flows(2, 10, 5 * MS);
    camera.now_us += RUN_TAKEOVER_US - 1;
    assert!(!camera.arrives(1, 5 * MS), "left over");
    camera.now_us += 1;
    assert!(camera.arrives(1, 5 * MS));
}

#[test]
fn one_best_way_is_kept_for_each_second_of_the_baseline() {
    let mut camera = Camera::new();
    camera.flows(1, 1000, 5 * MS);
    assert_eq!(camera.judge.best.len() as u64, BASELINE_S);
}

#[test]
fn clocks_that_differ_are_told_once_a_run() {
    let mut judge = LatenessFilter::default();
    let stamp = |run, captured_at_us| Stamp {
        run,
        seq: 0,
        captured_at_us,
    };
    assert_eq!(
        judge.clocks_differ(&stamp(1, 10 * HOUR), 10 * HOUR + 5 * MS),
        None
    );
    assert_eq!(
        judge.clocks_differ(&stamp(2, 10 * HOUR), 11 * HOUR),
        Some(3600)
    );
    assert_eq!(
        judge.clocks_differ(&stamp(2, 10 * HOUR), 11 * HOUR),
        None,
        "once"
    );
    assert_eq!(
        judge.clocks_differ(&stamp(3, 11 * HOUR), 10 * HOUR),
        Some(-3600)
    );
}

#[test]
fn a_burst_of_the_past_is_dropped_and_the_present_shown() {
    let mut camera = Camera::new();
    camera.flows(1, 100, 5 * MS);
    // The server stood still for a minute: nothing came, and now everything at once.
    camera.now_us += 60_000 * MS;
    for age in (600..5000).rev().step_by(29) {
        assert!(!camera.arrives(1, age * MS), "{age} ms old");
    }
    assert!(camera.arrives(1, 400 * MS));
    assert_eq!(camera.flows(1, 10, 5 * MS), 10);
}

#[test]
fn a_path_that_stays_longer_is_accepted_after_ten_seconds() {
    let mut camera = Camera::new();
    camera.flows(1, 100, 5 * MS);
    let shown = camera.flows(1, 1000, 700 * MS);
    let lost = 1000 - shown;
    assert!((300..=350).contains(&lost), "{lost} frames of 29 ms lost");
}

#[test]
fn a_clock_that_is_set_back_darkens_few_frames_where_few_come() {
    // A picture a second, one in ten, one a minute.
    for (spacing_ms, most) in [(1000, 11), (10_000, 2), (60_000, 1)] {
        let mut camera = Camera::new();
        camera.flows_at(spacing_ms * MS, 1, 100, 5 * MS);
        let shown = camera.flows_at(spacing_ms * MS, 1, 200, 2000 * MS);
        let lost = 200 - shown;
        assert!(lost <= most, "{lost} frames {spacing_ms} ms apart lost");
    }
}

#[test]
fn a_pause_of_an_hour_does_not_make_what_is_late_the_present() {
    let mut camera = Camera::new();
    camera.flows(1, 100, 5 * MS);
    camera.now_us += HOUR;
    assert!(!camera.arrives(1, 5000 * MS));
    assert!(!camera.arrives(1, 4000 * MS));
    assert_eq!(camera.flows(1, 10, 5 * MS), 10);
}

#[test]
fn another_run_begins_anew_and_left_overs_of_the_old_one_do_not_come_back() {
    let mut camera = Camera::new();
    camera.flows(1, 100, 5 * MS);
    // Another host takes over: its clock is 2 s further behind.
    assert_eq!(camera.flows(2, 10, 2000 * MS), 10);
    assert!(!camera.arrives(1, 0));
    assert_eq!(camera.flows(2, 10, 2000 * MS), 10);
    camera.now_us += 3000 * MS;
    assert!(camera.arrives(1, 0));
}

#[test]
fn one_frame_from_the_far_future_darkens_nothing_and_is_not_shown() {
    let mut camera = Camera::new();
    camera.flows(1, 100, 5 * MS);
    assert!(!camera.judge.judge(&FAR_FUTURE, camera.now_us));
    assert_eq!(camera.flows(1, 1000, 5 * MS), 1000);
}

#[test]
fn a_first_frame_from_the_future_darkens_no_more_than_a_second() {
    for ahead in [900 * MS, 9_000_000_000 * MS] {
        let mut camera = Camera::new();
        let first = Stamp {
            run: 1,
            seq: 0,
            captured_at_us: camera.now_us - HOUR + ahead,
        };
        camera.judge.judge(&first, camera.now_us);
        let lost = 100 - camera.flows(1, 100, 5 * MS) as u64;
        assert!(lost <= BELIEVED_AFTER_US / FRAME + 1, "{lost} frames lost");
        assert_eq!(camera.flows(1, 1000, 5 * MS), 1000);
    }
}

#[test]
fn a_camera_whose_clock_is_set_ahead_is_believed_after_a_second() {
    let mut camera = Camera::new();
    camera.flows(1, 100, 5000 * MS);
    let lost = 100 - camera.flows(1, 100, 5 * MS) as u64;
    let second = BELIEVED_AFTER_US / FRAME;
    assert!((second..=second + 1).contains(&lost), "{lost} frames lost");
    assert!(!camera.arrives(1, 5000 * MS), "the old delay is late now");
}
