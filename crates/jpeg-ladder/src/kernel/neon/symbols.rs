//! Coefficients divided and turned into symbols: with a sign, by one multiplication (see `signed_quant`), and the walk over
//! what is not zero counts zeros from the top, since that is one instruction.

use std::arch::aarch64::{
    int16x8_t, uint16x8_t, vaddq_s16, vandq_u16, vceqzq_s16, vget_high_u16, vget_lane_u32,
    vget_lane_u64, vget_low_u16, vld1q_s16, vld1q_u16, vpadd_u16, vpaddq_u16, vqdmulhq_s16,
    vreinterpret_u32_u16, vreinterpret_u64_u16, vreinterpretq_s16_u16, vshlq_s16, vsliq_n_u16,
    vst1q_s16, vtstq_s16,
};
use std::hint::black_box;

use crate::block::{BATCH_BLOCKS, BLOCK_SYMBOLS, Batch, Piece, Quantised, SYMBOLS};
use crate::signed_quant::SignedQuant;
use crate::symbols::{Block, Symbols};
use crate::tables::{Codes, Quant};

/// The bit that a lane gives to its vector's mask, for two vectors at once.
static WEIGHTS: [u16; 8] = [
    0x0101, 0x0202, 0x0404, 0x0808, 0x1010, 0x2020, 0x4040, 0x8080,
];

#[inline(always)]
pub(super) fn symbols(
    batch: &Batch,
    quantised: &mut Quantised,
    symbols: &mut Symbols,
    previous_dc: &mut [i16; 3],
) {
    // Not to be known: a sum of bits that cannot meet is no sum to the compiler, and it has no pairwise other.
    // SAFETY: there are eight weights.
    let weights = black_box(unsafe { vld1q_u16(WEIGHTS.as_ptr()) });
    let (per_mcu, luma) = (batch.mcu.blocks(), batch.mcu.across * batch.mcu.down);
    for &piece in batch.pieces {
        let end = (piece.first + piece.mcus) * per_mcu;
        assert!(luma <= per_mcu && end <= BATCH_BLOCKS);
        let mut mcu = piece.first * per_mcu;
        while mcu < end {
            for block in mcu..mcu + luma {
                // SAFETY: `mcu + per_mcu` is at most `end`: there is such a block.
                unsafe { quantise(batch, block, &batch.tables.luma, weights, quantised) }
            }
            for block in mcu + luma..mcu + per_mcu {
                // SAFETY: as above.
                unsafe { quantise(batch, block, &batch.tables.chroma, weights, quantised) }
            }
            mcu += per_mcu;
        }
    }
    let mut at = 0;
    for (n, &piece) in batch.pieces.iter().enumerate() {
        if piece.begins {
            *previous_dc = [0; 3];
        }
        at = piece_symbols(batch, piece, quantised, symbols, at, previous_dc);
        at = symbols.end(n, at);
    }
}

/// Divides block `block` by the steps. The values are not shifted, and the lowest bit of `nonzero` is the DC's.
///
/// # Safety
/// There are so many blocks.
#[inline(always)]
unsafe fn quantise(
    batch: &Batch,
    block: usize,
    quant: &Quant,
    weights: uint16x8_t,
    out: &mut Quantised,
) {
    // SAFETY: NEON is of the architecture; the block is there.
    unsafe {
        let from = batch.coefficients.blocks.get_unchecked(block);
        let peak = *batch.coefficients.peaks.get_unchecked(block);
        let to = out.values.get_unchecked_mut(block);
        let first = divide::<0>(from, &quant.signed, to, weights);
        *out.nonzero.get_unchecked_mut(block) = if peak < quant.threshold {
            let sums = vpadd_u16(vget_low_u16(first), vget_high_u16(first));
            u64::from(vget_lane_u32::<0>(vreinterpret_u32_u16(vpadd_u16(
                sums, sums,
            ))))
        } else {
            let sums = vpaddq_u16(first, divide::<32>(from, &quant.signed, to, weights));
            let sums = vpadd_u16(vget_low_u16(sums), vget_high_u16(sums));
            vget_lane_u64::<0>(vreinterpret_u64_u16(sums))
        };
    }
}

/// Divides and writes 32 values from place `FIRST` on; gives lanes that summed up have a bit for each that is not zero.
#[inline(always)]
fn divide<const FIRST: usize>(
    from: &[i16; 64],
    by: &SignedQuant,
    to: &mut [i16; 64],
    weights: uint16x8_t,
) -> uint16x8_t {
    const { assert!(FIRST <= 32) };
    // SAFETY: NEON is of the architecture. Eight values each from places `FIRST` to `FIRST` + 24 of arrays of 64.
    unsafe {
        // All loads before all stores: then they go in pairs.
        let quotients: [int16x8_t; 4] = std::array::from_fn(|n| {
            let at = FIRST + 8 * n;
            let value = vld1q_s16(from.as_ptr().add(at));
            let sum = vaddq_s16(value, vld1q_s16(by.half.as_ptr().add(at)));
            let sum = vaddq_s16(sum, vreinterpretq_s16_u16(vceqzq_s16(sum)));
            let product = vqdmulhq_s16(sum, vld1q_s16(by.reciprocal.as_ptr().add(at)));
            vshlq_s16(product, vld1q_s16(by.shift.as_ptr().add(at)))
        });
        for (n, &eight) in quotients.iter().enumerate() {
            vst1q_s16(to.as_mut_ptr().add(FIRST + 8 * n), eight);
        }
        let [a, b, c, d] = quotients.map(|eight| vtstq_s16(eight, eight));
        // A bit for each lane of the first, and one above it for each of the second.
        vpaddq_u16(
            vandq_u16(vsliq_n_u16::<8>(a, b), weights),
            vandq_u16(vsliq_n_u16::<8>(c, d), weights),
        )
    }
}

