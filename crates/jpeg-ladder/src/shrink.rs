//! From coefficients to the samples of half the picture, with no full inverse transform.
//!
//! `kernel::halve` has the arithmetic; here is where its samples go, and who else gets the coefficients.

use std::ops::Range;

use crate::batch::{BatchSink, EncodeNow, Workspace};
use crate::interval::Picture;
use crate::kernel::{Loops, Means};
use crate::samples::Samples;

/// The half picture of a frame whose coefficients come in the order of its scan.
pub(crate) struct Shrink<'a> {
    /// The frame.
    pub(crate) picture: Picture,
    pub(crate) half: &'a mut Samples,
}

impl Shrink<'_> {
    /// Takes the blocks of some MCUs.
    #[inline(always)]
    pub(crate) fn take<K: Loops>(&mut self, kernel: K, blocks: &[[i16; 64]], mcus: Range<usize>) {
        let geometry = self.picture.geometry;
        for (blocks, n) in blocks.chunks_exact(geometry.blocks_per_mcu).zip(mcus) {
            let at = (n % geometry.mcus_across, n / geometry.mcus_across);
            for (pair, blocks) in blocks.chunks(2).enumerate() {
                // The last one of an odd number goes twice, and is put once.
                let samples = kernel.halve(&blocks[0], &blocks[blocks.len() - 1]);
                for (i, samples) in samples.iter().enumerate().take(blocks.len()) {
                    self.put(at, 2 * pair + i, samples);
                }
            }
        }
    }

    /// The samples of block `i` of an MCU, by its column and row.
    #[inline(always)]
    fn put(&mut self, (column, row): (usize, usize), i: usize, samples: &Means) {
        let Picture { mcu, geometry, .. } = self.picture;
        if let Some(side) = i.checked_sub(geometry.luma_blocks) {
            self.half.put_chroma((column, row), side, samples);
        } else {
            let x = column * mcu.across + i % mcu.across;
            let y = row * mcu.down + i / mcu.across;
            self.half.put_luma((x, y), samples);
        }
    }
}

/// Encodes a frame's batches, and shrinks them where a smaller picture is wanted.
pub(crate) struct EncodeAndShrink<'a> {
    pub(crate) encode: EncodeNow<'a>,
    pub(crate) shrink: Option<Shrink<'a>>,
}

impl BatchSink for EncodeAndShrink<'_> {
    #[inline(always)]
    fn take<K: Loops>(&mut self, kernel: K, work: &mut Workspace, mcus: Range<usize>) {
        if let Some(shrink) = &mut self.shrink {
            shrink.take(kernel, &work.coefficients.blocks, mcus.clone());
        }
        self.encode.take(kernel, work, mcus);
    }
}
