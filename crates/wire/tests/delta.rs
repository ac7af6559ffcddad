//! Deltas against any base: byte for byte the frame, or an error; and nothing that a sender could do with one.

use std::collections::BTreeSet;

use serde_json::Value;
use testkit::Scene;
use wire::Stamp;
use wire::delta::{DeltaError, Intervals, apply, encode};

/// Of a delta, before the patch.
const HEAD: usize = 16;

fn stamp(seq: u64) -> Stamp {
    Stamp {
        run: 7,
        seq,
        captured_at_us: 1_795_345_678_901_234 + seq,
    }
}

fn intervals(jpeg: &[u8]) -> Intervals {
    Intervals::of(jpeg).expect("intervals")
}

/// What makes `new` of `old`, as a sender does it that has both.
fn between(old: &[u8], new: &[u8]) -> Vec<u8> {
    let (before, after) = (intervals(old), intervals(new));
    let changed = |nth: usize| old[before.range(nth)] != new[after.range(nth)];
    let base = Stamp::read(old).expect("a stamp").seq;
    let patch = Stamp::variable_part(new).expect("a stamp");
    encode((new, &after), base, patch, changed, usize::MAX).expect("no limit")
}

/// Two frames of a small scene, and the delta between them.
fn pair() -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let mut scene = Scene::new(11, 3, 1);
    let old = scene.jpeg(stamp(41));
    scene.change([0, 3, 9]);
    let new = scene.jpeg(stamp(42));
    let delta = between(&old, &new);
    (old, new, delta)
}

#[test]
fn whatever_was_lost_in_between_the_frame_comes_out_byte_for_byte() {
    let mut random = fastrand::Rng::with_seed(17);
    for round in 0..200 {
        let count = random.usize(1..200);
        let mut scene = Scene::new(count, random.usize(1..12), round);
        let mut shown = scene.jpeg(stamp(0));
        for seq in 1..20 {
            let changes = random.usize(0..=count);
            scene.change(
                (0..changes)
                    .map(|_| random.usize(0..count))
                    .collect::<Vec<_>>(),
            );
            // Most frames never come.
            if random.bool() {
                continue;
            }
            let frame = scene.jpeg(stamp(seq));
            let delta = between(&shown, &frame);
            assert_eq!(apply(&shown, &delta).unwrap(), frame);
            let other = apply(&frame, &delta).unwrap_err();
            assert!(matches!(other, DeltaError::OtherBase(_)), "{other}");
            shown = frame;
        }
    }
}

#[test]
fn a_still_scene_costs_head_numbers_and_bitmap() {
    let scene = Scene::new(720, 5, 3);
    let (old, new) = (scene.jpeg(stamp(1)), scene.jpeg(stamp(2)));
    let delta = between(&old, &new);
    assert_eq!(delta.len(), 16 + 31 + 90);
    assert_eq!(apply(&old, &delta).unwrap(), new);
}

#[test]
fn a_delta_that_is_not_worth_it_is_none() {
    let (old, new, delta) = pair();
    let (before, all) = (intervals(&old), intervals(&new));
    let patch = Stamp::variable_part(&new).unwrap();
    let changed = |nth: usize| old[before.range(nth)] != new[all.range(nth)];
    let within = |longest| encode((&new, &all), 41, patch.clone(), changed, longest);
    assert_eq!(within(delta.len()), Some(delta.clone()));
    assert_eq!(within(delta.len() - 1), None);
}

#[test]
fn a_delta_for_another_header_is_refused() {
    let (_, _, delta) = pair();
    for other in [Scene::new(12, 3, 1), Scene::new(10, 3, 1)] {
        let base = other.jpeg(stamp(41));
        let refused = apply(&base, &delta);
        assert!(
            matches!(refused, Err(DeltaError::OtherHeader { .. })),
            "{refused:?}"
        );
    }
    let mut longer = Scene::new(11, 3, 1).jpeg(stamp(41));
    longer.splice(2..2, *b"\xff\xfe\x00\x03!");
    let refused = apply(&longer, &delta);
    assert!(
        matches!(refused, Err(DeltaError::OtherHeader { .. })),
        "{refused:?}"
    );
    for none in [&b"\xff\xd8"[..], b"", &delta] {
        assert_eq!(apply(none, &delta), Err(DeltaError::NoBase));
    }
}

#[test]
fn every_kind_of_damage_has_its_own_error() {
    let (old, _, delta) = pair();
    let bitmap = HEAD + 31;
    let with = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut damaged = delta.clone();
        change(&mut damaged);
        apply(&old, &damaged).unwrap_err()
    };
    assert_eq!(with(&|d| d[0] = 0xff), DeltaError::NoDelta);
    assert_eq!(with(&|d| d[1] = 2), DeltaError::NoDelta);
    assert_eq!(with(&|d| d[7] = 40), DeltaError::OtherBase(40));
    assert_eq!(with(&|d| d[10] = 0xff), DeltaError::OutOfBounds);
    assert_eq!(with(&|d| d[12] = 0xff), DeltaError::OutOfBounds);
    assert_eq!(with(&|d| d[15] = 1), DeltaError::OutOfBounds);
    assert_eq!(with(&|d| d[bitmap + 1] |= 0x10), DeltaError::OutOfBounds);
    assert_eq!(with(&|d| d[bitmap] ^= 0x80), DeltaError::Interval(3));
    // The last interval takes what follows EOI, so this is an interval that is not there.
    assert_eq!(with(&|d| d[bitmap + 1] |= 0x20), DeltaError::Interval(10));
    assert_eq!(with(&|d| d.push(0)), DeltaError::Trailing(1));
    for length in 2..delta.len() {
        let cut = apply(&old, &delta[..length]).unwrap_err();
        let expected = match length {
            ..49 => DeltaError::Truncated(length),
            _ => cut,
        };
        assert_eq!(cut, expected, "{length}");
    }
}

