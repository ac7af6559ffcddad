//! The ground floor: what a block, an MCU and a batch of them are, and how large.
//!
//! A batch passes from the samples to the bits by these; nothing here computes a coefficient.

use crate::source::Sampling;
use crate::tables::{Codes, Quant, Tables};

/// Blocks that pass through together: their coefficients and quantised values stay in the first-level cache.
pub(crate) const BATCH_BLOCKS: usize = 192;

/// The most symbols that a block has: one DC, 63 AC, and room for the end of block that a full one lacks.
pub(crate) const BLOCK_SYMBOLS: usize = 65;
/// Words that are written in advance behind a block's symbols.
pub(crate) const SPARE_SYMBOLS: usize = 16;
/// Of a batch in which every block is an interval and is filled up to a multiple of four, and what is written in advance.
pub(crate) const SYMBOLS: usize = BATCH_BLOCKS * (BLOCK_SYMBOLS + 3) + SPARE_SYMBOLS;

/// Pixels that the widest batch has in a row.
pub(crate) const STRIP_PIXELS: usize = 512;

/// How many pixels and blocks an MCU has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mcu {
    /// Luma blocks side by side.
    pub(crate) across: usize,
    /// Luma blocks on top of each other.
    pub(crate) down: usize,
    /// Whether a block of Cb and one of Cr follow.
    pub(crate) colour: bool,
}

impl Mcu {
    pub(crate) const fn new(sampling: Sampling) -> Self {
        let (across, down, colour) = match sampling {
            Sampling::S420 => (2, 2, true),
            Sampling::S422 => (2, 1, true),
            Sampling::S444 => (1, 1, true),
            Sampling::Grey => (1, 1, false),
        };
        Self {
            across,
            down,
            colour,
        }
    }

    /// Blocks of luma and chroma.
    pub(crate) const fn blocks(self) -> usize {
        self.across * self.down + if self.colour { 2 } else { 0 }
    }
}

/// MCUs of one interval that follow each other in a batch: all of it, unless it is longer than a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Counted from 0 in the picture.
    pub(crate) interval: usize,
    /// The first MCU, counted in the batch.
    pub(crate) first: usize,
    pub(crate) mcus: usize,
    /// Whether its first MCU is the interval's first.
    pub(crate) begins: bool,
    /// Whether its last MCU is the interval's last.
    pub(crate) ends: bool,
}

/// Coefficients scaled by 8 in zigzag order, in the order of the scan, with room for one surplus pair.
#[repr(C, align(64))]
pub(crate) struct Coefficients {
    pub(crate) blocks: [[i16; 64]; BATCH_BLOCKS + 2],
    /// The largest magnitude in each block's second half, for kernels that divide block by block.
    pub(crate) peaks: [u16; BATCH_BLOCKS + 2],
}

/// Which pairs of neighbouring blocks a batch has, and where.
///
/// A description and not an iterator: a closure would not be inlined into functions that may use more instructions.
#[derive(Clone, Copy)]
pub(crate) struct Pairs {
    pub(crate) count: usize,
    /// Pairs on top of each other before the next column: 1 or 2.
    pub(crate) down: usize,
    /// From one of those to the one below it, in samples.
    pub(crate) row: usize,
    /// The first block; from one column's first block to the next one's; from a pair's left block to its right one.
    pub(crate) first: usize,
    pub(crate) column: usize,
    pub(crate) right: usize,
}

impl Pairs {
    /// Where pair `n` begins in the samples, and its left and right block.
    #[inline(always)]
    pub(crate) fn get(&self, n: usize) -> (usize, [usize; 2]) {
        let (column, y) = if self.down == 2 {
            (n / 2, n % 2)
        } else {
            (n, 0)
        };
        let left = self.first + column * self.column + 2 * y;
        (y * self.row + 16 * column, [left, left + self.right])
    }
}

/// Quantised blocks of one batch, as a kernel leaves them.
#[repr(C, align(64))]
pub(crate) struct Quantised {
    /// Zigzag order, `value << 4`: with the run in the low bits that is the place in [`Codes::ac`].
    /// Only what `nonzero` names is valid.
    pub(crate) values: [[i16; 64]; BATCH_BLOCKS],
    /// Bit i says that AC coefficient i is not zero; bit 0 is clear.
    pub(crate) nonzero: [u64; BATCH_BLOCKS],
    /// The DC coefficients, not shifted.
    pub(crate) dc: [i16; BATCH_BLOCKS],
}

/// The coefficients of one batch, which of them are coded, and one quality's way to write them.
#[derive(Clone, Copy)]
pub(crate) struct Batch<'a> {
    pub(crate) coefficients: &'a Coefficients,
    pub(crate) mcu: Mcu,
    pub(crate) pieces: &'a [Piece],
    pub(crate) tables: &'a Tables,
    pub(crate) luma_codes: &'a Codes,
    pub(crate) chroma_codes: &'a Codes,
}

impl<'a> Batch<'a> {
    /// Component and number of each block of a piece, in the order of the scan.
    #[inline(always)]
    pub(crate) fn scan(&self, piece: Piece) -> impl Iterator<Item = (usize, usize)> + use<> {
        let (per_mcu, luma) = (self.mcu.blocks(), self.mcu.across * self.mcu.down);
        (piece.first..piece.first + piece.mcus).flat_map(move |m| {
            (0..per_mcu).map(move |i| ((i + 1).saturating_sub(luma), m * per_mcu + i))
        })
    }

    #[inline(always)]
    pub(crate) fn quant(&self, component: usize) -> &'a Quant {
        if component == 0 {
            &self.tables.luma
        } else {
            &self.tables.chroma
        }
    }

    #[inline(always)]
    pub(crate) fn codes(&self, component: usize) -> &'a Codes {
        if component == 0 {
            self.luma_codes
        } else {
            self.chroma_codes
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_on_top_of_another_is_the_next_two_blocks() {
        let mcu = Mcu::new(Sampling::S420);
        assert_eq!(mcu.blocks(), 6);
        let pairs = Pairs {
            count: 4,
            down: mcu.down,
            row: 1000,
            first: 0,
            column: mcu.blocks(),
            right: 1,
        };
        let all = (0..pairs.count).map(|n| pairs.get(n));
        assert!(all.eq([(0, [0, 1]), (1000, [2, 3]), (16, [6, 7]), (1016, [8, 9]),]));
    }
}
