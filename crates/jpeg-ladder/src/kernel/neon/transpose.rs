//! Rows to columns.

use std::arch::aarch64::{
    int16x8_t, int32x4_t, uint8x16_t, uint16x8_t, vreinterpretq_s16_s64, vreinterpretq_s32_s16,
    vreinterpretq_s64_s32, vreinterpretq_u8_u32, vreinterpretq_u16_u8, vreinterpretq_u32_u16,
    vtrn1q_s16, vtrn1q_s32, vtrn1q_s64, vtrn1q_u8, vtrn1q_u16, vtrn1q_u32, vtrn2q_s16, vtrn2q_s32,
    vtrn2q_s64, vtrn2q_u8, vtrn2q_u16, vtrn2q_u32,
};

/// Rows to columns, in both halves.
#[inline(always)]
pub(super) fn transposed_bytes(r: [uint8x16_t; 8]) -> [uint8x16_t; 8] {
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
pub(super) fn transposed(r: [int16x8_t; 8]) -> [int16x8_t; 8] {
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
