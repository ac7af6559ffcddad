//! A sensor's noise on a true picture, as YUYV.
//!
//! Shot and read noise in linear light seen through gamma, stronger in the dark; neighbours share it, as demosaicing
//! leaves it (a binomial of five). Chroma has 0.7 of it in 4:2:2. Seeds are fixed.

use crate::truth::Truth;

/// Margin of a field around the frame: where in it a frame begins is drawn by lot.
const MARGIN: usize = 64;

/// The camera.
pub(crate) struct Camera {
    width: usize,
    height: usize,
    fields: Vec<Vec<f32>>,
    random: fastrand::Rng,
    /// By brightness.
    sigma: [f32; 256],
    chroma_sigma: f32,
}

impl Camera {
    /// With so much noise at mid grey, correlated or white.
    pub(crate) fn new(width: usize, height: usize, sigma: f32, correlated: bool) -> Self {
        let mut random = fastrand::Rng::with_seed(3);
        let (wide, high) = (width + MARGIN, height + MARGIN);
        let fields = (0..12)
            .map(|_| field(wide, high, correlated, &mut random))
            .collect();
        let curve = |y: f32| {
            let level = y.max(4.0) / 255.0;
            (0.9 * level.powf(2.2) + 0.02).sqrt() * level.powf(-1.2)
        };
        Self {
            width,
            height,
            fields,
            random,
            sigma: std::array::from_fn(|y| sigma * (curve(y as f32) / curve(128.0)).min(1.7)),
            chroma_sigma: 0.7 * sigma,
        }
    }

    /// One frame, 2 bytes a pixel; `light` is the gain by row.
    pub(crate) fn shoot(&mut self, truth: &Truth, light: &[f32]) -> Vec<u8> {
        let (width, height) = (self.width, self.height);
        let mut yuyv = vec![0; 2 * width * height];
        let luma = self.draw();
        for (y, light) in light.iter().enumerate().take(height) {
            for x in 0..width {
                let value = (truth.y[y * width + x] * light).clamp(0.0, 255.0);
                let noise = self.noise(luma, x, y) * self.sigma[value as usize];
                yuyv[2 * (y * width + x)] = (value + noise + 0.5).clamp(0.0, 255.0) as u8;
            }
        }
        for (plane, first) in [(&truth.cb, 1), (&truth.cr, 3)] {
            let chroma = self.draw();
            for y in 0..height {
                for x in 0..width / 2 {
                    let noise = self.noise(chroma, x, y) * self.chroma_sigma;
                    let value = plane[y / 2 * (width / 2) + x] + noise;
                    yuyv[2 * y * width + 4 * x + first] = (value + 0.5).clamp(0.0, 255.0) as u8;
                }
            }
        }
        yuyv
    }

    fn draw(&mut self) -> (usize, usize, f32) {
        let at =
            self.random.usize(0..MARGIN) * (self.width + MARGIN) + self.random.usize(0..MARGIN);
        let sign = if self.random.bool() { 1.0 } else { -1.0 };
        (self.random.usize(0..self.fields.len()), at, sign)
    }

    fn noise(&self, (field, at, sign): (usize, usize, f32), x: usize, y: usize) -> f32 {
        self.fields[field][at + y * (self.width + MARGIN) + x] * sign
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
        let variance = field.iter().map(|v| v * v).sum::<f32>() / field.len() as f32;
        for value in &mut field {
            *value /= variance.sqrt();
        }
    }
    field
}
