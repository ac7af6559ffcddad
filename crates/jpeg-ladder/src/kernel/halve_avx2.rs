//! `halve` with AVX2: two blocks side by side in the two halves of each register.
//!
//! Products of words are added in pairs, first down the columns, then along the rows; for that the columns of a row stand
//! in an order of their own.

use std::arch::x86_64::{
    __m256i, _mm_loadu_si128, _mm256_add_epi16, _mm256_add_epi32, _mm256_castsi128_si256,
    _mm256_hadd_epi32, _mm256_inserti128_si256, _mm256_load_si256, _mm256_madd_epi16,
    _mm256_or_si256, _mm256_packs_epi32, _mm256_packus_epi16, _mm256_set1_epi16, _mm256_set1_epi32,
    _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_srai_epi32, _mm256_storeu_si256,
    _mm256_sub_epi32, _mm256_unpackhi_epi16, _mm256_unpacklo_epi16,
};

use super::halve::{FIRST_BITS_LESS, Means, SECOND_BITS_LESS, SUMS};
use crate::tables::ZIGZAG;

/// The order of the columns in a row: odd frequencies, then even ones. The last place is frequency 4's and stays empty.
const COLUMNS: [usize; 8] = [1, 3, 5, 7, 2, 6, 0, 4];
#[repr(C, align(32))]
struct Shuffles([[[u8; 32]; 8]; 8]);

/// What a row of the block gets from each row in zigzag order, the same in both halves.
static PICK: Shuffles = {
    let mut shuffles = [[[0x80; 32]; 8]; 8];
    let mut n = 0;
    while n < 64 * 7 {
        let (i, k) = (n / 7, n % 7);
        let place = ZIGZAG[i] as usize;
        if place % 8 == COLUMNS[k] {
            let mut half = 0;
            while half < 32 {
                shuffles[place / 8][i / 8][half + 2 * k] = 2 * (i % 8) as u8;
                shuffles[place / 8][i / 8][half + 2 * k + 1] = 2 * (i % 8) as u8 + 1;
                half += 16;
            }
        }
        n += 1;
    }
    Shuffles(shuffles)
};

/// Whether it gets anything.
const fn gets(row: usize, from: usize) -> bool {
    let mut i = 8 * from;
    while i < 8 * from + 8 {
        if ZIGZAG[i] as usize / 8 == row && ZIGZAG[i] % 8 != 4 {
            return true;
        }
        i += 1;
    }
    false
}

#[repr(C, align(32))]
struct Factors([[i16; 16]; 4]);

/// What the columns of a row give to each of its four sums.
static ACROSS: Factors = {
    let mut factors = [[0; 16]; 4];
    let mut n = 0;
    while n < 4 * 16 {
        factors[n / 16][n % 16] = SUMS[COLUMNS[n % 8]][n / 16] as i16;
        n += 1;
    }
    Factors(factors)
};

/// Of two blocks in zigzag order. A function with the instructions of its own, as all that follow: closures in it have them too.
#[target_feature(enable = "avx2")]
#[inline]
pub(super) fn means(left: &[i16; 64], right: &[i16; 64]) -> [Means; 2] {
    let sums = down(rows(left, right));
    let factors: [__m256i; 4] = std::array::from_fn(|n| {
        // SAFETY: 32 bytes, aligned as `Factors` is.
        unsafe { _mm256_load_si256((&raw const ACROSS.0[n]).cast()) }
    });
    let half = _mm256_set1_epi32(1 << (SECOND_BITS_LESS - 1));
    let [a, b, c, d] = sums.map(|row| {
        let [a, b, c, d] = factors.map(|factors| _mm256_madd_epi16(row, factors));
        let sums = _mm256_hadd_epi32(_mm256_hadd_epi32(a, b), _mm256_hadd_epi32(c, d));
        _mm256_srai_epi32::<{ SECOND_BITS_LESS as i32 }>(_mm256_add_epi32(sums, half))
    });
    let middle = _mm256_set1_epi16(128);
    let upper = _mm256_add_epi16(_mm256_packs_epi32(a, b), middle);
    let lower = _mm256_add_epi16(_mm256_packs_epi32(c, d), middle);
    let mut means = [[[0; 4]; 4]; 2];
    // SAFETY: 32 bytes, as many as the means have.
    unsafe {
        _mm256_storeu_si256((&raw mut means).cast(), _mm256_packus_epi16(upper, lower));
    }
    means
}

