//! NEON of any 64-bit ARM: one block in eight registers, two blocks from the same loads.
//!
//! Every such processor has it, so that no proof is needed and arithmetic on registers is safe; `unsafe` is what touches
//! memory by pointers. What differs from the other kernels is the division: with a sign, by one multiplication (see
//! `signed_quant`), and the walk over what is not zero, which counts zeros from the top since that is one instruction.

use std::arch::aarch64::{
    int16x8_t, int32x4_t, uint8x16_t, uint8x16x4_t, uint16x8_t, vabsq_s16, vaddl_high_u8, vaddl_u8,
    vaddq_s16, vandq_u16, vceqq_u8, vceqzq_s16, vcopyq_laneq_s16, vdupq_n_s16, vdupq_n_u8,
    vget_high_u16, vget_lane_u32, vget_lane_u64, vget_low_s16, vget_low_u8, vget_low_u16,
    vld1q_s16, vld1q_u8, vld1q_u16, vld2q_u8, vld4_u8, vmaxq_u16, vmaxvq_u16, vmlal_high_laneq_s16,
    vmlal_laneq_s16, vmull_high_laneq_s16, vmull_laneq_s16, vorrq_u8, vpadd_u16, vpaddq_u16,
    vqdmulhq_s16, vqtbl4q_u8, vqtbx4q_u8, vreinterpret_u32_u16, vreinterpret_u64_u8,
    vreinterpret_u64_u16, vreinterpretq_s16_s64, vreinterpretq_s16_u8, vreinterpretq_s16_u16,
    vreinterpretq_s32_s16, vreinterpretq_s64_s32, vreinterpretq_u8_s16, vreinterpretq_u8_u32,
    vreinterpretq_u16_s16, vreinterpretq_u16_u8, vreinterpretq_u32_u16, vrhadd_u8,
    vrshrn_high_n_s32, vrshrn_n_s32, vrshrq_n_s16, vshlq_n_s16, vshlq_s16, vshrn_n_u16,
    vsliq_n_u16, vst1_u8, vst1q_s16, vst1q_u8, vsubl_high_u8, vsubl_u8, vsubq_s16, vtrn1q_s16,
    vtrn1q_s32, vtrn1q_s64, vtrn1q_u8, vtrn1q_u16, vtrn1q_u32, vtrn2q_s16, vtrn2q_s32, vtrn2q_s64,
    vtrn2q_u8, vtrn2q_u16, vtrn2q_u32, vtstq_s16,
};
use std::hint::black_box;

use super::loops::{Job, Loops};
use super::packed;
use crate::bits::{Packed, SPARE_BYTES};
use crate::block::{
    BATCH_BLOCKS, BLOCK_SYMBOLS, Batch, Coefficients, Pairs, Piece, Quantised, SYMBOLS,
};
use crate::signed_quant::SignedQuant;
use crate::symbols::{Block, Symbols};
use crate::tables::{Codes, Quant, ZIGZAG};

/// Needs nothing: NEON is of the architecture.
#[derive(Clone, Copy)]
pub(crate) struct Neon;

impl Neon {
    #[inline(always)]
    pub(crate) fn run<J: Job>(self, job: J) -> J::Output {
        job.run(self)
    }
}

/// Factors of the DCT, by lane.
static FACTORS: [i16; 16] = [
    10703, 4433, -10704, 2260, 11363, 6437, 9633, -6436, -11362, -2259, 2261, -11363, 0, 0, 0, 0,
];

/// For each row in zigzag order where its values are among the bytes of the first four rows of a block, and among those
/// of the last four; 0xFF where they are not.
static PLACES: [[[u8; 16]; 8]; 2] = {
    let mut places = [[[0xff; 16]; 8]; 2];
    let mut i = 0;
    while i < 64 {
        let half = &mut places[ZIGZAG[i] as usize / 32][i / 8];
        half[2 * (i % 8)] = 2 * (ZIGZAG[i] % 32);
        half[2 * (i % 8) + 1] = 2 * (ZIGZAG[i] % 32) + 1;
        i += 1;
    }
    places
};

/// The bit that a lane gives to its vector's mask, for two vectors at once.
static WEIGHTS: [u16; 8] = [
    0x0101, 0x0202, 0x0404, 0x0808, 0x1010, 0x2020, 0x4040, 0x8080,
];