/// Writes a piece's symbols from `at` on; gives the place behind them.
#[inline(always)]
fn piece_symbols(
    batch: &Batch,
    piece: Piece,
    quantised: &Quantised,
    symbols: &mut Symbols,
    mut at: usize,
    previous_dc: &mut [i16; 3],
) -> usize {
    let words = &mut *symbols.words;
    let (per_mcu, luma) = (batch.mcu.blocks(), batch.mcu.across * batch.mcu.down);
    let end = (piece.first + piece.mcus) * per_mcu;
    assert!(luma <= per_mcu && end <= BATCH_BLOCKS);
    assert!(at + piece.mcus * per_mcu * BLOCK_SYMBOLS <= words.len());
    let mut dc = *previous_dc;
    let mut mcu = piece.first * per_mcu;
    while mcu < end {
        // SAFETY, of all three: `mcu + per_mcu` is at most `end`, so there is such a block; there is room for as many
        // symbols as all of the piece's blocks can have, and these are the next.
        for block in mcu..mcu + luma {
            // SAFETY: as above.
            at =
                unsafe { block_symbols(batch.luma_codes, quantised, block, words, at, &mut dc[0]) };
        }
        for (chroma, previous) in dc[1..=per_mcu - luma].iter_mut().enumerate() {
            let block = mcu + luma + chroma;
            // SAFETY: as above.
            at =
                unsafe { block_symbols(batch.chroma_codes, quantised, block, words, at, previous) };
        }
        mcu += per_mcu;
    }
    *previous_dc = dc;
    at
}

/// Writes a block's symbols from `at` on; gives the place behind them.
///
/// # Safety
/// There are so many blocks, and there is room for [`BLOCK_SYMBOLS`] words.
#[inline(always)]
unsafe fn block_symbols(
    codes: &Codes,
    quantised: &Quantised,
    block: usize,
    words: &mut [u32; SYMBOLS],
    mut at: usize,
    previous_dc: &mut i16,
) -> usize {
    let (dc_codes, ac_codes) = (&*codes.dc, &*codes.ac);
    // SAFETY: the block is there.
    let (values, nonzero) = unsafe {
        (
            quantised.values.get_unchecked(block),
            *quantised.nonzero.get_unchecked(block),
        )
    };
    let dc = values[0];
    let difference = dc.wrapping_sub(*previous_dc);
    *previous_dc = dc;
    // SAFETY: there is room.
    unsafe { *words.get_unchecked_mut(at) = dc_codes[usize::from(difference as u16 & 0xfff)] };
    at += 1;
    // From the top, the DC first, which stands before all runs.
    let mut rest = nonzero.reverse_bits() | 1 << 63;
    if has_long_runs(rest) {
        let block = Block {
            codes,
            values: &values.map(|value| value << 4),
            nonzero: nonzero & !1,
            dc,
        };
        return block.push_long_runs(words, at);
    }
    rest <<= 1;
    // SAFETY: the distances of a block's values are less than 16 here, and add up to the place of the last one, 63 at
    // most; there are as many as bits, 63 at most, and one word more, for which there is room. The table has an entry for
    // every word.
    unsafe {
        let start = words.as_mut_ptr();
        let mut to = start.add(at);
        let mut place = 0;
        while rest != 0 {
            // At most 63: the last coefficient's bit is the second lowest.
            let distance = rest.leading_zeros() + 1;
            rest <<= distance;
            place += distance as usize;
            // Else the run were long. Known, the two go together in one instruction.
            std::hint::assert_unchecked(distance < 16);
            let value = *values.get_unchecked(place) as u32 & 0xfff;
            to.write(*ac_codes.get_unchecked((value << 4 | distance) as usize));
            to = to.add(1);
        }
        // No end of block after a last coefficient that is not zero: then the word is overwritten.
        to.write(codes.end_of_block);
        to.offset_from_unsigned(start) + 1 - (nonzero >> 63) as usize
    }
}

/// Whether fifteen zeros stand before some value, which is one less than need symbols of their own; `from_the_top` has the
/// DC's bit, too.
#[inline(always)]
fn has_long_runs(from_the_top: u64) -> bool {
    // Bit i: a value stands on it or at most fourteen above it.
    let mut near = from_the_top;
    near |= near >> 1;
    near |= near >> 2;
    near |= near >> 4;
    near |= near >> 7;
    // From the last value's bit to the top all ones: then, and only then, one more overflows.
    let last = from_the_top & from_the_top.wrapping_neg();
    near.checked_add(last).is_some()
}
