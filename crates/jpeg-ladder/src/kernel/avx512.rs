//! AVX-512 with VBMI2: four blocks at a time, and what is not zero of a block picked out by one instruction.
//!
//! Where the other kernels go through a block's values one by one, here sixteen symbols are looked up at once: most
//! blocks have no more, so that there is no loop whose end the processor would guess wrongly.

use std::arch::x86_64::{
    __m256i, __m512i, _bzhi_u64, _mm_cvtsi128_si32, _mm_loadu_si128, _mm256_castsi128_si256,
    _mm256_inserti128_si256, _mm512_abs_epi16, _mm512_add_epi16, _mm512_and_si512,
    _mm512_castsi512_si128, _mm512_castsi512_si256, _mm512_cvtepu8_epi16, _mm512_cvtepu16_epi32,
    _mm512_extracti64x4_epi64, _mm512_i32gather_epi32, _mm512_load_si512,
    _mm512_mask_cmpgt_epu8_mask, _mm512_mask_sub_epi16, _mm512_maskz_compress_epi8,
    _mm512_maskz_permutex2var_epi16, _mm512_maskz_permutexvar_epi8, _mm512_movepi16_mask,
    _mm512_mulhi_epi16, _mm512_mulhi_epu16, _mm512_or_si512, _mm512_permutex2var_epi16,
    _mm512_set1_epi8, _mm512_set1_epi16, _mm512_setzero_si512, _mm512_shuffle_i32x4,
    _mm512_slli_epi16, _mm512_store_si512, _mm512_storeu_si512, _mm512_sub_epi8, _mm512_sub_epi16,
    _mm512_test_epi16_mask,
};

use super::avx2::Avx2;
use super::lanes::transform;
use super::{Coefficients, Job, Loops, Pairs};
use crate::entropy::{BLOCK_SYMBOLS, Batch, Block, Quantised, SPARE_SYMBOLS, Symbols};
use crate::tables::{Codes, Quant, ZIGZAG};

/// Proof that the processor has AVX-512 F, BW, VL, VBMI and VBMI2, and all that [`Avx2`] stands for.
#[derive(Clone, Copy)]
pub(crate) struct Avx512(Avx2);

impl Avx512 {
    pub(crate) fn detect() -> Option<Self> {
        let avx2 = Avx2::detect()?;
        (is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vbmi")
            && is_x86_feature_detected!("avx512vbmi2"))
        .then_some(Self(avx2))
    }

