//! AVX2: two blocks side by side in the two halves of each register.

use std::arch::x86_64::{
    __m256i, _MM_HINT_T0, _bzhi_u32, _mm_extract_epi16, _mm_loadu_si128, _mm_minpos_epu16,
    _mm_prefetch, _mm_store_si128, _mm256_abs_epi16, _mm256_add_epi16, _mm256_and_si256,
    _mm256_avg_epu8, _mm256_castsi256_si128, _mm256_cmpeq_epi8, _mm256_cvtepu8_epi16,
    _mm256_extract_epi16, _mm256_extracti128_si256, _mm256_load_si256, _mm256_loadu_si256,
    _mm256_max_epu16, _mm256_movemask_epi8, _mm256_mulhi_epi16, _mm256_mulhi_epu16,
    _mm256_or_si256, _mm256_packs_epi16, _mm256_packus_epi16, _mm256_permute4x64_epi64,
    _mm256_set1_epi16, _mm256_setr_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8,
    _mm256_sign_epi16, _mm256_slli_epi16, _mm256_srli_epi16, _mm256_store_si256,
    _mm256_storeu_si256, _mm256_sub_epi16, _mm256_xor_si256,
};

use super::halve::Means;
use super::halve_avx2;
use super::lanes::transform;
use super::loops::{Divide, Job, Loops};
use super::packed;
use super::squares::{Pair, Squares};
use super::squares_avx2;
use crate::bits::{Packed, SPARE_BYTES};
use crate::block::{Batch, Coefficients, Pairs, Quantised, STRIP_PIXELS};
use crate::symbols::Symbols;
use crate::tables::{Quant, ZIGZAG};

/// Proof that the processor has AVX2, BMI1, BMI2, LZCNT, POPCNT and MOVBE.
#[derive(Clone, Copy)]
pub(crate) struct Avx2(());

impl Avx2 {
    pub(crate) fn detect() -> Option<Self> {
        (is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("lzcnt")
            && is_x86_feature_detected!("popcnt")
            && is_x86_feature_detected!("movbe"))
        .then_some(Self(()))
    }

    /// Runs a job in a function that may use these instructions; what is inlined into it may too.
    #[inline(always)]
    pub(crate) fn run<J: Job>(self, job: J) -> J::Output {
        #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt,movbe")]
        fn inner<J: Job>(token: Avx2, job: J) -> J::Output {
            job.run(token)
        }
        // SAFETY: a token exists only where `detect` found all of these features.
        unsafe { inner(self, job) }
    }
}

/// A batch reads some pixels of many rows, too little of each for the processor to see what comes next: here it is told.
pub(super) const PREFETCH_BYTES: usize = 2 * STRIP_PIXELS;

/// One shuffle for each row of the block that gives something to a row in zigzag order, the same in both halves.
#[repr(C, align(32))]
struct Shuffles([[u8; 32]; 36]);

/// Which rows those are.
const SOURCES: [[bool; 8]; 8] = {
    let mut sources = [[false; 8]; 8];
    let mut i = 0;
    while i < 64 {
        sources[i / 8][ZIGZAG[i] as usize / 8] = true;
        i += 1;
    }
    sources
};

static SHUFFLES: Shuffles = {
    let mut shuffles = [[0x80u8; 32]; 36];
    let (mut n, mut i) = (0, 0);
    while i < 64 {
        let (row, source) = (i / 8, i % 8);
        if SOURCES[row][source] {
            let mut k = 0;
            while k < 8 {
                let place = ZIGZAG[row * 8 + k] as usize;
                if place / 8 == source {
                    let mut half = 0;
                    while half < 32 {
                        shuffles[n][half + 2 * k] = 2 * (place % 8) as u8;
                        shuffles[n][half + 2 * k + 1] = 2 * (place % 8) as u8 + 1;
                        half += 16;
                    }
                }
                k += 1;
            }
            n += 1;
        }
        i += 1;
    }
    assert!(n == 36);
    Shuffles(shuffles)
};

