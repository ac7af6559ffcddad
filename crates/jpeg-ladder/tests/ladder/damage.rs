//! Damaged frames are errors that say where, and never pictures.

use jpeg_ladder::{Damage, EncodeError, Ladder, Sampling};

use crate::common::frames::{picture, with_restarts};
use crate::mjpeg::{camera, encode, encode_with, segments, without_dht};

#[test]
fn a_missing_restart_marker_is_damage() {
    let mut frame = with_restarts(3);
    let second = frame
        .windows(2)
        .position(|pair| pair == [0xff, 0xd1])
        .expect("RST1");
    frame.drain(second..second + 2);
    let error = encode(&frame, &[60]).expect_err("damage");
    assert!(
        matches!(
            error,
            EncodeError::Damaged {
                damage: Damage::Restart,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn a_frame_cut_anywhere_is_damage_that_says_where() {
    let mut ladder = Ladder::new();
    for frame in [
        camera(Sampling::S420),
        without_dht(&camera(Sampling::S422)),
        with_restarts(5),
    ] {
        // Less than a byte of padding may be missing, and EOI.
        for length in 0..frame.len() - 3 {
            match encode_with(&mut ladder, &frame[..length], &[60, 95]) {
                Err(EncodeError::Damaged { at, .. }) => assert!(at <= length),
                other => panic!(
                    "cut to {length} of {}: {:?}",
                    frame.len(),
                    other.map(|_| ())
                ),
            }
        }
    }
}

#[test]
fn an_error_says_which_mcu_and_byte() {
    let mut frame = camera(Sampling::S420);
    // 10 x 6 MCUs; a second picture's worth is promised.
    let height = segments(&frame)
        .iter()
        .find(|(marker, _)| *marker == 0xc0)
        .expect("SOF")
        .1
        .start
        + 6;
    frame[height] = 180;
    let error = encode(&frame, &[60]).expect_err("damage");
    let text = error.to_string();
    assert!(text.contains("the scan ends in MCU 60 of 120"), "{text}");
}

#[test]
fn most_damage_in_the_bits_is_found() {
    // A marker after a few MCUs, as many cameras have them: there it is noticed that bits were read out of step.
    let frame = with_restarts(5);
    let start = segments(&frame).last().expect("SOS").1.end;
    let mut rng = fastrand::Rng::with_seed(1);
    let mut ladder = Ladder::new();
    let found = (0..300)
        .filter(|_| {
            let mut damaged = frame.clone();
            for _ in 0..4 {
                let at = rng.usize(start..frame.len() - 2);
                damaged[at] = rng.u8(..);
            }
            encode_with(&mut ladder, &damaged, &[60]).is_err()
        })
        .count();
    assert!(found > 200, "{found} of 300");
}

#[test]
fn a_damaged_progressive_frame_is_no_picture() {
    let rgb: Vec<u8> = picture().planes[0].iter().flat_map(|&y| [y; 3]).collect();
    let mut frame = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut frame, 95);
    encoder.set_progressive(true);
    encoder
        .encode(&rgb, 150, 90, jpeg_encoder::ColorType::Rgb)
        .expect("it encodes");
    let error = encode(&frame[..frame.len() / 2], &[80]).expect_err("damage");
    assert!(
        matches!(
            error,
            EncodeError::Damaged {
                damage: Damage::Undecodable,
                ..
            }
        ),
        "{error}"
    );
}
