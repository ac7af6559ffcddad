//! AVX-512 with VBMI2: four blocks at a time, in two kinds.
//!
//! With gathers, what is not zero of a block is picked out by one instruction and sixteen symbols are looked up at once:
//! most blocks have no more, so that there is no loop whose end the processor would guess wrongly. That is the way of
//! Intel's processors. On AMD's a block whose end is guessed wrongly after all costs more than it gains: there a batch is
//! divided first, and its symbols are found one by one as with AVX2, from values that are ready by then.

use std::arch::x86_64::{
    __m256i, __m512i, _MM_HINT_T0, _bzhi_u64, _mm_cvtsi128_si32, _mm_extract_epi16,
    _mm_loadu_si128, _mm_max_epu16, _mm_minpos_epu16, _mm_prefetch, _mm_set1_epi16,
    _mm_store_si128, _mm_xor_si128, _mm256_castsi128_si256, _mm256_castsi256_si128,
    _mm256_extracti128_si256, _mm256_inserti128_si256, _mm256_max_epu16, _mm512_abs_epi16,
    _mm512_add_epi16, _mm512_and_si512, _mm512_avg_epu8, _mm512_castsi512_si128,
    _mm512_castsi512_si256, _mm512_cvtepu8_epi16, _mm512_cvtepu16_epi32, _mm512_extracti32x4_epi32,
    _mm512_extracti64x4_epi64, _mm512_i32gather_epi32, _mm512_load_si512, _mm512_loadu_si512,
    _mm512_mask_cmpgt_epu8_mask, _mm512_mask_sub_epi16, _mm512_maskz_compress_epi8,
    _mm512_maskz_permutex2var_epi16, _mm512_maskz_permutexvar_epi8, _mm512_movepi16_mask,
    _mm512_mulhi_epi16, _mm512_mulhi_epu16, _mm512_or_si512, _mm512_packus_epi16,
    _mm512_permutex2var_epi16, _mm512_permutexvar_epi8, _mm512_permutexvar_epi64, _mm512_set1_epi8,
    _mm512_set1_epi16, _mm512_setr_epi64, _mm512_setzero_si512, _mm512_slli_epi16,
    _mm512_srli_epi16, _mm512_store_si512, _mm512_storeu_si512, _mm512_sub_epi8, _mm512_sub_epi16,
    _mm512_test_epi16_mask,
};

use super::avx2::{Avx2, PREFETCH_BYTES};
use super::halve::Means;
use super::lanes::transform;
use super::loops::{Job, Loops};
use super::packed;
use super::squares::{Pair, Squares};
use crate::bits::Packed;
use crate::block::{
    BATCH_BLOCKS, BLOCK_SYMBOLS, Batch, Coefficients, Pairs, Piece, Quantised, SPARE_SYMBOLS,
};
use crate::symbols::{Block, Symbols};
use crate::tables::{Codes, Quant, ZIGZAG};

/// Proof that the processor has AVX-512 F, BW, VL, VBMI, VBMI2 and VNNI, and all that [`Avx2`] stands for.
#[derive(Clone, Copy)]
pub(crate) struct Avx512<const GATHER: bool>(Avx2);

impl<const GATHER: bool> Avx512<GATHER> {
    pub(crate) fn detect() -> Option<Self> {
        let avx2 = Avx2::detect()?;
        (is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vbmi")
            && is_x86_feature_detected!("avx512vbmi2")
            && is_x86_feature_detected!("avx512vnni"))
        .then_some(Self(avx2))
    }

