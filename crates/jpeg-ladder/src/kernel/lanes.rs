//! The DCT on x86 registers of any width, each 128 bits of which are eight words of a block of their own.
//!
//! AVX2 has two such blocks in a register, AVX-512 four; the instructions are otherwise the same.

use std::arch::x86_64::{
    __m256i, __m512i, _mm256_add_epi16, _mm256_add_epi32, _mm256_madd_epi16, _mm256_packs_epi32,
    _mm256_set1_epi16, _mm256_set1_epi32, _mm256_slli_epi16, _mm256_srai_epi16, _mm256_srai_epi32,
    _mm256_sub_epi16, _mm256_unpackhi_epi16, _mm256_unpackhi_epi32, _mm256_unpackhi_epi64,
    _mm256_unpacklo_epi16, _mm256_unpacklo_epi32, _mm256_unpacklo_epi64, _mm512_add_epi16,
    _mm512_dpwssd_epi32, _mm512_packs_epi32, _mm512_set1_epi16, _mm512_set1_epi32,
    _mm512_slli_epi16, _mm512_srai_epi16, _mm512_srai_epi32, _mm512_sub_epi16,
    _mm512_unpackhi_epi16, _mm512_unpackhi_epi32, _mm512_unpackhi_epi64, _mm512_unpacklo_epi16,
    _mm512_unpacklo_epi32, _mm512_unpacklo_epi64,
};

/// A register of words. Every function needs the register's instructions: that is its caller's to know.
pub(super) trait Lanes: Copy {
    unsafe fn splat16(value: i16) -> Self;
    unsafe fn splat32(value: i32) -> Self;
    unsafe fn add16(self, other: Self) -> Self;
    unsafe fn sub16(self, other: Self) -> Self;
    /// Adds to double words the products of words, in pairs.
    unsafe fn add_products(self, a: Self, b: Self) -> Self;
    unsafe fn double_twice16(self) -> Self;
    unsafe fn halve_twice16(self) -> Self;
    unsafe fn shift_right32<const BY: u32>(self) -> Self;
    /// Double words to words.
    unsafe fn pack32(self, other: Self) -> Self;
    /// Low and high halves of each 128 bits, interleaved by units of 16, 32 and 64 bits.
    unsafe fn zip16(self, other: Self) -> (Self, Self);
    unsafe fn zip32(self, other: Self) -> (Self, Self);
    unsafe fn zip64(self, other: Self) -> (Self, Self);
}

macro_rules! lanes {
    ($register:ty, $shift:ty, $splat16:ident, $splat32:ident, $add16:ident, $sub16:ident, $add_products:ident,
     $left16:ident, $right16:ident, $right32:ident, $pack32:ident, $($zip:ident, $low:ident, $high:ident),*) => {
        // SAFETY, of every block: the caller has the instructions; they touch registers only.
        impl Lanes for $register {
            #[inline(always)]
            unsafe fn splat16(value: i16) -> Self {
                // SAFETY: as above.
                unsafe { $splat16(value) }
            }
            #[inline(always)]
            unsafe fn splat32(value: i32) -> Self {
                // SAFETY: as above.
                unsafe { $splat32(value) }
            }
            #[inline(always)]
            unsafe fn add16(self, other: Self) -> Self {
                // SAFETY: as above.
                unsafe { $add16(self, other) }
            }
            #[inline(always)]
            unsafe fn sub16(self, other: Self) -> Self {
                // SAFETY: as above.
                unsafe { $sub16(self, other) }
            }
            #[inline(always)]
            unsafe fn add_products(self, a: Self, b: Self) -> Self {
                // SAFETY: as above.
                unsafe { $add_products(self, a, b) }
            }
            #[inline(always)]
            unsafe fn double_twice16(self) -> Self {
                // SAFETY: as above.
                unsafe { $left16::<2>(self) }
            }
            #[inline(always)]
            unsafe fn halve_twice16(self) -> Self {
                // SAFETY: as above.
                unsafe { $right16::<2>(self) }
            }
            #[inline(always)]
            unsafe fn shift_right32<const BY: u32>(self) -> Self {
                // SAFETY: as above. Only 11 and 15 are asked for; the widths disagree on the constant's type.
                unsafe {
                    if BY == 11 { $right32::<11>(self) } else { $right32::<15>(self) }
                }
            }
            #[inline(always)]
            unsafe fn pack32(self, other: Self) -> Self {
                // SAFETY: as above.
                unsafe { $pack32(self, other) }
            }
            $(
                #[inline(always)]
                unsafe fn $zip(self, other: Self) -> (Self, Self) {
                    // SAFETY: as above.
                    unsafe { ($low(self, other), $high(self, other)) }
                }
            )*
        }
    };
}

lanes!(
    __m256i,
    i32,
    _mm256_set1_epi16,
    _mm256_set1_epi32,
    _mm256_add_epi16,
    _mm256_sub_epi16,
    add_products_256,
    _mm256_slli_epi16,
    _mm256_srai_epi16,
    _mm256_srai_epi32,
    _mm256_packs_epi32,
    zip16,
    _mm256_unpacklo_epi16,
    _mm256_unpackhi_epi16,
    zip32,
    _mm256_unpacklo_epi32,
    _mm256_unpackhi_epi32,
    zip64,
    _mm256_unpacklo_epi64,
    _mm256_unpackhi_epi64
);
lanes!(
    __m512i,
    u32,
    _mm512_set1_epi16,
    _mm512_set1_epi32,
    _mm512_add_epi16,
    _mm512_sub_epi16,
    _mm512_dpwssd_epi32,
    _mm512_slli_epi16,
    _mm512_srai_epi16,
    _mm512_srai_epi32,
    _mm512_packs_epi32,
    zip16,
    _mm512_unpacklo_epi16,
    _mm512_unpackhi_epi16,
    zip32,
    _mm512_unpacklo_epi32,
    _mm512_unpackhi_epi32,
    zip64,
    _mm512_unpacklo_epi64,
    _mm512_unpackhi_epi64
);

