//! One frame that was made before, encoded so and so often by one encoder and nothing else: what `arm` counts instructions of.

use std::path::Path;

use jpeg_ladder::{HoldSettings, Kernel, Ladder, Plane, Range, Sampling, Source};

use crate::arm::{HEIGHT, WIDTH};
use crate::common::full;
use crate::frames::Frame;
use crate::pixels;
use crate::race::Run;

/// Frames until all of a still picture is held.
const UNTIL_HELD: usize = 40;

/// Encodes the frame in `directory` as `rounds` says.
pub fn run(directory: &Path, encoder: &str, rounds: usize, qualities: &[u8]) {
    let frame = Frame::read(directory, WIDTH, HEIGHT);
    let (name, way) = encoder.split_once('-').unwrap_or((encoder, ""));
    let kernel = Kernel::ALL
        .into_iter()
        .find(|kernel| kernel.as_str() == name);
    let mut encode = match (kernel, way) {
        (Some(kernel), "") => pixels::ours(&frame, Sampling::S420, qualities, kernel),
        (Some(kernel), "held") => held(&frame, qualities, kernel),
        (Some(kernel), way) => otherwise(&frame, qualities, kernel, way),
        (None, "rgb") => pixels::turbo_rgb(&frame, Sampling::S420, qualities),
        (None, "yuv") => pixels::turbo_yuv(&frame, Sampling::S420, qualities),
        (None, _) => panic!("no encoder {encoder:?}"),
    };
    for _ in 0..rounds {
        encode();
    }
}

/// Of RGB, or of the other range.
fn otherwise<'a>(frame: &'a Frame, qualities: &'a [u8], kernel: Kernel, way: &str) -> Run<'a> {
    let mut spec = frame.spec(Sampling::S420);
    let source = match way {
        "rgb" => Source::Rgb24(Plane::new(&frame.rgb, 3 * frame.width)),
        "limited" => {
            spec.range = Range::Limited;
            Source::Yuyv(Plane::new(&frame.yuyv, 2 * frame.width))
        }
        _ => panic!("no way {way:?} to give a frame"),
    };
    let (mut ladder, renditions) = (Ladder::with_kernel(kernel), full(qualities));
    let mut out = vec![Vec::new(); qualities.len()];
    Box::new(move || {
        ladder
            .encode_many(&spec, source, &renditions, &mut out, &[])
            .expect("a good frame");
        (out.iter().map(Vec::len).sum(), None)
    })
}

/// A picture in which nothing changes, when that is known.
fn held<'a>(frame: &'a Frame, qualities: &'a [u8], kernel: Kernel) -> Run<'a> {
    let (spec, renditions) = (frame.spec(Sampling::S420), full(qualities));
    let source = Source::Yuyv(Plane::new(&frame.yuyv, 2 * frame.width));
    let mut ladder = Ladder::with_kernel(kernel);
    ladder.hold(Some(HoldSettings {
        refresh_frames: 1_000_000,
        settles: false,
    }));
    let mut out = vec![Vec::new(); qualities.len()];
    let mut encode = move || {
        ladder
            .encode_many(&spec, source, &renditions, &mut out, &[])
            .expect("a good frame")
            .expect("it holds")
    };
    for _ in 0..UNTIL_HELD {
        encode();
    }
    Box::new(move || {
        let intervals = encode();
        assert_eq!(intervals.fresh, 0, "what does not change is held");
        (intervals.held, None)
    })
}