/// The rows of both blocks that are needed.
#[target_feature(enable = "avx2")]
#[inline]
fn rows(left: &[i16; 64], right: &[i16; 64]) -> [__m256i; 7] {
    let zigzag: [__m256i; 8] = std::array::from_fn(|n| {
        let [left, right] = [left, right].map(|block| {
            let eight: &[i16; 8] = block[8 * n..].first_chunk().expect("eight of them");
            // SAFETY: 16 bytes.
            unsafe { _mm_loadu_si128(eight.as_ptr().cast()) }
        });
        _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(left), right)
    });
    [
        row::<0>(&zigzag),
        row::<1>(&zigzag),
        row::<2>(&zigzag),
        row::<3>(&zigzag),
        row::<5>(&zigzag),
        row::<6>(&zigzag),
        row::<7>(&zigzag),
    ]
}

/// One of them; each is a function of its own, so that what it does not get is known when it is compiled.
#[target_feature(enable = "avx2")]
#[inline]
fn row<const ROW: usize>(zigzag: &[__m256i; 8]) -> __m256i {
    let mut row = _mm256_setzero_si256();
    row = pick::<ROW, 0>(zigzag, row);
    row = pick::<ROW, 1>(zigzag, row);
    row = pick::<ROW, 2>(zigzag, row);
    row = pick::<ROW, 3>(zigzag, row);
    row = pick::<ROW, 4>(zigzag, row);
    row = pick::<ROW, 5>(zigzag, row);
    row = pick::<ROW, 6>(zigzag, row);
    pick::<ROW, 7>(zigzag, row)
}

#[target_feature(enable = "avx2")]
#[inline]
fn pick<const ROW: usize, const FROM: usize>(zigzag: &[__m256i; 8], row: __m256i) -> __m256i {
    if const { !gets(ROW, FROM) } {
        return row;
    }
    // SAFETY: 32 bytes, aligned as `Shuffles` is.
    let shuffle = unsafe { _mm256_load_si256((&raw const PICK.0[ROW][FROM]).cast()) };
    _mm256_or_si256(row, _mm256_shuffle_epi8(zigzag[FROM], shuffle))
}

/// What frequency 0 gives to a sum is as much as the half by which that is rounded.
const _: () = assert!(1 << (FIRST_BITS_LESS - 1) == SUMS[0][0]);

/// The first direction: each column's four sums.
#[target_feature(enable = "avx2")]
#[inline]
fn down([r0, r1, r2, r3, r5, r6, r7]: [__m256i; 7]) -> [__m256i; 4] {
    let zip = |a, b| [_mm256_unpacklo_epi16(a, b), _mm256_unpackhi_epi16(a, b)];
    // With each value of frequency 0 comes the half that rounds.
    let (first, even) = (zip(r0, _mm256_set1_epi16(1)), zip(r2, r6));
    let (odd, rest) = (zip(r1, r3), zip(r5, r7));
    let [low, high] = std::array::from_fn(|n| {
        let zero = products(first[n], [0, 0], 0);
        let two = products(even[n], [2, 6], 0);
        let (outer, inner) = (_mm256_add_epi32(zero, two), _mm256_sub_epi32(zero, two));
        let [far, near] = [0, 1].map(|sum| {
            _mm256_add_epi32(
                products(odd[n], [1, 3], sum),
                products(rest[n], [5, 7], sum),
            )
        });
        [
            _mm256_add_epi32(outer, far),
            _mm256_add_epi32(inner, near),
            _mm256_sub_epi32(inner, near),
            _mm256_sub_epi32(outer, far),
        ]
        .map(|sum| _mm256_srai_epi32::<{ FIRST_BITS_LESS as i32 }>(sum))
    });
    std::array::from_fn(|n| _mm256_packs_epi32(low[n], high[n]))
}

/// What pairs of two frequencies give to one of the four sums.
#[target_feature(enable = "avx2")]
#[inline]
fn products(pairs: __m256i, [a, b]: [usize; 2], sum: usize) -> __m256i {
    let factors = SUMS[a][sum] & 0xffff | SUMS[b][sum] << 16;
    _mm256_madd_epi16(pairs, _mm256_set1_epi32(factors))
}

#[cfg(test)]
mod tests {
    use super::super::{avx2::Avx2, halve, loops::Loops};

    #[test]
    fn two_blocks_give_what_each_gives_by_itself() {
        let Some(kernel) = Avx2::detect() else {
            // The other kernels have nothing of it.
            return;
        };
        let mut rng = fastrand::Rng::with_seed(9);
        for limit in [3, 200, 8184, i16::MAX] {
            for count in [1, 5, 64] {
                for _ in 0..200 {
                    let blocks: [[i16; 64]; 2] = std::array::from_fn(|_| {
                        let mut block = [0; 64];
                        for _ in 0..count {
                            block[rng.usize(..64)] = rng.i16(-limit..=limit);
                        }
                        block
                    });
                    let ours = kernel.halve(&blocks[0], &blocks[1]);
                    assert_eq!(ours, blocks.each_ref().map(halve::means));
                }
            }
        }
    }
}
