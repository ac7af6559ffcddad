//! What every encoder does, and why it may not.

use jpeg_ladder::{Intervals, JpegKind};
use wire::{RenditionSet, Stamp};

use crate::camera::{RawFrame, Verdict};

/// Turns one raw frame into JPEGs.
pub(crate) trait Encoder: Send {
    /// Encodes `frame` at every rendition of `renditions`, lowest first, into `jpegs`: one complete baseline JPEG each, with
    /// `stamp` directly after the JFIF APP0. The vectors are overwritten; their capacity is used again. Called again for
    /// the same stamp, the further renditions show what the first ones show.
    ///
    /// Gives what was held, if anything was to be; `None` too if the frame is the last one again.
    ///
    /// # Errors
    /// See [`EncodeError`]; what `jpegs` holds is then undefined.
    fn encode_many(
        &mut self,
        frame: &RawFrame,
        stamp: &Stamp,
        renditions: RenditionSet,
        jpegs: &mut [Vec<u8>],
    ) -> Result<Option<Intervals>, EncodeError>;
}

/// Why a raw frame gave no JPEG.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EncodeError {
    /// The camera's own JPEG is damaged: the frame is dropped, the next one may be good.
    #[error("the camera's JPEG is damaged: {0}")]
    Corrupt(String),
    /// The camera's JPEG is of a kind that is not read.
    #[error("the camera sends {0}, which is not read")]
    Unread(JpegKind),
    /// Size or layout is none that this encoder takes.
    #[error("a frame of {width}x{height} {format} cannot be encoded: {why}")]
    Unsupported {
        /// Pixels per row.
        width: u32,
        /// Rows.
        height: u32,
        /// Layout.
        format: &'static str,
        /// What is in the way.
        why: String,
    },
}

impl EncodeError {
    /// What the camera has to know of it.
    #[must_use]
    pub(crate) fn verdict(&self) -> Verdict {
        match self {
            Self::Unread(kind) => Verdict::Unread(*kind),
            Self::Corrupt(_) | Self::Unsupported { .. } => Verdict::Damaged,
        }
    }
}

/// `CAPTURE_SUBSAMPLING`: colour resolution of the JPEGs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sampling {
    /// A quarter: what OpenCV and most cameras' JPEGs have.
    S420,
    /// Half: all that a YUYV camera gives.
    S422,
}
