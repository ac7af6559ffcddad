//! The camera's noise, measured while it runs: how much a coefficient differs from frame to frame when nothing changes.
//!
//! Two pictures some frames apart are compared in a sample of the intervals (`sample`), the quietest parts are believed,
//! and what that gives is held against what is held with every frame (`check`). The level is per brightness, since a
//! sensor's noise is; how it spreads over the coefficients is one shape for all of luma and one for chroma.

use super::bands::{BINS, LOW, UNIT, bin};
use super::check::Check;
use super::sample::{Estimate, Sample};
use crate::interval::Geometry;
use crate::kernel::Loops;

/// Estimates that are remembered: about five seconds of them at 34 frames a second.
const MEMORY: usize = 24;
/// Estimates before anything is held: 0.8 s.
const KNOWN: usize = 4;
/// Of the remembered ones, in ascending order, that is believed: motion makes an estimate larger, never smaller.
const BELIEVED: usize = 4;
/// The deviation of a uniform error over its range.
const UNIFORM: f32 = 0.289;
/// What rounding to 8 bits alone gives to a coefficient.
const ROUNDING: f32 = 8.0 * UNIFORM;

/// The noise of one camera.
pub(super) struct Noise {
    pub(super) check: Check,
    sample: Sample,
    memory: Vec<Estimate>,
    /// Where in the memory the next one goes.
    next: usize,
    /// Variance of the high frequencies by bin.
    levels: [f32; BINS + 1],
    /// By the darkest and the brightest bin of a block: the bin whose noise it has.
    between: [[u8; BINS]; BINS],
    /// One over the deviation of a difference, by bin and coefficient, as `distance` takes it.
    reciprocals: Box<[[i16; 64]; BINS + 1]>,
    /// The variance that mains light gives to a luma block's DC over that of noise.
    flicker: f32,
    /// Of a camera that compresses: the deviation that its own steps give, luma and chroma.
    steps: Option<[[f32; 64]; 2]>,
}

impl Noise {
    pub(super) fn new() -> Self {
        Self {
            check: Check::new(),
            sample: Sample::new(),
            memory: Vec::with_capacity(MEMORY),
            next: 0,
            levels: [1.0; BINS + 1],
            between: [[0; BINS]; BINS],
            reciprocals: Box::new([[0; 64]; BINS + 1]),
            flicker: 0.0,
            steps: None,
        }
    }

    /// The steps of a camera that compresses, or none.
    pub(super) fn quantised_by(&mut self, steps: Option<[&[u16; 64]; 2]>) {
        // Scaled by 8 like the coefficients.
        let deviations = |steps: &[u16; 64]| steps.map(|step| f32::from(step) * 8.0 * UNIFORM);
        self.steps = steps.map(|steps| steps.map(deviations));
    }

    /// Whether there is a level at all.
    pub(super) fn is_known(&self) -> bool {
        self.memory.len() >= KNOWN
    }

    /// Whether the level of this frame's comparison passed the check.
    pub(super) fn is_trusted(&self) -> bool {
        // Of a picture without noise everything is near; nothing could be hidden by it.
        let silent = |level: &f32| *level < ROUNDING * ROUNDING;
        let exempt = self.steps.is_some() || self.levels[..BINS].iter().all(silent);
        self.is_known() && (exempt || !self.check.is_far_off())
    }

    #[inline(always)]
    pub(super) fn reciprocals(&self, bin: usize) -> &[i16; 64] {
        &self.reciprocals[bin]
    }

    pub(super) fn flicker(&self) -> f32 {
        self.flicker
    }

    /// The bin whose noise a luma block has: in one of great contrast, dark and bright pixels have theirs.
    #[inline(always)]
    pub(super) fn bin_of<K: Loops>(&self, kernel: K, block: &[i16; 64]) -> u8 {
        // The root of the squares' sum is the contrast as a DC has brightness.
        let squares = kernel.contrast(block);
        let (dc, contrast) = (i32::from(block[0]), 4 * root(squares));
        self.between[bin(dc - contrast)][bin(dc + contrast)]
    }

