//! How far an MCU is from what is shown of it, in units of the camera's noise.
//!
//! Integers throughout, written so that the compiler can make vectors of them: a frame has 1.4 million coefficients at
//! 720p. A difference is divided by the deviation that noise alone gives to it, in sixteenths; so the square of one is
//! 256 on average as long as nothing changes.

use super::bands::{BINS, LOW};
use super::distance::Distance;
use super::noise::Noise;

/// In place of a block's bin: it was not asked for since the block is shown.
pub(super) const UNKNOWN: u8 = u8::MAX;

/// Compares an MCU's blocks, the luma ones first.
#[inline(always)]
pub(super) fn compare(
    now: &[[i16; 64]],
    shown: &[[i16; 64]],
    bins: &mut [u8],
    luma_blocks: usize,
    noise: &mut Noise,
) -> Distance {
    let mut sum = Distance::default();
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
