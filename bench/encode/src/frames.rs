//! The frames that are measured: sizes, scenes and sets of qualities.

use jpeg_ladder::{Ladder, Plane, Range, Sampling, Source, Spec};

use crate::common::pictures;

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
        let mean = |a: u8, b: u8| ((u16::from(a) + u16::from(b) + 1) / 2) as u8;
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

    pub fn spec(&self, sampling: Sampling) -> Spec {
        Spec {
            width: self.width as u16,
            height: self.height as u16,
            sampling,
            range: Range::Full,
        }
    }
}

/// Our file of the last quality.
pub fn last_file(frame: &Frame, sampling: Sampling, qualities: &[u8]) -> Vec<u8> {
    let mut out = [Vec::new()];
    let source = Source::Yuyv(Plane::new(&frame.yuyv, 2 * frame.width));
    let last = &qualities[qualities.len() - 1..];
    Ladder::new()
        .encode_many(&frame.spec(sampling), source, last, &mut out, &[])
        .expect("a good frame");
    let [file] = out;
    file
}
