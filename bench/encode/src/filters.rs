//! Two ways to half a picture: the mean of every four samples, and the low coefficients of every block. What each leaves
//! of a picture that is shown in full size again, and of stripes too fine for it.

use std::f64::consts::PI;

use crate::frames::{Frame, SCENES};

/// Luma, row by row.
struct Luma {
    width: usize,
    height: usize,
    samples: Vec<f64>,
}

impl Luma {
    fn new(width: usize, height: usize, sample: impl Fn(usize, usize) -> f64) -> Self {
        let all = (0..width * height).map(|i| sample(i % width, i / width));
        Self {
            width,
            height,
            samples: all.collect(),
        }
    }

    fn at(&self, x: isize, y: isize) -> f64 {
        let x = x.clamp(0, self.width as isize - 1) as usize;
        let y = y.clamp(0, self.height as isize - 1) as usize;
        self.samples[y * self.width + x]
    }

    /// Samples as a picture has them.
    fn rounded(mut self) -> Self {
        for sample in &mut self.samples {
            *sample = sample.round().clamp(0.0, 255.0);
        }
        self
    }

    fn means(&self) -> Self {
        Self::new(self.width / 2, self.height / 2, |x, y| {
            let (x, y) = (2 * x as isize, 2 * y as isize);
            let four = [(0, 0), (1, 0), (0, 1), (1, 1)];
            four.iter()
                .map(|&(u, v)| self.at(x + u, y + v))
                .sum::<f64>()
                / 4.0
        })
    }

    /// The 4x4 samples that the lowest 4x4 frequencies of each block give.
    fn low_coefficients(&self) -> Self {
        // Row j: what each of eight samples gives to sample j of four; the same in both directions.
        let weight = |k: usize| if k == 0 { 0.5 } else { 1.0 };
        let wave =
            |x: usize, k: usize, of: usize| (PI * (2 * x + 1) as f64 * k as f64 / of as f64).cos();
        let matrix: [[f64; 8]; 4] = std::array::from_fn(|j| {
            std::array::from_fn(|x| {
                let of = |k| weight(k) * wave(x, k, 16) * wave(j, k, 8);
                (0..4).map(of).sum::<f64>() / 4.0
            })
        });
        Self::new(self.width / 2, self.height / 2, |x, y| {
            let (left, top) = (x / 4 * 8, y / 4 * 8);
            let (across, down) = (&matrix[x % 4], &matrix[y % 4]);
            let row = |v: usize| -> f64 {
                let sample = |u: usize| self.at((left + u) as isize, (top + v) as isize);
                (0..8).map(|u| across[u] * sample(u)).sum()
            };
            (0..8).map(|v| down[v] * row(v)).sum()
        })
    }

    /// Twice as wide and high, as a browser shows it: cubic, Catmull and Rom's.
    fn doubled(&self) -> Self {
        // A sample in full size lies a quarter beside one of the half's, to its left or right.
        let cubic = |t: f64| {
            let t = t.abs();
            if t < 1.0 {
                (1.5 * t - 2.5) * t * t + 1.0
            } else {
                ((2.5 - 0.5 * t) * t - 4.0) * t + 2.0
            }
        };
        let taps = |x: usize| {
            let centre = (x as f64 - 0.5) / 2.0;
            let first = centre.floor() as isize - 1;
            [0, 1, 2, 3].map(|i| (first + i, cubic(centre - (first + i) as f64)))
        };
        Self::new(2 * self.width, 2 * self.height, |x, y| {
            let across = taps(x);
            let row = |v: isize| across.iter().map(|&(u, k)| k * self.at(u, v)).sum::<f64>();
            taps(y).iter().map(|&(v, k)| k * row(v)).sum()
        })
    }

    /// dB beside the picture that it should be.
    fn psnr(&self, truth: &Self) -> f64 {
        let pairs = self.samples.iter().zip(&truth.samples);
        let squares: f64 = pairs.map(|(a, b)| (a - b).powi(2)).sum();
        10.0 * (255.0 * 255.0 * truth.samples.len() as f64 / squares).log10()
    }

    /// The deviation from its mean.
    fn contrast(&self) -> f64 {
        let count = self.samples.len() as f64;
        let mean = self.samples.iter().sum::<f64>() / count;
        (self.samples.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / count).sqrt()
    }
}

/// Prints the table.
pub fn run() {
    println!("| picture | mean of four | low coefficients |\n|---|---|---|");
    for (scene, detail) in SCENES {
        let frame = Frame::new(640, 480, detail);
        let luma = Luma::new(640, 480, |x, y| f64::from(frame.yuyv[2 * (y * 640 + x)]));
        let shown = |half: Luma| half.rounded().doubled().psnr(&luma);
        println!(
            "| {scene}, shown in full size, dB | {:.2} | {:.2} |",
            shown(luma.means()),
            shown(luma.low_coefficients())
        );
    }
    for (name, period) in [("2.7", 8.0 / 3.0), ("3.3", 10.0 / 3.0), ("6", 6.0)] {
        let stripes = Luma::new(640, 480, |x, _| {
            128.0 + 100.0 * (2.0 * PI * x as f64 / period).sin()
        });
        let left = |half: Luma| 100.0 * half.contrast() / stripes.contrast();
        println!(
            "| stripes of {name} pixels, contrast left, % | {:.0} | {:.0} |",
            left(stripes.means()),
            left(stripes.low_coefficients())
        );
    }
}