    /// As [`Avx2::run`].
    #[inline(always)]
    pub(crate) fn run<J: Job>(self, job: J) -> J::Output {
        // Without AVX-512: the compiler would use it where it does not pay.
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

#[repr(C, align(64))]
struct Bytes([u8; 64]);

/// 0, 1, 2 …
static PLACES: Bytes = {
    let mut places = [0; 64];
    let mut i = 0;
    while i < 64 {
        places[i] = i as u8;
        i += 1;
    }
    Bytes(places)
};

/// The place before each; the first has none.
static BEFORE: Bytes = {
    let mut before = [0; 64];
    let mut i = 1;
    while i < 64 {
        before[i] = i as u8 - 1;
        i += 1;
    }
    Bytes(before)
};

impl Loops for Avx512 {
    #[inline(always)]
    fn transform(
        self,
        samples: &[u8],
        stride: usize,
        pairs: Pairs,
        coefficients: &mut Coefficients,
    ) {
        // SAFETY: the token stands for the instructions.
        unsafe { transform_pairs(samples, stride, pairs, coefficients) }
    }

    #[inline(always)]
    fn symbols(
        self,
        batch: &Batch,
        _quantised: &mut Quantised,
        symbols: &mut Symbols,
        previous_dc: &mut [i16; 3],
    ) {
        // SAFETY: the token stands for the instructions.
        unsafe { find_symbols(batch, symbols, previous_dc) }
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
fn transform_pairs(samples: &[u8], stride: usize, pairs: Pairs, coefficients: &mut Coefficients) {
    for n in (0..pairs.count).step_by(2) {
        let (left_at, [a, b]) = pairs.get(n);
        // An odd one out is done twice.
        let (right_at, [c, d]) = pairs.get((n + 1).min(pairs.count - 1));
        assert!(left_at.max(right_at) + 7 * stride + 16 <= samples.len());
        assert!(a.max(b).max(c).max(d) < coefficients.blocks.len());
        // SAFETY: the token stands for the instructions. Reads: 16 bytes at `at + y * stride` with y up to 7, inside
        // of `samples` by the first assertion. Writes: the 64 values of blocks that exist by the second assertion,
        // aligned as `Coefficients` is and a block is 128 bytes.
        unsafe {
            let middle = _mm512_set1_epi16(128);
            let rows = transform(std::array::from_fn(|y| {
                let row = samples.as_ptr().add(y * stride);
                let left = _mm_loadu_si128(row.add(left_at).cast());
                let right = _mm_loadu_si128(row.add(right_at).cast());
                let bytes = _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(left), right);
                _mm512_sub_epi16(_mm512_cvtepu8_epi16(bytes), middle)
            }));
            let upper = gather([rows[0], rows[1], rows[2], rows[3]]);
            let lower = gather([rows[4], rows[5], rows[6], rows[7]]);
            let out = coefficients.blocks.as_mut_ptr();
            store_block(out.add(a).cast(), upper[0], lower[0]);
            store_block(out.add(b).cast(), upper[1], lower[1]);
            store_block(out.add(c).cast(), upper[2], lower[2]);
            store_block(out.add(d).cast(), upper[3], lower[3]);
        }
    }
}

/// Writes a block's rows in zigzag order.
///
/// # Safety
/// The caller has the instructions; `to` has room for 64 values and is aligned to 64 bytes.
#[inline(always)]
unsafe fn store_block(to: *mut i16, upper: __m512i, lower: __m512i) {
    // SAFETY: as above; the order has 64 words, aligned to 64 bytes.
    unsafe {
        let order = ORDER.0.as_ptr();
        for half in [0, 32] {
            let order = _mm512_load_si512(order.add(half).cast());
            let row = _mm512_permutex2var_epi16(upper, order, lower);
            _mm512_store_si512(to.add(half).cast(), row);
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

/// [`Loops::symbols`], not to be inlined into a function with fewer instructions.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2")]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn find_symbols(batch: &Batch, symbols: &mut Symbols, previous_dc: &mut [i16; 3]) {
    let words = &mut *symbols.words;
    let mut at = 0;
    for (component, block) in batch.scan() {
        let (quant, codes) = (batch.quant(component), batch.codes(component));
        let from = &batch.coefficients.blocks[block];
        assert!(at + BLOCK_SYMBOLS + SPARE_SYMBOLS <= words.len());
        // SAFETY: the features are this function's. Reads: both halves of a block, aligned as `Coefficients` is.
        let (first, second) = unsafe { (divide(from, quant, 0), divide(from, quant, 32)) };
        let dc = _mm_cvtsi128_si32(_mm512_castsi512_si128(first)) as i16;
        let difference = dc.wrapping_sub(previous_dc[component]);
        previous_dc[component] = dc;
        words[at] = codes.dc[usize::from(difference as u16 & 0xfff)];
        at += 1;
        let nonzero = u64::from(_mm512_test_epi16_mask(first, first))
            | u64::from(_mm512_test_epi16_mask(second, second)) << 32;
        let nonzero = nonzero & !1;
        let count = nonzero.count_ones();
        let valid = _bzhi_u64(u64::MAX, count);
        // SAFETY: both tables have 64 bytes, aligned to 64.
        let (all, before) = unsafe {
            (
                _mm512_load_si512(PLACES.0.as_ptr().cast()),
                _mm512_load_si512(BEFORE.0.as_ptr().cast()),
            )
        };
        let places = _mm512_maskz_compress_epi8(nonzero, all);
        let previous = _mm512_maskz_permutexvar_epi8(!1, before, places);
        let distances = _mm512_sub_epi8(places, previous);
        if _mm512_mask_cmpgt_epu8_mask(valid, distances, _mm512_set1_epi8(16)) != 0 {
            let mut values = Words([0; 64]);
            let to: *mut u16 = values.0.as_mut_ptr();
            // SAFETY: 64 words, aligned to 64 bytes.
            unsafe {
                _mm512_store_si512(to.cast(), _mm512_slli_epi16::<4>(first));
                _mm512_store_si512(to.add(32).cast(), _mm512_slli_epi16::<4>(second));
            }
            let block = Block {
                codes,
                values: &values.0.map(u16::cast_signed),
                nonzero,
                dc,
            };
            at = block.push_long_runs(words, at);
            continue;
        }
        let runs = _mm512_and_si512(distances, _mm512_set1_epi8(15));
        // SAFETY: 16 words each at up to 48 words behind `at`, which is at most one behind what was asserted.
        unsafe {
            let to = words.as_mut_ptr().add(at);
            let half = |n: __m512i| _mm512_castsi512_si256(n);
            let indices = look_up(first, second, half(places), half(runs), valid as u32);
            store_codes(to, half(indices), codes);
            if count > 16 {
                store_codes(to.add(16), _mm512_extracti64x4_epi64::<1>(indices), codes);
                if count > 32 {
                    let half = |n: __m512i| _mm512_extracti64x4_epi64::<1>(n);
                    let valid = (valid >> 32) as u32;
                    let indices = look_up(first, second, half(places), half(runs), valid);
                    store_codes(to.add(32), _mm512_castsi512_si256(indices), codes);
                    store_codes(to.add(48), half(indices), codes);
                }
            }
        }
        // No end of block after a last coefficient that is not zero: then the word is overwritten.
        words[at + count as usize] = codes.end_of_block;
        at += count as usize + 1 - (nonzero >> 63) as usize;
    }
    symbols.len = at;
}

/// Half a block from place `i` on, divided as in `avx2`.
///
/// # Safety
/// The caller has the instructions; the block is aligned to 64 bytes; `i` is 0 or 32.
#[inline(always)]
unsafe fn divide(from: &[i16; 64], quant: &Quant, i: usize) -> __m512i {
    // SAFETY: as above; the tables have 64 values and the alignment of `Quant`.
    unsafe {
        let value = _mm512_load_si512(from.as_ptr().add(i).cast());
        let bias = _mm512_load_si512(quant.bias.as_ptr().add(i).cast());
        let reciprocal = _mm512_load_si512(quant.reciprocal.as_ptr().add(i).cast());
        let scale = _mm512_load_si512(quant.scale.as_ptr().add(i).cast());
        let sum = _mm512_add_epi16(_mm512_abs_epi16(value), bias);
        let magnitude = _mm512_mulhi_epi16(_mm512_mulhi_epu16(sum, reciprocal), scale);
        let negative = _mm512_movepi16_mask(value);
        _mm512_mask_sub_epi16(magnitude, negative, _mm512_setzero_si512(), magnitude)
    }
}

/// The places in [`Codes::ac`] of the values at 32 `places`; 0 for those that are not `valid`, so that what is read for
/// them is at hand.
#[inline(always)]
unsafe fn look_up(
    first: __m512i,
    second: __m512i,
    places: __m256i,
    runs: __m256i,
    valid: u32,
) -> __m512i {
    // SAFETY: the caller has the instructions; only registers are touched.
    unsafe {
        let places = _mm512_cvtepu8_epi16(places);
        let values = _mm512_maskz_permutex2var_epi16(valid, first, places, second);
        _mm512_or_si512(_mm512_slli_epi16::<4>(values), _mm512_cvtepu8_epi16(runs))
    }
}

/// Writes the symbols at 16 places.
///
/// # Safety
/// The caller has the instructions; `to` has room for 16 words.
#[inline(always)]
unsafe fn store_codes(to: *mut u32, indices: __m256i, codes: &Codes) {
    // SAFETY: as above; an index is a word and the table has an entry for every word.
    unsafe {
        let indices = _mm512_cvtepu16_epi32(indices);
        let found = _mm512_i32gather_epi32::<4>(indices, codes.ac.as_ptr().cast());
        _mm512_storeu_si512(to.cast(), found);
    }
}
