//! What is not seen in one interval of one frame: wide faint shades, rims, and what settles.

use super::WARM;
use super::passing::{FRAMES, shoot};
use super::stage::{Stage, room};
use crate::hold::{Hold, HoldSettings, Verdict};

/// The deviation of a block's mean in this noise, in grey levels.
const NOISE_OF_A_BLOCK: f32 = 0.7;

#[test]
fn a_wide_shade_too_faint_for_an_interval_is_seen_by_its_region() {
    let mut stage = Stage::new(2.0);
    stage.wait(WARM, 0, &room);
    let shaded = |x: f32| (70.0..250.0).contains(&x);
    stage.wait(10, 1, &|x, y| {
        room(x, y) - if shaded(x) { 1.2 } else { 0.0 }
    });
    let across = stage.geometry.mcus_across;
    let inner = stage.off().enumerate().filter(|(mcu, _)| {
        let x = (mcu % across * 16) as f32;
        shaded(x - 16.0) && shaded(x + 32.0)
    });
    let off: Vec<f32> = inner.map(|(_, off)| off).collect();
    let seen = off.iter().filter(|off| **off < 0.7).count();
    assert!(
        off.len() >= 60 && seen * 10 >= off.len() * 9,
        "{seen} of {}",
        off.len()
    );
}

#[test]
fn who_walks_by_leaves_no_rim_behind() {
    let mut stage = Stage::new(2.0);
    stage.wait(WARM, 0, &room);
    // Somebody with a soft outline, whose head nods: what is left behind is a faint rim.
    let blocks = stage.geometry.mcus() * 4;
    let (mut runs, mut longest) = (vec![0; blocks], 0);
    for t in 0..100u32 {
        let (left, top) = (4.0 * t as f32 - 90.0, 40.0 + 5.0 * (t as f32 * 0.5).sin());
        let somebody = move |x: f32, y: f32| {
            let (dx, dy) = ((x - left - 30.0) / 34.0, (y - top - 80.0) / 80.0);
            let inside = ((1.0 - (dx * dx + dy * dy).sqrt()) * 4.0).clamp(0.0, 1.0);
            room(x, y) + 18.0 * inside
        };
        stage.shoot(100 + t, &somebody);
        for (run, off) in runs.iter_mut().zip(stage.blocks_off()) {
            *run = if off.abs() > 2.5 + 2.0 * NOISE_OF_A_BLOCK {
                *run + 1
            } else {
                0
            };
            longest = longest.max(*run);
        }
    }
    assert!(longest <= 10, "{longest} frames");
}

#[test]
fn what_is_shown_is_a_frame_of_the_camera_unless_it_settles() {
    for settles in [false, true] {
        let mut stage = Stage::new(2.0).settling(settles);
        let (mut of_cameras, mut shown, mut plain) = (0, 0.0, 0.0);
        let mut seen: Vec<Vec<[i16; 64]>> = Vec::new();
        for t in 0..WARM + 60 {
            stage.shoot(0, &room);
            if t >= WARM - 20 {
                seen.push(stage.frame.clone());
            }
            // Of many frames: by chance a few of so small a picture are always about to settle.
            if t >= WARM + 40 {
                let blocks = stage.hold.shown().iter().enumerate();
                let is_of_camera = |(i, shown): &(usize, &[i16; 64])| {
                    seen.iter().any(|frame| frame[*i] == **shown)
                };
                of_cameras += blocks.filter(is_of_camera).count();
                let [a, b] = stage.errors();
                (shown, plain) = (shown + a, plain + b);
            }
        }
        let share = 100 * of_cameras / 20 / stage.frame.len();
        // A mean of twelve has a twelfth of the noise.
        if settles {
            assert!(
                share <= 15 && shown < plain / 4.0,
                "{share} %, {shown} of {plain}"
            );
        } else {
            assert!(
                share >= 70 && shown > plain * 0.8,
                "{share} %, {shown} of {plain}"
            );
        }
    }
}

#[test]
fn where_nothing_settles_there_is_no_trace_of_settling() {
    let hold = |settles| {
        Hold::new(HoldSettings {
            refresh_frames: 20,
            settles,
        })
    };
    let (mut off, mut never) = (Stage::new(2.0), Stage::new(2.0));
    (off.hold, never.hold) = (hold(false), hold(true));
    let mut shown = Vec::new();
    let mut counts = [0; 3];
    for t in 0..FRAMES {
        // All of it runs there and it never comes to a mean.
        if let Some(settle) = &mut never.hold.settle {
            settle.restart_all();
        }
        shoot(&mut off, t);
        shoot(&mut never, t);
        assert!(off.hold.settle.is_none(), "{t}");
        assert!(off.verdicts == never.verdicts, "{t}");
        assert!(off.hold.shown() == never.hold.shown(), "{t}");
        // What an interval shows is the camera's frame that it was last encoded of, to the bit.
        shown.resize(off.frame.len(), [0; 64]);
        let blocks = off.frame.len() / off.verdicts.len();
        for (i, verdict) in off.verdicts.iter().enumerate() {
            counts[*verdict as usize] += 1;
            if *verdict != Verdict::Held {
                let place = i * blocks..(i + 1) * blocks;
                shown[place.clone()].copy_from_slice(&off.frame[place]);
            }
        }
        assert!(off.hold.shown() == shown, "{t}");
    }
    assert!(never.hold.settle.is_some());
    assert!(counts.iter().all(|&count| count > 50), "{counts:?}");
}

#[test]
fn what_has_settled_changes_as_soon_as_anything_else() {
    let mut stage = Stage::new(2.0).settling(true);
    stage.wait(WARM + 40, 0, &room);
    let mut held = 0;
    for _ in 0..20 {
        stage.shoot(0, &room);
        held += stage.percent(Verdict::Held);
    }
    assert!(held >= 95 * 20, "{} %", held / 20);
    stage.wait(2, 1, &|x, y| room(x, y) + 4.0);
    let worst = stage.off().fold(0f32, |worst, off| worst.max(off.abs()));
    assert!(worst < 2.5, "{worst} grey levels");
}
