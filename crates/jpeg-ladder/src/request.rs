//! What is asked of one frame, checked before anything is encoded.

use crate::error::EncodeError;
use crate::size::{Rendition, Size};
use crate::source::Spec;
use crate::tables::Tables;

/// What is asked of one frame.
#[derive(Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) spec: Spec,
    pub(crate) renditions: &'a [Rendition],
    pub(crate) comment: &'a [u8],
    /// Whether the frame is the last one again.
    pub(crate) again: bool,
}

impl Request<'_> {
    pub(crate) fn check(&self, outputs: usize) -> Result<(), EncodeError> {
        if self.renditions.len() != outputs {
            return Err(EncodeError::Outputs {
                renditions: self.renditions.len(),
                outputs,
            });
        }
        if !self.comment.is_empty() && !is_comment(self.comment) {
            return Err(EncodeError::Comment);
        }
        let mut qualities = self.renditions.iter().map(|rendition| rendition.quality);
        let wrong = qualities.find(|quality| !(1..=100).contains(quality));
        wrong.map_or(Ok(()), |quality| Err(EncodeError::Quality(quality)))
    }
}

/// Whether the bytes are one whole COM segment.
fn is_comment(bytes: &[u8]) -> bool {
    let [0xff, 0xfe, high, low, ..] = *bytes else {
        return false;
    };
    usize::from(u16::from_be_bytes([high, low])) + 2 == bytes.len()
}

/// The renditions wanted, and the tables of all qualities that were ever wanted.
#[derive(Clone, Copy)]
pub(crate) struct Rungs<'a> {
    pub(crate) renditions: &'a [Rendition],
    pub(crate) tables: &'a [Option<Box<Tables>>],
    /// The camera's own quality where it compresses: from there on it is passed on in its own size, and not coded.
    pub(crate) own: u8,
}

impl<'a> Rungs<'a> {
    #[inline(always)]
    pub(crate) fn tables(&self, quality: u8) -> &'a Tables {
        self.tables[usize::from(quality)]
            .as_deref()
            .expect("made before the first batch")
    }

    /// Whether the camera's own bytes are what is wanted.
    #[inline(always)]
    pub(crate) fn passes_on(&self, rendition: Rendition) -> bool {
        rendition.size == Size::Full && rendition.quality >= self.own
    }

    /// Whether this is coded from coefficients of that size.
    #[inline(always)]
    pub(crate) fn codes(&self, rendition: Rendition, size: Size) -> bool {
        rendition.size == size && !self.passes_on(rendition)
    }

    /// Whether anything is coded from coefficients of that size.
    pub(crate) fn wants(&self, size: Size) -> bool {
        self.renditions
            .iter()
            .any(|&rendition| self.codes(rendition, size))
    }

    /// Whether there is anything smaller than the camera's own size.
    pub(crate) fn wants_smaller(&self) -> bool {
        self.wants(Size::Half) || self.wants(Size::Quarter)
    }
}
