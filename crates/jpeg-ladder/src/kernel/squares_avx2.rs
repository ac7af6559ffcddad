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
    // SAFETY: the caller has the instructions.
    unsafe {
        let (left, left_dc) = sums(now[0], shown[0], reciprocals[0], low);
        let (right, right_dc) = sums(now[1], shown[1], reciprocals[1], low);
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

// Functions and not closures: only those can be told to be inlined.

/// A block's sums, all and low in turns and each in four parts, and its DC's difference.
#[inline(always)]
unsafe fn sums(
    now: &[i16; 64],
    shown: &[i16; 64],
    reciprocals: &[i16; 64],
    low: &[i16; 16],
) -> (__m256i, i32) {
    // SAFETY: the caller has the instructions. Sixteen values from the beginning of an array of as many.
    unsafe {
        let first = scaled::<0>(now, shown, reciprocals);
        let second = scaled::<16>(now, shown, reciprocals);
        let third = scaled::<32>(now, shown, reciprocals);
        let fourth = scaled::<48>(now, shown, reciprocals);
        let all = _mm256_add_epi32(
            _mm256_add_epi32(
                _mm256_madd_epi16(first, first),
                _mm256_madd_epi16(second, second),
            ),
            _mm256_add_epi32(
                _mm256_madd_epi16(third, third),
                _mm256_madd_epi16(fourth, fourth),
            ),
        );
        let mask = _mm256_loadu_si256(low.as_ptr().cast());
        let low = _mm256_madd_epi16(_mm256_and_si256(first, mask), first);
        let dc = i32::from(_mm256_extract_epi16::<0>(first) as i16);
        (_mm256_hadd_epi32(all, low), dc)
    }
}

/// Sixteen differences from place `I` on.
#[inline(always)]
unsafe fn scaled<const I: usize>(
    now: &[i16; 64],
    shown: &[i16; 64],
    reciprocals: &[i16; 64],
) -> __m256i {
    // SAFETY: the caller has the instructions.
    unsafe {
        let difference = _mm256_sub_epi16(sixteen::<I>(now), sixteen::<I>(shown));
        let difference = _mm256_slli_epi16::<4>(bounded(difference, FARTHEST));
        bounded(
            _mm256_mulhi_epi16(difference, sixteen::<I>(reciprocals)),
            MOST,
        )
    }
}

#[inline(always)]
unsafe fn sixteen<const I: usize>(of: &[i16; 64]) -> __m256i {
    const { assert!(I + 16 <= 64) };
    // SAFETY: the caller has AVX; the values are inside of the array.
    unsafe { _mm256_loadu_si256(of.as_ptr().add(I).cast()) }
}

/// As [`super::Loops::contrast`] has it.
///
/// # Safety
/// The caller has AVX2.
#[inline(always)]
pub(super) unsafe fn contrast(block: &[i16; 64]) -> i32 {
    // SAFETY: the caller has the instructions.
    unsafe {
        let all = _mm256_add_epi32(
            _mm256_add_epi32(quarters::<0>(block), quarters::<16>(block)),
            _mm256_add_epi32(quarters::<32>(block), quarters::<48>(block)),
        );
        let twos = _mm256_hadd_epi32(all, all);
        let sum = _mm_cvtsi128_si32(folded(_mm256_hadd_epi32(twos, twos)));
        sum.wrapping_sub(i32::from(block[0] >> 2).pow(2))
    }
}

/// The squares of quarters of sixteen values from place `I` on, in pairs.
#[inline(always)]
unsafe fn quarters<const I: usize>(block: &[i16; 64]) -> __m256i {
    // SAFETY: the caller has the instructions.
    unsafe {
        let quarters = _mm256_srai_epi16::<2>(sixteen::<I>(block));
        _mm256_madd_epi16(quarters, quarters)
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
