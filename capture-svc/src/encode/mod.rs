//! Raw frame in, one stamped JPEG per wanted rendition out. No socket, no clock, no metrics.
//!
//! Two encoders behind one trait: the project's own, and the crate `jpeg-encoder` as the reference to compare with.

mod encoder;
mod hold;
mod ladder;
mod pass_through;
mod picture;
mod reference;

pub(crate) use self::encoder::{EncodeError, Encoder, Sampling};
pub(crate) use self::hold::Hold;
use self::{ladder::Ladder, reference::Reference};
/// What became of a frame's restart intervals.
pub(crate) use jpeg_ladder::Intervals;
/// Which of the ladder's kernels is the fastest on this processor, and the times that say so.
pub(crate) use jpeg_ladder::Race as KernelRace;

/// `CAPTURE_ENCODER`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EncoderKind {
    /// The crate `jpeg-ladder`.
    Ladder,
    /// The crate `jpeg-encoder`.
    Reference,
}

impl EncoderKind {
    /// The words of the setting.
    pub(crate) const CHOICES: [(&'static str, Self); 2] =
        [("ladder", Self::Ladder), ("reference", Self::Reference)];

    /// The encoder of this kind; the log says which kernel it has, and why. The reference holds nothing.
    #[must_use]
    pub(crate) fn build(self, sampling: Sampling, hold: Option<Hold>) -> Box<dyn Encoder> {
        match self {
            Self::Ladder => {
                let raced = KernelRace::get();
                tracing::info!(kernel = %raced.fastest(), %raced, "encoder");
                Box::new(Ladder::new(sampling, hold))
            }
            Self::Reference => Box::new(Reference::new(sampling)),
        }
    }
}
