//! How far a block is from what is shown of it.

use std::arch::aarch64::{
    int16x8_t, int32x4_t, vaddvq_s32, vandq_s16, vdupq_n_s16, vget_low_s16, vgetq_lane_s16,
    vld1q_s16, vmaxq_s16, vminq_s16, vmlal_high_s16, vmlal_s16, vmull_s16, vqdmulhq_s16,
    vshlq_n_s16, vsubq_s16,
};

use crate::kernel::squares::{FARTHEST, MOST, Squares};

/// As [`crate::kernel::Loops::squares`] has it.
#[inline(always)]
pub(super) fn squares(
    now: &[i16; 64],
    shown: &[i16; 64],
    reciprocals: &[i16; 64],
    low: &[i16; 16],
) -> Squares {
    // SAFETY: NEON is of the architecture. Eight values each from places 0 to 56 of arrays of 64, and 0 and 8 of one of 16.
    unsafe {
        let (most, least) = (vdupq_n_s16(FARTHEST), vdupq_n_s16(-FARTHEST));
        let scaled: [int16x8_t; 8] = std::array::from_fn(|n| {
            let eight = |of: &[i16; 64]| vld1q_s16(of.as_ptr().add(8 * n));
            let difference = vsubq_s16(eight(now), eight(shown));
            let difference = vmaxq_s16(vminq_s16(difference, most), least);
            // Twice the product's upper half, of an eighth of the sixteenfold.
            let product = vqdmulhq_s16(vshlq_n_s16::<3>(difference), eight(reciprocals));
            let (most, least) = (vdupq_n_s16(MOST), vdupq_n_s16(-MOST));
            vmaxq_s16(vminq_s16(product, most), least)
        });
        let add = |sum: Option<int32x4_t>, a: int16x8_t, b: int16x8_t| {
            let (a_low, b_low) = (vget_low_s16(a), vget_low_s16(b));
            let sum = match sum {
                Some(sum) => vmlal_s16(sum, a_low, b_low),
                None => vmull_s16(a_low, b_low),
            };
            vmlal_high_s16(sum, a, b)
        };
        let mut all = None;
        for eight in scaled {
            all = Some(add(all, eight, eight));
        }
        let masked = |n: usize| vandq_s16(scaled[n], vld1q_s16(low.as_ptr().add(8 * n)));
        let first = add(None, scaled[0], masked(0));
        let lows = add(Some(first), scaled[1], masked(1));
        Squares {
            dc: vgetq_lane_s16::<0>(scaled[0]).into(),
            low: vaddvq_s32(lows),
            all: all.map_or(0, |all| vaddvq_s32(all)),
        }
    }
}
