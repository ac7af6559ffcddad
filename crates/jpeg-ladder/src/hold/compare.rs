//! How far an MCU is from what is shown of it, in units of the camera's noise.
//!
//! Integers throughout, by the kernel's loop: a frame has 1.4 million coefficients at 720p. A difference is divided by the deviation that noise alone gives to it, in sixteenths; so the square of one is
//! 256 on average as long as nothing changes.

use super::bands::{BINS, LOW, UNIT};
use super::check::Check;
use super::distance::Distance;
use super::noise::Noise;
use super::settle::NEARER;
use crate::kernel::{Loops, Squares};

/// Whose noise an MCU's blocks have.
pub(super) struct Bins<'a> {
    pub(super) of: &'a mut [u8],
    /// Whether they were asked for since the blocks are shown.
    pub(super) known: bool,
    /// Whether what is shown of them is a mean, which has hardly any noise of its own.
    pub(super) settled: bool,
}

/// Compares an MCU's blocks, the luma ones first.
#[inline(always)]
pub(super) fn compare<K: Loops>(
    kernel: K,
    now: &[[i16; 64]],
    shown: &[[i16; 64]],
    bins: Bins,
    luma_blocks: usize,
    noise: &mut Noise,
) -> Distance {
    let Bins {
        of: bins,
        known,
        settled,
    } = bins;
    let count = bins.len();
    let (now, shown) = (&now[..count], &shown[..count]);
    if !known {
        for (b, (bin, shown)) in bins.iter_mut().zip(shown).enumerate() {
            *bin = if b < luma_blocks {
                noise.bin_of(kernel, shown)
            } else {
                BINS as u8
            };
        }
    }
    let (mut sum, mut near) = (Distance::default(), Near::default());
    for b in (0..count).step_by(2) {
        // One that is left over is a pair with itself.
        let pair = [b, (b + 1).min(count - 1)];
        let of = pair.map(|b| usize::from(bins[b]).min(BINS));
        let squares = kernel.squares(
            pair.map(|b| &now[b]),
            pair.map(|b| &shown[b]),
            of.map(|bin| noise.reciprocals(bin)),
            &LOW_MASK,
        );
        for (n, Squares { dc, low, all }) in squares.into_iter().enumerate() {
            let b = b + n;
            if b == count {
                break;
            }
            let high = all - low - dc * dc;
            let (dc, low, high) = if settled {
                nearer(dc, low, high)
            } else {
                (dc, low, high)
            };
            near.add(of[n], high, &mut noise.check);
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
    }
    near.note(&mut noise.check);
    sum
}

/// The distance from a mean, as large as one from a frame would be.
#[inline(always)]
fn nearer(dc: i32, low: i32, high: i32) -> (i32, i32, i32) {
    let squares = |sum: i32| sum / (UNIT * UNIT) * (NEARER * NEARER);
    (dc * NEARER / UNIT, squares(low), squares(high))
}

/// Blocks of one bin that follow each other, and how many of them are near.
#[derive(Default)]
struct Near {
    bin: usize,
    all: u32,
    close: u32,
}

impl Near {
    #[inline(always)]
    fn add(&mut self, bin: usize, high: i32, check: &mut Check) {
        if bin != self.bin {
            self.note(check);
            *self = Self {
                bin,
                ..Self::default()
            };
        }
        self.all += 1;
        self.close += u32::from(Check::is_near(high));
    }

    #[inline(always)]
    fn note(&self, check: &mut Check) {
        check.blocks(self.bin, self.all, self.close);
    }
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
