//! How far what is shown is from the truth.

use crate::jpeg::Planes;
use crate::truth::Truth;

/// Sums over the measured frames.
#[derive(Clone, Copy, Default)]
pub(crate) struct Quality {
    frames: f64,
    luma: f64,
    chroma: f64,
    ssim: f64,
}

impl Quality {
    pub(crate) fn add(&mut self, shown: &Planes, truth: &Truth) {
        self.frames += 1.0;
        self.luma += square_error(&shown.y, &truth.y);
        let chroma = square_error(&shown.cb, &truth.cb) + square_error(&shown.cr, &truth.cr);
        self.chroma += chroma / 2.0;
        self.ssim += ssim(&shown.y, &truth.y, truth.width);
    }

    /// In dB.
    pub(crate) fn luma_psnr(&self) -> f64 {
        psnr(self.luma / self.frames)
    }

    /// In dB, of both planes.
    pub(crate) fn chroma_psnr(&self) -> f64 {
        psnr(self.chroma / self.frames)
    }

    pub(crate) fn ssim(&self) -> f64 {
        self.ssim / self.frames
    }
}

pub(crate) fn psnr(square_error: f64) -> f64 {
    10.0 * (255.0 * 255.0 / square_error).log10()
}

pub(crate) fn square_error(a: &[f32], b: &[f32]) -> f64 {
    let sum: f64 = a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2)).sum();
    sum / a.len() as f64
}

/// Mean structural similarity of windows of 8 by 8, every fourth pixel, as ffmpeg has it.
pub(crate) fn ssim(a: &[f32], b: &[f32], width: usize) -> f64 {
    let height = a.len() / width;
    let (mut sum, mut count) = (0.0, 0.0);
    for top in (0..=height - 8).step_by(4) {
        for left in (0..=width - 8).step_by(4) {
            let mut sums = [0.0f32; 5];
            for y in top..top + 8 {
                let row = y * width + left;
                for (a, b) in a[row..row + 8].iter().zip(&b[row..row + 8]) {
                    for (sum, value) in sums.iter_mut().zip([*a, *b, a * a, b * b, a * b]) {
                        *sum += value;
                    }
                }
            }
            let [ma, mb, aa, bb, ab] = sums.map(|sum| f64::from(sum) / 64.0);
            let (va, vb, cov) = (aa - ma * ma, bb - mb * mb, ab - ma * mb);
            let (c1, c2) = (6.5025, 58.5225);
            sum += (2.0 * ma * mb + c1) * (2.0 * cov + c2)
                / ((ma * ma + mb * mb + c1) * (va + vb + c2));
            count += 1.0;
        }
    }
    sum / count
}

/// Blocks that show what is no longer there.
pub(crate) struct Ghosts {
    width: usize,
    /// Lines of an interval.
    lines: usize,
    /// The truth when each part was last encoded.
    encoded: Vec<f32>,
    /// By block: frames since it shows something else.
    runs: Vec<u32>,
    pub(crate) longest: u32,
    /// Blocks and those that were ghosts.
    seen: [u64; 2],
}

/// Grey levels that the truth has to be away from what is shown, as a root mean square and as a mean.
const GHOST_RMS: f32 = 3.0;
const GHOST_MEAN: f32 = 2.5;

impl Ghosts {
    pub(crate) fn new(truth: &Truth, lines: usize) -> Self {
        Self {
            width: truth.width,
            lines,
            encoded: truth.y.clone(),
            runs: vec![0; truth.y.len() / 64],
            longest: 0,
            seen: [0; 2],
        }
    }

    /// Takes a frame and which of its intervals were encoded anew; they lie in rows.
    pub(crate) fn add(&mut self, truth: &Truth, changed: &[bool]) {
        let width = self.width;
        let per_row = changed.len() / truth.height.div_ceil(self.lines);
        for (y, row) in truth.y.chunks_exact(width).enumerate() {
            for (i, pixels) in row.chunks_exact(width / per_row).enumerate() {
                if changed[y / self.lines * per_row + i] {
                    let at = y * width + i * (width / per_row);
                    self.encoded[at..at + pixels.len()].copy_from_slice(pixels);
                }
            }
        }
        for block in 0..self.runs.len() {
            let (left, top) = (block % (width / 8) * 8, block / (width / 8) * 8);
            let (mut sum, mut squares) = (0.0, 0.0);
            for y in top..top + 8 {
                let at = y * width + left;
                for (a, b) in self.encoded[at..at + 8].iter().zip(&truth.y[at..at + 8]) {
                    sum += a - b;
                    squares += (a - b) * (a - b);
                }
            }
            let is_ghost = (squares / 64.0).sqrt() > GHOST_RMS || (sum / 64.0).abs() > GHOST_MEAN;
            self.runs[block] = if is_ghost { self.runs[block] + 1 } else { 0 };
            self.longest = self.longest.max(self.runs[block]);
            self.seen[0] += 1;
            self.seen[1] += u64::from(is_ghost);
        }
    }

    pub(crate) fn percent(&self) -> f64 {
        100.0 * self.seen[1] as f64 / self.seen[0].max(1) as f64
    }
}
