//! The competitors that make other qualities of a camera's JPEG, all from the same 4:2:2 file.

use jpeg_ladder::{Ladder, Sampling, Source};
use turbojpeg::{Compressor, Decompressor, Image, PixelFormat, Subsamp, YuvImage};

use crate::common::full;
use crate::frames::Frame;
use crate::opencv::OpenCv;
use crate::race::{Run, race};

/// Their names, ours first.
pub const NAMES: [&str; 4] = ["ours", "turbo YUV to YUV", "turbo RGB to RGB", "OpenCV"];

/// Room for the largest file.
const FILE_BYTES: usize = 8 << 20;

/// Median ms and bytes of each, in the order of [`NAMES`]; `jpeg` is the file of `frame`.
pub fn compare(
    frame: &Frame,
    jpeg: &[u8],
    qualities: &[u8],
    cv: &mut OpenCv,
    rounds: usize,
) -> Vec<(f64, usize)> {
    let (width, height) = (frame.width, frame.height);
    cv.load("mjpeg", width, height, jpeg);
    let mut runs: Vec<Run<'_>> = vec![
        ours(frame, jpeg, qualities),
        turbo_yuv(width, height, jpeg, qualities),
        turbo_rgb(width, height, jpeg, qualities),
        Box::new(|| cv.encode(qualities)),
    ];
    race(&mut runs, rounds)
}

fn ours<'a>(frame: &Frame, jpeg: &'a [u8], qualities: &'a [u8]) -> Run<'a> {
    let spec = frame.spec(Sampling::S422);
    let mut ladder = Ladder::new();
    let mut out = vec![Vec::new(); qualities.len()];
    let renditions = full(qualities);
    Box::new(move || {
        ladder
            .encode_many(&spec, Source::Mjpeg(jpeg), &renditions, &mut out, &[])
            .expect("a good frame");
        (out.iter().map(Vec::len).sum(), None)
    })
}

fn turbo_yuv<'a>(width: usize, height: usize, jpeg: &'a [u8], qualities: &'a [u8]) -> Run<'a> {
    let (mut from, mut to) = turbo();
    let (mut yuv, mut file) = (vec![0; 2 * width * height], vec![0; FILE_BYTES]);
    Box::new(move || {
        let image = YuvImage {
            pixels: &mut yuv[..],
            width,
            align: 1,
            height,
            subsamp: Subsamp::Sub2x1,
        };
        from.read_header(jpeg).expect("a JPEG");
        from.decompress_to_yuv(jpeg, image).expect("a JPEG");
        let mut total = 0;
        for &quality in qualities {
            to.set_quality(quality.into()).expect("a quality");
            let image = YuvImage {
                pixels: &yuv[..],
                width,
                align: 1,
                height,
                subsamp: Subsamp::Sub2x1,
            };
            total += to
                .compress_yuv_to_slice(image, &mut file)
                .expect("it encodes");
        }
        (total, None)
    })
}

fn turbo_rgb<'a>(width: usize, height: usize, jpeg: &'a [u8], qualities: &'a [u8]) -> Run<'a> {
    let (mut from, mut to) = turbo();
    let (mut rgb, mut file) = (vec![0; 3 * width * height], vec![0; FILE_BYTES]);
    Box::new(move || {
        let image = Image {
            pixels: &mut rgb[..],
            width,
            pitch: 3 * width,
            height,
            format: PixelFormat::RGB,
        };
        from.decompress(jpeg, image).expect("a JPEG");
        let mut total = 0;
        for &quality in qualities {
            to.set_quality(quality.into()).expect("a quality");
            let image = Image {
                pixels: &rgb[..],
                width,
                pitch: 3 * width,
                height,
                format: PixelFormat::RGB,
            };
            total += to.compress_to_slice(image, &mut file).expect("it encodes");
        }
        (total, None)
    })
}

fn turbo() -> (Decompressor, Compressor) {
    let mut to = Compressor::new().expect("one");
    to.set_subsamp(Subsamp::Sub2x1).expect("a sampling");
    (Decompressor::new().expect("one"), to)
}
