//! The self-check: what is held must differ from what is shown as often as chance has it, and no more.
//!
//! The noise level is what holding stands on. If it is too high, changes are hidden; so it is held against the blocks
//! that are held, with every frame: too many of them that are very near to what is shown say that it is too high, and it
//! is lowered. The other way round, more weak signs of change than chance gives say that something changes everywhere a
//! little (a codec in the camera, a trembling mount, light that drifts): then the limits become strict until the signs
//! are rare again. And where everything comes nearer than it was at first, there was more noise when it was shown: it is
//! shown anew. A wrong estimate so costs the saving, never the picture.

use super::bands::{BINS, SQUARE, SQUARES};
use super::cell::{FRAMES, Sums};
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
/// What one frame counts at most: a pan, in which there are more, is soon forgotten.
const SIGNS_MOST: f32 = 0.15;
/// Deviations that make a weak sign; chance has one in a hundred intervals beyond them.
pub(super) const WEAK: f32 = 2.6;

/// Weak signs of change in one interval: in luma's low and high frequencies, and in chroma's DC.
pub(super) type Signs = [bool; 3];

/// Shares of intervals with a weak sign in chroma's DC between which its limits become strict. A still scene has less than
/// the first.
const CHROMA_SIGNS: [f32; 2] = [0.018, 0.023];
/// The share of signs in the low frequencies and half of that in the high ones from which on the picture is unsteady, and
/// until it is steady again. A still scene has 0.06, somebody who walks through it no more, a clip that a codec made 0.10
/// to 0.12, a camera in a hand 0.14, a mount that trembles by a third of a pixel 0.19.
const UNSTEADY: [f32; 2] = [0.14, 0.115];

/// How much high frequencies have come nearer to what is shown, over what noise alone gives: then that was shown when
/// there was more noise. Chance has less than a hundredth in a picture of forty intervals.
const OUTDATED: f32 = -0.04;

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
    signs: [u32; 3],
    /// Their mean over time, per interval.
    signs_share: [f32; 3],
    unsteady: bool,
    near_share: f32,
    /// How much the means grew since the first ones, per thousand of what noise alone gives, and of how many intervals.
    grown: i64,
    grown_of: u32,
    /// Whether what is shown has noise of a time when there was more of it.
    outdated: bool,
}

impl Check {
    pub(super) fn new() -> Self {
        Self {
            by_bin: [1.0; BINS + 1],
            by_band: [1.0; SQUARES],
            blocks: [[0; 2]; BINS + 1],
            intervals: 0,
            near: [0; SQUARES],
            signs: [0; 3],
            signs_share: [0.0; 3],
            unsteady: false,
            near_share: 0.0,
            grown: 0,
            grown_of: 0,
            outdated: false,
        }
    }

    /// Notes so many blocks of a bin, and how many of them are near.
    #[inline(always)]
    pub(super) fn blocks(&mut self, bin: usize, all: u32, near: u32) {
        let blocks = &mut self.blocks[bin];
        blocks[0] += all;
        blocks[1] += near;
    }

    /// Notes how much an interval's means grew; `mean` is what noise alone gives on average.
    #[inline(always)]
    pub(super) fn grown(&mut self, seen: u16, growth: &Sums, mean: &[i32; SQUARES]) {
        if i32::from(seen) >= FRAMES {
            self.grown_of += 1;
            self.grown += i64::from(growth[1]) * 1000 / i64::from(FRAMES * mean[1].max(1));
        }
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
        for (count, sign) in self.signs.iter_mut().zip(signs) {
            *count += u32::from(sign);
        }
    }

    /// After a frame's last interval. What a camera's own quantiser leaves is not spread as noise is: of such a one
    /// (`compressed`) the level is not corrected.
    pub(super) fn conclude(&mut self, compressed: bool) {
        let share = self.grown as f32 / 1000.0 / self.grown_of.max(1) as f32;
        self.outdated = self.grown_of >= ENOUGH_INTERVALS && share < OUTDATED;
        (self.grown, self.grown_of) = (0, 0);
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
            *share += ((*signs as f32 / count).min(SIGNS_MOST) - *share) * gain;
        }
        let [low, high, _] = self.signs_share;
        let [from, to] = UNSTEADY;
        self.unsteady = low + high / 2.0 > if self.unsteady { to } else { from };
        self.intervals = 0;
        self.near = [0; SQUARES];
        self.signs = [0; 3];
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

    /// Whether nothing of this frame may be held.
    pub(super) fn forbids(&self) -> bool {
        self.unsteady || self.outdated
    }

    /// How strict chroma's limits are to be, from 0 to 1.
    pub(super) fn strictness(&self) -> f32 {
        let [from, to] = CHROMA_SIGNS;
        ((self.signs_share[2] - from) / (to - from)).clamp(0.0, 1.0)
    }

    /// Whether something changes everywhere a little, from frame to frame: then no limit helps, and nothing is held.
    pub(super) fn is_unsteady(&self) -> bool {
        self.unsteady
    }
}

fn follow(factor: &mut f32, by: f32, [least, most]: [f32; 2]) {
    *factor = (*factor * (1.0 + by)).clamp(least, most);
}