impl Loops for Avx2 {
    #[inline(always)]
    fn transform(
        self,
        samples: &[u8],
        stride: usize,
        pairs: Pairs,
        coefficients: &mut Coefficients,
    ) {
        for (at, [left, right]) in (0..pairs.count).map(|n| pairs.get(n)) {
            assert!(at + 7 * stride + 16 <= samples.len());
            assert!(left < coefficients.blocks.len() && right < coefficients.blocks.len());
            // SAFETY: the token stands for the instructions. Reads: 16 bytes at `at + y * stride` with y up to 7, inside
            // of `samples` by the first assertion; shuffle n counts up to 36, its length. Writes: 8 values at a time to
            // places 0 to 63 of blocks that exist by the second assertion, aligned as `Coefficients` is and a block is
            // 128 bytes.
            unsafe {
                let middle = _mm256_set1_epi16(128);
                let rows = transform(std::array::from_fn(|y| {
                    let row = samples.as_ptr().add(at + y * stride);
                    _mm256_sub_epi16(_mm256_cvtepu8_epi16(_mm_loadu_si128(row.cast())), middle)
                }));
                let out = coefficients.blocks.as_mut_ptr();
                let (left_out, right_out) =
                    (out.add(left).cast::<i16>(), out.add(right).cast::<i16>());
                let mut peaks = _mm256_setzero_si256();
                let mut n = 0;
                for (y, sources) in SOURCES.iter().enumerate() {
                    let mut row = _mm256_setzero_si256();
                    for (&gives, &source) in sources.iter().zip(&rows) {
                        if gives {
                            let shuffle = _mm256_load_si256(SHUFFLES.0.as_ptr().add(n).cast());
                            row = _mm256_or_si256(row, _mm256_shuffle_epi8(source, shuffle));
                            n += 1;
                        }
                    }
                    _mm_store_si128(left_out.add(8 * y).cast(), _mm256_castsi256_si128(row));
                    _mm_store_si128(
                        right_out.add(8 * y).cast(),
                        _mm256_extracti128_si256::<1>(row),
                    );
                    if y >= 4 {
                        peaks = _mm256_max_epu16(peaks, _mm256_abs_epi16(row));
                    }
                }
                // There is an instruction for the least of eight words only: the complement's.
                let inverse = _mm256_xor_si256(peaks, _mm256_set1_epi16(-1));
                let least = |half| !_mm_extract_epi16::<0>(_mm_minpos_epu16(half)) as u16;
                coefficients.peaks[left] = least(_mm256_castsi256_si128(inverse));
                coefficients.peaks[right] = least(_mm256_extracti128_si256::<1>(inverse));
            }
        }
    }

    #[inline(always)]
    fn symbols(
        self,
        batch: &Batch,
        quantised: &mut Quantised,
        symbols: &mut Symbols,
        previous_dc: &mut [i16; 3],
    ) {
        self.symbols_by_block(batch, quantised, symbols, previous_dc);
    }

    #[inline(always)]
    fn stuff(self, packed: Packed, out: &mut Vec<u8>) {
        let Packed { bytes, len } = packed;
        assert!(len + SPARE_BYTES <= bytes.len());
        out.reserve(2 * len + 32);
        let from = bytes.as_ptr();
        let mut read = 0;
        // SAFETY: the token stands for the instructions. Reads begin before `len` and are of 32 bytes, as many as there
        // are behind it by the assertion. Each step writes at most 32 bytes at `to` and then moves it by at most twice
        // what it read of the first `len`, so `to` stays within the 2 * len that were reserved, and the 32 beyond it
        // within the 32 more. All bytes up to `to` were written when the length is set.
        unsafe {
            let start = out.as_mut_ptr().add(out.len());
            let mut to = start;
            let all_ones = _mm256_set1_epi16(-1);
            while read < len {
                let chunk = _mm256_loadu_si256(from.add(read).cast());
                _mm256_storeu_si256(to.cast(), chunk);
                let left = (len - read).min(32);
                let equal = _mm256_movemask_epi8(_mm256_cmpeq_epi8(chunk, all_ones)) as u32;
                let marked = _bzhi_u32(equal, left as u32);
                if marked == 0 {
                    read += left;
                    to = to.add(left);
                } else {
                    // Up to the first 0xFF, a zero after it; go on behind it.
                    let kept = marked.trailing_zeros() as usize + 1;
                    to.add(kept).write(0);
                    read += kept;
                    to = to.add(kept + 1);
                }
            }
            let written = to.offset_from(start) as usize;
            out.set_len(out.len() + written);
        }
    }

    #[inline(always)]
    fn luma<const FIRST: usize>(self, packed: &[u8], out: &mut [u8]) {
        let whole = (packed.len() / 64).min(out.len() / 32);
        for i in 0..whole {
            let (from, to) = (&packed[64 * i..][..64], &mut out[32 * i..][..32]);
            // SAFETY: the token stands for the instructions; the slices are 64 and 32 bytes long.
            unsafe {
                _mm_prefetch::<_MM_HINT_T0>(from.as_ptr().wrapping_add(PREFETCH_BYTES).cast());
                let pick = |half: usize| {
                    let value = _mm256_loadu_si256(from.as_ptr().add(half).cast());
                    if FIRST == 0 {
                        _mm256_and_si256(value, _mm256_set1_epi16(0xff))
                    } else {
                        _mm256_srli_epi16::<8>(value)
                    }
                };
                let packed = _mm256_packus_epi16(pick(0), pick(32));
                let ordered = _mm256_permute4x64_epi64::<0b11_01_10_00>(packed);
                _mm256_storeu_si256(to.as_mut_ptr().cast(), ordered);
            }
        }
        packed::luma::<FIRST>(&packed[64 * whole..], &mut out[32 * whole..]);
    }

