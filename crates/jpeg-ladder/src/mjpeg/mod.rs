//! Frames that the camera has already compressed: read to coefficients, quantised anew, no pixel in between.
//!
//! `segments` reads what stands before the scan and `frame` judges by it how to read the rest, `unstuffed` takes the markers out of it, `scan` and `block_reader` read the
//! coefficients, `huffman` makes their tables, `quality` finds out how fine the camera's own tables are. A rung at or
//! above that gets the camera's own scan behind a header of ours, less what no decoder needs. A frame is read to its last
//! block even if no rung needs its coefficients: what is damaged is an error, never a picture. `scan` has the rule.

mod block_reader;
mod frame;
mod huffman;
mod markers;
mod quality;
mod scan;
mod segments;
mod unstuffed;

use std::ops::Range;

use crate::batch::{Rungs, Workspace};
use crate::block::BATCH_BLOCKS;
use crate::error::At;
use crate::header;
use crate::kernel::{Job, Loops};
pub(crate) use frame::Kind;
use scan::Scan;
use segments::Segments;
use unstuffed::Unstuffed;

/// What is kept from frame to frame.
pub(crate) struct Reader {
    segments: Segments,
    quality: quality::Estimate,
    unstuffed: Unstuffed,
    /// The parts of the frame that hold its scan.
    kept: Vec<Range<usize>>,
}

impl Reader {
    pub(crate) fn new() -> Self {
        Self {
            segments: Segments::new(),
            quality: quality::Estimate::default(),
            unstuffed: Unstuffed::default(),
            kept: Vec::new(),
        }
    }

    /// Reads a frame's segments.
    pub(crate) fn begin(&mut self, data: &[u8]) -> Result<Kind, At> {
        self.segments.read(data)
    }

    /// Whether the general decoder shows the frame that was begun as libjpeg does.
    pub(crate) fn contradicts(&self) -> bool {
        self.segments.contradicts()
    }

    /// How fine the frame's tables are.
    pub(crate) fn quality(&mut self) -> u8 {
        self.quality.of(self.segments.luma_and_chroma())
    }

    /// The frame's segments behind our APP0 and `comment`: those that a decoder needs, and what the camera left out.
    pub(crate) fn write_own_header(&self, data: &[u8], out: &mut Vec<u8>, comment: &[u8]) {
        out.extend_from_slice(&header::START);
        out.extend_from_slice(comment);
        for segment in &self.segments.needed {
            out.extend_from_slice(&data[segment.clone()]);
        }
        header::write_huffman(out, |table| self.segments.lacks(table));
        out.extend_from_slice(&data[self.segments.start_of_scan.clone()]);
    }

    /// The header for the frame's coefficients at another quality.
    pub(crate) fn write_header(
        &self,
        tables: &crate::tables::Tables,
        out: &mut Vec<u8>,
        comment: &[u8],
    ) {
        let Segments {
            width, height, mcu, ..
        } = self.segments;
        header::write(out, width, height, mcu, tables, comment);
    }
}

/// The scans of all qualities: those below `own` from the frame's coefficients, the others as they are.
pub(crate) struct Requantise<'a> {
    pub(crate) work: &'a mut Workspace,
    pub(crate) reader: &'a mut Reader,
    pub(crate) data: &'a [u8],
    pub(crate) own: u8,
    pub(crate) rungs: Rungs<'a>,
    pub(crate) out: &'a mut [Vec<u8>],
}

impl Job for Requantise<'_> {
    type Output = Result<(), At>;

    #[inline(always)]
    fn run<K: Loops>(self, kernel: K) -> Self::Output {
        let Self {
            work,
            reader,
            data,
            own,
            rungs,
            out,
        } = self;
        let Reader {
            segments,
            unstuffed,
            kept,
            ..
        } = reader;
        unstuffed.read(data, segments.start_of_scan.end);
        let mut scan = Scan::new(segments, data, unstuffed, kept);
        work.begin(rungs.qualities, own);
        let per_batch = BATCH_BLOCKS / segments.mcu.blocks();
        for first in (0..segments.mcus).step_by(per_batch) {
            let mcus = per_batch.min(segments.mcus - first);
            scan.read(&mut work.coefficients, mcus)?;
            work.encode(kernel, segments.mcu, mcus, &rungs, out);
        }
        scan.finish()?;
        work.finish(out);
        for (&quality, out) in rungs.qualities.iter().zip(out) {
            if quality >= own {
                for part in &*kept {
                    out.extend_from_slice(&data[part.clone()]);
                }
            }
        }
        Ok(())
    }
}
