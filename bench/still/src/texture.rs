//! Pictures that are made: a room and somebody in it.
//!
//! Made, so that anybody can run the bench: surfaces, edges and texture of about the bytes that an indoor picture has. A
//! seed is fixed: every run sees the same.

use crate::truth::Truth;

/// Planes of a picture larger than the frame.
pub(crate) struct Texture {
    width: usize,
    height: usize,
    planes: [Vec<f32>; 3],
}

impl Texture {
    /// Walls, boards and boxes with texture of several sizes, seen through a lens.
    pub(crate) fn room(width: usize, height: usize) -> Self {
        let mut random = fastrand::Rng::with_seed(5);
        let mut planes = [90.0, 128.0, 128.0].map(|grey| vec![grey; width * height]);
        for n in 0..260 {
            let scale = 0.5 / (1.0 + n as f32 / 14.0) + 0.015;
            let (w, h) = (
                (random.f32() * scale * width as f32) as usize + 2,
                (random.f32() * scale * width as f32) as usize + 2,
            );
            let (x, y) = (random.usize(0..width), random.usize(0..height));
            let colour = [
                25.0 + 190.0 * random.f32(),
                128.0 + 50.0 * (random.f32() - 0.5),
                128.0 + 50.0 * (random.f32() - 0.5),
            ];
            let slope = (random.f32() - 0.5) * 0.3;
            let round = random.f32() < 0.4;
            for py in y..(y + h).min(height) {
                for px in x..(x + w).min(width) {
                    let (u, v) = (
                        (px - x) as f32 / w as f32 * 2.0 - 1.0,
                        (py - y) as f32 / h as f32 * 2.0 - 1.0,
                    );
                    if round && u * u + v * v > 1.0 {
                        continue;
                    }
                    for (plane, colour) in planes.iter_mut().zip(colour) {
                        plane[py * width + px] = colour;
                    }
                    planes[0][py * width + px] += slope * (u + v) * 60.0;
                }
            }
        }
        let mut texture = Self {
            width,
            height,
            planes,
        };
        for (cell, strength) in [(64, 14.0), (16, 10.0), (6, 9.0), (3, 9.0), (1, 7.0)] {
            texture.roughen(cell, strength, &mut random);
        }
        texture.blur();
        for y in &mut texture.planes[0] {
            *y = y.clamp(6.0, 235.0);
        }
        texture
    }

    /// A standing figure in checked cloth; its outline is given where it is put.
    pub(crate) fn figure(width: usize, height: usize) -> Self {
        let mut random = fastrand::Rng::with_seed(9);
        let grey = |x: usize, y: usize| {
            let check = if (x / 9 + y / 13).is_multiple_of(2) {
                70.0
            } else {
                150.0
            };
            if y * 4 < height { 170.0 } else { check }
        };
        let at = |f: &dyn Fn(usize, usize) -> f32| {
            (0..width * height)
                .map(|i| f(i % width, i / width))
                .collect::<Vec<f32>>()
        };
        let planes = [
            at(&grey),
            at(&|_, y| if y * 4 < height { 110.0 } else { 140.0 }),
            at(&|_, y| if y * 4 < height { 150.0 } else { 118.0 }),
        ];
        let mut texture = Self {
            width,
            height,
            planes,
        };
        texture.roughen(5, 12.0, &mut random);
        texture.roughen(1, 8.0, &mut random);
        texture.blur();
        texture
    }

    fn roughen(&mut self, cell: usize, strength: f32, random: &mut fastrand::Rng) {
        let across = self.width / cell + 2;
        let lattice: Vec<f32> = (0..across * (self.height / cell + 2))
            .map(|_| (random.f32() - 0.5) * 2.0 * strength)
            .collect();
        // Texture is not everywhere the same: walls are smooth, cloth is not.
        let patches: Vec<f32> = (0..64 * 64).map(|_| random.f32().powi(3) * 2.2).collect();
        for y in 0..self.height {
            for x in 0..self.width {
                let (fx, fy) = (
                    (x % cell) as f32 / cell as f32,
                    (y % cell) as f32 / cell as f32,
                );
                let i = y / cell * across + x / cell;
                let top = lattice[i] * (1.0 - fx) + lattice[i + 1] * fx;
                let bottom = lattice[i + across] * (1.0 - fx) + lattice[i + across + 1] * fx;
                let patch = patches[(y / 60 % 64) * 64 + x / 60 % 64];
                self.planes[0][y * self.width + x] += (top * (1.0 - fy) + bottom * fy) * patch;
            }
        }
    }

