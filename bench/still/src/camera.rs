//! A sensor's noise on a true picture, as YUYV.
//!
//! Shot and read noise in linear light seen through gamma, stronger in the dark; neighbours share it, as demosaicing
//! leaves it (a binomial of five). Chroma has 0.7 of it in 4:2:2. Seeds are fixed.

use crate::truth::Truth;

/// Margin of a field around the frame: where in it a frame begins is drawn by lot.
const MARGIN: usize = 64;

/// What pixels beside each other have of each other's noise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Grain {
    /// As demosaicing leaves it.
    Shared,
    /// Nothing.
    White,
    /// As in a picture that the camera enlarged to twice the size.
    Enlarged,
    /// Luma's as demosaicing leaves it; chroma's in blotches of eight pixels.
    Blotched,
}

/// The camera.
pub(crate) struct Camera {
    width: usize,
    height: usize,
    fields: Vec<Vec<f32>>,
    /// Of chroma where it has its own.
    blotches: Vec<Vec<f32>>,
    gain: f32,
    random: fastrand::Rng,
    /// By brightness.
    sigma: [f32; 256],
    chroma_sigma: f32,
}

impl Camera {
    /// With so much noise at mid grey.
    pub(crate) fn new(width: usize, height: usize, sigma: f32, grain: Grain) -> Self {
        let mut random = fastrand::Rng::with_seed(3);
        let (wide, high) = (width + MARGIN, height + MARGIN);
        let fields = (0..12)
            .map(|_| match grain {
                Grain::Shared | Grain::Blotched => field(wide, high, true, &mut random),
                Grain::White => field(wide, high, false, &mut random),
                Grain::Enlarged => enlarged(wide, high, 2, &mut random),
            })
            .collect();
        let blotches = if grain == Grain::Blotched { 6 } else { 0 };
        let blotches = (0..blotches)
            .map(|_| enlarged(wide, high, 8, &mut random))
            .collect();
        let curve = |y: f32| {
            let level = y.max(4.0) / 255.0;
            (0.9 * level.powf(2.2) + 0.02).sqrt() * level.powf(-1.2)
        };
        Self {
            width,
            height,
            fields,
            blotches,
            gain: 1.0,
            random,
            sigma: std::array::from_fn(|y| sigma * (curve(y as f32) / curve(128.0)).min(1.7)),
            chroma_sigma: 0.7 * sigma,
        }
    }

    /// From now on the noise is so many times as strong.
    pub(crate) fn amplify(&mut self, gain: f32) {
        self.gain = gain;
    }

    /// One frame, 2 bytes a pixel; `light` is the gain by row.
    pub(crate) fn shoot(&mut self, truth: &Truth, light: &[f32]) -> Vec<u8> {
        let (width, height) = (self.width, self.height);
        let mut yuyv = vec![0; 2 * width * height];
        let luma = self.draw(self.fields.len());
        for (y, light) in light.iter().enumerate().take(height) {
            for x in 0..width {
                let value = (truth.y[y * width + x] * light).clamp(0.0, 255.0);
                let noise = noise(&self.fields, luma, x, y, width) * self.sigma[value as usize];
                let noise = noise * self.gain;
                yuyv[2 * (y * width + x)] = (value + noise + 0.5).clamp(0.0, 255.0) as u8;
            }
        }
        for (plane, first) in [(&truth.cb, 1), (&truth.cr, 3)] {
            let of_luma = self.blotches.is_empty();
            let count = if of_luma {
                self.fields.len()
            } else {
                self.blotches.len()
            };
            let chroma = self.draw(count);
            let fields = if of_luma {
                &self.fields
            } else {
                &self.blotches
            };
            for y in 0..height {
                for x in 0..width / 2 {
                    let noise = noise(fields, chroma, x, y, width) * self.chroma_sigma * self.gain;
                    let value = plane[y / 2 * (width / 2) + x] + noise;
                    yuyv[2 * y * width + 4 * x + first] = (value + 0.5).clamp(0.0, 255.0) as u8;
                }
            }
        }
        yuyv
    }

    fn draw(&mut self, fields: usize) -> (usize, usize, f32) {
        let at =
            self.random.usize(0..MARGIN) * (self.width + MARGIN) + self.random.usize(0..MARGIN);
        let sign = if self.random.bool() { 1.0 } else { -1.0 };
        (self.random.usize(0..fields), at, sign)
    }
}

fn noise(
    fields: &[Vec<f32>],
    (field, at, sign): (usize, usize, f32),
    x: usize,
    y: usize,
    width: usize,
) -> f32 {
    fields[field][at + y * (width + MARGIN) + x] * sign
}

/// Unit noise that was enlarged so many times, by straight lines between its points.
fn enlarged(width: usize, height: usize, times: usize, random: &mut fastrand::Rng) -> Vec<f32> {
    let (wide, high) = (width / times + 2, height / times + 2);
    let small = field(wide, high, false, random);
    let mut field = Vec::with_capacity(width * height);
    for y in 0..height {
        for x in 0..width {
            let part = |at: usize| (at % times) as f32 / times as f32;
            let at = y / times * wide + x / times;
            let row = |at: usize| small[at] * (1.0 - part(x)) + small[at + 1] * part(x);
            field.push(row(at) * (1.0 - part(y)) + row(at + wide) * part(y));
        }
    }
    to_unit(&mut field);
    field
}

fn to_unit(field: &mut [f32]) {
    let variance = field.iter().map(|v| v * v).sum::<f32>() / field.len() as f32;
    for value in field {
        *value /= variance.sqrt();
    }
}

/// Unit noise.
fn field(width: usize, height: usize, correlated: bool, random: &mut fastrand::Rng) -> Vec<f32> {
    let mut normal = || {
        let radius = (-2.0 * (1.0 - random.f32()).ln()).sqrt();
        radius * (std::f32::consts::TAU * random.f32()).cos()
    };
    let mut field: Vec<f32> = (0..width * height).map(|_| normal()).collect();
    if correlated {
        for step in [1, width] {
            let from = field.clone();
            for i in 2 * step..field.len() - 2 * step {
                field[i] = (from[i - 2 * step] + from[i + 2 * step]) / 16.0
                    + (from[i - step] + from[i + step]) / 4.0
                    + from[i] * 0.375;
            }
        }
        to_unit(&mut field);
    }
    field
}
