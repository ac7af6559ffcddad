//! The competitors that encode raw pixels, all from the same YUYV frame.

use jpeg_ladder::{Kernel, Ladder, Plane, Sampling, Source};
use turbojpeg::{Compressor, Image, PixelFormat, YuvPlanesImage};

use crate::common::full;
use crate::frames::{Frame, subsamp, to_planes};
use crate::opencv::OpenCv;
use crate::race::{Run, race};

/// The peers' names, behind our kernels in every row.
pub const PEERS: [&str; 4] = ["jpeg-encoder", "turbo RGB", "turbo YUV", "OpenCV"];

/// The names of our kernels that this processor runs, then the peers'.
pub fn names() -> Vec<&'static str> {
    let kernels = Kernel::available().map(Kernel::as_str);
    kernels.chain(PEERS).collect()
}

/// Room for the largest file.
const FILE_BYTES: usize = 8 << 20;

/// Median ms and bytes of each, in the order of [`names`].
pub fn compare(
    frame: &Frame,
    sampling: Sampling,
    qualities: &[u8],
    cv: &mut OpenCv,
    rounds: usize,
) -> Vec<(f64, usize)> {
    cv.load("yuyv", frame.width, frame.height, &frame.yuyv);
    let mut runs: Vec<Run<'_>> = Kernel::available()
        .map(|kernel| ours(frame, sampling, qualities, kernel))
        .collect();
    let peers: [Run<'_>; PEERS.len()] = [
        jpeg_encoder(frame, sampling, qualities),
        turbo_rgb(frame, sampling, qualities),
        turbo_yuv(frame, sampling, qualities),
        Box::new(|| cv.encode(qualities)),
    ];
    runs.extend(peers);
    race(&mut runs, rounds)
}

pub fn ours<'a>(
    frame: &'a Frame,
    sampling: Sampling,
    qualities: &'a [u8],
    kernel: Kernel,
) -> Run<'a> {
    let spec = frame.spec(sampling);
    let (mut ladder, renditions) = (Ladder::with_kernel(kernel), full(qualities));
    let mut out = vec![Vec::new(); qualities.len()];
    Box::new(move || {
        let source = Source::Yuyv(Plane::new(&frame.yuyv, 2 * frame.width));
        ladder
            .encode_many(&spec, source, &renditions, &mut out, &[])
            .expect("a good frame");
        (out.iter().map(Vec::len).sum(), None)
    })
}

fn jpeg_encoder<'a>(frame: &'a Frame, sampling: Sampling, qualities: &'a [u8]) -> Run<'a> {
    let (width, height) = (frame.width as u16, frame.height as u16);
    let mut file = Vec::new();
    Box::new(move || {
        let mut total = 0;
        for &quality in qualities {
            file.clear();
            let mut encoder = jpeg_encoder::Encoder::new(&mut file, quality);
            encoder.set_sampling_factor(match sampling {
                Sampling::S420 => jpeg_encoder::SamplingFactor::F_2_2,
                _ => jpeg_encoder::SamplingFactor::F_2_1,
            });
            encoder
                .encode(&frame.rgb, width, height, jpeg_encoder::ColorType::Rgb)
                .expect("it encodes");
            total += file.len();
        }
        (total, None)
    })
}

pub fn turbo_rgb<'a>(frame: &'a Frame, sampling: Sampling, qualities: &'a [u8]) -> Run<'a> {
    let mut turbo = Compressor::new().expect("one");
    let mut file = vec![0; FILE_BYTES];
    Box::new(move || {
        turbo.set_subsamp(subsamp(sampling)).expect("a sampling");
        let mut total = 0;
        for &quality in qualities {
            turbo.set_quality(quality.into()).expect("a quality");
            let image = Image {
                pixels: &frame.rgb[..],
                width: frame.width,
                pitch: 3 * frame.width,
                height: frame.height,
                format: PixelFormat::RGB,
            };
            total += turbo
                .compress_to_slice(image, &mut file)
                .expect("it encodes");
        }
        (total, None)
    })
}

pub fn turbo_yuv<'a>(frame: &'a Frame, sampling: Sampling, qualities: &'a [u8]) -> Run<'a> {
    let mut turbo = Compressor::new().expect("one");
    let mut file = vec![0; FILE_BYTES];
    let mut planes = [Vec::new(), Vec::new(), Vec::new()];
    Box::new(move || {
        to_planes(frame, sampling, &mut planes);
        turbo.set_subsamp(subsamp(sampling)).expect("a sampling");
        let mut total = 0;
        for &quality in qualities {
            turbo.set_quality(quality.into()).expect("a quality");
            let image = YuvPlanesImage {
                y_plane: &planes[0][..],
                u_plane: &planes[1][..],
                v_plane: &planes[2][..],
                width: frame.width,
                height: frame.height,
                y_stride: frame.width,
                u_stride: frame.width / 2,
                v_stride: frame.width / 2,
                subsamp: subsamp(sampling),
            };
            total += turbo
                .compress_yuv_planes_to_slice(&image, &mut file)
                .expect("it encodes");
        }
        (total, None)
    })
}
