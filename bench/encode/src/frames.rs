//! The frames that are encoded, and how good a file of them is.

use std::path::Path;

use jpeg_ladder::{Ladder, Plane, Range, Sampling, Source, Spec};
use turbojpeg::Subsamp;

use crate::common::{full, pictures};

pub const SIZES: [(usize, usize); 3] = [(640, 480), (1280, 720), (1920, 1080)];
/// How much there is to see: about 0.9, 1.3 and 1.9 bits a pixel at quality 80.
pub const SCENES: [(&str, f32); 3] = [("calm", 1.0), ("room", 2.0), ("busy", 3.5)];
/// The qualities of k = 1, 2, 4, 14.
pub const LADDERS: [&[u8]; 4] = [
    &[80],
    &[60, 80],
    &[40, 60, 80, 95],
    &[30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95],
];

/// A frame in every form that some encoder wants.
pub struct Frame {
    pub width: usize,
    pub height: usize,
    pub yuyv: Vec<u8>,
    pub rgb: Vec<u8>,
}

impl Frame {
    pub fn new(width: usize, height: usize, detail: f32) -> Self {
        let picture = pictures::natural(width, height, detail, 1);
        let [y, u, v] = &picture.planes;
        let mean = |a: u8, b: u8| (u16::from(a) + u16::from(b)).div_ceil(2) as u8;
        let yuyv: Vec<u8> = (0..width * height)
            .step_by(2)
            .flat_map(|i| [y[i], mean(u[i], u[i + 1]), y[i + 1], mean(v[i], v[i + 1])])
            .collect();
        // What a decoder of YUYV gives an encoder that wants RGB.
        let rgb = yuyv
            .chunks_exact(4)
            .flat_map(|p| {
                let (u, v) = (f32::from(p[1]) - 128.0, f32::from(p[3]) - 128.0);
                [p[0], p[2]].into_iter().flat_map(move |y| {
                    let y = f32::from(y);
                    [
                        y + 1.402 * v,
                        y - 0.344_136 * u - 0.714_136 * v,
                        y + 1.772 * u,
                    ]
                    .map(|c| c.round().clamp(0.0, 255.0) as u8)
                })
            })
            .collect();
        Self {
            width,
            height,
            yuyv,
            rgb,
        }
    }

    /// Leaves it in `directory`, for [`Frame::read`].
    pub fn write(&self, directory: &Path) {
        std::fs::create_dir_all(directory).expect("a directory");
        std::fs::write(directory.join("yuyv"), &self.yuyv).expect("a file");
        std::fs::write(directory.join("rgb"), &self.rgb).expect("a file");
    }

    /// What was left in `directory`.
    pub fn read(directory: &Path, width: usize, height: usize) -> Self {
        let read = |name| std::fs::read(directory.join(name)).expect("a frame was written there");
        Self {
            width,
            height,
            yuyv: read("yuyv"),
            rgb: read("rgb"),
        }
    }

    pub fn spec(&self, sampling: Sampling) -> Spec {
        Spec {
            width: self.width as u16,
            height: self.height as u16,
            sampling,
            range: Range::Full,
        }
    }
}

/// YUYV to planes, chroma averaged over two rows for 4:2:0; part of what an encoder of planes costs.
pub fn to_planes(frame: &Frame, sampling: Sampling, planes: &mut [Vec<u8>; 3]) {
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
                *out = (u16::from(a[1 + 2 * c]) + u16::from(b[1 + 2 * c])).div_ceil(2) as u8;
            }
        }
    }
}

/// As libjpeg-turbo names it.
pub fn subsamp(sampling: Sampling) -> Subsamp {
    if sampling == Sampling::S420 {
        Subsamp::Sub2x2
    } else {
        Subsamp::Sub2x1
    }
}

/// Our file of the last quality.
pub fn last_file(frame: &Frame, sampling: Sampling, qualities: &[u8]) -> Vec<u8> {
    let mut out = [Vec::new()];
    let source = Source::Yuyv(Plane::new(&frame.yuyv, 2 * frame.width));
    let last = &qualities[qualities.len() - 1..];
    Ladder::new()
        .encode_many(&frame.spec(sampling), source, &full(last), &mut out, &[])
        .expect("a good frame");
    let [file] = out;
    file
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
