//! From a source's pixels to samples in the order in which blocks are cut: a strip of one row of MCUs.
//!
//! Every layout ends here, so that the transform knows one only: luma in rows, chroma in rows of groups of 8 U and
//! 8 V, padded beyond the picture's edges as libjpeg pads. A strip is as wide as a batch and stays in the cache.
//! Source: libjpeg's jcsample.c and jcprepct.c.

use crate::colour;
use crate::kernel::Loops;
use crate::kernel::portable::average;
use crate::source::{Plane, Range, Sampling, Source};

/// Pixels that the widest batch has in a row.
pub(crate) const STRIP_PIXELS: usize = 512;
/// Room for the surplus half of a pair of blocks; also keeps rows off each other's cache sets.
pub(crate) const LUMA_STRIDE: usize = STRIP_PIXELS + 32;
/// 16 bytes for each MCU, of which 4:4:4 has the most.
pub(crate) const CHROMA_STRIDE: usize = 2 * STRIP_PIXELS + 32;

/// The samples of one batch.
pub(crate) struct Strip {
    pub(crate) luma: Box<[u8]>,
    pub(crate) chroma: Box<[u8]>,
    /// Two rows of Cb and two of Cr before they are made coarser.
    fine: Box<[[u8; STRIP_PIXELS]; 4]>,
}

/// How many pixels and blocks an MCU has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mcu {
    /// Luma blocks side by side.
    pub(crate) across: usize,
    /// Luma blocks on top of each other.
    pub(crate) down: usize,
    /// Whether a block of Cb and one of Cr follow.
    pub(crate) colour: bool,
}

impl Mcu {
    pub(crate) const fn new(sampling: Sampling) -> Self {
        let (across, down, colour) = match sampling {
            Sampling::S420 => (2, 2, true),
            Sampling::S422 => (2, 1, true),
            Sampling::S444 => (1, 1, true),
            Sampling::Grey => (1, 1, false),
        };
        Self {
            across,
            down,
            colour,
        }
    }

    /// Blocks of luma and chroma.
    pub(crate) const fn blocks(self) -> usize {
        self.across * self.down + if self.colour { 2 } else { 0 }
    }
}

/// Which part of the picture a batch is.
#[derive(Clone, Copy)]
pub(crate) struct Window {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Rows of MCUs above.
    pub(crate) row: usize,
    /// MCUs to the left.
    pub(crate) column: usize,
    /// MCUs in the batch.
    pub(crate) mcus: usize,
}

impl Strip {
    pub(crate) fn new() -> Self {
        Self {
            luma: vec![0; 16 * LUMA_STRIDE].into_boxed_slice(),
            chroma: vec![0; 8 * CHROMA_STRIDE].into_boxed_slice(),
            fine: Box::new([[0; STRIP_PIXELS]; 4]),
        }
    }

    /// Reads the window's samples.
    #[inline(always)]
    pub(crate) fn fill<K: Loops>(
        &mut self,
        kernel: K,
        source: &Source,
        range: Range,
        mcu: Mcu,
        window: Window,
    ) {
        let pixels = window.mcus * 8 * mcu.across;
        let left = window.column * 8 * mcu.across;
        let span = Span {
            left,
            real: pixels.min(window.width - left),
            padded: pixels,
        };
        let limited =
            range == Range::Limited && !matches!(source, Source::Rgb24(_) | Source::Bgr24(_));
        for y in 0..8 * mcu.down {
            let from = (window.row * 8 * mcu.down + y).min(window.height - 1);
            let out = &mut self.luma[y * LUMA_STRIDE..][..span.padded];
            luma_row(kernel, source, from, span, &mut out[..span.real]);
            if limited {
                colour::expand_luma(&mut out[..span.real]);
            }
            pad(out, span.real);
        }
        if !mcu.colour {
            return;
        }
        let rows = window.height.div_ceil(mcu.down);
        for y in 0..8 {
            let above = mcu.down * (window.row * 8 + y).min(rows - 1);
            let below = (above + mcu.down - 1).min(window.height - 1);
            let out = &mut self.chroma[y * CHROMA_STRIDE..][..16 * window.mcus];
            chroma_row(
                kernel,
                source,
                mcu,
                [above, below],
                span,
                out,
                &mut self.fine,
            );
            if limited {
                colour::expand_chroma(out);
            }
        }
    }
}

/// A row's part, in pixels.
#[derive(Clone, Copy)]
struct Span {
    left: usize,
    /// Those that the picture has.
    real: usize,
    /// Those that the blocks have.
    padded: usize,
}

/// Repeats the last of the first `real` values.
#[inline(always)]
fn pad(row: &mut [u8], real: usize) {
    let (have, lack) = row.split_at_mut(real);
    if let Some(&last) = have.last() {
        lack.fill(last);
    }
}

