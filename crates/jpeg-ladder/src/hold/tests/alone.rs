//! Each of four parts of the rule where nothing but that part can fire: beside chance one that is out of order goes unseen.
//!
//! No noise, so that the limits are those of rounding alone and every frame's verdicts are known to the interval. A
//! block's DC is told in its own units, 64 to a grey level; one unit is a third of the deviation of a difference.

use std::f32::consts::PI;

use super::WARM;
use super::stage::{Stage, room};
use crate::hold::Verdict;

/// Grey levels that a block's DC takes for one unit.
const UNIT_OF_DC: f32 = 1.0 / 64.0;
/// Grey levels that a wave across a block takes for one unit of its coefficient.
const UNIT_OF_WAVE: f32 = 1.0 / 45.255;
/// Intervals side by side, five MCUs each; the place in the middle whose four sides are intervals, too.
const ACROSS: usize = 4;
const MIDDLE: usize = 2 * ACROSS + 1;
/// In ascending order.
const MIDDLE_AND_SIDES: [usize; 5] = [
    MIDDLE - ACROSS,
    MIDDLE - 1,
    MIDDLE,
    MIDDLE + 1,
    MIDDLE + ACROSS,
];

/// A still room without noise; refreshes are so far apart that none gets in between.
fn still() -> Stage {
    let mut stage = Stage::new(0.0).refreshing(1_000_000);
    stage.wait(WARM, 0, &room);
    assert_eq!(fresh(&stage), []);
    stage
}

fn fresh(stage: &Stage) -> Vec<usize> {
    let all = stage.verdicts.iter().enumerate();
    all.filter(|(_, verdict)| **verdict != Verdict::Held)
        .map(|(i, _)| i)
        .collect()
}

/// The interval at a place.
fn interval(x: f32, y: f32) -> usize {
    y as usize / 16 * ACROSS + x as usize / 80
}

#[test]
fn what_nine_mcus_have_in_common_is_encoded_with_the_next_frame_and_nothing_less_is() {
    for (units, seen) in [(3.0, true), (-3.0, true), (2.0, false)] {
        let mut stage = still();
        // Columns 4 to 6 of rows 2 to 4: one MCU of the first interval and two of the second. What an interval sees of
        // that by itself takes its means eleven frames.
        let shade = |x: f32, y: f32| {
            let inside = (64.0..112.0).contains(&x) && (32.0..80.0).contains(&y);
            room(x, y) + if inside { units * UNIT_OF_DC } else { 0.0 }
        };
        stage.shoot(1, &shade);
        assert_eq!(fresh(&stage), [], "{units} at once");
        stage.shoot(1, &shade);
        let rows: Vec<usize> = (2..5).flat_map(|y| [y * ACROSS, y * ACROSS + 1]).collect();
        assert_eq!(fresh(&stage), if seen { rows } else { vec![] }, "{units}");
        stage.shoot(1, &shade);
        assert_eq!(fresh(&stage), [], "{units} once more");
    }
}

#[test]
fn what_nine_times_nine_mcus_have_in_common_is_encoded_with_the_next_frame_and_nothing_less_is() {
    for (units, seen) in [(2.0, true), (-2.0, true), (1.0, false)] {
        let mut stage = still();
        // Three intervals of nine rows: more would be everything.
        let shade = |x: f32, y: f32| {
            let inside = x < 240.0 && y < 144.0;
            room(x, y) + if inside { units * UNIT_OF_DC } else { 0.0 }
        };
        stage.shoot(1, &shade);
        assert_eq!(fresh(&stage), [], "{units} at once");
        stage.shoot(1, &shade);
        let rows = (0..9).flat_map(|y| y * ACROSS..y * ACROSS + 3).collect();
        assert_eq!(fresh(&stage), if seen { rows } else { vec![] }, "{units}");
        stage.shoot(1, &shade);
        assert_eq!(fresh(&stage), [], "{units} once more");
    }
}

#[test]
fn what_moved_and_its_sides_are_encoded_again_nine_frames_later_with_what_it_left_behind() {
    let mut stage = still();
    // Five changes in a row in the middle.
    for t in 0..5 {
        stage.shoot(1 + t % 2, &|x, y| {
            let shown = t % 2 == 0 && interval(x, y) == MIDDLE;
            room(x, y) + if shown { 20.0 } else { 0.0 }
        });
        assert!(fresh(&stage).contains(&MIDDLE), "{t}");
    }
    // It leaves one unit behind in one MCU of each interval: below all limits, for ever.
    let left_behind = |x: f32, y: f32| {
        let here = interval(x, y) == MIDDLE;
        let residue = if x % 80.0 < 16.0 { UNIT_OF_DC } else { 0.0 };
        room(x, y) + residue + if here { 20.0 } else { 0.0 }
    };
    for t in 1..40 {
        stage.shoot(3, &left_behind);
        let rim: &[usize] = if t == 9 { &MIDDLE_AND_SIDES } else { &[] };
        assert_eq!(fresh(&stage), rim, "{t} frames later");
        let blocks = stage.frame.len() / stage.verdicts.len();
        let shown = stage.hold.shown().chunks(blocks);
        let right = shown.zip(stage.frame.chunks(blocks)).enumerate();
        let right = right.filter(|(_, (shown, frame))| shown == frame);
        let wanted: &[usize] = if t < 9 { &[] } else { &MIDDLE_AND_SIDES };
        assert!(
            right.map(|(i, _)| i).eq(wanted.iter().copied()),
            "{t} frames later"
        );
    }
}

