//! Every layout, every rendition, and what is held.

use std::time::Duration;

use super::*;
use crate::encode::reference::Reference;
use wire::Rendition;

const STAMP: Stamp = Stamp {
    run: 7,
    seq: 42,
    captured_at_us: 1_795_345_678_901_234,
};

fn renditions(qualities: &[u8]) -> RenditionSet {
    let names = qualities.iter().map(u8::to_string);
    names
        .filter_map(|name| name.parse::<Rendition>().ok())
        .collect()
}

/// By the names on the bus.
fn named(names: &[&str]) -> RenditionSet {
    let parsed = names.iter().map(|name| name.parse::<Rendition>());
    parsed.map(|rendition| rendition.expect("one")).collect()
}

/// Slopes in every byte: right where planes and strides are, and nowhere else.
fn frame(format: PixelFormat, range: ColorRange) -> RawFrame {
    frame_of(46, 30, format, range)
}

fn frame_of(width: u32, height: u32, format: PixelFormat, range: ColorRange) -> RawFrame {
    let len = format.bytes(width, height).expect("not a JPEG");
    RawFrame {
        width,
        height,
        format,
        range,
        data: (0..len).map(|i| 60 + (i * 120 / len) as u8).collect(),
        ..RawFrame::default()
    }
}

fn encode(
    encoder: &mut dyn Encoder,
    frame: &RawFrame,
    set: RenditionSet,
) -> Result<Vec<Vec<u8>>, EncodeError> {
    let mut jpegs = vec![Vec::new(); set.len()];
    encoder.encode_many(frame, &STAMP, set, &mut jpegs)?;
    Ok(jpegs)
}

fn decode(jpeg: &[u8]) -> Vec<u8> {
    let mut decoder = jpeg_decoder::Decoder::new(jpeg);
    let pixels = decoder.decode().expect("a JPEG");
    if decoder.info().expect("decoded").pixel_format == jpeg_decoder::PixelFormat::L8 {
        pixels.iter().flat_map(|&luma| [luma; 3]).collect()
    } else {
        pixels
    }
}

#[test]
fn the_picture_is_the_references_in_every_layout_and_range() {
    for format in [
        PixelFormat::Yuyv,
        PixelFormat::Uyvy,
        PixelFormat::Nv12,
        PixelFormat::I420,
        PixelFormat::I422,
        PixelFormat::I444,
        PixelFormat::Grey,
        PixelFormat::Rgb24,
        PixelFormat::Bgr24,
    ] {
        for range in [ColorRange::Full, ColorRange::Limited] {
            if range == ColorRange::Limited
                && matches!(format, PixelFormat::Rgb24 | PixelFormat::Bgr24)
            {
                continue;
            }
            let frame = frame(format, range);
            let pictures = [
                &mut Ladder::new(Sampling::S420, None) as &mut dyn Encoder,
                &mut Reference::new(Sampling::S420),
            ]
            .map(|encoder| {
                let files = encode(encoder, &frame, named(&["80s4", "80s2", "95"]));
                files
                    .expect("a good frame")
                    .iter()
                    .map(|file| decode(file))
                    .collect::<Vec<_>>()
            });
            let [ours, theirs] = pictures;
            for (size, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
                assert_eq!(ours.len(), theirs.len());
                let furthest = ours.iter().zip(theirs).map(|(a, b)| a.abs_diff(*b)).max();
                let wanted = if size == 2 { 12 } else { 24 };
                assert!(
                    furthest <= Some(wanted),
                    "{format:?} {range:?}: {furthest:?}"
                );
            }
        }
    }
}

#[test]
fn each_rung_gets_its_own_jpeg_with_the_stamp() {
    let frame = frame(PixelFormat::Yuyv, ColorRange::Full);
    let jpegs = encode(
        &mut Ladder::new(Sampling::S420, None),
        &frame,
        renditions(&[30, 60, 95]),
    )
    .expect("a good frame");
    assert_eq!(jpegs.len(), 3);
    assert!(jpegs.is_sorted_by_key(Vec::len));
    for jpeg in &jpegs {
        assert_eq!(Stamp::read(jpeg), Ok(STAMP));
        assert_eq!(&jpeg[20..22], [0xff, 0xfe]);
    }
}

#[test]
fn a_cameras_jpeg_is_never_encoded_upward_and_a_damaged_one_is_an_error() {
    let camera = frame(PixelFormat::Yuyv, ColorRange::Full);
    let mut encoder = Ladder::new(Sampling::S420, None);
    let own = encode(&mut encoder, &camera, renditions(&[80]))
        .expect("a good frame")
        .remove(0);
    let mut frame = RawFrame {
        format: PixelFormat::Mjpeg,
        data: own.clone(),
        ..camera
    };
    let jpegs = encode(&mut encoder, &frame, renditions(&[60, 80, 95])).expect("a good frame");
    assert!(jpegs[0].len() < own.len());
    assert_eq!(jpegs[1..], [own.clone(), own]);
    // A smaller one has to be made, whatever the quality, and the larger ones are what they were.
    let with_half = encode(&mut encoder, &frame, named(&["80s2", "80", "95"]));
    assert_eq!(with_half.expect("a good frame")[1..], jpegs[1..]);
    frame.data.truncate(frame.data.len() / 2);
    for wanted in [renditions(&[60]), named(&["30s4"])] {
        assert!(matches!(
            encode(&mut encoder, &frame, wanted),
            Err(EncodeError::Corrupt(_))
        ));
    }
}

