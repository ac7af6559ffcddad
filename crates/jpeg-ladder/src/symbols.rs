//! From quantised blocks to Huffman symbols.
//!
//! Symbols first and bits afterwards, in two passes over a batch instead of one loop over coefficients: this one has no
//! data-dependent work but table look-ups, the next (`bits`) none but shifts, so that a misprediction at a block's end
//! never waits for either. Safe Rust; indices are masked or typed so that the hot ones need no check.

use crate::block::{BATCH_BLOCKS, Batch, Quantised, SYMBOLS};
use crate::tables::Codes;

/// The symbols of one batch, in the order of the scan.
pub(crate) struct Symbols {
    pub(crate) words: Box<[u32; SYMBOLS]>,
    /// Where each piece's symbols end: a multiple of four, filled up with symbols of no bits.
    pub(crate) ends: Box<[usize; BATCH_BLOCKS]>,
}

/// One block to be coded.
pub(crate) struct Block<'a> {
    pub(crate) codes: &'a Codes,
    pub(crate) values: &'a [i16; 64],
    pub(crate) nonzero: u64,
    pub(crate) dc: i16,
}

impl Symbols {
    pub(crate) fn new() -> Self {
        Self {
            words: vec![0; SYMBOLS]
                .into_boxed_slice()
                .try_into()
                .expect("the length is SYMBOLS"),
            ends: Box::new([0; BATCH_BLOCKS]),
        }
    }

    /// Ends piece `n` behind `at`; gives the place where the next one begins.
    #[inline(always)]
    pub(crate) fn end(&mut self, n: usize, at: usize) -> usize {
        self.words[at..at + 3].fill(0);
        let end = at.next_multiple_of(4);
        self.ends[n] = end;
        end
    }

    /// Takes the quantised blocks of a batch.
    #[inline(always)]
    pub(crate) fn fill(
        &mut self,
        batch: &Batch,
        quantised: &Quantised,
        previous_dc: &mut [i16; 3],
    ) {
        let mut at = 0;
        for (n, &piece) in batch.pieces.iter().enumerate() {
            if piece.begins {
                *previous_dc = [0; 3];
            }
            let words = &mut *self.words;
            for (component, block) in batch.scan(piece) {
                let block = Block {
                    codes: batch.codes(component),
                    values: &quantised.values[block],
                    nonzero: quantised.nonzero[block],
                    dc: quantised.dc[block],
                };
                let difference = block.dc.wrapping_sub(previous_dc[component]);
                previous_dc[component] = block.dc;
                words[at] = block.codes.dc[usize::from(difference as u16 & 0xfff)];
                at = if has_long_runs(block.nonzero) {
                    block.push_long_runs(words, at + 1)
                } else {
                    block.push(words, at + 1)
                };
            }
            at = self.end(n, at);
        }
    }
}

impl Block<'_> {
    /// Writes the AC symbols from `at` on; gives the place behind them.
    #[inline(always)]
    fn push(&self, words: &mut [u32; SYMBOLS], mut at: usize) -> usize {
        let end = at + self.nonzero.count_ones() as usize;
        let mut rest = self.nonzero;
        let mut previous = 0;
        loop {
            // Four at a time, surplus ones included: what follows overwrites those.
            let four: &mut [u32] = &mut words[at..at + 4];
            for word in four {
                let i = rest.trailing_zeros();
                rest &= rest.wrapping_sub(1);
                let run = i.wrapping_sub(previous) as u16 & 15;
                previous = i;
                *word = self.codes.ac[usize::from(self.values[(i & 63) as usize] as u16 | run)];
            }
            if rest == 0 {
                break;
            }
            at += 4;
        }
        // No end of block after a last coefficient that is not zero: then the word is overwritten.
        words[end] = self.codes.end_of_block;
        end + 1 - (self.nonzero >> 63) as usize
    }

    /// As `push`, where sixteen zeros and more stand before some value.
    #[cold]
    #[inline(never)]
    pub(crate) fn push_long_runs(&self, words: &mut [u32; SYMBOLS], mut at: usize) -> usize {
        let mut rest = self.nonzero;
        let mut previous = 0;
        while rest != 0 {
            let i = rest.trailing_zeros();
            rest &= rest - 1;
            let distance = i - previous;
            previous = i;
            for _ in 0..(distance - 1) / 16 {
                words[at] = self.codes.sixteen_zeros;
                at += 1;
            }
            let run = distance as u16 & 15;
            words[at] = self.codes.ac[usize::from(self.values[i as usize] as u16 | run)];
            at += 1;
        }
        words[at] = self.codes.end_of_block;
        at + 1 - (self.nonzero >> 63) as usize
    }
}

/// Whether sixteen zeros stand before some value: such runs need symbols of their own.
#[inline(always)]
fn has_long_runs(nonzero: u64) -> bool {
    // Bit i: sixteen zeros begin at i.
    let mut zeros = !(nonzero | 1);
    zeros &= zeros >> 1;
    zeros &= zeros >> 2;
    zeros &= zeros >> 4;
    zeros &= zeros >> 8;
    zeros & (u64::MAX >> (nonzero | 1).leading_zeros()) != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_run_is_sixteen_zeros_before_some_value() {
        assert!(!has_long_runs(0));
        // Zeros behind the last value are nobody's run.
        assert!(!has_long_runs(1 << 1));
        for first in 1..64u32 {
            assert_eq!(has_long_runs(1 << first), first > 16, "{first}");
            for second in first + 1..64 {
                let long = first > 16 || second - first > 16;
                assert_eq!(has_long_runs(1 << first | 1 << second), long);
            }
        }
    }
}
