//! Chroma of every layout to rows of groups of 8 U and 8 V, as coarse as the JPEG's.
//!
//! Source: libjpeg's jcsample.c, for how samples are averaged.

use crate::block::{Mcu, STRIP_PIXELS};
use crate::kernel::Loops;
use crate::kernel::packed::{self, average};
use crate::source::{Plane, Sampling, Source};
use crate::span::{Span, pad, pairs, triples};

/// Makes one row of groups from the source's rows `above` and `below`, which are the same for full chroma height.
#[inline(always)]
pub(crate) fn chroma_row<K: Loops>(
    kernel: K,
    source: &Source,
    mcu: Mcu,
    [above, below]: [usize; 2],
    span: Span,
    out: &mut [u8],
    fine: &mut [[u8; STRIP_PIXELS]; 4],
) {
    // In samples that are half as wide as luma.
    let (left, right) = (span.left / 2, (span.left + span.real).div_ceil(2));
    match source {
        Source::Yuyv(plane) => {
            kernel.chroma::<1>(pairs(plane, above, span), pairs(plane, below, span), out);
            pad_groups(out, right - left);
        }
        Source::Uyvy(plane) => {
            kernel.chroma::<0>(pairs(plane, above, span), pairs(plane, below, span), out);
            pad_groups(out, right - left);
        }
        Source::Nv12 { uv, .. } => {
            nv12_chroma(&uv.row(above / 2, 2 * right)[2 * left..], out);
            pad_groups(out, right - left);
        }
        Source::Planar {
            u,
            v,
            sampling: Sampling::S444,
            ..
        } => {
            fine_rows([u, v], [above, below], span, fine);
            coarsen(kernel, fine, mcu, out);
            pad_groups(out, span.real.div_ceil(mcu.across));
        }
        Source::Planar { u, v, sampling, .. } => {
            let rows = match sampling {
                Sampling::S420 => [above / 2; 2],
                _ => [above, below],
            };
            for (plane, side) in [(u, 0), (v, 8)] {
                let [above, below] = rows.map(|y| &plane.row(y, right)[left..]);
                planar_chroma(above, below, side, out);
            }
            pad_groups(out, right - left);
        }
        Source::Rgb24(plane) => {
            rgb_chroma::<0, K>(kernel, plane, mcu, [above, below], span, out, fine);
        }
        Source::Bgr24(plane) => {
            rgb_chroma::<2, K>(kernel, plane, mcu, [above, below], span, out, fine);
        }
        Source::Grey(_) | Source::Mjpeg(_) => unreachable!("neither has chroma to read"),
    }
}

/// Sorts pairs U V into groups.
#[inline(always)]
fn nv12_chroma(row: &[u8], out: &mut [u8]) {
    let len = row.len().min(out.len());
    out[..len].copy_from_slice(&row[..len]);
    packed::sort(out);
}

/// Averages two rows of one plane into its side of the groups.
#[inline(always)]
fn planar_chroma(above: &[u8], below: &[u8], side: usize, out: &mut [u8]) {
    let rows = above.chunks(8).zip(below.chunks(8));
    for (group, (above, below)) in out.chunks_exact_mut(16).zip(rows) {
        let samples = above.iter().zip(below);
        for (out, (&above, &below)) in group[side..].iter_mut().zip(samples) {
            *out = average(above, below);
        }
    }
}

/// Takes two rows of each of two planes that are as fine as luma, padded.
#[inline(always)]
fn fine_rows(
    planes: [&Plane; 2],
    rows: [usize; 2],
    span: Span,
    fine: &mut [[u8; STRIP_PIXELS]; 4],
) {
    for (i, out) in fine.iter_mut().enumerate() {
        let row = planes[i / 2].row(rows[i % 2], span.left + span.real);
        out[..span.real].copy_from_slice(&row[span.left..]);
        pad(&mut out[..span.padded], span.real);
    }
}

/// Repeats the last of the first `real` samples of U and of V.
#[inline(always)]
fn pad_groups(groups: &mut [u8], real: usize) {
    if groups.len() == 2 * real {
        return;
    }
    let place = |i: usize| (i / 8) * 16 + i % 8;
    let (u, v) = (groups[place(real - 1)], groups[place(real - 1) + 8]);
    for i in real..groups.len() / 2 {
        groups[place(i)] = u;
        groups[place(i) + 8] = v;
    }
}

#[inline(always)]
fn rgb_chroma<const RED: usize, K: Loops>(
    kernel: K,
    plane: &Plane,
    mcu: Mcu,
    [above, below]: [usize; 2],
    span: Span,
    out: &mut [u8],
    fine: &mut [[u8; STRIP_PIXELS]; 4],
) {
    let [u_above, u_below, v_above, v_below] = fine;
    for (y, u, v) in [(above, u_above, v_above), (below, u_below, v_below)] {
        kernel.rgb_chroma::<RED>(triples(plane, y, span), u, v);
        pad(&mut u[..span.padded], span.real);
        pad(&mut v[..span.padded], span.real);
    }
    coarsen(kernel, fine, mcu, out);
}

/// Full chroma to the MCU's: libjpeg's averages, whose rounding alternates from sample to sample.
#[inline(always)]
fn coarsen<K: Loops>(
    kernel: K,
    [u_above, u_below, v_above, v_below]: &[[u8; STRIP_PIXELS]; 4],
    mcu: Mcu,
    out: &mut [u8],
) {
    for (above, below, side) in [(u_above, u_below, 0), (v_above, v_below, 8)] {
        let out = &mut out[side..];
        match (mcu.across, mcu.down) {
            (1, _) => {
                for (group, from) in out.chunks_mut(16).zip(above.chunks_exact(8)) {
                    group[..8].copy_from_slice(from);
                }
            }
            (_, 1) => kernel.coarsen::<1>(above, below, out),
            _ => kernel.coarsen::<2>(above, below, out),
        }
    }
}
