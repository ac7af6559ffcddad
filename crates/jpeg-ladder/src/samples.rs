//! The samples of a smaller picture: all of it, in the order in which blocks are cut.
//!
//! A sample is the mean of four of the picture that is twice as wide and high, component by component, so that a smaller
//! picture has the sampling of the larger one. From pixels the mean is taken of a strip while it is in the cache, from
//! coefficients by `shrink`, and of a half picture, for the quarter, here. Means and not the low coefficients: they cost
//! next to nothing, are the same whatever the source is, and the README has what each does to a picture.

use crate::block::Mcu;
use crate::interval::Picture;
use crate::strip::{View, Window};

/// Behind the last row: what a pair of blocks reads beyond it, and rows off each other's cache sets.
const SPARE: usize = 32;

/// A smaller picture. Rows are as wide as whole MCUs; what lies beyond the picture repeats its last samples.
#[derive(Default)]
pub(crate) struct Samples {
    picture: Option<Picture>,
    luma: Vec<u8>,
    chroma: Vec<u8>,
    luma_stride: usize,
    chroma_stride: usize,
}

/// Groups of chroma that are taken at once.
const PART: usize = 32;

/// Width and height.
type Sides = (usize, usize);

impl Samples {
    /// Makes room for a picture.
    pub(crate) fn prepare(&mut self, picture: Picture) {
        if self.picture == Some(picture) {
            return;
        }
        self.picture = Some(picture);
        let (mcu, geometry) = (picture.mcu, picture.geometry);
        self.luma_stride = geometry.mcus_across * 8 * mcu.across + SPARE;
        self.chroma_stride = geometry.mcus_across * 16 + SPARE;
        let rows = |stride: usize, rows: usize| geometry.mcus_down * rows * stride + SPARE;
        self.luma.clear();
        self.luma.resize(rows(self.luma_stride, 8 * mcu.down), 0);
        self.chroma.clear();
        if mcu.colour {
            self.chroma.resize(rows(self.chroma_stride, 8), 0);
        }
    }

    /// From the first MCU of a window on.
    #[inline(always)]
    pub(crate) fn view(&self, mcu: Mcu, row: usize, column: usize) -> View<'_> {
        let luma = 8 * (row * mcu.down * self.luma_stride + column * mcu.across);
        let chroma = 8 * row * self.chroma_stride + 16 * column;
        View {
            luma: &self.luma[luma..],
            luma_stride: self.luma_stride,
            chroma: self.chroma.get(chroma..).unwrap_or(&[]),
            chroma_stride: self.chroma_stride,
        }
    }

    /// Takes the means of a window of the larger picture, whose samples are in `view`.
    #[inline(always)]
    pub(crate) fn take(&mut self, view: View, mcu: Mcu, window: Window) {
        let width = window.mcus * 8 * mcu.across;
        let left = window.column * 4 * mcu.across;
        for y in 0..4 * mcu.down {
            let at = (window.row * 4 * mcu.down + y) * self.luma_stride + left;
            let out = &mut self.luma[at..][..width / 2];
            let row = |y: usize| &view.luma[y * view.luma_stride..][..width];
            means(row(2 * y), row(2 * y + 1), out);
        }
        if !mcu.colour {
            return;
        }
        let width = 16 * window.mcus;
        for y in 0..4 {
            let row = |y: usize| &view.chroma[y * view.chroma_stride..][..width];
            let at = (window.row * 4 + y) * self.chroma_stride;
            let out = &mut self.chroma[at..][..self.chroma_stride];
            group_means(row(2 * y), row(2 * y + 1), window.column, out);
        }
    }

    /// Four rows of a block of luma, by its place in the larger picture.
    #[inline(always)]
    pub(crate) fn put_luma(&mut self, (x, y): (usize, usize), rows: &[[u8; 4]; 4]) {
        for (i, row) in rows.iter().enumerate() {
            let at = (4 * y + i) * self.luma_stride + 4 * x;
            self.luma[at..at + 4].copy_from_slice(row);
        }
    }

    /// The same of a block of chroma: `side` is 0 for Cb and 1 for Cr.
    #[inline(always)]
    pub(crate) fn put_chroma(&mut self, (x, y): (usize, usize), side: usize, rows: &[[u8; 4]; 4]) {
        for (i, row) in rows.iter().enumerate() {
            let at = (4 * y + i) * self.chroma_stride + x / 2 * 16 + x % 2 * 4 + 8 * side;
            self.chroma[at..at + 4].copy_from_slice(row);
        }
    }

    /// Repeats the last samples of the picture beyond its sides; `larger` is what its samples are means of.
    pub(crate) fn pad(&mut self, larger: Picture) {
        let Some(Picture { mcu, geometry, .. }) = self.picture else {
            return;
        };
        let (across, down) = (geometry.mcus_across, geometry.mcus_down);
        let (width, height) = (usize::from(larger.width), usize::from(larger.height));
        let real = (width.div_ceil(2), height.div_ceil(2));
        let padded = (8 * mcu.across * across, 8 * mcu.down * down);
        pad_rows(&mut self.luma, self.luma_stride, real, padded, |x| x);
        if mcu.colour {
            let half = |side: usize, by: usize| side.div_ceil(by).div_ceil(2);
            let real = (half(width, mcu.across), half(height, mcu.down));
            let place = |x: usize| x / 8 * 16 + x % 8;
            let (stride, padded) = (self.chroma_stride, (8 * across, 8 * down));
            pad_rows(&mut self.chroma, stride, real, padded, place);
            pad_rows(&mut self.chroma, stride, real, padded, |x| place(x) + 8);
        }
    }
}

