//! Frames that the camera has already compressed: read to coefficients, quantised anew, no pixel in between.
//!
//! `segments` reads what stands before the scan and `frame` judges by it how to read the rest, `unstuffed` takes the markers out of it, `scan` and `block_reader` read the
//! coefficients, `huffman` makes their tables, `quality` finds out how fine the camera's own tables are. A rung at or
//! above that gets the camera's own scan behind a header of ours, less what no decoder needs. A frame is read to its last
//! block even if no rung needs its coefficients: what is damaged is an error, never a picture. `scan` has the rule, and
//! `pass_through` is the one way round it, for callers who read only some of their frames.

mod block_reader;
mod frame;
mod huffman;
mod markers;
mod pass_through;
mod quality;
mod scan;
mod segments;
mod turn;
mod turn_plan;
mod unstuffed;

use std::ops::Range;

use crate::batch::{BatchSink, Workspace};
use crate::error::{At, EncodeError};
use crate::header;
use crate::interval::{Length, Picture};
use crate::kernel::{Job, Kernel, Loops};
pub(crate) use frame::Kind;
use scan::Scan;
use segments::Segments;
pub use turn::Turner;
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
        let (luma, chroma) = self.segments.luma_and_chroma();
        self.quality.of(luma, chroma)
    }

    /// The frame's own steps, luma's and chroma's in zigzag order.
    pub(crate) fn steps(&self) -> [&[u16; 64]; 2] {
        let (luma, chroma) = self.segments.luma_and_chroma();
        [luma, chroma.unwrap_or(luma)]
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

    /// The frame's own scan, once a [`ReadScan`] has found out which parts of the frame it is.
    pub(crate) fn write_own_scan(&self, data: &[u8], out: &mut Vec<u8>) {
        for part in &self.kept {
            out.extend_from_slice(&data[part.clone()]);
        }
    }

    /// What picture the frame is, in files with intervals of that length.
    pub(crate) fn picture(&self, length: Length) -> Picture {
        let Segments {
            width, height, mcu, ..
        } = self.segments;
        Picture::new(mcu, width, height, length)
    }
}

/// A frame's scan to coefficients, and the parts of the frame that hold the scan.
pub(crate) struct ReadScan<'a, S> {
    work: &'a mut Workspace,
    reader: &'a mut Reader,
    data: &'a [u8],
    /// As it is in the files: whole intervals are read at once, if one fits.
    picture: Picture,
    sink: S,
}

impl<'a, S: BatchSink> ReadScan<'a, S> {
    /// Reads the frame whose segments the reader has read.
    pub(crate) fn run(
        kernel: Kernel,
        work: &'a mut Workspace,
        reader: &'a mut Reader,
        data: &'a [u8],
        picture: Picture,
        sink: S,
    ) -> Result<(), EncodeError> {
        let job = Self {
            work,
            reader,
            data,
            picture,
            sink,
        };
        kernel.run(job).map_err(EncodeError::damaged)
    }
}

impl<S: BatchSink> Job for ReadScan<'_, S> {
    type Output = Result<(), At>;

    #[inline(always)]
    fn run<K: Loops>(self, kernel: K) -> Self::Output {
        let Self {
            work,
            reader,
            data,
            picture,
            mut sink,
        } = self;
        let geometry = picture.geometry;
        let Reader {
            segments,
            unstuffed,
            kept,
            ..
        } = reader;
        unstuffed.read(data, segments.start_of_scan.end);
        let mut scan = Scan::new(segments, data, unstuffed, kept);
        let per_batch = geometry.batch(geometry.fitting());
        for first in (0..segments.mcus).step_by(per_batch) {
            let mcus = per_batch.min(segments.mcus - first);
            scan.read(&mut work.coefficients, mcus)?;
            sink.take(kernel, work, first..first + mcus);
        }
        scan.finish()
    }
}