#[test]
fn no_byte_of_a_delta_can_do_worse_than_be_refused_or_change_what_it_stands_for() {
    let (old, new, delta) = pair();
    let (header, most) = (intervals(&new).header(), old.len() + delta.len());
    for at in 0..delta.len() {
        for byte in 0..=255 {
            let mut damaged = delta.clone();
            damaged[at] = byte;
            let Ok(jpeg) = apply(&old, &damaged) else {
                continue;
            };
            assert!(jpeg.len() <= most);
            // Nothing but where the patch stands, itself, and the content of intervals is taken on trust.
            let trusted = (10..14).contains(&at) || at >= HEAD;
            assert!(trusted || jpeg == new, "byte {at} as {byte}");
            assert_eq!(
                jpeg[header..].len(),
                new[header..].len(),
                "byte {at} as {byte}"
            );
        }
    }
}

#[test]
fn what_has_no_intervals_in_their_order_has_none_to_tell() {
    let jpeg = Scene::new(20, 2, 5).jpeg(stamp(1));
    let all = intervals(&jpeg);
    assert_eq!(all.count(), 20);
    assert_eq!(all.range(19).end, jpeg.len());
    assert_eq!(&jpeg[all.range(9)][all.range(9).len() - 2..], [0xff, 0xd1]);
    let without = |from: usize, until: usize| [&jpeg[..from], &jpeg[until..]].concat();
    // An interval missing, one twice, no EOI, no DRI, another kind of frame.
    let gone = all.range(7);
    assert_eq!(Intervals::of(&without(gone.start, gone.end)), None);
    let twice = [&jpeg[..gone.end], &jpeg[gone.start..]].concat();
    assert_eq!(Intervals::of(&twice), None);
    assert_eq!(Intervals::of(&jpeg[..jpeg.len() - 2]), None);
    let dri = jpeg
        .windows(2)
        .position(|pair| pair == [0xff, 0xdd])
        .unwrap();
    assert_eq!(Intervals::of(&without(dri, dri + 6)), None);
    let mut progressive = jpeg.clone();
    let sof = jpeg
        .windows(2)
        .position(|pair| pair == [0xff, 0xc0])
        .unwrap();
    progressive[sof + 1] = 0xc2;
    assert_eq!(Intervals::of(&progressive), None);
    // What follows EOI belongs to the last one.
    let longer = [&jpeg[..], b"more"].concat();
    assert_eq!(intervals(&longer).range(19).end, longer.len());
    for length in 0..jpeg.len() {
        assert_eq!(Intervals::of(&jpeg[..length]), None, "{length}");
    }
}

#[test]
fn intervals_are_counted_by_the_mcus_of_each_sampling() {
    let header = |sampling: &[u8], per: u8| {
        let mut jpeg = vec![0xff, 0xd8, 0xff, 0xc0, 0, 8 + 3 * sampling.len() as u8];
        jpeg.extend([8, 0, 33, 0, 100, sampling.len() as u8]);
        jpeg.extend(sampling.iter().flat_map(|factors| [1, *factors, 0]));
        jpeg.extend([0xff, 0xdd, 0, 4, 0, per, 0xff, 0xda, 0, 2]);
        jpeg
    };
    for (sampling, per, count) in [
        (&[0x22, 0x11, 0x11][..], 7, 3),
        (&[0x21, 0x11, 0x11], 7, 5),
        (&[0x11, 0x11, 0x11], 13, 5),
        (&[0x11], 13, 5),
        // A single component is never interleaved, whatever its factors say.
        (&[0x22], 13, 5),
    ] {
        let mut jpeg = header(sampling, per);
        for nth in 0..count - 1 {
            jpeg.extend([1, 0xff, 0xd0 | nth]);
        }
        jpeg.extend([1, 0xff, 0xd9]);
        let found = Intervals::of(&jpeg).map(|all| all.count());
        assert_eq!(found, Some(usize::from(count)), "{sampling:?}");
    }
    assert_eq!(Intervals::of(&header(&[0x00], 1)), None);
    assert_eq!(Intervals::of(&header(&[], 1)), None);
    assert_eq!(Intervals::of(&header(&[0x11], 0)), None);
}

fn bytes(hex: &Value) -> Vec<u8> {
    let hex = hex.as_str().expect("hex").as_bytes();
    let pairs = hex
        .chunks(2)
        .map(|pair| std::str::from_utf8(pair).expect("ASCII"));
    pairs
        .map(|pair| u8::from_str_radix(pair, 16).expect("hex"))
        .collect()
}

#[test]
fn the_golden_deltas_are_written_and_read_like_that() {
    let golden: Value = serde_json::from_str(include_str!("../golden/delta.json")).unwrap();
    for row in golden["deltas"].as_array().unwrap() {
        let [base, delta, jpeg] = ["base", "delta", "jpeg"].map(|name| bytes(&row[name]));
        assert_eq!(apply(&base, &delta).unwrap(), jpeg, "{}", row["what"]);
        assert_eq!(between(&base, &jpeg), delta, "{}", row["what"]);
    }
    let base = bytes(&golden["deltas"][0]["base"]);
    let mut errors = BTreeSet::new();
    for row in golden["refused"].as_array().unwrap() {
        let error = apply(&base, &bytes(&row["delta"])).unwrap_err();
        let debug = format!("{error:?}");
        let kind = debug.split(['(', ' ']).next().unwrap().to_owned();
        assert_eq!(row["error"], Value::String(kind.clone()), "{debug}");
        errors.insert(kind);
    }
    assert_eq!(
        errors.len(),
        7,
        "every kind of error but a base that is none"
    );
}
