//! Raw frame in, one stamped JPEG per wanted rung out. No socket, no clock, no metrics.
//!
//! Two encoders behind one trait: the project's own, and the crate `jpeg-encoder` as the reference to compare with.

mod ladder;
mod picture;
mod reference;

use wire::{RungSet, Stamp};

use crate::camera::RawFrame;
/// Which of the ladder's kernels is the fastest on this processor, and the times that say so.
pub use jpeg_ladder::Race as KernelRace;
pub use ladder::Ladder;
pub use reference::Reference;

/// Turns one raw frame into JPEGs.
pub trait Encoder: Send {
    /// Encodes `frame` at every rung of `rungs`, lowest first, into `jpegs`: one complete baseline JPEG each, with
    /// `stamp` directly after the JFIF APP0. The vectors are overwritten; their capacity is used again.
    ///
    /// # Errors
    /// See [`EncodeError`]; what `jpegs` holds is then undefined.
    fn encode_many(
        &mut self,
        frame: &RawFrame,
        stamp: &Stamp,
        rungs: RungSet,
        jpegs: &mut [Vec<u8>],
    ) -> Result<(), EncodeError>;
}

/// Why a raw frame gave no JPEG.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// The camera's own JPEG is damaged: the frame is dropped, the next one may be good.
    #[error("the camera's JPEG is damaged: {0}")]
    Corrupt(String),
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

/// `CAPTURE_SUBSAMPLING`: colour resolution of the JPEGs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sampling {
    /// A quarter: what OpenCV and most cameras' JPEGs have.
    S420,
    /// Half: all that a YUYV camera gives.
    S422,
}

/// `CAPTURE_ENCODER`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EncoderKind {
    /// The crate `jpeg-ladder`.
    Ladder,
    /// The crate `jpeg-encoder`.
    Reference,
}

impl EncoderKind {
    /// The words of the setting.
    pub const CHOICES: [(&'static str, Self); 2] =
        [("ladder", Self::Ladder), ("reference", Self::Reference)];

    /// The encoder of this kind; the log says which kernel it has, and why.
    #[must_use]
    pub fn build(self, sampling: Sampling) -> Box<dyn Encoder> {
        match self {
            Self::Ladder => {
                let raced = KernelRace::get();
                tracing::info!(kernel = %raced.fastest(), %raced, "encoder");
                Box::new(Ladder::new(sampling))
            }
            Self::Reference => Box::new(Reference::new(sampling)),
        }
    }
}
