//! A sample of two frames, and what it says of the noise.

use super::bands::{BINS, HIGH, LOW, bin};
use crate::interval::Geometry;

/// Frames between the two: long enough for the flicker of mains light to count as noise; from one frame to the next at
/// 34 a second it shows as a slow beat only.
const LAG: u32 = 7;
/// Intervals that make a good sample, if there are as many.
const SAMPLED: usize = 90;
/// The share of blocks, the quietest ones, that is asked.
const QUIET: f32 = 0.35;
/// Blocks that a bin needs for a level of its own.
const ENOUGH: usize = 60;
/// Parts of the picture from top to bottom that are asked for flicker.
const FLICKER_BANDS: usize = 15;
/// Blocks darker than this show no flicker.
const DARK: f32 = 2048.0;
/// The DC's variance over that of its two neighbours, at most, in noise as demosaicing leaves it: luma, chroma.
const DC_SHAPE: [f32; 2] = [1.75, 1.3];
/// The median of chi squared over its mean with 1, 9 and 54 degrees of freedom. The low band counts as 6: its
/// coefficients do not have the same variance.
const MEDIAN: [f32; 3] = [0.455, 0.891, 0.988];

/// What one sample says.
#[derive(Clone)]
pub(super) struct Estimate {
    /// Mean variance of a coefficient in one frame, by bin, of the low and the high band.
    pub(super) level: [[f32; 2]; BINS + 1],
    /// Each coefficient's variance over its band's; the DC's over the low band's. Luma, chroma.
    pub(super) shape: [[f32; 64]; 2],
    /// The deviation of the light of a whole row from frame to frame, over the light: what mains does.
    pub(super) flicker: f32,
}

/// One block's differences.
#[derive(Clone, Copy)]
struct Block {
    /// Where it is in the sample.
    at: usize,
    bin: usize,
    /// Which part of the picture from top to bottom.
    band_of_rows: usize,
    /// Above black, scaled like the DC.
    light: f32,
    dc: f32,
    /// Variance by band.
    band: [f32; 2],
}

/// Intervals of an earlier frame.
pub(super) struct Sample {
    /// Their numbers and blocks; none if nothing was taken.
    intervals: Vec<usize>,
    blocks: Vec<[i16; 64]>,
    waited: u32,
    phase: usize,
    /// Those that are taken next, and by interval whether it is needed for this frame; empty if none is.
    next: Vec<usize>,
    needed: Vec<bool>,
}

impl Sample {
    pub(super) fn new() -> Self {
        Self {
            intervals: Vec::new(),
            blocks: Vec::new(),
            waited: 0,
            phase: 0,
            next: Vec::new(),
            needed: Vec::new(),
        }
    }

    /// Begins a frame: chooses what is needed of it, if it is time.
    pub(super) fn begin(&mut self, geometry: Geometry) {
        self.waited += 1;
        self.needed.clear();
        if !self.intervals.is_empty() && self.waited < LAG {
            return;
        }
        self.needed.resize(geometry.intervals, false);
        let every = (geometry.intervals / SAMPLED).max(1);
        self.phase = (self.phase + 5) % every;
        self.next.clear();
        let mut i = self.phase;
        while i < geometry.intervals {
            self.next.push(i);
            // Now and then one less: the sample runs across the picture, whatever a row has.
            i += (every - usize::from((i / every).is_multiple_of(2))).max(1);
        }
        for &i in self.intervals.iter().chain(&self.next) {
            self.needed[i] = true;
        }
    }

    /// Whether an interval of the frame that has begun is needed.
    #[inline(always)]
    pub(super) fn needs(&self, interval: usize) -> bool {
        self.needed.get(interval).is_some_and(|&needed| needed)
    }

    /// Compares the needed intervals of the frame that has begun with the earlier one's, and takes the next ones.
    pub(super) fn take(&mut self, frame: &[[i16; 64]], geometry: Geometry) -> Option<Estimate> {
        if self.needed.is_empty() {
            return None;
        }
        let estimate = (!self.intervals.is_empty()).then(|| self.compare(frame, geometry));
        self.waited = 0;
        std::mem::swap(&mut self.intervals, &mut self.next);
        self.blocks.clear();
        for &i in &self.intervals {
            self.blocks.extend_from_slice(blocks_of(frame, geometry, i));
        }
        estimate.flatten()
    }

    fn compare(&self, frame: &[[i16; 64]], geometry: Geometry) -> Option<Estimate> {
        let mut luma = Vec::with_capacity(self.blocks.len());
        let mut chroma = Vec::with_capacity(self.blocks.len() / 2);
        let differences = self.differences(frame, geometry);
        let per_interval = geometry.blocks_per_mcu * geometry.interval_mcus;
        for (at, (d, then)) in differences.iter().zip(&self.blocks).enumerate() {
            let square = |range: std::ops::Range<usize>| -> f32 {
                let count = range.len() as f32;
                let sum: i32 = d[range].iter().map(|&d| i32::from(d) * i32::from(d)).sum();
                sum as f32 / (2.0 * count)
            };
            let is_luma = at % geometry.blocks_per_mcu < geometry.luma_blocks;
            let block = Block {
                at,
                bin: if is_luma {
                    bin(i32::from(then[0]))
                } else {
                    BINS
                },
                band_of_rows: self.intervals[at / per_interval] * FLICKER_BANDS
                    / geometry.intervals,
                light: f32::from(then[0]) + 8192.0,
                dc: f32::from(d[0]),
                band: [square(1..1 + LOW), square(1 + LOW..64)],
            };
            // All black or all white tells nothing.
            if !is_luma {
                chroma.push(block);
            } else if (-7900..7800).contains(&then[0]) {
                luma.push(block);
            }
        }
        if luma.len() < ENOUGH {
            return None;
        }
        centre(&mut luma);
        let mut estimate = Estimate {
            level: levels(&luma),
            shape: [
                shape(&luma, &differences, DC_SHAPE[0]),
                shape(&chroma, &differences, DC_SHAPE[1]),
            ],
            flicker: flicker(&luma),
        };
        if !chroma.is_empty() {
            estimate.level[BINS] = level(&chroma);
        }
        Some(estimate)
    }

