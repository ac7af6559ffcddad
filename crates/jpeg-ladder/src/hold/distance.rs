//! Distances of a part of the picture from what is shown of it, as sums.

use super::bands::SQUARES;

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
}