impl Loops for Neon {
    #[inline(always)]
    fn transform(
        self,
        samples: &[u8],
        stride: usize,
        pairs: Pairs,
        coefficients: &mut Coefficients,
    ) {
        // Not to be known: from lanes that it knows the compiler makes a register each, and has too few.
        // SAFETY: the array has sixteen values.
        let factors = black_box(unsafe {
            [
                vld1q_s16(FACTORS.as_ptr()),
                vld1q_s16(FACTORS.as_ptr().add(8)),
            ]
        });
        for (at, [left, right]) in (0..pairs.count).map(|n| pairs.get(n)) {
            assert!(at + 7 * stride + 16 <= samples.len());
            // SAFETY: 16 bytes at `at + y * stride` with y up to 7, inside of `samples` by the assertion.
            let rows =
                std::array::from_fn(|y| unsafe { vld1q_u8(samples.as_ptr().add(at + y * stride)) });
            let columns = transposed_bytes(rows);
            store(
                second(first::<false>(&columns, factors), factors),
                coefficients,
                left,
            );
            store(
                second(first::<true>(&columns, factors), factors),
                coefficients,
                right,
            );
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

    #[inline(always)]
    fn stuff(self, packed: Packed, out: &mut Vec<u8>) {
        let Packed { bytes, len } = packed;
        assert!(len + SPARE_BYTES <= bytes.len());
        out.reserve(2 * len + 32);
        let from = bytes.as_ptr();
        let mut read = 0;
        // SAFETY: reads begin before `len` and are of 32 bytes, as many as there are behind it by the assertion. Each step
        // writes at most 32 bytes at `to` and then moves it by at most twice what it read of the first `len`, so `to`
        // stays within the 2 * len that were reserved, and the 32 beyond it within the 32 more. All bytes up to `to` were
        // written when the length is set.
        unsafe {
            let start = out.as_mut_ptr().add(out.len());
            let mut to = start;
            let all_ones = vdupq_n_u8(0xff);
            while read < len {
                let (a, b) = (vld1q_u8(from.add(read)), vld1q_u8(from.add(read + 16)));
                vst1q_u8(to, a);
                vst1q_u8(to.add(16), b);
                let left = (len - read).min(32);
                let (a, b) = (vceqq_u8(a, all_ones), vceqq_u8(b, all_ones));
                if four_bits_each(vorrq_u8(a, b)) == 0 {
                    read += left;
                    to = to.add(left);
                    continue;
                }
                let (a, b) = (four_bits_each(a), four_bits_each(b));
                let first = if a != 0 {
                    a.trailing_zeros() / 4
                } else {
                    16 + b.trailing_zeros() / 4
                };
                // Up to the first 0xFF, a zero after it; go on behind it.
                let kept = (first as usize + 1).min(left);
                to = to.add(kept);
                if kept == first as usize + 1 {
                    to.write(0);
                    to = to.add(1);
                }
                read += kept;
            }
            let written = to.offset_from(start) as usize;
            out.set_len(out.len() + written);
        }
    }

    #[inline(always)]
    fn luma<const FIRST: usize>(self, packed: &[u8], out: &mut [u8]) {
        let whole = (packed.len() / 64).min(out.len() / 32);
        for (from, to) in packed.chunks_exact(64).zip(out.chunks_exact_mut(32)) {
            // SAFETY: the slices are 64 and 32 bytes long.
            unsafe {
                let (left, right) = (vld2q_u8(from.as_ptr()), vld2q_u8(from.as_ptr().add(32)));
                let (left, right) = if FIRST == 0 {
                    (left.0, right.0)
                } else {
                    (left.1, right.1)
                };
                vst1q_u8(to.as_mut_ptr(), left);
                vst1q_u8(to.as_mut_ptr().add(16), right);
            }
        }
        packed::luma::<FIRST>(&packed[64 * whole..], &mut out[32 * whole..]);
    }

    #[inline(always)]
    fn chroma<const FIRST: usize>(self, above: &[u8], below: &[u8], out: &mut [u8]) {
        let whole = (above.len().min(below.len()) / 32).min(out.len() / 16);
        let rows = above.chunks_exact(32).zip(below.chunks_exact(32));
        for ((above, below), to) in rows.zip(out.chunks_exact_mut(16)) {
            // SAFETY: the slices are 32, 32 and 16 bytes long.
            unsafe {
                let (above, below) = (vld4_u8(above.as_ptr()), vld4_u8(below.as_ptr()));
                let (u, v) = if FIRST == 0 {
                    (vrhadd_u8(above.0, below.0), vrhadd_u8(above.2, below.2))
                } else {
                    (vrhadd_u8(above.1, below.1), vrhadd_u8(above.3, below.3))
                };
                vst1_u8(to.as_mut_ptr(), u);
                vst1_u8(to.as_mut_ptr().add(8), v);
            }
        }
        packed::chroma::<FIRST>(
            &above[32 * whole..],
            &below[32 * whole..],
            &mut out[16 * whole..],
        );
    }
}

/// Four bits of each byte, which is all ones or all zeros.
#[inline(always)]
fn four_bits_each(bytes: uint8x16_t) -> u64 {
    // SAFETY: NEON is of the architecture; only registers are touched.
    unsafe {
        let halves = vshrn_n_u16::<4>(vreinterpretq_u16_u8(bytes));
        vget_lane_u64::<0>(vreinterpret_u64_u8(halves))
    }
}

/// Rows to columns, in both halves.
#[inline(always)]
fn transposed_bytes(r: [uint8x16_t; 8]) -> [uint8x16_t; 8] {
    // SAFETY: NEON is of the architecture; only registers are touched.
    unsafe {
        let words = |a: uint8x16_t, b: uint8x16_t| {
            let (a, b) = (vreinterpretq_u16_u8(a), vreinterpretq_u16_u8(b));
            (vtrn1q_u16(a, b), vtrn2q_u16(a, b))
        };
        let doubles = |a: uint16x8_t, b: uint16x8_t| {
            let (a, b) = (vreinterpretq_u32_u16(a), vreinterpretq_u32_u16(b));
            (
                vreinterpretq_u8_u32(vtrn1q_u32(a, b)),
                vreinterpretq_u8_u32(vtrn2q_u32(a, b)),
            )
        };
        // Of two rows: the even columns and the odd ones; of four: those of each rest by 4.
        let four = |r: &[uint8x16_t]| {
            let (even, odd) = (vtrn1q_u8(r[0], r[1]), vtrn2q_u8(r[0], r[1]));
            let (even_below, odd_below) = (vtrn1q_u8(r[2], r[3]), vtrn2q_u8(r[2], r[3]));
            let ((zero, two), (one, three)) = (words(even, even_below), words(odd, odd_below));
            [zero, one, two, three]
        };
        let (upper, lower) = (four(&r[..4]), four(&r[4..]));
        let (c0, c4) = doubles(upper[0], lower[0]);
        let (c1, c5) = doubles(upper[1], lower[1]);
        let (c2, c6) = doubles(upper[2], lower[2]);
        let (c3, c7) = doubles(upper[3], lower[3]);
        [c0, c1, c2, c3, c4, c5, c6, c7]
    }
}

/// Rows to columns.
#[inline(always)]
fn transposed(r: [int16x8_t; 8]) -> [int16x8_t; 8] {
    // SAFETY: NEON is of the architecture; only registers are touched.
    unsafe {
        let words = |a, b| (vtrn1q_s16(a, b), vtrn2q_s16(a, b));
        let doubles = |a: int16x8_t, b: int16x8_t| {
            let (a, b) = (vreinterpretq_s32_s16(a), vreinterpretq_s32_s16(b));
            (vtrn1q_s32(a, b), vtrn2q_s32(a, b))
        };
        let quads = |a: int32x4_t, b: int32x4_t| {
            let (a, b) = (vreinterpretq_s64_s32(a), vreinterpretq_s64_s32(b));
            (
                vreinterpretq_s16_s64(vtrn1q_s64(a, b)),
                vreinterpretq_s16_s64(vtrn2q_s64(a, b)),
            )
        };
        let four = |r: &[int16x8_t]| {
            let ((even, odd), (even_below, odd_below)) = (words(r[0], r[1]), words(r[2], r[3]));
            let ((zero, two), (one, three)) = (doubles(even, even_below), doubles(odd, odd_below));
            [zero, one, two, three]
        };
        let (upper, lower) = (four(&r[..4]), four(&r[4..]));
        let (c0, c4) = quads(upper[0], lower[0]);
        let (c1, c5) = quads(upper[1], lower[1]);
        let (c2, c6) = quads(upper[2], lower[2]);
        let (c3, c7) = quads(upper[3], lower[3]);
        [c0, c1, c2, c3, c4, c5, c6, c7]
    }
}

/// The first direction of `portable::dct`, of the left or the right block; gives columns of frequencies as rows.
///
/// Sums and differences widen the samples; that they are not around zero yet shows in the DC only.
#[inline(always)]
fn first<const RIGHT: bool>(c: &[uint8x16_t; 8], factors: [int16x8_t; 2]) -> [int16x8_t; 8] {
    // SAFETY: NEON is of the architecture; only registers are touched.
    unsafe {
        let sum = |a: uint8x16_t, b: uint8x16_t| {
            vreinterpretq_s16_u16(if RIGHT {
                vaddl_high_u8(a, b)
            } else {
                vaddl_u8(vget_low_u8(a), vget_low_u8(b))
            })
        };
        let difference = |a: uint8x16_t, b: uint8x16_t| {
            vreinterpretq_s16_u16(if RIGHT {
                vsubl_high_u8(a, b)
            } else {
                vsubl_u8(vget_low_u8(a), vget_low_u8(b))
            })
        };
        let sums = [
            sum(c[0], c[7]),
            sum(c[1], c[6]),
            sum(c[2], c[5]),
            sum(c[3], c[4]),
        ];
        let differences = [
            difference(c[0], c[7]),
            difference(c[1], c[6]),
            difference(c[2], c[5]),
            difference(c[3], c[4]),
        ];
        let (sum, difference, rest) = dct::<11>(sums, differences, factors);
        let around_zero = vsubq_s16(sum, vdupq_n_s16(8 * 128));
        let [two, six, one, three, five, seven] = rest;
        [
            vshlq_n_s16::<2>(around_zero),
            one,
            two,
            three,
            vshlq_n_s16::<2>(difference),
            five,
            six,
            seven,
        ]
    }
}

/// The second direction; gives rows of coefficients.
#[inline(always)]
fn second(columns: [int16x8_t; 8], factors: [int16x8_t; 2]) -> [int16x8_t; 8] {
    // SAFETY: NEON is of the architecture; only registers are touched.
    unsafe {
        let d = transposed(columns);
        let sum = |a: usize, b: usize| vaddq_s16(d[a], d[b]);
        let difference = |a: usize, b: usize| vsubq_s16(d[a], d[b]);
        let sums = [sum(0, 7), sum(1, 6), sum(2, 5), sum(3, 4)];
        let differences = [
            difference(0, 7),
            difference(1, 6),
            difference(2, 5),
            difference(3, 4),
        ];
        let (sum, difference, rest) = dct::<15>(sums, differences, factors);
        let [two, six, one, three, five, seven] = rest;
        [
            vrshrq_n_s16::<2>(sum),
            one,
            two,
            three,
            vrshrq_n_s16::<2>(difference),
            five,
            six,
            seven,
        ]
    }
}

/// What both directions have in common: zero and four, not scaled; two, six, one, three, five and seven without `SHIFT`
/// fraction bits. The odd half is multiplied out, four products each, which is the same integer.
#[inline(always)]
fn dct<const SHIFT: i32>(
    [s07, s16, s25, s34]: [int16x8_t; 4],
    [d07, d16, d25, d34]: [int16x8_t; 4],
    [f, g]: [int16x8_t; 2],
) -> (int16x8_t, int16x8_t, [int16x8_t; 6]) {
    // SAFETY: NEON is of the architecture; only registers are touched.
    unsafe {
        let (t10, t13) = (vaddq_s16(s07, s34), vsubq_s16(s07, s34));
        let (t11, t12) = (vaddq_s16(s16, s25), vsubq_s16(s16, s25));
        let two = plus::<1>(times::<0>(t13, f), t12, f);
        let six = plus::<2>(times::<1>(t13, f), t12, f);
        let one = plus::<4>(times::<3>(d34, f), d07, f);
        let one = plus::<6>(plus::<5>(one, d25, f), d16, f);
        let three = plus::<6>(times::<7>(d34, f), d07, f);
        let three = plus::<1>(plus::<0>(three, d25, g), d16, g);
        let five = plus::<5>(times::<6>(d34, f), d07, f);
        let five = plus::<0>(plus::<2>(five, d25, g), d16, g);
        let seven = plus::<3>(times::<3>(d34, g), d07, f);
        let seven = plus::<7>(plus::<6>(seven, d25, f), d16, f);
        (
            vaddq_s16(t10, t11),
            vsubq_s16(t10, t11),
            [two, six, one, three, five, seven].map(descale::<SHIFT>),
        )
    }
}

/// Eight products, as two registers of four.
type Wide = (int32x4_t, int32x4_t);

#[inline(always)]
fn times<const LANE: i32>(a: int16x8_t, factors: int16x8_t) -> Wide {
    // SAFETY: NEON is of the architecture; only registers are touched.
    unsafe {
        (
            vmull_laneq_s16::<LANE>(vget_low_s16(a), factors),
            vmull_high_laneq_s16::<LANE>(a, factors),
        )
    }
}

#[inline(always)]
fn plus<const LANE: i32>((low, high): Wide, a: int16x8_t, factors: int16x8_t) -> Wide {
    // SAFETY: NEON is of the architecture; only registers are touched.
    unsafe {
        (
            vmlal_laneq_s16::<LANE>(low, vget_low_s16(a), factors),
            vmlal_high_laneq_s16::<LANE>(high, a, factors),
        )
    }
}

#[inline(always)]
fn descale<const SHIFT: i32>((low, high): Wide) -> int16x8_t {
    // SAFETY: NEON is of the architecture; only registers are touched.
    unsafe { vrshrn_high_n_s32::<SHIFT>(vrshrn_n_s32::<SHIFT>(low), high) }
}

/// Writes rows of coefficients in zigzag order, and their peak.
#[inline(always)]
fn store(rows: [int16x8_t; 8], coefficients: &mut Coefficients, block: usize) {
    // SAFETY: NEON is of the architecture. Reads: each row of places has sixteen bytes. Writes: eight values at places 0
    // to 56 of a block of 64.
    unsafe {
        let bytes = rows.map(|row| vreinterpretq_u8_s16(row));
        let upper = uint8x16x4_t(bytes[0], bytes[1], bytes[2], bytes[3]);
        let lower = uint8x16x4_t(bytes[4], bytes[5], bytes[6], bytes[7]);
        let places = |half: usize, y: usize| vld1q_u8(PLACES[half][y].as_ptr());
        let from_upper = |y| vqtbl4q_u8(upper, places(0, y));
        let from_lower = |y| vqtbl4q_u8(lower, places(1, y));
        // The second and the last but one have a single value of the other half.
        let second = vreinterpretq_s16_u8(from_upper(1));
        let seventh = vreinterpretq_s16_u8(from_lower(6));
        let ordered = [
            vreinterpretq_s16_u8(from_upper(0)),
            vcopyq_laneq_s16::<2, 0>(second, rows[4]),
            vreinterpretq_s16_u8(vqtbx4q_u8(from_upper(2), lower, places(1, 2))),
            vreinterpretq_s16_u8(from_upper(3)),
            vreinterpretq_s16_u8(from_lower(4)),
            vreinterpretq_s16_u8(vqtbx4q_u8(from_upper(5), lower, places(1, 5))),
            vcopyq_laneq_s16::<5, 7>(seventh, rows[3]),
            vreinterpretq_s16_u8(from_lower(7)),
        ];
        let out = coefficients.blocks[block].as_mut_ptr();
        for (y, row) in ordered.into_iter().enumerate() {
            vst1q_s16(out.add(8 * y), row);
        }
        let magnitude = |y: usize| vreinterpretq_u16_s16(vabsq_s16(ordered[y]));
        let peaks = vmaxq_u16(
            vmaxq_u16(magnitude(4), magnitude(5)),
            vmaxq_u16(magnitude(6), magnitude(7)),
        );
        coefficients.peaks[block] = vmaxvq_u16(peaks);
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