#[test]
fn faint_signs_are_enough_where_much_has_changed_of_late_and_nowhere_else() {
    for (still_frames, is_restless) in [(1, true), (3, true), (4, false)] {
        let mut stage = still();
        let changed = |x: f32, y: f32| {
            let here = interval(x, y) == MIDDLE;
            room(x, y) + if here { 20.0 } else { 0.0 }
        };
        for t in 0..5 {
            match t % 2 {
                0 => stage.shoot(1, &changed),
                _ => stage.shoot(0, &room),
            };
        }
        // Still again: what changed a moment ago is another reason.
        for _ in 0..still_frames {
            stage.shoot(1, &changed);
            assert_eq!(fresh(&stage), []);
        }
        // Two units all over an interval, there and in one that has been still.
        stage.shoot(2, &|x, y| {
            let sign = [MIDDLE, MIDDLE + 5 * ACROSS].contains(&interval(x, y));
            changed(x, y) + if sign { 2.0 * UNIT_OF_DC } else { 0.0 }
        });
        let wanted: &[usize] = if is_restless { &[MIDDLE] } else { &[] };
        assert_eq!(fresh(&stage), wanted, "{still_frames} frames later");
    }
}

#[test]
fn nothing_is_held_while_weak_signs_are_everywhere_and_what_is_still_is_when_they_are_gone() {
    let mut stage = Stage::new(0.0).refreshing(1_000_000);
    while !stage.hold.noise.is_known() {
        stage.shoot(0, &room);
    }
    // The first frame that is compared is encoded as a whole. Those after it have the same share of waves in every four
    // frames, so that the means of late are as the first ones are.
    stage.shoot(0, &room);
    // In each frame another quarter of the intervals has waves that are weak signs in low and high frequencies, and
    // nothing that could be called a change.
    let trembling = |t: u32| {
        move |x: f32, y: f32| {
            let at = interval(x, y);
            if !(at + at / ACROSS + t as usize).is_multiple_of(4) {
                return room(x, y);
            }
            let wave = |place: f32, turns: f32| {
                let within = place % 8.0;
                ((2.0 * within + 1.0) * turns * PI / 16.0).cos() * UNIT_OF_WAVE
            };
            room(x, y) + 12.0 * wave(x, 1.0) + 3.0 * wave(y, 1.0) + 26.0 * wave(x, 7.0)
        }
    };
    let all = stage.verdicts.len();
    let (mut held, mut whole) = (0, 0);
    for t in 0..200 {
        stage.shoot(1 + t % 4, &trembling(t % 4));
        let count = fresh(&stage).len();
        assert!(count == 0 || count == all, "{t}: {count}");
        // They are averaged over 4000 intervals: this picture takes about a hundred frames.
        match t {
            ..70 => held += usize::from(count == 0),
            140.. => whole += usize::from(count == all && stage.hold.expects_all()),
            _ => {}
        }
    }
    assert_eq!((held, whole), (70, 60));
    stage.wait(100, 0, &room);
    assert_eq!(fresh(&stage), []);
}

#[test]
fn what_goes_on_is_expected_and_one_frame_of_it_is_not() {
    // Three quarters of the picture change with every frame.
    let turning = |t: u32| {
        move |x: f32, y: f32| {
            let by = if x < 240.0 { 23.0 * t as f32 } else { 0.0 };
            room(x + by, y + by)
        }
    };
    let mut stage = Stage::new(2.0);
    stage.wait(WARM, 0, &room);
    stage.shoot(1, &turning(1));
    assert_eq!(fresh(&stage).len(), stage.verdicts.len());
    assert!(!stage.hold.expects_all());
    stage.wait(3, 1, &turning(1));
    assert_eq!(fresh(&stage), []);
    let expected: Vec<bool> = (2..12)
        .map(|t| {
            stage.shoot(t, &turning(t));
            stage.hold.expects_all()
        })
        .collect();
    assert_eq!(expected.iter().position(|expected| *expected), Some(5));
    assert!(expected[5..].iter().all(|expected| *expected));
}
