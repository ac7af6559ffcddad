//! How far an MCU is from what is shown of it, in units of the camera's noise.
//!
//! Integers throughout, written so that the compiler can make vectors of them: a frame has 1.4 million coefficients at
//! 720p. A difference is divided by the deviation that noise alone gives to it, in sixteenths; so the square of one is
//! 256 on average as long as nothing changes.

use super::noise::{BINS, Noise};

/// Of one deviation.
pub(super) const UNIT: i32 = 16;
/// Of a square.
pub(super) const SQUARE: i32 = UNIT * UNIT;
/// Coefficients of low frequency, u + v from 1 to 3: they follow the DC in zigzag order.
pub(super) const LOW: usize = 9;
/// All others.
pub(super) const HIGH: usize = 54;

/// Sums of squares that an MCU has.
pub(super) const SQUARES: usize = 4;
/// In place of a block's bin: it was not asked for since the block is shown.
pub(super) const UNKNOWN: u8 = u8::MAX;

/// Distances of one MCU. All sums are over blocks.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Distance {
    /// Luma's DC with its sign; its low frequencies, DC included, and its high ones squared.
    pub(super) dc: i32,
    pub(super) low: i32,
    pub(super) high: i32,
    /// Cb's and Cr's DC with their signs.
    pub(super) chroma_dc: [i32; 2],
    /// The same as luma's, of both.
    pub(super) chroma_low: i32,
    pub(super) chroma_high: i32,
    /// The largest of any block, luma or chroma.
    pub(super) block_dc: i32,
    pub(super) block_low: i32,
    pub(super) block_high: i32,
}

impl Distance {
    /// Luma's low and high frequencies, chroma's low and high ones.
    #[inline(always)]
    pub(super) fn squares(&self) -> [i32; SQUARES] {
        [self.low, self.high, self.chroma_low, self.chroma_high]
    }

    /// Sums up; of single blocks the largest of all is of no use.
    #[inline(always)]
    pub(super) fn add(&mut self, other: &Self) {
        self.dc += other.dc;
        self.low += other.low;
        self.high += other.high;
        self.chroma_low += other.chroma_low;
        self.chroma_high += other.chroma_high;
        for (sum, dc) in self.chroma_dc.iter_mut().zip(other.chroma_dc) {
            *sum += dc;
        }
    }

    /// Compares an MCU's blocks, the luma ones first.
    #[inline(always)]
    pub(super) fn of(
        now: &[[i16; 64]],
        shown: &[[i16; 64]],
        bins: &mut [u8],
        luma_blocks: usize,
        noise: &mut Noise,
    ) -> Self {
        let mut sum = Self::default();
        for (b, ((now, shown), known)) in now.iter().zip(shown).zip(bins).enumerate() {
            if *known == UNKNOWN {
                *known = if b < luma_blocks {
                    noise.bin_of(shown)
                } else {
                    BINS
                } as u8;
            }
            let bin = usize::from(*known).min(BINS);
            let (dc, low, high) = block(now, shown, noise.reciprocals(bin));
            noise.check.block(bin, high);
            if b < luma_blocks {
                sum.dc += dc;
                sum.low += low + dc * dc;
                sum.high += high;
            } else {
                sum.chroma_dc[b - luma_blocks] = dc;
                sum.chroma_low += low + dc * dc;
                sum.chroma_high += high;
            }
            sum.block_dc = sum.block_dc.max(dc.abs());
            sum.block_low = sum.block_low.max(low);
            sum.block_high = sum.block_high.max(high);
        }
        sum
    }
}

/// A block's DC difference with its sign, the squares of its low frequencies and of its high ones.
#[inline(always)]
fn block(now: &[i16; 64], shown: &[i16; 64], reciprocals: &[i16; 64]) -> (i32, i32, i32) {
    let mut scaled = [0i16; 64];
    for i in 0..64 {
        // Bounds that keep 16 bits from overflowing here and 32 in the sums; what reaches them has changed anyway.
        let difference = now[i].wrapping_sub(shown[i]).clamp(-2047, 2047) << 4;
        let product = i32::from(difference) * i32::from(reciprocals[i]);
        scaled[i] = ((product >> 16) as i16).clamp(-1023, 1023);
    }
    let mut low = [0i16; 16];
    for i in 0..16 {
        low[i] = scaled[i] & LOW_MASK[i];
    }
    let low: i32 = pairs(&low).iter().sum();
    let mut all = [0; 8];
    for sixteen in scaled.chunks_exact(16) {
        let sums = pairs(sixteen.try_into().expect("sixteen of them"));
        for i in 0..8 {
            all[i] += sums[i];
        }
    }
    let dc = i32::from(scaled[0]);
    (dc, low, all.iter().sum::<i32>() - low - dc * dc)
}

/// Which of the first sixteen coefficients are low frequencies.
static LOW_MASK: [i16; 16] = {
    let mut mask = [0; 16];
    let mut i = 1;
    while i <= LOW {
        mask[i] = -1;
        i += 1;
    }
    mask
};

/// Squares, summed by twos: one instruction where there are vectors.
#[inline(always)]
fn pairs(values: &[i16; 16]) -> [i32; 8] {
    std::array::from_fn(|i| {
        let [a, b] = [values[2 * i], values[2 * i + 1]].map(i32::from);
        a * a + b * b
    })
}
