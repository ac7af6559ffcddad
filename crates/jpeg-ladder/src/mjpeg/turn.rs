//! A camera's frame turned or mirrored in the transform domain: no pixel in between, and nothing lost.
//!
//! A mirrored block has its odd frequencies negated, a transposed one its rows and columns exchanged; blocks change their
//! places, and everything is coded anew with the camera's own quantisation tables. What lies beyond the last whole MCU of
//! a side that comes to the front has no place there and is left out, up to 15 pixels, as jpegtran does with `-trim`.
//! Source: ITU-T T.81 A.3.3; libjpeg's transupp.c.

use super::scan::Scan;
use super::turn_plan::Plan;
use super::{Kind, Reader};
use crate::batch::{BatchSink, EncodeNow, Workspace};
use crate::decode;
use crate::error::{At, Damage, EncodeError};
use crate::header;
use crate::kernel::{Job, Kernel, Loops};
use crate::ladder::Ladder;
use crate::orientation::Orientation;
use crate::request::Rungs;
use crate::size::{Rendition, Size};
use crate::source::{Plane, Range, Sampling, Source, Spec};
use crate::tables::Tables;

/// Its tables divide by 1: what was quantised stays as it is.
const UNCHANGED: u8 = 100;

/// Of frames that have no MCUs to move, and are decoded.
const FALLBACK_QUALITY: u8 = 95;

/// Turns frames; its buffers are kept from frame to frame. One for each camera.
pub struct Turner {
    kernel: Kernel,
    work: Box<Workspace>,
    reader: Box<Reader>,
    tables: Vec<Option<Box<Tables>>>,
    /// Of a whole frame, in the order of its scan.
    blocks: Vec<[i16; 64]>,
}

impl Turner {
    /// One with the fastest kernel of this processor.
    #[must_use]
    pub fn new() -> Self {
        let mut tables: Vec<Option<Box<Tables>>> =
            std::iter::repeat_with(|| None).take(101).collect();
        tables[usize::from(UNCHANGED)] = Some(Box::new(Tables::new(UNCHANGED)));
        Self {
            kernel: Kernel::best(),
            work: Box::new(Workspace::new()),
            reader: Box::new(Reader::new()),
            tables,
            blocks: Vec::new(),
        }
    }

    /// Writes the JPEG as it looks from `orientation` to `out`, which is cleared first, and gives its width and height.
    ///
    /// A baseline JPEG keeps every coefficient. One of another kind, or smaller than an MCU, is decoded and encoded.
    ///
    /// # Errors
    /// See [`EncodeError`]. The buffer is empty then.
    pub fn turn(
        &mut self,
        jpeg: &[u8],
        orientation: Orientation,
        out: &mut Vec<u8>,
    ) -> Result<(u16, u16), EncodeError> {
        out.clear();
        let kind = self.reader.begin(jpeg).map_err(EncodeError::damaged)?;
        if let Kind::Unread(kind) = kind {
            return Err(EncodeError::Kind(kind));
        }
        let plan = Plan::of(&self.reader.segments, orientation);
        let Some(plan) = plan.filter(|_| kind == Kind::Baseline) else {
            return decoded(jpeg, orientation, out);
        };
        plan.write_header(&self.reader.segments, out);
        let done = self.kernel.run(Turn {
            work: &mut self.work,
            reader: &mut self.reader,
            jpeg,
            blocks: &mut self.blocks,
            plan: &plan,
            rungs: Rungs {
                renditions: &[Rendition::full(UNCHANGED)],
                tables: &self.tables,
                own: u8::MAX,
            },
            out,
        });
        if let Err(at) = done {
            out.clear();
            return Err(EncodeError::damaged(at));
        }
        out.extend_from_slice(&header::END);
        Ok((plan.picture.width, plan.picture.height))
    }
}

impl Default for Turner {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Turner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Turner").finish_non_exhaustive()
    }
}

/// Decodes a frame, turns its pixels and encodes them.
fn decoded(
    jpeg: &[u8],
    orientation: Orientation,
    out: &mut Vec<u8>,
) -> Result<(u16, u16), EncodeError> {
    let picture = decode::decode(jpeg).ok_or(EncodeError::Damaged {
        at: 0,
        damage: Damage::Undecodable,
    })?;
    let (width, height) = orientation.sides((picture.width, picture.height));
    let (wide, high) = (usize::from(width), usize::from(height));
    let mut rgb = Vec::with_capacity(3 * wide * high);
    for y in 0..high {
        for x in 0..wide {
            let (u, v) = orientation.source((x, y), (wide, high));
            rgb.extend_from_slice(picture.pixel(u, v));
        }
    }
    let spec = Spec {
        width,
        height,
        sampling: Sampling::S420,
        range: Range::Full,
    };
    let source = Source::Rgb24(Plane::new(&rgb, 3 * wide));
    Ladder::new().encode_many(
        &spec,
        source,
        &[Rendition::full(FALLBACK_QUALITY)],
        std::slice::from_mut(out),
        &[],
    )?;
    Ok((width, height))
}

/// A frame's scan to the turned one.
struct Turn<'a> {
    work: &'a mut Workspace,
    reader: &'a mut Reader,
    jpeg: &'a [u8],
    blocks: &'a mut Vec<[i16; 64]>,
    plan: &'a Plan,
    rungs: Rungs<'a>,
    out: &'a mut Vec<u8>,
}

impl Job for Turn<'_> {
    type Output = Result<(), At>;

    #[inline(always)]
    fn run<K: Loops>(self, kernel: K) -> Self::Output {
        let Self {
            work,
            reader,
            jpeg,
            blocks,
            plan,
            rungs,
            out,
        } = self;
        let Reader {
            segments,
            unstuffed,
            kept,
            ..
        } = reader;
        unstuffed.read(jpeg, segments.start_of_scan.end);
        let mut scan = Scan::new(segments, jpeg, unstuffed, kept).quantised();
        let per_mcu = plan.picture.mcu.blocks();
        let geometry = plan.picture.geometry;
        let per_batch = geometry.batch(geometry.fitting());
        blocks.clear();
        for first in (0..segments.mcus).step_by(per_batch) {
            let mcus = per_batch.min(segments.mcus - first);
            scan.read(&mut work.coefficients, mcus)?;
            blocks.extend_from_slice(&work.coefficients.blocks[..mcus * per_mcu]);
        }
        scan.finish()?;
        let mut sink = EncodeNow {
            picture: plan.picture,
            size: Size::Full,
            rungs,
            out: std::slice::from_mut(out),
        };
        let all = geometry.mcus();
        for first in (0..all).step_by(per_batch) {
            let mcus = per_batch.min(all - first);
            for n in 0..mcus * per_mcu {
                let from = plan.source(first + n / per_mcu, n % per_mcu);
                let full = plan.block(&blocks[from], &mut work.coefficients.blocks[n]);
                work.coefficients.peaks[n] = if full { u16::MAX } else { 0 };
            }
            sink.take(kernel, work, first..first + mcus);
        }
        Ok(())
    }
}
