//! AVX-512 with VBMI2: four blocks at a time, and what is not zero of a block picked out by one instruction.
//!
//! Where the other kernels go through a block's values one by one, here sixteen symbols are looked up at once; most
//! blocks have no more.

use std::arch::x86_64::{
    __m512i, _mm_cvtsi128_si32, _mm_loadu_si128, _mm_max_epu16, _mm_minpos_epu16, _mm_set1_epi16,
    _mm_xor_si128, _mm256_castsi128_si256, _mm256_castsi256_si128, _mm256_extracti128_si256,
    _mm256_inserti128_si256, _mm256_max_epu16, _mm512_abs_epi16, _mm512_castsi512_si256,
    _mm512_cvtepu8_epi16, _mm512_extracti64x4_epi64, _mm512_load_si512, _mm512_permutex2var_epi16,
    _mm512_set1_epi16, _mm512_shuffle_i32x4, _mm512_store_si512, _mm512_sub_epi16,
};

use super::avx2::Avx2;
use super::lanes::transform;
use super::{Coefficients, Job, Loops};
use crate::entropy::Quantised;
use crate::tables::{Quant, ZIGZAG};

/// Proof that the processor has AVX-512 F, BW, VL and VBMI2, and all that [`Avx2`] stands for.
#[derive(Clone, Copy)]
pub(crate) struct Avx512(Avx2);

impl Avx512 {
    pub(crate) fn detect() -> Option<Self> {
        let avx2 = Avx2::detect()?;
        (is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vbmi2"))
        .then_some(Self(avx2))
    }

    /// As [`Avx2::run`].
    #[inline(always)]
    pub(crate) fn run<J: Job>(self, job: J) -> J::Output {
        // Without AVX-512: the compiler would make gathers of the entropy coder's look-ups, at half the speed.
        #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt,movbe")]
        fn inner<J: Job>(token: Avx512, job: J) -> J::Output {
            job.run(token)
        }
        // SAFETY: a token exists only where `detect` found all of these features.
        unsafe { inner(self, job) }
    }
}

#[repr(C, align(64))]
struct Words([u16; 64]);

/// For each zigzag place the place in the block.
static ORDER: Words = {
    let mut order = [0; 64];
    let mut i = 0;
    while i < 64 {
        order[i] = ZIGZAG[i] as u16;
        i += 1;
    }
    Words(order)
};

impl Loops for Avx512 {
    #[inline(always)]
    fn transform(
        self,
        samples: &[u8],
        stride: usize,
        pairs: impl Iterator<Item = (usize, [usize; 2])>,
        coefficients: &mut Coefficients,
    ) {
        // SAFETY: the token stands for the instructions.
        unsafe { transform_pairs(samples, stride, pairs, coefficients) }
    }

    #[inline(always)]
    fn quantise(
        self,
        coefficients: &Coefficients,
        block: usize,
        quant: &Quant,
        out: &mut Quantised,
    ) {
        self.0.quantise(coefficients, block, quant, out);
    }

    #[inline(always)]
    fn stuff(self, bytes: &[u8], out: &mut Vec<u8>) {
        self.0.stuff(bytes, out);
    }

    #[inline(always)]
    fn luma<const FIRST: usize>(self, packed: &[u8], out: &mut [u8]) {
        self.0.luma::<FIRST>(packed, out);
    }

    #[inline(always)]
    fn chroma<const FIRST: usize>(self, above: &[u8], below: &[u8], out: &mut [u8]) {
        self.0.chroma::<FIRST>(above, below, out);
    }
}

/// [`Loops::transform`], not to be inlined into a function with fewer instructions.
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
fn transform_pairs(
    samples: &[u8],
    stride: usize,
    mut pairs: impl Iterator<Item = (usize, [usize; 2])>,
    coefficients: &mut Coefficients,
) {
    while let Some(first) = pairs.next() {
        // An odd one out is done twice.
        let second = pairs.next().unwrap_or(first);
        let blocks = [first.1[0], first.1[1], second.1[0], second.1[1]];
        assert!(first.0.max(second.0) + 7 * stride + 16 <= samples.len());
        assert!(blocks.into_iter().max() < Some(coefficients.blocks.len()));
        // SAFETY: the token stands for the instructions. Reads: 16 bytes at `at + y * stride` with y up to 7, inside
        // of `samples` by the first assertion. Writes: the 64 values of blocks that exist by the second assertion,
        // aligned as `Coefficients` is and a block is 128 bytes.
        unsafe {
            let middle = _mm512_set1_epi16(128);
            let rows = transform(std::array::from_fn(|y| {
                let row = samples.as_ptr().add(y * stride);
                let left = _mm_loadu_si128(row.add(first.0).cast());
                let right = _mm_loadu_si128(row.add(second.0).cast());
                let bytes = _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(left), right);
                _mm512_sub_epi16(_mm512_cvtepu8_epi16(bytes), middle)
            }));
            let upper = gather([rows[0], rows[1], rows[2], rows[3]]);
            let lower = gather([rows[4], rows[5], rows[6], rows[7]]);
            let order = ORDER.0.as_ptr();
            let (first_half, second_half) = (
                _mm512_load_si512(order.cast()),
                _mm512_load_si512(order.add(32).cast()),
            );
            for ((upper, lower), block) in upper.into_iter().zip(lower).zip(blocks) {
                let out = coefficients.blocks.as_mut_ptr().add(block).cast::<i16>();
                let first = _mm512_permutex2var_epi16(upper, first_half, lower);
                let second = _mm512_permutex2var_epi16(upper, second_half, lower);
                _mm512_store_si512(out.cast(), first);
                _mm512_store_si512(out.add(32).cast(), second);
                // The least of the complements is the complement of the largest.
                let largest = _mm512_abs_epi16(second);
                let halves = _mm256_max_epu16(
                    _mm512_castsi512_si256(largest),
                    _mm512_extracti64x4_epi64::<1>(largest),
                );
                let quarters = _mm_max_epu16(
                    _mm256_castsi256_si128(halves),
                    _mm256_extracti128_si256::<1>(halves),
                );
                let least = _mm_minpos_epu16(_mm_xor_si128(quarters, _mm_set1_epi16(-1)));
                coefficients.peaks[block] = !(_mm_cvtsi128_si32(least) as u16);
            }
        }
    }
}

/// Four rows of four blocks to four rows of each block.
#[inline(always)]
unsafe fn gather(rows: [__m512i; 4]) -> [__m512i; 4] {
    // SAFETY: the caller has the instructions; only registers are touched.
    unsafe {
        let a = _mm512_shuffle_i32x4::<0b01_00_01_00>(rows[0], rows[1]);
        let b = _mm512_shuffle_i32x4::<0b01_00_01_00>(rows[2], rows[3]);
        let c = _mm512_shuffle_i32x4::<0b11_10_11_10>(rows[0], rows[1]);
        let d = _mm512_shuffle_i32x4::<0b11_10_11_10>(rows[2], rows[3]);
        [
            _mm512_shuffle_i32x4::<0b10_00_10_00>(a, b),
            _mm512_shuffle_i32x4::<0b11_01_11_01>(a, b),
            _mm512_shuffle_i32x4::<0b10_00_10_00>(c, d),
            _mm512_shuffle_i32x4::<0b11_01_11_01>(c, d),
        ]
    }
}
