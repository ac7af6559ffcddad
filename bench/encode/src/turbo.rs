//! libjpeg-turbo's ways from a frame, or from a camera's JPEG, to files.

use jpeg_ladder::Sampling;
use turbojpeg::{Compressor, Decompressor, Image, PixelFormat, Subsamp, YuvImage, YuvPlanesImage};

use crate::frames::Frame;
use crate::race::Run;

/// More than any file of these sizes has.
const FILE_BYTES: usize = 8 << 20;

/// From RGB, which it gets for nothing.
pub fn from_rgb<'a>(frame: &'a Frame, sampling: Sampling, qualities: &'a [u8]) -> Run<'a> {
    let mut encoder = compressor(subsamp(sampling));
    let mut file = vec![0; FILE_BYTES];
    Box::new(move || {
        (
            encode_rgb(&mut encoder, frame, &frame.rgb, qualities, &mut file),
            None,
        )
    })
}

/// From planes, which it has to make of YUYV.
pub fn from_yuyv<'a>(frame: &'a Frame, sampling: Sampling, qualities: &'a [u8]) -> Run<'a> {
    let mut encoder = compressor(subsamp(sampling));
    let mut file = vec![0; FILE_BYTES];
    let mut planes = [Vec::new(), Vec::new(), Vec::new()];
    Box::new(move || {
        to_planes(frame, sampling, &mut planes);
        let mut total = 0;
        for &quality in qualities {
            encoder.set_quality(quality.into()).expect("a quality");
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
            total += encoder
                .compress_yuv_planes_to_slice(&image, &mut file)
                .expect("it encodes");
        }
        (total, None)
    })
}

/// A camera's 4:2:2 JPEG to YUV and back, without the way over RGB.
pub fn jpeg_by_yuv<'a>(frame: &'a Frame, jpeg: &'a [u8], qualities: &'a [u8]) -> Run<'a> {
    let mut decoder = Decompressor::new().expect("one");
    let mut encoder = compressor(Subsamp::Sub2x1);
    let (mut yuv, mut file) = (vec![0; 2 * frame.width * frame.height], vec![0; FILE_BYTES]);
    Box::new(move || {
        let image = YuvImage {
            pixels: &mut yuv[..],
            width: frame.width,
            align: 1,
            height: frame.height,
            subsamp: Subsamp::Sub2x1,
        };
        decoder.read_header(jpeg).expect("a JPEG");
        decoder.decompress_to_yuv(jpeg, image).expect("a JPEG");
        let mut total = 0;
        for &quality in qualities {
            encoder.set_quality(quality.into()).expect("a quality");
            let image = YuvImage {
                pixels: &yuv[..],
                width: frame.width,
                align: 1,
                height: frame.height,
                subsamp: Subsamp::Sub2x1,
            };
            total += encoder
                .compress_yuv_to_slice(image, &mut file)
                .expect("it encodes");
        }
        (total, None)
    })
}

/// A camera's 4:2:2 JPEG to RGB and back, as most programs do it.
pub fn jpeg_by_rgb<'a>(frame: &'a Frame, jpeg: &'a [u8], qualities: &'a [u8]) -> Run<'a> {
    let mut decoder = Decompressor::new().expect("one");
    let mut encoder = compressor(Subsamp::Sub2x1);
    let (mut rgb, mut file) = (vec![0; 3 * frame.width * frame.height], vec![0; FILE_BYTES]);
    Box::new(move || {
        let image = Image {
            pixels: &mut rgb[..],
            width: frame.width,
            pitch: 3 * frame.width,
            height: frame.height,
            format: PixelFormat::RGB,
        };
        decoder.decompress(jpeg, image).expect("a JPEG");
        (
            encode_rgb(&mut encoder, frame, &rgb, qualities, &mut file),
            None,
        )
    })
}

fn compressor(subsamp: Subsamp) -> Compressor {
    let mut compressor = Compressor::new().expect("one");
    compressor.set_subsamp(subsamp).expect("a sampling");
    compressor
}

/// Bytes of all files together.
fn encode_rgb(
    encoder: &mut Compressor,
    frame: &Frame,
    rgb: &[u8],
    qualities: &[u8],
    file: &mut [u8],
) -> usize {
    let mut total = 0;
    for &quality in qualities {
        encoder.set_quality(quality.into()).expect("a quality");
        let image = Image {
            pixels: rgb,
            width: frame.width,
            pitch: 3 * frame.width,
            height: frame.height,
            format: PixelFormat::RGB,
        };
        total += encoder.compress_to_slice(image, file).expect("it encodes");
    }
    total
}

/// YUYV to planes, chroma averaged over two rows for 4:2:0; part of what an encoder of planes costs.
fn to_planes(frame: &Frame, sampling: Sampling, planes: &mut [Vec<u8>; 3]) {
    let (w, h) = (frame.width, frame.height);
    let rows = if sampling == Sampling::S420 { h / 2 } else { h };
    planes[0].clear();
    planes[0].extend(frame.yuyv.chunks_exact(2).map(|p| p[0]));
    for (c, plane) in planes[1..].iter_mut().enumerate() {
        plane.resize(w / 2 * rows, 0);
        for (y, out) in plane.chunks_exact_mut(w / 2).enumerate() {
            let step = h / rows;
            let row = |y: usize| frame.yuyv[y * 2 * w..][..2 * w].chunks_exact(4);
            for ((out, a), b) in out
                .iter_mut()
                .zip(row(y * step))
                .zip(row(y * step + step - 1))
            {
                *out = ((u16::from(a[1 + 2 * c]) + u16::from(b[1 + 2 * c]) + 1) / 2) as u8;
            }
        }
    }
}

fn subsamp(sampling: Sampling) -> Subsamp {
    if sampling == Sampling::S420 {
        Subsamp::Sub2x2
    } else {
        Subsamp::Sub2x1
    }
}

/// Luma PSNR of a file against the frame that it was made from, in dB.
pub fn psnr(jpeg: &[u8], frame: &Frame) -> f64 {
    let picture = turbojpeg::decompress_to_yuv(jpeg).expect("a JPEG");
    let stride = frame.width.next_multiple_of(picture.align);
    let rows = picture
        .pixels
        .chunks_exact(stride)
        .zip(frame.yuyv.chunks_exact(2 * frame.width));
    let squares: f64 = rows
        .flat_map(|(row, yuyv)| row.iter().zip(yuyv.chunks_exact(2)))
        .map(|(&a, pair)| (f64::from(a) - f64::from(pair[0])).powi(2))
        .sum();
    let count = (frame.width * frame.height) as f64;
    10.0 * (255.0 * 255.0 * count / squares).log10()
}
