//! A zero after every 0xFF.

use std::arch::aarch64::{
    uint8x16_t, vceqq_u8, vdupq_n_u8, vget_lane_u64, vld1q_u8, vorrq_u8, vreinterpret_u64_u8,
    vreinterpretq_u16_u8, vshrn_n_u16, vst1q_u8,
};

use crate::bits::{Packed, SPARE_BYTES};

#[inline(always)]
pub(super) fn stuff(packed: Packed, out: &mut Vec<u8>) {
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

/// Four bits of each byte, which is all ones or all zeros.
#[inline(always)]
fn four_bits_each(bytes: uint8x16_t) -> u64 {
    // SAFETY: NEON is of the architecture; only registers are touched.
    unsafe {
        let halves = vshrn_n_u16::<4>(vreinterpretq_u16_u8(bytes));
        vget_lane_u64::<0>(vreinterpret_u64_u8(halves))
    }
}
