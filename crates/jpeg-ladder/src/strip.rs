//! From a source's pixels to samples in the order in which blocks are cut: a strip of one row of MCUs.
//!
//! Every layout ends here, so that the transform knows one only: luma in rows, chroma in rows of groups of 8 U and
//! 8 V, padded beyond the picture's edges as libjpeg pads. A strip is as wide as a batch and stays in the cache.
//! Source: libjpeg's jcsample.c and jcprepct.c.

use crate::block::{Mcu, STRIP_PIXELS};
use crate::chroma::chroma_row;
use crate::kernel::Loops;
use crate::source::{Range, Source};
use crate::span::{Span, pad, pairs, triples};

/// Room for the surplus half of a pair of blocks; also keeps rows off each other's cache sets.
const LUMA_STRIDE: usize = STRIP_PIXELS + 32;
/// 16 bytes for each MCU, of which 4:4:4 has the most.
const CHROMA_STRIDE: usize = 2 * STRIP_PIXELS + 32;

/// The samples of one batch.
pub(crate) struct Strip {
    luma: Box<[u8]>,
    chroma: Box<[u8]>,
    /// Two rows of Cb and two of Cr before they are made coarser.
    fine: Box<[[u8; STRIP_PIXELS]; 4]>,
}

/// Samples from the first MCU of a window on.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) luma: &'a [u8],
    pub(crate) luma_stride: usize,
    pub(crate) chroma: &'a [u8],
    pub(crate) chroma_stride: usize,
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

    /// What was read last.
    #[inline(always)]
    pub(crate) fn view(&self) -> View<'_> {
        View {
            luma: &self.luma,
            luma_stride: LUMA_STRIDE,
            chroma: &self.chroma,
            chroma_stride: CHROMA_STRIDE,
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
                kernel.expand_luma(&mut out[..span.real]);
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
                kernel.expand_chroma(out);
            }
        }
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
        Source::Rgb24(plane) => kernel.rgb_luma::<0>(triples(plane, y, span), out),
        Source::Bgr24(plane) => kernel.rgb_luma::<2>(triples(plane, y, span), out),
        Source::Mjpeg(_) => unreachable!("has no pixels to read"),
    }
}