    fn differences(&self, frame: &[[i16; 64]], geometry: Geometry) -> Vec<[i16; 64]> {
        let now = self
            .intervals
            .iter()
            .flat_map(|&i| blocks_of(frame, geometry, i));
        now.zip(&self.blocks)
            // Bounded, so that 54 squares fit into 32 bits.
            .map(|(now, then)| {
                std::array::from_fn(|i| now[i].wrapping_sub(then[i]).clamp(-4095, 4095))
            })
            .collect()
    }
}

fn blocks_of(frame: &[[i16; 64]], geometry: Geometry, interval: usize) -> &[[i16; 64]] {
    let count = geometry.interval_mcus * geometry.blocks_per_mcu;
    &frame[interval * count..][..count]
}

/// Takes light that changes everywhere out of the DC: the median of each bin.
fn centre(luma: &mut [Block]) {
    for bin in 0..BINS {
        let mut all: Vec<f32> = luma.iter().filter(|b| b.bin == bin).map(|b| b.dc).collect();
        if all.len() >= ENOUGH {
            let middle = median(&mut all);
            luma.iter_mut()
                .filter(|b| b.bin == bin)
                .for_each(|b| b.dc -= middle);
        }
    }
}

/// Each bin's level, from its own blocks and from as many bins on both sides as make enough of them.
fn levels(luma: &[Block]) -> [[f32; 2]; BINS + 1] {
    std::array::from_fn(|bin| {
        let within = |reach: usize| {
            let near = |b: &&Block| b.bin.abs_diff(bin) <= reach;
            luma.iter().filter(near).copied().collect::<Vec<Block>>()
        };
        let enough = (0..BINS).map(within).find(|near| near.len() >= ENOUGH);
        level(enough.as_deref().unwrap_or(luma))
    })
}

/// The level of the low band from blocks that are quiet in the high one, and the other way round.
fn level(blocks: &[Block]) -> [f32; 2] {
    [0, 1].map(|band| {
        let mut values: Vec<f32> = quiet(blocks, 1 - band, QUIET)
            .map(|block| block.band[band])
            .collect();
        median(&mut values) / MEDIAN[1 + band]
    })
}

/// The blocks that are quietest in `band`.
fn quiet(blocks: &[Block], band: usize, share: f32) -> impl Iterator<Item = Block> {
    let mut sorted = blocks.to_vec();
    let count = (blocks.len() as f32 * share) as usize;
    if count < sorted.len() {
        sorted.select_nth_unstable_by(count, |a, b| a.band[band].total_cmp(&b.band[band]));
    }
    sorted.into_iter().take(count + 1)
}

fn shape(blocks: &[Block], differences: &[[i16; 64]], most: f32) -> [f32; 64] {
    let mut shape = [1.0; 64];
    if blocks.is_empty() {
        return shape;
    }
    let mut sums = [0f32; 64];
    // The quieter half in the band that varies more.
    for block in quiet(blocks, 0, 0.5) {
        for (sum, &d) in sums.iter_mut().zip(&differences[block.at]) {
            *sum += f32::from(d) * f32::from(d);
        }
    }
    let low = sums[1..=LOW].iter().sum::<f32>() / LOW as f32;
    let high = sums[1 + LOW..].iter().sum::<f32>() / HIGH as f32;
    for i in 1..64 {
        let band = if i <= LOW { low } else { high };
        shape[i] = (sums[i] / band.max(1.0)).max(0.02);
    }
    // The DC contains slow changes of light and surfaces, too: bounded by its neighbours, which do not.
    let mut dc: Vec<f32> = quiet(blocks, 0, QUIET)
        .map(|b| b.dc.powi(2) / 2.0)
        .collect();
    let measured = median(&mut dc) / MEDIAN[0] / level(blocks)[0].max(1.0);
    let near = f32::midpoint(shape[1], shape[2]);
    shape[0] = measured.clamp(near, most * near);
    shape
}

/// See [`Estimate::flicker`].
fn flicker(luma: &[Block]) -> f32 {
    let mut squares = Vec::new();
    for band in 0..FLICKER_BANDS {
        let mut shifts: Vec<f32> = luma
            .iter()
            .filter(|b| b.band_of_rows == band && b.light > DARK)
            .map(|b| b.dc / b.light)
            .collect();
        if shifts.len() < ENOUGH / 2 {
            continue;
        }
        let middle = median(&mut shifts);
        let mut spread: Vec<f32> = shifts.iter().map(|s| (s - middle).powi(2)).collect();
        let chance = median(&mut spread) / MEDIAN[0] * 1.57 / shifts.len() as f32;
        squares.push((middle * middle - chance) / 2.0);
    }
    // Of all bands: some are where the light crosses zero. The largest is left out, where something moves.
    squares.sort_unstable_by(f32::total_cmp);
    squares.pop();
    if squares.is_empty() {
        return 0.0;
    }
    (squares.iter().sum::<f32>() / squares.len() as f32)
        .max(0.0)
        .sqrt()
}

fn median(values: &mut [f32]) -> f32 {
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f32::total_cmp).1
}
