//! Blocks of samples to coefficients, two of them from the same loads.

use std::arch::aarch64::{
    int16x8_t, int32x4_t, uint8x16_t, uint8x16x4_t, vabsq_s16, vaddl_high_u8, vaddl_u8, vaddq_s16,
    vcopyq_laneq_s16, vdupq_n_s16, vget_low_s16, vget_low_u8, vld1q_s16, vld1q_u8, vmaxq_u16,
    vmaxvq_u16, vmlal_high_laneq_s16, vmlal_laneq_s16, vmull_high_laneq_s16, vmull_laneq_s16,
    vqtbl4q_u8, vqtbx4q_u8, vreinterpretq_s16_u8, vreinterpretq_s16_u16, vreinterpretq_u8_s16,
    vreinterpretq_u16_s16, vrshrn_high_n_s32, vrshrn_n_s32, vrshrq_n_s16, vshlq_n_s16, vst1q_s16,
    vsubl_high_u8, vsubl_u8, vsubq_s16,
};
use std::hint::black_box;

use super::transpose::{transposed, transposed_bytes};
use crate::block::{Coefficients, Pairs};
use crate::tables::ZIGZAG;

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

/// As the kernels' table has it.
#[inline(always)]
pub(super) fn transform(
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

/// The first direction of `portable::transform`, of the left or the right block; gives columns of frequencies as rows.
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
