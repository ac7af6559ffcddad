//! The self-check: what is held must differ from what is shown as often as chance has it, and no more.
//!
//! The noise level is what holding stands on. If it is too high, changes are hidden; so it is held against the blocks
//! that are held, with every frame: too many of them that are very near to what is shown say that it is too high, and it
//! is lowered. The other way round, more weak signs of change than chance gives say that something changes everywhere a
//! little (a codec in the camera, a trembling mount, light that drifts): then the limits become strict until the signs
//! are rare again. A wrong estimate so costs the saving, never the picture.

use super::bands::{BINS, SQUARE, SQUARES};
use super::distance::Distance;

/// A share of 0.3 of the blocks is nearer than this in the high frequencies.
/// Source: Wilson and Hilferty's approximation of chi squared with 54 degrees of freedom.
const NEAR_BLOCK: i32 = (48.1 * SQUARE as f32) as i32;
const NEAR_BLOCKS: f32 = 0.3;
/// A share of near blocks that no level has which is right within a quarter. It is not corrected but waited for: it comes
/// of motion that an estimate took for noise, and a later one will be right.
const FAR_OFF: f32 = 0.7;
/// Half of the intervals are nearer than the mean.
const NEAR_INTERVALS: f32 = 0.5;
/// Blocks and intervals that make a share.
const ENOUGH_BLOCKS: u32 = 200;
const ENOUGH_INTERVALS: u32 = 40;
/// How fast the level follows the shares, so slowly that their chance does not matter.
const BLOCKS_GAIN: f32 = 0.02;
const INTERVALS_GAIN: f32 = 0.006;
/// How far a factor of the deviation may go: down as far as need be, up by what estimates scatter.
const BLOCKS_FACTOR: [f32; 2] = [0.5, 1.02];
const INTERVALS_FACTOR: [f32; 2] = [0.7, 1.02];
/// Shares of weak signs are averaged over so many intervals, but over eight frames at least.
const SIGNS_INTERVALS: f32 = 4000.0;
const SIGNS_GAIN: f32 = 1.0 / 8.0;
/// Frames over which the light is averaged.
const LIGHT_FRAMES: f32 = 4.0;
/// Deviations that make a weak sign; chance has one in a hundred intervals beyond them.
pub(super) const WEAK: f32 = 2.6;

/// Weak signs of change in one interval.
#[derive(Clone, Copy, Default)]
pub(super) struct Signs {
    /// In luma's DC, its low and its high frequencies, and in chroma's DC.
    pub(super) weak: [bool; 4],
    /// Luma's DC in deviations.
    pub(super) light: f32,
}

/// Shares of intervals with a weak sign between which the limits become strict. The first of each is twice what a still
/// scene has; energies have more, since noise is not the same all over an interval.
const DC_SIGNS: [f32; 2] = [0.022, 0.030];
const LOW_SIGNS: [f32; 2] = [0.09, 0.13];
const HIGH_SIGNS: [f32; 2] = [0.10, 0.16];
const CHROMA_SIGNS: [f32; 2] = [0.018, 0.023];
/// The mean of all intervals' DC, in deviations of one, between which the light counts as drifting.
const DRIFT: [f32; 2] = [0.2, 0.4];

/// How strict the limits are to be, each from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Strictness {
    pub(super) luma: f32,
    pub(super) chroma: f32,
    /// Of luma's DC alone.
    pub(super) light: f32,
}

/// Counts of this frame, and what the frames before taught.
pub(super) struct Check {
    /// Factors of the deviation by bin and by band: luma's low and high frequencies, chroma's.
    by_bin: [f32; BINS + 1],
    by_band: [f32; SQUARES],
    /// Blocks by bin, and those that are near.
    blocks: [[u32; 2]; BINS + 1],
    intervals: u32,
    /// Intervals that are near, by band.
    near: [u32; SQUARES],
    /// Weak signs: luma's DC, low and high frequencies, chroma's DC.
    signs: [u32; 4],
    light: f32,
    /// Means over time of the last two, per interval.
    signs_share: [f32; 4],
    drift: f32,
    near_share: f32,
}