    /// As [`Avx2::run`].
    #[inline(always)]
    pub(crate) fn run<J: Job>(self, job: J) -> J::Output {
        // Without AVX-512: the compiler would use it where it does not pay.
        #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt,movbe")]
        fn inner<J: Job, const GATHER: bool>(token: Avx512<GATHER>, job: J) -> J::Output {
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

impl<const GATHER: bool> Loops for Avx512<GATHER> {
    #[inline(always)]
    fn transform(
        self,
        samples: &[u8],
        stride: usize,
        pairs: Pairs,
        coefficients: &mut Coefficients,
    ) {
        // SAFETY: the token stands for the instructions.
        unsafe {
            if GATHER {
                transform_pairs::<false>(samples, stride, pairs, coefficients);
            } else {
                transform_pairs::<true>(samples, stride, pairs, coefficients);
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
        if GATHER {
            // SAFETY: the token stands for the instructions.
            unsafe { find_symbols(batch, symbols, previous_dc) }
        } else {
            // SAFETY: the token stands for the instructions.
            unsafe { quantise(batch, quantised) }
            symbols.fill(batch, quantised, previous_dc);
        }
    }

    #[inline(always)]
    fn stuff(self, packed: Packed, out: &mut Vec<u8>) {
        self.0.stuff(packed, out);
    }

    #[inline(always)]
    fn luma<const FIRST: usize>(self, packed: &[u8], out: &mut [u8]) {
        // SAFETY: the token stands for the instructions.
        unsafe { luma::<FIRST>(packed, out) }
    }

    #[inline(always)]
    fn chroma<const FIRST: usize>(self, above: &[u8], below: &[u8], out: &mut [u8]) {
        // SAFETY: the token stands for the instructions.
        unsafe { chroma::<FIRST>(above, below, out) }
    }

    #[inline(always)]
    fn squares(self, now: Pair, shown: Pair, reciprocals: Pair, low: &[i16; 16]) -> [Squares; 2] {
        self.0.squares(now, shown, reciprocals, low)
    }

    #[inline(always)]
    fn contrast(self, block: &[i16; 64]) -> i32 {
        self.0.contrast(block)
    }

    #[inline(always)]
    fn halve(self, left: &[i16; 64], right: &[i16; 64]) -> [Means; 2] {
        self.0.halve(left, right)
    }
}

/// [`Loops::luma`], not to be inlined into a function with fewer instructions; so are all that follow.
#[target_feature(enable = "avx512f,avx512bw")]
fn luma<const FIRST: usize>(packed: &[u8], out: &mut [u8]) {
    let lanes = _mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7);
    let whole = (packed.len() / 128).min(out.len() / 64);
    for i in 0..whole {
        let (from, to) = (&packed[128 * i..][..128], &mut out[64 * i..][..64]);
        // SAFETY: the slices are 128 and 64 bytes long; a prefetch may name any address.
        unsafe {
            let ahead = from.as_ptr().wrapping_add(PREFETCH_BYTES);
            _mm_prefetch::<_MM_HINT_T0>(ahead.cast());
            _mm_prefetch::<_MM_HINT_T0>(ahead.wrapping_add(64).cast());
            let left = every_second::<FIRST>(_mm512_loadu_si512(from.as_ptr().cast()));
            let right = every_second::<FIRST>(_mm512_loadu_si512(from.as_ptr().add(64).cast()));
            let packed = _mm512_packus_epi16(left, right);
            let ordered = _mm512_permutexvar_epi64(lanes, packed);
            _mm512_storeu_si512(to.as_mut_ptr().cast(), ordered);
        }
    }
    packed::luma::<FIRST>(&packed[128 * whole..], &mut out[64 * whole..]);
}

#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn chroma<const FIRST: usize>(above: &[u8], below: &[u8], out: &mut [u8]) {
    // SAFETY: 64 bytes, aligned as `Bytes` is.
    let groups = unsafe { _mm512_load_si512(GROUPS.0.as_ptr().cast()) };
    let whole = (above.len().min(below.len()) / 128).min(out.len() / 64);
    for i in 0..whole {
        let (above, below) = (&above[128 * i..][..128], &below[128 * i..][..128]);
        let to = &mut out[64 * i..][..64];
        // SAFETY: the slices are 128, 128 and 64 bytes long.
        unsafe {
            let mean = |half: usize| {
                _mm512_avg_epu8(
                    _mm512_loadu_si512(above.as_ptr().add(half).cast()),
                    _mm512_loadu_si512(below.as_ptr().add(half).cast()),
                )
            };
            let left = every_second::<FIRST>(mean(0));
            let right = every_second::<FIRST>(mean(64));
            let grouped = _mm512_permutexvar_epi8(groups, _mm512_packus_epi16(left, right));
            _mm512_storeu_si512(to.as_mut_ptr().cast(), grouped);
        }
    }
    packed::chroma::<FIRST>(
        &above[128 * whole..],
        &below[128 * whole..],
        &mut out[64 * whole..],
    );
}

/// The first or the second of every two bytes, as words.
#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn every_second<const FIRST: usize>(value: __m512i) -> __m512i {
    if FIRST == 0 {
        _mm512_and_si512(value, _mm512_set1_epi16(0xff))
    } else {
        _mm512_srli_epi16::<8>(value)
    }
}

/// From what packing makes of 64 samples U V U V … to groups of 8 U and 8 V.
static GROUPS: Bytes = {
    let mut groups = [0; 64];
    let mut i = 0;
    while i < 64 {
        // The sample of this place, and where packing 128 bits of one and of the other in turns has put it.
        let sample = i / 16 * 16 + i % 8 * 2 + i % 16 / 8;
        groups[i] = (sample / 32 * 8 + sample % 32 / 8 * 16 + sample % 8) as u8;
        i += 1;
    }
    Bytes(groups)
};

/// A block behind the batch, where nobody looks.
const SURPLUS: usize = BATCH_BLOCKS + 1;

/// [`Loops::transform`], with or without the peaks.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn transform_pairs<const PEAKS: bool>(
    samples: &[u8],
    stride: usize,
    pairs: Pairs,
    coefficients: &mut Coefficients,
) {
    let mut waiting = [SURPLUS; 4];
    for n in (0..pairs.count).step_by(2) {
        let (left_at, [a, b]) = pairs.get(n);
        // An odd one out is done twice, the second time to the surplus ones.
        let (right_at, [c, d]) = if n + 1 < pairs.count {
            pairs.get(n + 1)
        } else {
            (left_at, [SURPLUS; 2])
        };
        assert!(left_at.max(right_at) + 7 * stride + 16 <= samples.len());
        assert!(a.max(b).max(c).max(d) < coefficients.blocks.len());
        // SAFETY: the token stands for the instructions. Reads: 16 bytes at `at + y * stride` with y up to 7, inside
        // of `samples` by the first assertion. Writes: 8 values at a time to places 0 to 63 of blocks that exist by the
        // second assertion, aligned as `Coefficients` is and a block is 128 bytes.
        unsafe {
            let middle = _mm512_set1_epi16(128);
            let rows = transform(std::array::from_fn(|y| {
                let row = samples.as_ptr().add(y * stride);
                let left = _mm_loadu_si128(row.add(left_at).cast());
                let right = _mm_loadu_si128(row.add(right_at).cast());
                let bytes = _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(left), right);
                _mm512_sub_epi16(_mm512_cvtepu8_epi16(bytes), middle)
            }));
            // Row by row to their blocks: stores cost the loop's busy ports nothing, shuffles would.
            let out = coefficients.blocks.as_mut_ptr();
            let to = [a, b, c, d].map(|block| out.add(block).cast::<i16>());
            for (y, &row) in rows.iter().enumerate() {
                let parts = [
                    _mm512_castsi512_si128(row),
                    _mm512_extracti32x4_epi32::<1>(row),
                    _mm512_extracti32x4_epi32::<2>(row),
                    _mm512_extracti32x4_epi32::<3>(row),
                ];
                for (part, to) in parts.into_iter().zip(to) {
                    _mm_store_si128(to.add(8 * y).cast(), part);
                }
            }
        }
        // What was stored in parts cannot be loaded whole at once: the blocks before these are ready by now.
        for block in std::mem::replace(&mut waiting, [a, b, c, d]) {
            zigzag::<PEAKS>(coefficients, block);
        }
    }
    for block in waiting {
        zigzag::<PEAKS>(coefficients, block);
    }
}

