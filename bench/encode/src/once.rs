//! One frame that was made before, encoded so and so often by one encoder and nothing else: what `arm` counts instructions of.

use std::path::Path;

use jpeg_ladder::{Kernel, Sampling};

use crate::arm::{HEIGHT, WIDTH};
use crate::frames::Frame;
use crate::pixels;

/// Encodes the frame in `directory` as `rounds` says.
pub fn run(directory: &Path, encoder: &str, rounds: usize, qualities: &[u8]) {
    let frame = Frame::read(directory, WIDTH, HEIGHT);
    let kernel = Kernel::ALL
        .into_iter()
        .find(|kernel| kernel.as_str() == encoder);
    let mut encode = match (kernel, encoder) {
        (Some(kernel), _) => pixels::ours(&frame, Sampling::S420, qualities, kernel),
        (None, "turbo-rgb") => pixels::turbo_rgb(&frame, Sampling::S420, qualities),
        (None, "turbo-yuv") => pixels::turbo_yuv(&frame, Sampling::S420, qualities),
        (None, other) => panic!("no encoder {other:?}"),
    };
    for _ in 0..rounds {
        encode();
    }
}