impl Check {
    pub(super) fn new() -> Self {
        Self {
            by_bin: [1.0; BINS + 1],
            by_band: [1.0; SQUARES],
            blocks: [[0; 2]; BINS + 1],
            intervals: 0,
            near: [0; SQUARES],
            signs: [0; 4],
            light: 0.0,
            signs_share: [0.0; 4],
            drift: 0.0,
            near_share: 0.0,
        }
    }

    /// Notes so many blocks of a bin, and how many of them are near.
    #[inline(always)]
    pub(super) fn blocks(&mut self, bin: usize, all: u32, near: u32) {
        let blocks = &mut self.blocks[bin];
        blocks[0] += all;
        blocks[1] += near;
    }

    /// Whether a block with such high frequencies is near.
    #[inline(always)]
    pub(super) fn is_near(high: i32) -> bool {
        high < NEAR_BLOCK
    }

    /// Notes an interval that has not changed; `mean` is what noise alone gives on average.
    #[inline(always)]
    pub(super) fn interval(&mut self, sum: &Distance, mean: &[i32; SQUARES], signs: Signs) {
        self.intervals += 1;
        for (i, square) in sum.squares().into_iter().enumerate() {
            self.near[i] += u32::from(square < mean[i]);
        }
        for (count, sign) in self.signs.iter_mut().zip(signs.weak) {
            *count += u32::from(sign);
        }
        self.light += signs.light.clamp(-4.0, 4.0);
    }

    /// After a frame's last interval. What a camera's own quantiser leaves is not spread as noise is: of such a one
    /// (`compressed`) the level is not corrected.
    pub(super) fn conclude(&mut self, compressed: bool) {
        let near: u32 = self.blocks.iter().map(|blocks| blocks[1]).sum();
        let all: u32 = self.blocks.iter().map(|blocks| blocks[0]).sum();
        self.near_share = near as f32 / all.max(1) as f32;
        let corrects = !compressed && !self.is_far_off();
        for (blocks, factor) in self.blocks.iter_mut().zip(&mut self.by_bin) {
            if blocks[0] >= ENOUGH_BLOCKS && corrects {
                let share = blocks[1] as f32 / blocks[0] as f32;
                follow(factor, BLOCKS_GAIN * (NEAR_BLOCKS - share), BLOCKS_FACTOR);
            }
            *blocks = [0; 2];
        }
        let count = self.intervals.max(1) as f32;
        if self.intervals >= ENOUGH_INTERVALS && corrects {
            for (near, factor) in self.near.iter().zip(&mut self.by_band) {
                let off = NEAR_INTERVALS - *near as f32 / count;
                follow(factor, INTERVALS_GAIN * off, INTERVALS_FACTOR);
            }
        }
        let gain = (count / SIGNS_INTERVALS).min(SIGNS_GAIN);
        for (share, signs) in self.signs_share.iter_mut().zip(&self.signs) {
            *share += (*signs as f32 / count - *share) * gain;
        }
        self.drift += (self.light / count - self.drift) / LIGHT_FRAMES;
        self.intervals = 0;
        self.near = [0; SQUARES];
        self.signs = [0; 4];
        self.light = 0.0;
    }

    /// What the deviation of a coefficient is to be multiplied with.
    pub(super) fn factor(&self, bin: usize, high: bool) -> f32 {
        let band = 2 * usize::from(bin == BINS) + usize::from(high);
        self.by_bin[bin] * self.by_band[band]
    }

    /// Whether the level of this frame cannot be right.
    pub(super) fn is_far_off(&self) -> bool {
        self.near_share > FAR_OFF
    }

    pub(super) fn strictness(&self) -> Strictness {
        let within =
            |share: f32, [from, to]: [f32; 2]| ((share - from) / (to - from)).clamp(0.0, 1.0);
        let [dc, low, high, chroma_dc] = self.signs_share;
        Strictness {
            luma: within(dc, DC_SIGNS)
                .max(within(low, LOW_SIGNS))
                .max(within(high, HIGH_SIGNS)),
            chroma: within(chroma_dc, CHROMA_SIGNS),
            light: within(self.drift.abs(), DRIFT),
        }
    }
}

fn follow(factor: &mut f32, by: f32, [least, most]: [f32; 2]) {
    *factor = (*factor * (1.0 + by)).clamp(least, most);
}
