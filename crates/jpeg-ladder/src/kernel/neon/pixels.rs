//! Pixels to samples: packed rows taken apart, RGB, the limited range.

use std::arch::aarch64::{
    uint8x16_t, uint16x8_t, vaddhn_high_u32, vaddhn_u32, vaddq_u16, vdupq_n_u8, vdupq_n_u16,
    vdupq_n_u32, veorq_u8, vget_low_s8, vget_low_u8, vget_low_u16, vld1q_u8, vld1q_u16, vld2q_u8,
    vld3q_u8, vld4_u8, vmlal_high_laneq_u16, vmlal_laneq_u16, vmlsl_high_laneq_u16,
    vmlsl_laneq_u16, vmovl_high_s8, vmovl_high_u8, vmovl_s8, vmovl_u8, vmull_high_laneq_u16,
    vmull_laneq_u16, vpadalq_u8, vpaddlq_u8, vqaddq_s8, vqaddq_u8, vqrdmulhq_n_s16, vqsubq_u8,
    vreinterpretq_s8_s16, vreinterpretq_s8_u8, vreinterpretq_s16_u16, vreinterpretq_u8_s8,
    vreinterpretq_u8_u16, vreinterpretq_u16_s16, vreinterpretq_u16_u32, vrhadd_u8,
    vrshrn_high_n_u32, vrshrn_n_u32, vshll_high_n_u16, vshll_n_u16, vshrn_n_u16, vst1_u8, vst1q_u8,
    vuzp1q_s8, vuzp1q_u8,
};

use crate::colour;
use crate::kernel::packed;