    /// As [`Self::bin_of`], of the bins that a block's pixels are in.
    fn bin_between(&self, darkest: usize, brightest: usize) -> usize {
        let both = f32::midpoint(self.levels[darkest], self.levels[brightest]);
        let off = |bin: &usize| (self.levels[*bin] - both).abs();
        (darkest..=brightest)
            .min_by(|a, b| off(a).total_cmp(&off(b)))
            .unwrap_or(darkest)
    }

    /// Begins a frame, to be observed.
    pub(super) fn begin(&mut self, geometry: Geometry) {
        self.sample.begin(geometry);
    }

    /// Whether an interval of the frame that has begun is needed for the estimate.
    #[inline(always)]
    pub(super) fn needs(&self, interval: usize) -> bool {
        self.sample.needs(interval)
    }

    /// Takes what is needed of the frame that has begun for the estimate, after it was compared.
    pub(super) fn observe(&mut self, frame: &[[i16; 64]], geometry: Geometry) {
        let Some(estimate) = self.sample.take(frame, geometry) else {
            return;
        };
        if self.memory.len() < MEMORY {
            self.memory.push(estimate);
        } else {
            self.memory[self.next] = estimate;
        }
        self.next = (self.next + 1) % MEMORY;
        self.settle();
    }

    /// After a frame's comparison.
    pub(super) fn conclude(&mut self) {
        self.check.conclude(self.steps.is_some());
    }

    /// The level from what is remembered.
    fn settle(&mut self) {
        let light = self.believed(|estimate| estimate.flicker);
        self.flicker = 0.0;
        for bin in 0..=BINS {
            let level = [0, 1].map(|band| self.believed(|estimate| estimate.level[bin][band]));
            self.levels[bin] = level[1];
            let channel = usize::from(bin == BINS);
            for i in 0..64 {
                let shape = self.memory.iter().map(|e| e.shape[channel][i]).sum::<f32>();
                let variance = level[usize::from(i > LOW)] * shape / self.memory.len() as f32;
                let factor = self.check.factor(bin, i > LOW);
                let mut deviation = (variance.sqrt() * factor).max(ROUNDING);
                if i == 0 && bin < BINS {
                    let light = light * (bin as f32 + 0.5) * 1024.0;
                    self.flicker += (light / deviation).powi(2) / BINS as f32;
                    deviation = deviation.hypot(light);
                }
                if let Some(steps) = &self.steps {
                    deviation = deviation.hypot(steps[channel][i]);
                }
                // Of a difference of two frames; `distance` shifts by 4 and by 16.
                let difference = deviation * std::f32::consts::SQRT_2;
                let reciprocal = UNIT as f32 * 65536.0 / 16.0 / difference;
                self.reciprocals[bin][i] = reciprocal.min(f32::from(i16::MAX)) as i16;
            }
        }
        self.sort_blocks();
    }

    /// After the levels have changed.
    fn sort_blocks(&mut self) {
        for darkest in 0..BINS {
            for brightest in darkest..BINS {
                self.between[darkest][brightest] = self.bin_between(darkest, brightest) as u8;
            }
        }
    }

    /// One of the lower of the remembered values.
    fn believed(&self, of: impl Fn(&Estimate) -> f32) -> f32 {
        let mut all: Vec<f32> = self.memory.iter().map(of).collect();
        all.sort_unstable_by(f32::total_cmp);
        all[(all.len() / 2).min(BELIEVED)]
    }
}

/// The whole root of a sum of squares, as `isqrt` has it but by the processor: what has 53 bits has none that is rounded up.
#[inline(always)]
fn root(squares: i32) -> i32 {
    f64::from(squares).sqrt() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_is_the_whole_one() {
        let near_squares = (0..=46_340).flat_map(|n: i32| [n * n - 1, n * n, n * n + 1]);
        for squares in near_squares.chain([i32::MAX]).filter(|&n| n >= 0) {
            assert_eq!(root(squares), squares.isqrt(), "{squares}");
        }
    }
}
