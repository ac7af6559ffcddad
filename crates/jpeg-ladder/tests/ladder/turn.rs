//! A camera's frame turned and mirrored.

use jpeg_ladder::{Ladder, Orientation, Rendition, Sampling, Source, Turner};

use crate::common::frames::{CAMERA, with_restarts};
use crate::mjpeg::{COMMENT, SPEC, camera, encode};

fn turned(jpeg: &[u8], orientation: Orientation) -> (Vec<u8>, (usize, usize)) {
    let mut out = vec![7];
    let (width, height) = Turner::new()
        .turn(jpeg, orientation, &mut out)
        .expect("a clean frame");
    (out, (width.into(), height.into()))
}

/// Luma's samples and the width.
fn luma(jpeg: &[u8]) -> (Vec<u8>, usize) {
    let mut decoder = jpeg_decoder::Decoder::new(jpeg);
    let pixels = decoder.decode().expect("a JPEG");
    let info = decoder.info().expect("decoded");
    let bytes = info.pixel_format.pixel_bytes();
    let luma = pixels.chunks(bytes).map(|pixel| match *pixel {
        [grey] => grey,
        [r, g, b] => ((77 * u32::from(r) + 150 * u32::from(g) + 29 * u32::from(b)) >> 8) as u8,
        _ => panic!("{bytes} bytes a pixel"),
    });
    (luma.collect(), info.width.into())
}

fn all() -> impl Iterator<Item = Orientation> {
    (1..=8).map(Orientation::of_exif)
}

const SAMPLINGS: [Sampling; 4] = [
    Sampling::S420,
    Sampling::S422,
    Sampling::S444,
    Sampling::Grey,
];

#[test]
fn every_pixel_is_where_it_belongs() {
    for sampling in SAMPLINGS {
        // 150x90, which is no whole number of MCUs either way.
        let (before, stride) = luma(&camera(sampling));
        for orientation in all() {
            let (jpeg, (width, height)) = turned(&camera(sampling), orientation);
            let (after, across) = luma(&jpeg);
            assert_eq!((across, after.len() / across), (width, height));
            let mut squares = 0.0;
            for y in 0..height {
                for x in 0..width {
                    let (u, v) = orientation.source((x, y), (width, height));
                    let (one, other) = (before[v * stride + u], after[y * width + x]);
                    squares += f64::from(one.abs_diff(other)).powi(2);
                }
            }
            let mean = squares / (width * height) as f64;
            // Rounding, and chroma's interpolation at the edge that was cut.
            assert!(mean < 0.7, "{sampling:?} {orientation:?}: {mean}");
        }
    }
}

#[test]
fn nothing_is_lost_and_back_again_is_the_same_file() {
    for sampling in SAMPLINGS {
        let whole = turned(&camera(sampling), Orientation::HALF).0;
        let (upright, _) = turned(&whole, Orientation::UPRIGHT);
        assert!(upright == whole, "a frame of whole MCUs");
        for orientation in all() {
            let back = all().find(|back| orientation.then(*back) == Orientation::UPRIGHT);
            let (there, _) = turned(&whole, orientation);
            let (again, _) = turned(&there, back.expect("a way back"));
            assert!(again == whole, "{sampling:?} {orientation:?}");
        }
    }
}

#[test]
fn what_would_come_to_the_front_in_part_is_left_out() {
    let frame = camera(Sampling::S420);
    for (orientation, size) in [
        (Orientation::UPRIGHT, (150, 90)),
        (Orientation::MIRRORED, (144, 90)),
        (Orientation::FLIPPED, (150, 80)),
        (Orientation::HALF, (144, 80)),
        (Orientation::QUARTER, (80, 150)),
        (Orientation::THREE_QUARTERS, (90, 144)),
    ] {
        assert_eq!(turned(&frame, orientation).1, size, "{orientation:?}");
    }
}

#[test]
fn a_turned_frame_keeps_the_cameras_quality_and_is_passed_on() {
    for interval in [0, 3] {
        let (jpeg, _) = turned(&with_restarts(interval), Orientation::QUARTER);
        let mut passed = [Vec::new()];
        assert!(Ladder::new().pass_through(
            &jpeg,
            &[Rendition::full(CAMERA)],
            &mut passed,
            COMMENT
        ));
        assert!(encode(&jpeg, &[60, CAMERA]).expect("a clean frame")[1] == passed[0]);
    }
}

#[test]
fn damage_is_an_error_and_what_has_no_mcus_to_move_is_decoded() {
    let frame = camera(Sampling::S420);
    let mut out = vec![7];
    let cut = &frame[..frame.len() / 2];
    let done = Turner::new().turn(cut, Orientation::HALF, &mut out);
    assert!(done.is_err() && out.is_empty());
    let mut small = [Vec::new()];
    let spec = jpeg_ladder::Spec {
        width: 7,
        height: 9,
        ..SPEC
    };
    let grey = [0, 40, 80, 120, 160, 200, 240].repeat(9);
    let source = Source::Planar {
        y: jpeg_ladder::Plane::new(&grey, 7),
        u: jpeg_ladder::Plane::new(&[128; 63], 7),
        v: jpeg_ladder::Plane::new(&[128; 63], 7),
        sampling: Sampling::S444,
    };
    Ladder::new()
        .encode_many(&spec, source, &[Rendition::full(CAMERA)], &mut small, &[])
        .expect("a good frame");
    let (jpeg, size) = turned(&small[0], Orientation::QUARTER);
    assert_eq!(size, (9, 7));
    let (luma, _) = luma(&jpeg);
    assert!(luma[0] < 60 && luma[9 * 6] > 190, "{luma:?}");
}
