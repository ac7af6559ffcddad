//! How far an MCU is from what is shown of it, in units of the camera's noise.
//!
//! Integers throughout, by the kernel's loop: a frame has 1.4 million coefficients at 720p. A difference is divided by the deviation that noise alone gives to it, in sixteenths; so the square of one is
//! 256 on average as long as nothing changes.

use super::bands::{BINS, LOW};
use super::distance::Distance;
use super::noise::Noise;
use crate::kernel::{Loops, Squares};

/// In place of a block's bin: it was not asked for since the block is shown.
pub(super) const UNKNOWN: u8 = u8::MAX;

/// Compares an MCU's blocks, the luma ones first.
#[inline(always)]
pub(super) fn compare<K: Loops>(
    kernel: K,
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
        let Squares { dc, low, all } =
            kernel.squares(now, shown, noise.reciprocals(bin), &LOW_MASK);
        let high = all - low - dc * dc;
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
