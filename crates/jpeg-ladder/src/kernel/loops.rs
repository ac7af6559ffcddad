//! What a kernel can do, and work that is done by one.

use super::halve::{self, Means};
use super::packed;
use super::squares::{self, Pair, Squares};
use crate::bits::Packed;
use crate::block::{Batch, Coefficients, Pairs, Quantised};
use crate::colour;
use crate::symbols::Symbols;
use crate::tables::Quant;

/// Work that is compiled once for each kernel.
pub(crate) trait Job {
    type Output;
    /// Must be `#[inline(always)]`, and so must be all that is hot in it: only then it may use the instructions.
    fn run<K: Loops>(self, kernel: K) -> Self::Output;
}

/// What a kernel can do.
pub(crate) trait Loops: Copy {
    /// Transforms pairs of blocks: 16 bytes of each of 8 rows are two blocks side by side.
    fn transform(
        self,
        samples: &[u8],
        stride: usize,
        pairs: Pairs,
        coefficients: &mut Coefficients,
    );

    /// Divides a batch's pieces by the steps of one quality and finds their symbols.
    fn symbols(
        self,
        batch: &Batch,
        quantised: &mut Quantised,
        symbols: &mut Symbols,
        previous_dc: &mut [i16; 3],
    );

    /// Appends the bytes with a zero after every 0xFF.
    fn stuff(self, packed: Packed, out: &mut Vec<u8>);

    /// Takes every second byte of `packed`, from `FIRST` on.
    #[inline(always)]
    fn luma<const FIRST: usize>(self, packed: &[u8], out: &mut [u8]) {
        packed::luma::<FIRST>(packed, out);
    }

    /// Averages two rows of `.U.V` (or `U.V.`, by `FIRST`) and sorts them into groups of 8 U and 8 V.
    ///
    /// Halves are rounded up. `out` holds 16 bytes for each 32 of the rows, the last ones perhaps in part.
    #[inline(always)]
    fn chroma<const FIRST: usize>(self, above: &[u8], below: &[u8], out: &mut [u8]) {
        packed::chroma::<FIRST>(above, below, out);
    }

    /// Y of each pixel of RGB; `RED` is the place of R, the other end that of B.
    #[inline(always)]
    fn rgb_luma<const RED: usize>(self, pixels: &[u8], out: &mut [u8]) {
        colour::rgb_luma::<RED>(pixels, out);
    }

    /// Cb and Cr of each pixel.
    #[inline(always)]
    fn rgb_chroma<const RED: usize>(self, pixels: &[u8], u: &mut [u8], v: &mut [u8]) {
        colour::rgb_chroma::<RED>(pixels, u, v);
    }

    /// Averages pairs of neighbours, of `above` or with `DOWN` 2 of both rows, into the first 8 of each 16 bytes.
    ///
    /// Rounds as libjpeg does, from sample to sample down and up.
    #[inline(always)]
    fn coarsen<const DOWN: usize>(self, above: &[u8], below: &[u8], out: &mut [u8]) {
        packed::coarsen::<DOWN>(above, below, out);
    }

    /// 16..=235 to 0..=255.
    #[inline(always)]
    fn expand_luma(self, row: &mut [u8]) {
        colour::expand_luma(row);
    }

    /// 16..=240 to 0..=255 around 128.
    #[inline(always)]
    fn expand_chroma(self, row: &mut [u8]) {
        colour::expand_chroma(row);
    }

    /// Differences of two blocks from what is shown of them, in sixteenths of what noise alone gives; `low` is a mask of
    /// the first coefficients.
    #[inline(always)]
    fn squares(self, now: Pair, shown: Pair, reciprocals: Pair, low: &[i16; 16]) -> [Squares; 2] {
        [0, 1].map(|n| squares::squares(now[n], shown[n], reciprocals[n], low))
    }

    /// The squares of a block's AC coefficients, each a quarter, summed.
    #[inline(always)]
    fn contrast(self, block: &[i16; 64]) -> i32 {
        squares::contrast(block)
    }

    /// The means of four of the samples that two blocks of coefficients stand for.
    #[inline(always)]
    fn halve(self, left: &[i16; 64], right: &[i16; 64]) -> [Means; 2] {
        [halve::means(left), halve::means(right)]
    }
}

/// What the kernels that divide block by block do.
pub(crate) trait Divide: Copy {
    /// Divides block `block` by the steps.
    fn quantise(
        self,
        coefficients: &Coefficients,
        block: usize,
        quant: &Quant,
        out: &mut Quantised,
    );

    /// [`Loops::symbols`] in two passes.
    #[inline(always)]
    fn symbols_by_block(
        self,
        batch: &Batch,
        quantised: &mut Quantised,
        symbols: &mut Symbols,
        previous_dc: &mut [i16; 3],
    ) {
        for &piece in batch.pieces {
            for (component, block) in batch.scan(piece) {
                self.quantise(batch.coefficients, block, batch.quant(component), quantised);
            }
        }
        symbols.fill(batch, quantised, previous_dc);
    }
}