#[test]
fn what_stands_still_is_held_until_the_camera_was_away_or_sends_another_format() {
    /// Five macroblocks of 16 pixels each.
    const INTERVALS: usize = 5 * 6;
    let refresh = Duration::from_secs(10);
    let mut encoder = Ladder::new(
        Sampling::S420,
        Some(Hold {
            refresh,
            settles: false,
        }),
    );
    let yuyv = frame_of(400, 96, PixelFormat::Yuyv, ColorRange::Full);
    let nv12 = frame_of(400, 96, PixelFormat::Nv12, ColorRange::Full);
    let mut held = |frame: &RawFrame, seq, captured_at_us, quality| {
        let stamp = Stamp {
            seq,
            captured_at_us,
            ..STAMP
        };
        let mut jpegs = [Vec::new()];
        let intervals = encoder
            .encode_many(frame, &stamp, renditions(&[quality]), &mut jpegs)
            .expect("a good frame");
        assert_eq!(Stamp::read(&jpegs[0]), Ok(stamp));
        intervals.map(|intervals| intervals.held)
    };
    // Nothing is held before the camera's noise is known.
    let mut learn = |frame: &RawFrame, from: u64| {
        let at = |seq: u64| 1_000_000 + seq * 30_000;
        assert_eq!(held(frame, from, at(from), 60), Some(0));
        let all =
            (from + 1..from + 200).find(|seq| held(frame, *seq, at(*seq), 60) == Some(INTERVALS));
        let last = all.expect("a picture that never changes is held at last");
        // The same frame for a rendition that became wanted: nothing is compared.
        assert_eq!(held(frame, last, at(last), 80), None);
        assert_eq!(held(frame, last + 1, at(last + 1), 60), Some(INTERVALS));
        last
    };
    let last = learn(&yuyv, 1);
    // The camera was away for eight seconds, then it sends another format.
    let last = learn(&yuyv, last + 270);
    learn(&nv12, last + 2);
}

#[test]
fn damage_between_the_markers_is_found_within_a_second_and_at_once_behind_a_fault() {
    let camera = frame(PixelFormat::Yuyv, ColorRange::Full);
    let mut encoder = Ladder::new(Sampling::S420, None);
    let own = encode(&mut encoder, &camera, renditions(&[80])).expect("a good frame");
    let good = RawFrame {
        format: PixelFormat::Mjpeg,
        data: own[0].clone(),
        ..camera
    };
    // Bits that mean nothing, and no marker among them.
    let mut damaged = good.clone();
    let end = damaged.data.len() - 2;
    damaged.data[end - 8..end].fill(0xfe);
    let mut at = |frame: &RawFrame, ms: u64, count: u64| {
        let mut frame = frame.clone();
        frame.captured_at_us = STAMP.captured_at_us + ms * 1000;
        frame.faults.count = count;
        encode(&mut encoder, &frame, renditions(&[80, 95])).is_ok()
    };
    assert!(at(&good, 0, 0));
    // Shown until the next whole reading, as docs/cameras.md says.
    assert!(at(&damaged, 500, 0));
    assert!(!at(&damaged, 1000, 0), "a second later");
    assert!(!at(&damaged, 1030, 0), "behind a damaged one");
    assert!(at(&good, 1060, 0));
    assert!(at(&damaged, 1090, 0));
    assert!(!at(&damaged, 1120, 1), "behind a fault of the source");
    assert!(at(&good, 1150, 1));
    // Whoever wants less than the camera's own has every frame read.
    let mut frame = damaged.clone();
    frame.captured_at_us = STAMP.captured_at_us + 1_160_000;
    frame.faults.count = 1;
    assert!(encode(&mut encoder, &frame, renditions(&[60, 80])).is_err());
}

#[test]
fn a_frame_that_is_too_short_or_too_large_is_refused_with_words() {
    let mut encoder = Ladder::new(Sampling::S420, None);
    let mut short = frame(PixelFormat::Nv12, ColorRange::Full);
    short.data.truncate(100);
    let text = encode(&mut encoder, &short, renditions(&[60]))
        .expect_err("too short")
        .to_string();
    assert!(
        text.contains("46x30 NV12") && text.contains("100 bytes"),
        "{text}"
    );
    let wide = RawFrame {
        width: 100_000,
        ..frame(PixelFormat::Grey, ColorRange::Full)
    };
    assert!(encode(&mut encoder, &wide, renditions(&[60])).is_err());
}