    /// What a webcam's lens does.
    fn blur(&mut self) {
        for plane in &mut self.planes {
            for step in [1, self.width] {
                let from = plane.clone();
                for i in step..plane.len() - step {
                    plane[i] = from[i] * 0.5 + (from[i - step] + from[i + step]) * 0.25;
                }
            }
        }
    }

    pub(crate) fn cut(&self, left: f32, top: f32, width: usize, height: usize) -> Truth {
        let (x0, y0) = (left.floor() as usize, top.floor() as usize);
        let (fx, fy) = (left.fract(), top.fract());
        let [y, cb, cr] = self.planes.each_ref().map(|plane| {
            (0..width * height)
                .map(|i| {
                    let at = (y0 + i / width) * self.width + x0 + i % width;
                    let row = |at: usize| plane[at] * (1.0 - fx) + plane[at + 1] * fx;
                    row(at) * (1.0 - fy) + row(at + self.width) * fy
                })
                .collect::<Vec<f32>>()
        });
        Truth {
            width,
            height,
            y,
            cb: halved(&cb, width),
            cr: halved(&cr, width),
        }
    }

    /// Luma at a place between pixels.
    pub(crate) fn luma(&self, x: f32, y: f32) -> f32 {
        let (fx, fy) = (x.fract(), y.fract());
        let at = y as usize * self.width + x as usize;
        let row = |at: usize| self.planes[0][at] * (1.0 - fx) + self.planes[0][at + 1] * fx;
        row(at) * (1.0 - fy) + row(at + self.width) * fy
    }

    /// Puts the figure at a place, or only its shade, with a soft rim.
    pub(crate) fn paste(&self, truth: &mut Truth, (left, top): (f32, f32), shade: Option<f32>) {
        let (x0, y0) = (left.floor(), top.floor());
        let (fx, fy) = (left - x0, top - y0);
        for py in 0..self.height {
            for px in 0..self.width {
                let (x, y) = (x0 as isize + px as isize, y0 as isize + py as isize);
                let inside = (0..truth.width as isize).contains(&x)
                    && (0..truth.height as isize).contains(&y);
                if !inside {
                    continue;
                }
                let (u, v) = (
                    (px as f32 - fx) / self.width as f32 * 2.0 - 1.0,
                    (py as f32 - fy) / self.height as f32 * 2.0 - 1.0,
                );
                let head = (u / 0.45).powi(2) + ((v + 0.7) / 0.3).powi(2);
                let body = (u / 0.95).powi(2) + ((v - 0.25) / 0.75).powi(2);
                let alpha = ((1.04 - head.min(body)) / 0.08).clamp(0.0, 1.0);
                if alpha == 0.0 {
                    continue;
                }
                let (x, y) = (x as usize, y as usize);
                let i = y * truth.width + x;
                if let Some(grey) = shade {
                    truth.y[i] -= grey * alpha;
                    continue;
                }
                let (sx, sy) = (px.saturating_sub(1), py.saturating_sub(1));
                let value = |plane: &[f32]| {
                    let at = |x: usize, y: usize| plane[y * self.width + x];
                    let row = |y: usize| at(px, y) * (1.0 - fx) + at(sx, y) * fx;
                    row(py) * (1.0 - fy) + row(sy) * fy
                };
                truth.y[i] += (value(&self.planes[0]) - truth.y[i]) * alpha;
                if x % 2 == 0 && y % 2 == 0 {
                    let i = y / 2 * (truth.width / 2) + x / 2;
                    truth.cb[i] += (value(&self.planes[1]) - truth.cb[i]) * alpha;
                    truth.cr[i] += (value(&self.planes[2]) - truth.cr[i]) * alpha;
                }
            }
        }
    }
}

/// A plane at half the width and height.
pub(crate) fn halved(plane: &[f32], width: usize) -> Vec<f32> {
    let half = width / 2;
    (0..plane.len() / 4)
        .map(|i| {
            let at = i / half * 2 * width + i % half * 2;
            (plane[at] + plane[at + 1] + plane[at + width] + plane[at + width + 1]) / 4.0
        })
        .collect()
}