    #[inline(always)]
    fn chroma<const FIRST: usize>(self, above: &[u8], below: &[u8], out: &mut [u8]) {
        let whole = (above.len().min(below.len()) / 64).min(out.len() / 32);
        for i in 0..whole {
            let (above, below) = (&above[64 * i..][..64], &below[64 * i..][..64]);
            let to = &mut out[32 * i..][..32];
            // SAFETY: the token stands for the instructions; the slices are 64, 64 and 32 bytes long.
            unsafe {
                let pick = |half: usize| {
                    let above = _mm256_loadu_si256(above.as_ptr().add(half).cast());
                    let below = _mm256_loadu_si256(below.as_ptr().add(half).cast());
                    let value = _mm256_avg_epu8(above, below);
                    if FIRST == 0 {
                        _mm256_and_si256(value, _mm256_set1_epi16(0xff))
                    } else {
                        _mm256_srli_epi16::<8>(value)
                    }
                };
                let packed = _mm256_packus_epi16(pick(0), pick(32));
                let ordered = _mm256_permute4x64_epi64::<0b11_01_10_00>(packed);
                let grouped = _mm256_shuffle_epi8(ordered, groups());
                _mm256_storeu_si256(to.as_mut_ptr().cast(), grouped);
            }
        }
        packed::chroma::<FIRST>(
            &above[64 * whole..],
            &below[64 * whole..],
            &mut out[32 * whole..],
        );
    }

    #[inline(always)]
    fn squares(self, now: Pair, shown: Pair, reciprocals: Pair, low: &[i16; 16]) -> [Squares; 2] {
        // SAFETY: the token stands for the instructions.
        unsafe { squares_avx2::squares(now, shown, reciprocals, low) }
    }

    #[inline(always)]
    fn contrast(self, block: &[i16; 64]) -> i32 {
        // SAFETY: the token stands for the instructions.
        unsafe { squares_avx2::contrast(block) }
    }

    #[inline(always)]
    fn halve(self, left: &[i16; 64], right: &[i16; 64]) -> [Means; 2] {
        // SAFETY: the token stands for the instructions.
        unsafe { halve_avx2::means(left, right) }
    }
}

impl Divide for Avx2 {
    #[inline(always)]
    fn quantise(
        self,
        coefficients: &Coefficients,
        block: usize,
        quant: &Quant,
        out: &mut Quantised,
    ) {
        let from = coefficients.blocks[block].as_ptr();
        let to = out.values[block].as_mut_ptr();
        // SAFETY: the token stands for the instructions. Sixteen values at a time from places 0, 16, 32 and 48 of arrays
        // of 64, each of them aligned to 64 bytes with its struct.
        unsafe {
            let first = divide(from, quant, 0);
            out.dc[block] = _mm256_extract_epi16::<0>(first) as i16;
            let mut mask = u64::from(store_two(to, first, divide(from, quant, 16)));
            if coefficients.peaks[block] >= quant.threshold {
                let (third, fourth) = (divide(from, quant, 32), divide(from, quant, 48));
                mask |= u64::from(store_two(to.add(32), third, fourth)) << 32;
            }
            out.nonzero[block] = mask & !1;
        }
    }
}

/// U V U V … to 8 U and 8 V, in both halves.
#[inline(always)]
unsafe fn groups() -> __m256i {
    // SAFETY: the caller has AVX2.
    unsafe {
        _mm256_setr_epi8(
            0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15, 0, 2, 4, 6, 8, 10, 12, 14, 1, 3,
            5, 7, 9, 11, 13, 15,
        )
    }
}

/// Sixteen values from place `i` on, divided.
///
/// # Safety
/// The caller has AVX2; `from` is a block of 64 values aligned to 64 bytes; `i` is a multiple of 16 below 64.
#[inline(always)]
unsafe fn divide(from: *const i16, quant: &Quant, i: usize) -> __m256i {
    // SAFETY: as above; the tables have 64 values and the alignment of `Quant`.
    unsafe {
        let value = _mm256_load_si256(from.add(i).cast());
        let bias = _mm256_load_si256(quant.bias.as_ptr().add(i).cast());
        let reciprocal = _mm256_load_si256(quant.reciprocal.as_ptr().add(i).cast());
        let scale = _mm256_load_si256(quant.scale.as_ptr().add(i).cast());
        let sum = _mm256_add_epi16(_mm256_abs_epi16(value), bias);
        // Signed, the second time: it makes no difference to values this small, but of two unsigned ones LLVM makes a
        // multiplication of double words, at three times the cost.
        let magnitude = _mm256_mulhi_epi16(_mm256_mulhi_epu16(sum, reciprocal), scale);
        _mm256_sign_epi16(magnitude, value)
    }
}

/// Writes 32 values shifted left by 4; gives a bit for each that is not zero.
///
/// # Safety
/// The caller has AVX2; `to` has room for 32 values and is aligned to 32 bytes.
#[inline(always)]
unsafe fn store_two(to: *mut i16, a: __m256i, b: __m256i) -> u32 {
    // SAFETY: as above.
    unsafe {
        _mm256_store_si256(to.cast(), _mm256_slli_epi16::<4>(a));
        _mm256_store_si256(to.add(16).cast(), _mm256_slli_epi16::<4>(b));
        // Saturation keeps what is not zero from becoming it.
        let bytes = _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packs_epi16(a, b));
        !_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_setzero_si256())) as u32
    }
}