/// The two-dimensional DCT of rows of samples around zero.
#[inline(always)]
pub(super) unsafe fn transform<V: Lanes>(rows: [V; 8]) -> [V; 8] {
    // SAFETY: the caller has the instructions.
    unsafe {
        let mut rows = transpose(rows);
        dct::<V, false, 11>(&mut rows);
        rows = transpose(rows);
        dct::<V, true, 15>(&mut rows);
        rows
    }
}

/// Rows to columns, in each 128 bits.
#[inline(always)]
unsafe fn transpose<V: Lanes>(r: [V; 8]) -> [V; 8] {
    // SAFETY: the caller has the instructions.
    unsafe {
        let ((a0, a1), (a2, a3)) = (r[0].zip16(r[1]), r[2].zip16(r[3]));
        let ((a4, a5), (a6, a7)) = (r[4].zip16(r[5]), r[6].zip16(r[7]));
        let ((b0, b1), (b2, b3)) = (a0.zip32(a2), a1.zip32(a3));
        let ((b4, b5), (b6, b7)) = (a4.zip32(a6), a5.zip32(a7));
        let ((c0, c1), (c2, c3)) = (b0.zip64(b4), b1.zip64(b5));
        let ((c4, c5), (c6, c7)) = (b2.zip64(b6), b3.zip64(b7));
        [c0, c1, c2, c3, c4, c5, c6, c7]
    }
}

/// The DCT of `portable::transform`, down the registers. `SHIFT` is 11 in the first direction and 15 in the second.
///
/// The odd half is multiplied out, four products each, which is the same integer and saves shuffles.
#[inline(always)]
unsafe fn dct<V: Lanes, const SECOND: bool, const SHIFT: u32>(d: &mut [V; 8]) {
    // SAFETY: the caller has the instructions.
    unsafe {
        let (s07, d07) = (d[0].add16(d[7]), d[0].sub16(d[7]));
        let (s16, d16) = (d[1].add16(d[6]), d[1].sub16(d[6]));
        let (s25, d25) = (d[2].add16(d[5]), d[2].sub16(d[5]));
        let (s34, d34) = (d[3].add16(d[4]), d[3].sub16(d[4]));

        let (t10, t13) = (s07.add16(s34), s07.sub16(s34));
        let (t11, t12) = (s16.add16(s25), s16.sub16(s25));
        let (sum, difference) = (t10.add16(t11), t10.sub16(t11));
        if SECOND {
            let two = V::splat16(2);
            d[0] = sum.add16(two).halve_twice16();
            d[4] = difference.add16(two).halve_twice16();
        } else {
            d[0] = sum.double_twice16();
            d[4] = difference.double_twice16();
        }
        // Every sum begins with the half that rounds it.
        let half = V::splat32(1 << (SHIFT - 1));
        let half = (half, half);
        let even = t13.zip16(t12);
        d[2] = descale::<V, SHIFT>(plus(half, even, (4433 + 6270, 4433)));
        d[6] = descale::<V, SHIFT>(plus(half, even, (4433, 4433 - 15137)));

        let (outer, inner) = (d34.zip16(d07), d25.zip16(d16));
        let one = plus(half, outer, (9633 - 7373, 9633 - 3196 + 12299 - 7373));
        d[1] = descale::<V, SHIFT>(plus(one, inner, (9633 - 3196, 9633)));
        let three = plus(half, outer, (9633 - 16069, 9633));
        let factors = (9633 - 20995, 9633 - 16069 + 25172 - 20995);
        d[3] = descale::<V, SHIFT>(plus(three, inner, factors));
        let five = plus(half, outer, (9633, 9633 - 3196));
        let factors = (9633 - 3196 + 16819 - 20995, 9633 - 20995);
        d[5] = descale::<V, SHIFT>(plus(five, inner, factors));
        let seven = plus(half, outer, (9633 - 16069 + 2446 - 7373, 9633 - 7373));
        d[7] = descale::<V, SHIFT>(plus(seven, inner, (9633, 9633 - 16069)));
    }
}

// Functions and not closures: only those can be told to be inlined, and nothing here is worth anything if it is not.

/// Adds pairs of words times (k, l).
#[inline(always)]
unsafe fn plus<V: Lanes>(sum: (V, V), (low, high): (V, V), (k, l): (i32, i32)) -> (V, V) {
    // SAFETY: the caller has the instructions.
    unsafe {
        let factors = V::splat32((k & 0xffff) | l << 16);
        (
            sum.0.add_products(low, factors),
            sum.1.add_products(high, factors),
        )
    }
}

/// Drops `SHIFT` fraction bits.
#[inline(always)]
unsafe fn descale<V: Lanes, const SHIFT: u32>((low, high): (V, V)) -> V {
    // SAFETY: the caller has the instructions.
    unsafe {
        low.shift_right32::<SHIFT>()
            .pack32(high.shift_right32::<SHIFT>())
    }
}

/// AVX2 has no instruction for it.
#[inline(always)]
unsafe fn add_products_256(sum: __m256i, a: __m256i, b: __m256i) -> __m256i {
    // SAFETY: the caller has AVX2.
    unsafe { _mm256_add_epi32(sum, _mm256_madd_epi16(a, b)) }
}
