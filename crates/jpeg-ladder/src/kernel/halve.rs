//! The means of four of a block's samples each, from its coefficients, in plain Rust.
//!
//! Eight frequencies become four sums of neighbours in either direction, which is what libjpeg's own decoder shows at half
//! size, bit for bit. Frequency 4 has no part in them. Coefficients that no picture has may overflow, and then do it alike
//! in every kernel. Source: libjpeg's jidctred.c.

use crate::tables::ZIGZAG;

/// Means of four of a block's samples, row by row.
pub(crate) type Means = [[u8; 4]; 4];

/// What the first direction drops: the constants' 13 fraction bits and one of the two that are summed, less the two bits
/// that it keeps, and the 3 by which coefficients come scaled.
pub(super) const FIRST_BITS_LESS: u32 = 13 + 1 - 2 + 3;
/// What the second one drops: all that is left, and the transform's own scale by 8.
pub(super) const SECOND_BITS_LESS: u32 = 13 + 1 + 2 + 3;

/// One line for each, so that every sum stays in a register.
macro_rules! add {
    ($block:expr, $columns:expr, $($at:literal)*) => {
        $( add_one::<$at>($block, &mut $columns); )*
    };
}

/// Four rows' values: the two directions take all of them at once.
type Four = [i32; 4];

/// The means of four of a block's samples each, row by row.
#[inline(always)]
pub(crate) fn means(block: &[i16; 64]) -> Means {
    // By column of the block, down to four sums. What lies behind the last coefficient is not looked at.
    let mut columns = [[0i32; 4]; 8];
    add!(block, columns, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
    let (second, rest) = (any::<16, 32>(block), any::<32, 64>(block));
    if second || rest {
        add!(block, columns, 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31);
    }
    if rest {
        add!(block, columns, 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47);
        add!(block, columns, 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63);
    }
    for column in &mut columns {
        // Words are enough for every picture; and what does not fit is cut alike by the kernels that have no more.
        *column = descale(*column, FIRST_BITS_LESS).map(|sum| sum.clamp(-0x8000, 0x7fff));
    }
    let sums = across(&columns);
    let mut samples = [[0; 4]; 4];
    for (x, sums) in sums.into_iter().enumerate() {
        for (row, value) in samples.iter_mut().zip(descale(sums, SECOND_BITS_LESS)) {
            row[x] = value.saturating_add(128).clamp(0, 255) as u8;
        }
    }
    samples
}

/// What a frequency gives to each of the four sums of two neighbours.
pub(super) const SUMS: [Four; 8] = [
    [16384, 16384, 16384, 16384],
    [20995, 8697, -8697, -20995],
    [15137, -15137, -15137, 15137],
    [7373, -17799, 17799, -7373],
    [0; 4],
    [-4926, 11893, -11893, 4926],
    [-6270, 6270, 6270, -6270],
    [-4176, -1730, 1730, 4176],
];

/// Adds what the coefficient at a zigzag position gives to the sums of its column.
#[inline(always)]
fn add_one<const AT: usize>(block: &[i16; 64], columns: &mut [Four; 8]) {
    let (row, column) = (usize::from(ZIGZAG[AT] >> 3), usize::from(ZIGZAG[AT] & 7));
    if row != 4 && column != 4 {
        columns[column] = plus(columns[column], SUMS[row], i32::from(block[AT]));
    }
}

/// From the columns' sums to each row's.
#[inline(always)]
fn across(columns: &[Four; 8]) -> [Four; 4] {
    let mut sums = [[0; 4]; 4];
    for (x, sums) in sums.iter_mut().enumerate() {
        let even = plus([0; 4], columns[0], SUMS[0][x]);
        let even = plus(even, columns[2], SUMS[2][x]);
        let even = plus(even, columns[6], SUMS[6][x]);
        let odd = plus([0; 4], columns[1], SUMS[1][x]);
        let odd = plus(odd, columns[3], SUMS[3][x]);
        let odd = plus(odd, columns[5], SUMS[5][x]);
        *sums = plus(even, plus(odd, columns[7], SUMS[7][x]), 1);
    }
    sums
}

/// `sums + values * factor`, value by value.
#[inline(always)]
fn plus(mut sums: Four, values: Four, factor: i32) -> Four {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum = sum.wrapping_add(value.wrapping_mul(factor));
    }
    sums
}

/// Divides by a power of two, halves rounded up.
#[inline(always)]
fn descale(mut values: Four, bits: u32) -> Four {
    for value in &mut values {
        *value = value.wrapping_add(1 << (bits - 1)) >> bits;
    }
    values
}

/// Whether any of these coefficients is not zero.
#[inline(always)]
fn any<const FROM: usize, const TO: usize>(block: &[i16; 64]) -> bool {
    block[FROM..TO].iter().fold(0, |all, &value| all | value) != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The samples of a block by the definition of the transform.
    fn samples(block: &[i16; 64]) -> [[f64; 8]; 8] {
        let weight = |k: usize| if k == 0 { 0.5f64.sqrt() } else { 1.0 };
        let wave = |x: usize, k: usize| {
            (std::f64::consts::PI * (2 * x + 1) as f64 * k as f64 / 16.0).cos() * weight(k) / 2.0
        };
        std::array::from_fn(|y| {
            std::array::from_fn(|x| {
                let all = block.iter().zip(ZIGZAG).map(|(&value, place)| {
                    let (v, u) = (usize::from(place >> 3), usize::from(place & 7));
                    f64::from(value) / 8.0 * wave(x, u) * wave(y, v)
                });
                128.0 + all.sum::<f64>()
            })
        })
    }

    #[test]
    fn a_block_gives_the_means_of_its_samples() {
        let mut rng = fastrand::Rng::with_seed(4);
        for _ in 0..2000 {
            let mut block = [0i16; 64];
            block[0] = rng.i16(-4000..4000);
            for _ in 0..rng.usize(..20) {
                block[rng.usize(1..64)] = rng.i16(-600..600);
            }
            let fine = samples(&block);
            for (y, row) in means(&block).iter().enumerate() {
                for (x, &ours) in row.iter().enumerate() {
                    let of = |y: usize| fine[y][2 * x] + fine[y][2 * x + 1];
                    let mean = ((of(2 * y) + of(2 * y + 1)) / 4.0).clamp(0.0, 255.0);
                    assert!((mean - f64::from(ours)).abs() < 0.6, "{mean} {ours}");
                }
            }
        }
    }

    #[test]
    fn what_no_picture_has_overflows_without_harm() {
        for value in [i16::MIN, i16::MAX] {
            let _ = means(&[value; 64]);
        }
    }
}
