//! How many bytes restart markers cost, where what is still is held and where it is not: no time, so any machine will do.
//!
//! Without markers is libjpeg-turbo's file of the same samples: all else in it is ours to the byte, as `identity` proves.

use jpeg_ladder::{HoldSettings, Ladder, Plane, Sampling, Source};

use crate::common::full;
use crate::frames::{Frame, SCENES, SIZES};
use crate::pixels;

/// Quality, and the percent that markers may cost at most where nothing is held.
const GOALS: [(u8, f64); 2] = [(30, 3.5), (80, 2.0)];

/// Prints the table; whether each file keeps to the goal that is not held.
pub fn run() -> bool {
    println!(
        "| size | scene | chroma | quality | bytes without | with markers, % more | where it is held, % more |\n|---|---|---|---|---|---|---|"
    );
    let mut kept = true;
    for (w, h) in SIZES {
        for (scene, detail) in SCENES {
            let frame = Frame::new(w, h, detail);
            for (chroma, sampling) in [("4:2:0", Sampling::S420), ("4:2:2", Sampling::S422)] {
                for (quality, goal) in GOALS {
                    let (without, _) = pixels::turbo_yuv(&frame, sampling, &[quality])();
                    let more = [false, true].map(|holds| {
                        let with = bytes(&frame, sampling, quality, holds);
                        100.0 * (with as f64 / without as f64 - 1.0)
                    });
                    println!(
                        "| {w}x{h} | {scene} | {chroma} | {quality} | {without} | {:.1} | {:.1} |",
                        more[0], more[1]
                    );
                    kept &= more[0] <= goal;
                }
            }
        }
    }
    kept
}

/// Of the file of an encoder that holds what is still, or does not.
fn bytes(frame: &Frame, sampling: Sampling, quality: u8, holds: bool) -> usize {
    let mut ladder = Ladder::new();
    ladder.hold(holds.then_some(HoldSettings {
        refresh_frames: 1,
        settles: false,
    }));
    let source = Source::Yuyv(Plane::new(&frame.yuyv, 2 * frame.width));
    let mut out = [Vec::new()];
    ladder
        .encode_many(
            &frame.spec(sampling),
            source,
            &full(&[quality]),
            &mut out,
            &[],
        )
        .expect("a good frame");
    out[0].len()
}