/// Repeats the last of the real samples to the right and below; `place` says where in a row a sample is.
#[inline(always)]
fn pad_rows(
    plane: &mut [u8],
    stride: usize,
    (real_width, real_height): Sides,
    (width, height): Sides,
    place: impl Fn(usize) -> usize,
) {
    for row in plane.chunks_exact_mut(stride).take(real_height) {
        let last = row[place(real_width - 1)];
        for x in real_width..width {
            row[place(x)] = last;
        }
    }
    for y in real_height..height {
        let (above, below) = plane.split_at_mut(y * stride);
        let last = &above[(real_height - 1) * stride..];
        for x in 0..width {
            below[place(x)] = last[place(x)];
        }
    }
}

/// Of two rows the means of four samples each, halves rounded up.
#[inline(always)]
fn means(above: &[u8], below: &[u8], out: &mut [u8]) {
    let pairs = above.chunks_exact(2).zip(below.chunks_exact(2));
    for (out, (above, below)) in out.iter_mut().zip(pairs) {
        // Words of two samples each: that is how the compiler makes vectors of it.
        let both = |pair: &[u8]| {
            let word = u16::from_le_bytes([pair[0], pair[1]]);
            (word & 0xff) + (word >> 8)
        };
        *out = ((both(above) + both(below) + 2) >> 2) as u8;
    }
}

/// The same of rows of groups of 8 Cb and 8 Cr, from group `column` on.
#[inline(always)]
fn group_means(above: &[u8], below: &[u8], column: usize, out: &mut [u8]) {
    let parts = above.chunks(16 * PART).zip(below.chunks(16 * PART));
    for ((above, below), first) in parts.zip((column..).step_by(PART)) {
        // 4 Cb and 4 Cr of each group in turns.
        let mut both = [0; 8 * PART];
        means(above, below, &mut both);
        let halves = both.chunks_exact(8).take(above.len() / 16);
        for (half, column) in halves.zip(first..) {
            let at = column / 2 * 16 + column % 2 * 4;
            out[at..at + 4].copy_from_slice(&half[..4]);
            out[at + 8..at + 12].copy_from_slice(&half[4..]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_samples_are_one_and_a_half_is_rounded_up() {
        let mut out = [0; 2];
        means(&[1, 2, 255, 255, 9], &[1, 2, 255, 255, 9], &mut out);
        assert_eq!(out, [2, 255]);
    }

    #[test]
    fn a_group_gives_half_a_group_on_its_own_side() {
        let group: [u8; 16] = std::array::from_fn(|i| i as u8 / 2 * 10);
        let mut out = [1; 32];
        group_means(&group, &group, 3, &mut out);
        assert_eq!(out[16..24], [1, 1, 1, 1, 0, 10, 20, 30]);
        assert_eq!(out[24..], [1, 1, 1, 1, 40, 50, 60, 70]);
        assert_eq!(out[..16], [1; 16]);
    }
}
