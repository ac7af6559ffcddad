//! A picture in each of the layouts that the encoder reads, with and without gaps between rows.

use fastrand::Rng;
use jpeg_ladder::{Plane, Sampling, Source};

use super::pictures::Picture;

/// How many layouts there are.
pub(crate) const LAYOUTS: u8 = 9;

/// A picture in one of the layouts.
pub(crate) struct LaidOut {
    pub(crate) layout: u8,
    pub(crate) buffers: [Vec<u8>; 3],
    pub(crate) strides: [usize; 3],
}

impl LaidOut {
    pub(crate) fn new(picture: &Picture, layout: u8, rng: &mut Rng) -> Self {
        let mut strides = [0; 3];
        let mut place = 0;
        let buffers = planes(picture, layout, rng).map(|(bytes, row)| {
            let stride = row + if rng.bool() { rng.usize(..40) } else { 0 };
            strides[place] = stride;
            place += 1;
            let mut out = Vec::new();
            for (i, bytes) in bytes.chunks_exact(row.max(1)).enumerate() {
                out.resize(i * stride, rng.u8(..));
                out.extend_from_slice(bytes);
            }
            out
        });
        Self {
            layout,
            buffers,
            strides,
        }
    }

    pub(crate) fn source(&self) -> Source<'_> {
        let plane = |i: usize| Plane::new(&self.buffers[i], self.strides[i]);
        let planar = |sampling| Source::Planar {
            y: plane(0),
            u: plane(1),
            v: plane(2),
            sampling,
        };
        match self.layout {
            0 => Source::Yuyv(plane(0)),
            1 => Source::Uyvy(plane(0)),
            2 => Source::Nv12 {
                y: plane(0),
                uv: plane(1),
            },
            3 => planar(Sampling::S420),
            4 => planar(Sampling::S422),
            5 => planar(Sampling::S444),
            6 => Source::Grey(plane(0)),
            7 => Source::Rgb24(plane(0)),
            _ => Source::Bgr24(plane(0)),
        }
    }
}

/// The planes that a layout has, without gaps, and how long their rows are.
fn planes(picture: &Picture, layout: u8, rng: &mut Rng) -> [(Vec<u8>, usize); 3] {
    let (w, h) = (picture.width, picture.height);
    let half_w = w.div_ceil(2);
    let [y, u, v] = &picture.planes;
    // Chroma is taken, not averaged, where the layout has less of it: any samples do.
    let mut packed = |order: [usize; 4]| {
        let mut bytes = vec![0; 4 * half_w * h];
        for (i, four) in bytes.chunks_exact_mut(4).enumerate() {
            let at = i / half_w * w + 2 * (i % half_w);
            // The last luma of an odd row is nobody's.
            let second = if i % half_w * 2 + 1 < w {
                y[at + 1]
            } else {
                rng.u8(..)
            };
            for (place, value) in order.into_iter().zip([y[at], u[at], second, v[at]]) {
                four[place] = value;
            }
        }
        (bytes, 4 * half_w)
    };
    let thinned = |plane: &[u8], across: usize, down: usize| -> Vec<u8> {
        (0..h)
            .step_by(down)
            .flat_map(|row| (0..w).step_by(across).map(move |x| plane[row * w + x]))
            .collect()
    };
    let interleaved =
        |planes: [&[u8]; 3]| -> Vec<u8> { (0..w * h).flat_map(|i| planes.map(|p| p[i])).collect() };
    let none = || (Vec::new(), 0);
    match layout {
        0 => [packed([0, 1, 2, 3]), none(), none()],
        1 => [packed([1, 0, 3, 2]), none(), none()],
        2 => {
            let (u, v) = (thinned(u, 2, 2), thinned(v, 2, 2));
            let uv = u.iter().zip(&v).flat_map(|(&u, &v)| [u, v]).collect();
            [(y.clone(), w), (uv, 2 * half_w), none()]
        }
        3 => [
            (y.clone(), w),
            (thinned(u, 2, 2), half_w),
            (thinned(v, 2, 2), half_w),
        ],
        4 => [
            (y.clone(), w),
            (thinned(u, 2, 1), half_w),
            (thinned(v, 2, 1), half_w),
        ],
        5 => [(y.clone(), w), (u.clone(), w), (v.clone(), w)],
        6 => [(y.clone(), w), none(), none()],
        _ => [(interleaved([y, u, v]), 3 * w), none(), none()],
    }
}