/// Row order to zigzag order, and if wanted the largest magnitude in the second half.
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
#[inline]
fn zigzag<const PEAKS: bool>(coefficients: &mut Coefficients, block: usize) {
    let (order, values) = (ORDER.0.as_ptr(), coefficients.blocks[block].as_mut_ptr());
    // SAFETY: both have 64 values, and the alignment of `Words` and of `Coefficients`, whose blocks are 128 bytes each.
    let second = unsafe {
        let upper = _mm512_load_si512(values.cast());
        let lower = _mm512_load_si512(values.add(32).cast());
        let first = _mm512_permutex2var_epi16(upper, _mm512_load_si512(order.cast()), lower);
        let places = _mm512_load_si512(order.add(32).cast());
        let second = _mm512_permutex2var_epi16(upper, places, lower);
        _mm512_store_si512(values.cast(), first);
        _mm512_store_si512(values.add(32).cast(), second);
        second
    };
    if PEAKS {
        let magnitudes = _mm512_abs_epi16(second);
        let sixteen = _mm256_max_epu16(
            _mm512_castsi512_si256(magnitudes),
            _mm512_extracti64x4_epi64::<1>(magnitudes),
        );
        let eight = _mm_max_epu16(
            _mm256_castsi256_si128(sixteen),
            _mm256_extracti128_si256::<1>(sixteen),
        );
        // There is an instruction for the least of eight words only: the complement's.
        let least = _mm_minpos_epu16(_mm_xor_si128(eight, _mm_set1_epi16(-1)));
        coefficients.peaks[block] = !_mm_extract_epi16::<0>(least) as u16;
    }
}