#[inline(always)]
fn luma_row<K: Loops>(kernel: K, source: &Source, y: usize, span: Span, out: &mut [u8]) {
    match source {
        Source::Yuyv(plane) => kernel.luma::<0>(pairs(plane, y, span), out),
        Source::Uyvy(plane) => kernel.luma::<1>(pairs(plane, y, span), out),
        Source::Nv12 { y: plane, .. } | Source::Planar { y: plane, .. } | Source::Grey(plane) => {
            out.copy_from_slice(&plane.row(y, span.left + span.real)[span.left..]);
        }
        Source::Rgb24(plane) => colour::rgb_luma::<0>(triples(plane, y, span), out),
        Source::Bgr24(plane) => colour::rgb_luma::<2>(triples(plane, y, span), out),
        Source::Mjpeg(_) => unreachable!("has no pixels to read"),
    }
}

/// The part of a 4:2:2 packed row, whole pairs of pixels.
#[inline(always)]
fn pairs<'a>(plane: &Plane<'a>, y: usize, span: Span) -> &'a [u8] {
    let right = (span.left + span.real).next_multiple_of(2);
    &plane.row(y, 2 * right)[2 * span.left..]
}

/// The part of an RGB row.
#[inline(always)]
fn triples<'a>(plane: &Plane<'a>, y: usize, span: Span) -> &'a [u8] {
    &plane.row(y, 3 * (span.left + span.real))[3 * span.left..]
}

/// Makes one row of groups from the source's rows `above` and `below`, which are the same for full chroma height.
#[inline(always)]
fn chroma_row<K: Loops>(
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
            let row = &uv.row(above / 2, 2 * right)[2 * left..];
            for (group, from) in out.chunks_exact_mut(16).zip(row.chunks(16)) {
                let (u, v) = group.split_at_mut(8);
                for ((u, v), from) in u.iter_mut().zip(v).zip(from.chunks_exact(2)) {
                    (*u, *v) = (from[0], from[1]);
                }
            }
            pad_groups(out, right - left);
        }
        Source::Planar {
            u,
            v,
            sampling: Sampling::S444,
            ..
        } => {
            let row = |plane: &Plane, y, out: &mut [u8; STRIP_PIXELS]| {
                let row = plane.row(y, span.left + span.real);
                out[..span.real].copy_from_slice(&row[span.left..]);
                pad(&mut out[..span.padded], span.real);
            };
            let [u_above, u_below, v_above, v_below] = fine;
            row(u, above, u_above);
            row(u, below, u_below);
            row(v, above, v_above);
            row(v, below, v_below);
            coarsen(fine, mcu, out);
            pad_groups(out, span.real.div_ceil(mcu.across));
        }
        Source::Planar { u, v, sampling, .. } => {
            let (above, below) = match sampling {
                Sampling::S420 => (above / 2, above / 2),
                _ => (above, below),
            };
            for (plane, side) in [(u, 0), (v, 8)] {
                let above = &plane.row(above, right)[left..];
                let below = &plane.row(below, right)[left..];
                let rows = above.chunks(8).zip(below.chunks(8));
                for (group, (above, below)) in out.chunks_exact_mut(16).zip(rows) {
                    let samples = above.iter().zip(below);
                    for (out, (&above, &below)) in group[side..].iter_mut().zip(samples) {
                        *out = average(above, below);
                    }
                }
            }
            pad_groups(out, right - left);
        }
        Source::Rgb24(plane) => rgb_chroma::<0>(plane, mcu, [above, below], span, out, fine),
        Source::Bgr24(plane) => rgb_chroma::<2>(plane, mcu, [above, below], span, out, fine),
        Source::Grey(_) | Source::Mjpeg(_) => unreachable!("neither has chroma to read"),
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
fn rgb_chroma<const RED: usize>(
    plane: &Plane,
    mcu: Mcu,
    [above, below]: [usize; 2],
    span: Span,
    out: &mut [u8],
    fine: &mut [[u8; STRIP_PIXELS]; 4],
) {
    let [u_above, u_below, v_above, v_below] = fine;
    for (y, u, v) in [(above, u_above, v_above), (below, u_below, v_below)] {
        colour::rgb_chroma::<RED>(triples(plane, y, span), u, v);
        pad(&mut u[..span.padded], span.real);
        pad(&mut v[..span.padded], span.real);
    }
    coarsen(fine, mcu, out);
}

/// Full chroma to the MCU's: libjpeg's averages, whose rounding alternates from sample to sample.
#[inline(always)]
fn coarsen(
    [u_above, u_below, v_above, v_below]: &[[u8; STRIP_PIXELS]; 4],
    mcu: Mcu,
    out: &mut [u8],
) {
    for (above, below, side) in [(u_above, u_below, 0), (v_above, v_below, 8)] {
        for (i, group) in out.chunks_exact_mut(16).enumerate() {
            let out = &mut group[side..side + 8];
            if mcu.across == 1 {
                out.copy_from_slice(&above[8 * i..][..8]);
                continue;
            }
            let pairs = above[16 * i..][..16]
                .chunks_exact(2)
                .zip(below[16 * i..].chunks_exact(2));
            for ((k, out), (above, below)) in out.iter_mut().enumerate().zip(pairs) {
                let odd = (k & 1) as u16;
                let sum = |pair: &[u8]| u16::from(pair[0]) + u16::from(pair[1]);
                *out = if mcu.down == 1 {
                    (sum(above) + odd) >> 1
                } else {
                    (sum(above) + sum(below) + 1 + odd) >> 2
                } as u8;
            }
        }
    }
}