#[inline(always)]
pub(super) fn luma<const FIRST: usize>(packed: &[u8], out: &mut [u8]) {
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
pub(super) fn chroma<const FIRST: usize>(above: &[u8], below: &[u8], out: &mut [u8]) {
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

/// Y of each pixel.
#[inline(always)]
pub(super) fn rgb_luma<const RED: usize>(pixels: &[u8], out: &mut [u8]) {
    let whole = (pixels.len() / 48).min(out.len() / 16);
    for (from, to) in pixels.chunks_exact(48).zip(out.chunks_exact_mut(16)) {
        // SAFETY: the slices are 48 and 16 bytes long; there are eight factors.
        unsafe {
            let factors = vld1q_u16(LUMA_FACTORS.as_ptr());
            let [r, g, b] = wide::<RED>(from);
            let eight = |half: usize| {
                let (r, g, b) = (r[half], g[half], b[half]);
                let low = vmull_laneq_u16::<0>(vget_low_u16(r), factors);
                let low = vmlal_laneq_u16::<1>(low, vget_low_u16(g), factors);
                let low = vmlal_laneq_u16::<2>(low, vget_low_u16(b), factors);
                let high = vmull_high_laneq_u16::<0>(r, factors);
                let high = vmlal_high_laneq_u16::<1>(high, g, factors);
                let high = vmlal_high_laneq_u16::<2>(high, b, factors);
                vrshrn_high_n_u32::<16>(vrshrn_n_u32::<16>(low), high)
            };
            vst1q_u8(to.as_mut_ptr(), bytes(eight(0), eight(1)));
        }
    }
    colour::rgb_luma::<RED>(&pixels[48 * whole..], &mut out[16 * whole..]);
}

/// Cb and Cr of each pixel.
#[inline(always)]
pub(super) fn rgb_chroma<const RED: usize>(pixels: &[u8], u: &mut [u8], v: &mut [u8]) {
    let whole = (pixels.len() / 48).min(u.len() / 16).min(v.len() / 16);
    let sides = u.chunks_exact_mut(16).zip(v.chunks_exact_mut(16));
    for (from, (u, v)) in pixels.chunks_exact(48).zip(sides) {
        // SAFETY: the slices are 48, 16 and 16 bytes long; there are eight factors.
        unsafe {
            let factors = vld1q_u16(CHROMA_FACTORS.as_ptr());
            let [r, g, b] = wide::<RED>(from);
            let cb = |half: usize| difference::<0, 1>(b[half], r[half], g[half], factors);
            let cr = |half: usize| difference::<2, 3>(r[half], g[half], b[half], factors);
            vst1q_u8(u.as_mut_ptr(), bytes(cb(0), cb(1)));
            vst1q_u8(v.as_mut_ptr(), bytes(cr(0), cr(1)));
        }
    }
    colour::rgb_chroma::<RED>(
        &pixels[48 * whole..],
        &mut u[16 * whole..],
        &mut v[16 * whole..],
    );
}

/// Factors of Y; of what is taken away in Cb and in Cr.
static LUMA_FACTORS: [u16; 8] = [19595, 38470, 7471, 0, 0, 0, 0, 0];
static CHROMA_FACTORS: [u16; 8] = [11058, 21710, 27439, 5329, 0, 0, 0, 0];

/// R, G and B of sixteen pixels, as two registers each.
///
/// # Safety
/// There are 48 bytes.
#[inline(always)]
unsafe fn wide<const RED: usize>(pixels: &[u8]) -> [[uint16x8_t; 2]; 3] {
    // SAFETY: NEON is of the architecture; the bytes are there.
    unsafe {
        let read = vld3q_u8(pixels.as_ptr());
        let (r, b) = if RED == 0 {
            (read.0, read.2)
        } else {
            (read.2, read.0)
        };
        [r, read.1, b].map(|c| [vmovl_u8(vget_low_u8(c)), vmovl_high_u8(c)])
    }
}

/// Half of `own` without shares of two others, around 128. A sum may be below zero before the centre is added, which is
/// as good: it wraps back.
#[inline(always)]
fn difference<const FIRST: i32, const SECOND: i32>(
    own: uint16x8_t,
    first: uint16x8_t,
    second: uint16x8_t,
    factors: uint16x8_t,
) -> uint16x8_t {
    // SAFETY: NEON is of the architecture; only registers are touched.
    unsafe {
        let centre = vdupq_n_u32(colour::CENTRE as u32);
        let low = vshll_n_u16::<15>(vget_low_u16(own));
        let low = vmlsl_laneq_u16::<FIRST>(low, vget_low_u16(first), factors);
        let low = vmlsl_laneq_u16::<SECOND>(low, vget_low_u16(second), factors);
        let high = vshll_high_n_u16::<15>(own);
        let high = vmlsl_high_laneq_u16::<FIRST>(high, first, factors);
        let high = vmlsl_high_laneq_u16::<SECOND>(high, second, factors);
        vaddhn_high_u32(vaddhn_u32(low, centre), high, centre)
    }
}

/// Sixteen words below 256 as bytes.
#[inline(always)]
fn bytes(low: uint16x8_t, high: uint16x8_t) -> uint8x16_t {
    // SAFETY: NEON is of the architecture; only registers are touched.
    unsafe { vuzp1q_u8(vreinterpretq_u8_u16(low), vreinterpretq_u8_u16(high)) }
}

/// Means of four or of two neighbours, as `packed::coarsen` rounds them.
#[inline(always)]
pub(super) fn coarsen<const DOWN: usize>(above: &[u8], below: &[u8], out: &mut [u8]) {
    let rows = above.chunks_exact(16).zip(below.chunks_exact(16));
    for ((above, below), group) in rows.zip(out.chunks_mut(16)) {
        let out = &mut group[..8];
        // SAFETY: the slices are 16, 16 and 8 bytes long.
        unsafe {
            let odd = vreinterpretq_u16_u32(vdupq_n_u32(1 << 16));
            let sums = vpaddlq_u8(vld1q_u8(above.as_ptr()));
            let means = if DOWN == 1 {
                vshrn_n_u16::<1>(vaddq_u16(sums, odd))
            } else {
                let sums = vpadalq_u8(sums, vld1q_u8(below.as_ptr()));
                vshrn_n_u16::<2>(vaddq_u16(sums, vaddq_u16(odd, vdupq_n_u16(1))))
            };
            vst1_u8(out.as_mut_ptr(), means);
        }
    }
}

/// 16..=235 to 0..=255: once what is above 16, and the 36th part of it that is lacking.
#[inline(always)]
pub(super) fn expand_luma(row: &mut [u8]) {
    let (sixteens, rest) = row.as_chunks_mut::<16>();
    for row in sixteens {
        // SAFETY: there are sixteen bytes.
        unsafe {
            let above = vqsubq_u8(vld1q_u8(row.as_ptr()), vdupq_n_u8(16));
            let lacking =
                |eight| vqrdmulhq_n_s16(vreinterpretq_s16_u16(eight), (38155 - (1 << 15)) as i16);
            let low = lacking(vmovl_u8(vget_low_u8(above)));
            let high = lacking(vmovl_high_u8(above));
            let lacking = bytes(vreinterpretq_u16_s16(low), vreinterpretq_u16_s16(high));
            vst1q_u8(row.as_mut_ptr(), vqaddq_u8(above, lacking));
        }
    }
    colour::expand_luma(rest);
}

/// 16..=240 to 0..=255 around 128, in the same way.
#[inline(always)]
pub(super) fn expand_chroma(row: &mut [u8]) {
    let (sixteens, rest) = row.as_chunks_mut::<16>();
    for row in sixteens {
        // SAFETY: there are sixteen bytes.
        unsafe {
            let centre = vdupq_n_u8(128);
            let off = vreinterpretq_s8_u8(veorq_u8(vld1q_u8(row.as_ptr()), centre));
            let lacking = |eight| vqrdmulhq_n_s16(eight, (37303 - (1 << 15)) as i16);
            let low = lacking(vmovl_s8(vget_low_s8(off)));
            let high = lacking(vmovl_high_s8(off));
            let lacking = vuzp1q_s8(vreinterpretq_s8_s16(low), vreinterpretq_s8_s16(high));
            let expanded = vreinterpretq_u8_s8(vqaddq_s8(off, lacking));
            vst1q_u8(row.as_mut_ptr(), veorq_u8(expanded, centre));
        }
    }
    colour::expand_chroma(rest);
}