/// Divides all blocks of a batch, for [`Symbols::fill`].
#[target_feature(enable = "avx512f,avx512bw")]
fn quantise(batch: &Batch, out: &mut Quantised) {
    for &piece in batch.pieces {
        for (component, block) in batch.scan(piece) {
            let quant = batch.quant(component);
            let from = &batch.coefficients.blocks[block];
            let to: *mut i16 = out.values[block].as_mut_ptr();
            // SAFETY: the features are this function's. Reads and writes: both halves of a block of 64 values, aligned
            // as `Coefficients` and `Quantised` are and a block is 128 bytes.
            unsafe {
                let first = divide(from, quant, 0);
                _mm512_store_si512(to.cast(), _mm512_slli_epi16::<4>(first));
                let mut nonzero = u64::from(_mm512_test_epi16_mask(first, first));
                if batch.coefficients.peaks[block] >= quant.threshold {
                    let second = divide(from, quant, 32);
                    _mm512_store_si512(to.add(32).cast(), _mm512_slli_epi16::<4>(second));
                    nonzero |= u64::from(_mm512_test_epi16_mask(second, second)) << 32;
                }
                out.dc[block] = _mm_cvtsi128_si32(_mm512_castsi512_si128(first)) as i16;
                out.nonzero[block] = nonzero & !1;
            }
        }
    }
}

/// [`Loops::symbols`], block by block in one pass.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2")]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn find_symbols(batch: &Batch, symbols: &mut Symbols, previous_dc: &mut [i16; 3]) {
    let mut at = 0;
    for (n, &piece) in batch.pieces.iter().enumerate() {
        if piece.begins {
            *previous_dc = [0; 3];
        }
        at = piece_symbols(batch, piece, symbols, at, previous_dc);
        at = symbols.end(n, at);
    }
}

/// Writes a piece's symbols from `at` on; gives the place behind them.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2")]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
#[inline]
fn piece_symbols(
    batch: &Batch,
    piece: Piece,
    symbols: &mut Symbols,
    mut at: usize,
    previous_dc: &mut [i16; 3],
) -> usize {
    let words = &mut *symbols.words;
    for (component, block) in batch.scan(piece) {
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
        let low = u64::from(_mm512_test_epi16_mask(first, first));
        let nonzero = (low | u64::from(_mm512_test_epi16_mask(second, second)) << 32) & !1;
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
            store_shifted(&mut values, first, second);
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
    at
}

/// A block's values as [`Block`] has them.
#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn store_shifted(values: &mut Words, first: __m512i, second: __m512i) {
    let to = values.0.as_mut_ptr();
    // SAFETY: 64 words, aligned to 64 bytes.
    unsafe {
        _mm512_store_si512(to.cast(), _mm512_slli_epi16::<4>(first));
        _mm512_store_si512(to.add(32).cast(), _mm512_slli_epi16::<4>(second));
    }
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
