//! PURE: from other weights of R, G and B to those of JPEG, on the samples as they are.
//!
//! JFIF knows BT.601 alone, so pixels of another matrix are turned, not labelled. Both matrices go through the same R, G
//! and B: the turn is one matrix, whose luma row needs the chroma of its pixel, of which the nearest sample is taken.
//! Source: ITU-R BT.601-7, BT.709-6, BT.2020-2, SMPTE 240M: the weights of red and blue.

use super::frame::{ColorMatrix, ColorRange, Mode, PixelFormat};

/// Fraction bits of a factor.
const BITS: u32 = 14;

/// The turn for one layout.
#[derive(Debug, Clone)]
pub(super) struct Conversion {
    format: PixelFormat,
    width: usize,
    height: usize,
    /// What a luma sample gets of Cb and Cr.
    luma: [i32; 2],
    /// What is made of Cb and Cr.
    chroma: [[i32; 2]; 2],
}

/// The weights of red and blue.
fn weights(matrix: ColorMatrix) -> (f64, f64) {
    match matrix {
        ColorMatrix::Bt601 => (0.299, 0.114),
        ColorMatrix::Bt709 => (0.2126, 0.0722),
        ColorMatrix::Bt2020 => (0.2627, 0.0593),
        ColorMatrix::Smpte240m => (0.212, 0.087),
    }
}

impl Conversion {
    /// `None` where the weights are those of JPEG, or there is no luma.
    pub(super) fn new(mode: &Mode) -> Option<Self> {
        let turns = match mode.format {
            PixelFormat::Grey | PixelFormat::Mjpeg | PixelFormat::Rgb24 | PixelFormat::Bgr24 => {
                false
            }
            _ => mode.matrix != ColorMatrix::Bt601,
        };
        if !turns {
            return None;
        }
        let (red, blue) = weights(mode.matrix);
        let (jpeg_red, jpeg_blue) = weights(ColorMatrix::Bt601);
        let green = |red: f64, blue: f64| 1.0 - red - blue;
        // How much R and B are above luma for each unit of Cr and Cb.
        let (of_red, of_blue) = (2.0 * (1.0 - red), 2.0 * (1.0 - blue));
        let share = green(jpeg_red, jpeg_blue) / green(red, blue);
        let blue_in_luma = jpeg_blue * of_blue - share * blue * of_blue;
        let red_in_luma = jpeg_red * of_red - share * red * of_red;
        let (to_red, to_blue) = (2.0 * (1.0 - jpeg_red), 2.0 * (1.0 - jpeg_blue));
        // In limited range luma has 219 steps where chroma has 224.
        let steps = match mode.range {
            ColorRange::Full => 1.0,
            ColorRange::Limited => 219.0 / 224.0,
        };
        let fixed = |factor: f64| (factor * f64::from(1 << BITS)).round() as i32;
        Some(Self {
            format: mode.format,
            width: mode.width as usize,
            height: mode.height as usize,
            luma: [fixed(blue_in_luma * steps), fixed(red_in_luma * steps)],
            chroma: [
                [
                    fixed((of_blue - blue_in_luma) / to_blue),
                    fixed(-red_in_luma / to_blue),
                ],
                [
                    fixed(-blue_in_luma / to_red),
                    fixed((of_red - red_in_luma) / to_red),
                ],
            ],
        })
    }

    /// Turns a whole frame; one that is too short is left, and dropped as damaged later.
    pub(super) fn apply(&self, data: &mut [u8]) {
        let whole = self.format.bytes(self.width as u32, self.height as u32);
        if whole != Some(data.len()) {
            return;
        }
        match self.format {
            PixelFormat::Yuyv => self.packed(data, [0, 2], [1, 3]),
            PixelFormat::Uyvy => self.packed(data, [1, 3], [0, 2]),
            PixelFormat::Nv12 => self.pairs(data),
            PixelFormat::I420 => self.planar(data, 2, 2),
            PixelFormat::I422 => self.planar(data, 2, 1),
            PixelFormat::I444 => self.planar(data, 1, 1),
            PixelFormat::Grey | PixelFormat::Mjpeg | PixelFormat::Rgb24 | PixelFormat::Bgr24 => {}
        }
    }

    /// Turns Cb and Cr; gives what luma gets of them.
    #[inline]
    fn turn(&self, cb: &mut u8, cr: &mut u8) -> i32 {
        let (blue, red) = (i32::from(*cb) - 128, i32::from(*cr) - 128);
        let sum = |[of_blue, of_red]: [i32; 2]| rounded(of_blue * blue + of_red * red);
        let byte = |value: i32| (value + 128).clamp(0, 255) as u8;
        (*cb, *cr) = (byte(sum(self.chroma[0])), byte(sum(self.chroma[1])));
        sum(self.luma)
    }

    fn packed(&self, data: &mut [u8], luma: [usize; 2], chroma: [usize; 2]) {
        for group in data.as_chunks_mut::<4>().0 {
            let [mut cb, mut cr] = chroma.map(|at| group[at]);
            let more = self.turn(&mut cb, &mut cr);
            (group[chroma[0]], group[chroma[1]]) = (cb, cr);
            for at in luma {
                add(&mut group[at], more);
            }
        }
    }

    fn pairs(&self, data: &mut [u8]) {
        let (luma, chroma) = data.split_at_mut(self.width * self.height);
        let rows = chroma.chunks_exact_mut(2 * self.width.div_ceil(2));
        for (rows, chroma) in luma.chunks_mut(2 * self.width).zip(rows) {
            let pairs = chroma.as_chunks_mut::<2>().0.iter_mut();
            for (x, [cb, cr]) in pairs.enumerate() {
                let more = self.turn(cb, cr);
                self.add_around(rows, x, 2, more);
            }
        }
    }

    /// Each sample of Cb and Cr belongs to so many columns and rows of luma.
    fn planar(&self, data: &mut [u8], columns: usize, rows: usize) {
        let (luma, chroma) = data.split_at_mut(self.width * self.height);
        let (blue, red) = chroma.split_at_mut(chroma.len() / 2);
        let across = self.width.div_ceil(columns);
        let colours = blue
            .chunks_exact_mut(across)
            .zip(red.chunks_exact_mut(across));
        for (luma, (blue, red)) in luma.chunks_mut(rows * self.width).zip(colours) {
            for (x, (cb, cr)) in blue.iter_mut().zip(red).enumerate() {
                let more = self.turn(cb, cr);
                self.add_around(luma, x, columns, more);
            }
        }
    }

    /// Adds to the luma of chroma sample `x`, in each of the rows that it is for.
    #[inline]
    fn add_around(&self, rows: &mut [u8], x: usize, columns: usize, more: i32) {
        let end = (columns * (x + 1)).min(self.width);
        for row in rows.chunks_exact_mut(self.width) {
            row[columns * x..end]
                .iter_mut()
                .for_each(|luma| add(luma, more));
        }
    }
}

#[inline]
fn rounded(sum: i32) -> i32 {
    (sum + (1 << (BITS - 1))) >> BITS
}

#[inline]
fn add(luma: &mut u8, more: i32) {
    *luma = (i32::from(*luma) + more).clamp(0, 255) as u8;
}

#[cfg(test)]
mod tests;
