//! How far blocks are from what is shown of them, with AVX2.

use std::arch::x86_64::{
    __m128i, __m256i, _mm_add_epi32, _mm_cvtsi128_si32, _mm_extract_epi32, _mm256_add_epi32,
    _mm256_and_si256, _mm256_castsi256_si128, _mm256_extract_epi16, _mm256_extracti128_si256,
    _mm256_hadd_epi32, _mm256_loadu_si256, _mm256_madd_epi16, _mm256_max_epi16, _mm256_min_epi16,
    _mm256_mulhi_epi16, _mm256_set1_epi16, _mm256_slli_epi16, _mm256_srai_epi16, _mm256_sub_epi16,
};

use super::squares::{FARTHEST, MOST, Pair, Squares};

/// As [`super::Loops::squares`] has it.
///
/// # Safety
/// The caller has AVX2.
#[inline(always)]
pub(super) unsafe fn squares(
    now: Pair,
    shown: Pair,
    reciprocals: Pair,
    low: &[i16; 16],
) -> [Squares; 2] {
    // SAFETY: the caller has the instructions. Sixteen values from places 0, 16, 32 and 48 of arrays of 64.
    unsafe {
        let sums = |n: usize| {
            let scaled: [__m256i; 4] = std::array::from_fn(|i| {
                let sixteen = |of: &[i16; 64]| _mm256_loadu_si256(of.as_ptr().add(16 * i).cast());
                let difference = _mm256_sub_epi16(sixteen(now[n]), sixteen(shown[n]));
                let difference = _mm256_slli_epi16::<4>(bounded(difference, FARTHEST));
                bounded(
                    _mm256_mulhi_epi16(difference, sixteen(reciprocals[n])),
                    MOST,
                )
            });
            let square = |i: usize| _mm256_madd_epi16(scaled[i], scaled[i]);
            let all = _mm256_add_epi32(
                _mm256_add_epi32(square(0), square(1)),
                _mm256_add_epi32(square(2), square(3)),
            );
            let mask = _mm256_loadu_si256(low.as_ptr().cast());
            let low = _mm256_madd_epi16(_mm256_and_si256(scaled[0], mask), scaled[0]);
            let dc = i32::from(_mm256_extract_epi16::<0>(scaled[0]) as i16);
            (_mm256_hadd_epi32(all, low), dc)
        };
        let ((left, left_dc), (right, right_dc)) = (sums(0), sums(1));
        let four = folded(_mm256_hadd_epi32(left, right));
        [
            Squares {
                dc: left_dc,
                low: _mm_extract_epi32::<1>(four),
                all: _mm_cvtsi128_si32(four),
            },
            Squares {
                dc: right_dc,
                low: _mm_extract_epi32::<3>(four),
                all: _mm_extract_epi32::<2>(four),
            },
        ]
    }
}

/// As [`super::Loops::contrast`] has it.
///
/// # Safety
/// The caller has AVX2.
#[inline(always)]
pub(super) unsafe fn contrast(block: &[i16; 64]) -> i32 {
    // SAFETY: the caller has the instructions. Sixteen values from places 0, 16, 32 and 48 of an array of 64.
    unsafe {
        let square = |i: usize| {
            let sixteen = _mm256_loadu_si256(block.as_ptr().add(16 * i).cast());
            let quarters = _mm256_srai_epi16::<2>(sixteen);
            _mm256_madd_epi16(quarters, quarters)
        };
        let all = _mm256_add_epi32(
            _mm256_add_epi32(square(0), square(1)),
            _mm256_add_epi32(square(2), square(3)),
        );
        let twos = _mm256_hadd_epi32(all, all);
        let sum = _mm_cvtsi128_si32(folded(_mm256_hadd_epi32(twos, twos)));
        sum.wrapping_sub(i32::from(block[0] >> 2).pow(2))
    }
}

#[inline(always)]
unsafe fn bounded(values: __m256i, most: i16) -> __m256i {
    // SAFETY: the caller has the instructions; only registers are touched.
    unsafe {
        let less = _mm256_min_epi16(values, _mm256_set1_epi16(most));
        _mm256_max_epi16(less, _mm256_set1_epi16(-most))
    }
}

/// The sums of both halves.
#[inline(always)]
unsafe fn folded(values: __m256i) -> __m128i {
    // SAFETY: the caller has the instructions; only registers are touched.
    unsafe {
        _mm_add_epi32(
            _mm256_castsi256_si128(values),
            _mm256_extracti128_si256::<1>(values),
        )
    }
}
