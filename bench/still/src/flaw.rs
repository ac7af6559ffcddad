//! What a camera does to its picture besides noise: what the rule was not tuned on. Seeds are fixed.

use crate::event::dusk_gain;
use crate::truth::Truth;

/// Grey levels of a difference that a camera's filter over time takes for motion.
const MOTION: f32 = 10.0;

/// What is not as in a plain sensor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Flaw {
    None,
    /// Noise that a whole row has in common, in grey levels.
    Rows(f32),
    /// Hot pixels, one in five thousand, that come and go.
    Hot,
    /// The gain follows dusk, and the noise with it.
    Dusk,
    /// From frame 60 on the noise is so many times as strong.
    Step(f32),
    /// The camera averages over time where it sees no motion: with this weight of the newest frame.
    Denoise(f32),
    /// An unsharp mask; the truth has it, too.
    Sharpen(f32),
    /// Odd rows are half a frame older.
    Interlace,
    /// The camera codes with H.264 at this rate factor and an intra frame in so many.
    Codec(u8, u8),
}

impl Flaw {
    /// How many times as strong the noise is.
    pub(crate) fn gain(self, t: usize) -> f32 {
        match self {
            Self::Dusk => dusk_gain(t as f32),
            Self::Step(times) if t >= 60 => times,
            _ => 1.0,
        }
    }
}

/// What a flaw remembers.
pub(crate) struct Flawed {
    flaw: Flaw,
    width: usize,
    random: fastrand::Rng,
    hot: Vec<(usize, bool)>,
    /// The last picture, as the camera's own filter keeps it.
    filtered: Vec<f32>,
}

impl Flawed {
    pub(crate) fn new(flaw: Flaw, width: usize, height: usize) -> Self {
        let mut random = fastrand::Rng::with_seed(17);
        let hot = if flaw == Flaw::Hot {
            width * height / 5000
        } else {
            0
        };
        Self {
            flaw,
            width,
            hot: (0..hot)
                .map(|_| (random.usize(0..width * height), random.bool()))
                .collect(),
            random,
            filtered: Vec::new(),
        }
    }

    /// Changes a frame of YUYV, and the truth where the camera means it.
    pub(crate) fn apply(&mut self, yuyv: &mut [u8], truth: &mut Truth) {
        match self.flaw {
            Flaw::Rows(sigma) => {
                for row in yuyv.chunks_exact_mut(2 * self.width) {
                    let shift = (0..12).map(|_| self.random.f32()).sum::<f32>() - 6.0;
                    for y in row.iter_mut().step_by(2) {
                        let dither = self.random.f32();
                        *y = (f32::from(*y) + shift * sigma + dither).clamp(0.0, 255.0) as u8;
                    }
                }
            }
            Flaw::Hot => {
                for (at, on) in &mut self.hot {
                    if self.random.f32() < 0.1 {
                        *on = !*on;
                    }
                    if *on {
                        yuyv[2 * *at] = yuyv[2 * *at].saturating_add(60);
                    }
                }
            }
            Flaw::Denoise(weight) => self.denoise(yuyv, weight),
            Flaw::Sharpen(amount) => {
                let luma: Vec<f32> = yuyv.iter().step_by(2).map(|&y| f32::from(y)).collect();
                let sharp = sharpened(&luma, self.width, amount);
                for (y, sharp) in yuyv.iter_mut().step_by(2).zip(sharp) {
                    *y = (sharp + 0.5).clamp(0.0, 255.0) as u8;
                }
                truth.y = sharpened(&truth.y, self.width, amount);
            }
            _ => {}
        }
    }

    /// A recursive filter whose weight rises with the difference's mean over five pixels, as cameras' own do.
    fn denoise(&mut self, yuyv: &mut [u8], weight: f32) {
        if self.filtered.is_empty() {
            self.filtered = yuyv.iter().map(|&v| f32::from(v)).collect();
        }
        let row = 2 * self.width;
        let off: Vec<f32> = yuyv
            .iter()
            .zip(&self.filtered)
            .map(|(&now, then)| f32::from(now) - then)
            .collect();
        for i in 0..yuyv.len() {
            // Of its own kind: luma's neighbours are two pixels away.
            let at = |by: isize| {
                i.checked_add_signed(by)
                    .and_then(|at| off.get(at))
                    .unwrap_or(&0.0)
            };
            let (down, across) = (row as isize, 4);
            let around: f32 = [-down, down, -across, across].into_iter().map(at).sum();
            let motion = ((around + off[i]).abs() / 5.0 / MOTION).min(1.0);
            let weight = weight + (1.0 - weight) * motion * motion;
            self.filtered[i] += weight * off[i];
            yuyv[i] = (self.filtered[i] + 0.5) as u8;
        }
    }
}

/// An unsharp mask of three by three pixels.
fn sharpened(plane: &[f32], width: usize, amount: f32) -> Vec<f32> {
    let mut sharp = plane.to_vec();
    for i in width + 1..plane.len() - width - 1 {
        let around = plane[i - 1] + plane[i + 1] + plane[i - width] + plane[i + width];
        sharp[i] = (plane[i] + amount * (plane[i] - around / 4.0)).clamp(0.0, 255.0);
    }
    sharp
}

/// Puts a half frame of an earlier moment into every other row.
pub(crate) fn weave(truth: &mut Truth, earlier: &Truth) {
    for (plane, earlier, width) in [
        (&mut truth.y, &earlier.y, truth.width),
        (&mut truth.cb, &earlier.cb, truth.width / 2),
        (&mut truth.cr, &earlier.cr, truth.width / 2),
    ] {
        let rows = plane
            .chunks_exact_mut(width)
            .zip(earlier.chunks_exact(width));
        for (row, earlier) in rows.skip(1).step_by(2) {
            row.copy_from_slice(earlier);
        }
    }
}
