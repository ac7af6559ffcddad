//! NEON of any 64-bit ARM: one block in eight registers, two blocks from the same loads.
//!
//! Every such processor has it, so that no proof is needed and arithmetic on registers is safe; `unsafe` is what touches
//! memory by pointers.

mod pixels;
mod squares;
mod stuff;
mod symbols;
mod transform;
mod transpose;

use super::loops::{Job, Loops};
use super::squares::{Pair, Squares};
use crate::bits::Packed;
use crate::block::{Batch, Coefficients, Pairs, Quantised};
use crate::symbols::Symbols;

/// Needs nothing: NEON is of the architecture.
#[derive(Clone, Copy)]
pub(crate) struct Neon;

impl Neon {
    #[inline(always)]
    pub(crate) fn run<J: Job>(self, job: J) -> J::Output {
        job.run(self)
    }
}

impl Loops for Neon {
    #[inline(always)]
    fn transform(
        self,
        samples: &[u8],
        stride: usize,
        pairs: Pairs,
        coefficients: &mut Coefficients,
    ) {
        transform::transform(samples, stride, pairs, coefficients);
    }

    #[inline(always)]
    fn symbols(
        self,
        batch: &Batch,
        quantised: &mut Quantised,
        symbols: &mut Symbols,
        previous_dc: &mut [i16; 3],
    ) {
        symbols::symbols(batch, quantised, symbols, previous_dc);
    }

    #[inline(always)]
    fn stuff(self, packed: Packed, out: &mut Vec<u8>) {
        stuff::stuff(packed, out);
    }

    #[inline(always)]
    fn luma<const FIRST: usize>(self, packed: &[u8], out: &mut [u8]) {
        pixels::luma::<FIRST>(packed, out);
    }

    #[inline(always)]
    fn chroma<const FIRST: usize>(self, above: &[u8], below: &[u8], out: &mut [u8]) {
        pixels::chroma::<FIRST>(above, below, out);
    }

    #[inline(always)]
    fn rgb_luma<const RED: usize>(self, pixels: &[u8], out: &mut [u8]) {
        pixels::rgb_luma::<RED>(pixels, out);
    }

    #[inline(always)]
    fn rgb_chroma<const RED: usize>(self, pixels: &[u8], u: &mut [u8], v: &mut [u8]) {
        pixels::rgb_chroma::<RED>(pixels, u, v);
    }

    #[inline(always)]
    fn coarsen<const DOWN: usize>(self, above: &[u8], below: &[u8], out: &mut [u8]) {
        pixels::coarsen::<DOWN>(above, below, out);
    }

    #[inline(always)]
    fn expand_luma(self, row: &mut [u8]) {
        pixels::expand_luma(row);
    }

    #[inline(always)]
    fn expand_chroma(self, row: &mut [u8]) {
        pixels::expand_chroma(row);
    }

    #[inline(always)]
    fn squares(self, now: Pair, shown: Pair, reciprocals: Pair, low: &[i16; 16]) -> [Squares; 2] {
        [0, 1].map(|n| squares::squares(now[n], shown[n], reciprocals[n], low))
    }
}
