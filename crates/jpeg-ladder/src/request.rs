//! What is asked of one frame, checked before anything is encoded.

use crate::error::EncodeError;
use crate::source::Spec;

/// What is asked of one frame.
#[derive(Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) spec: Spec,
    pub(crate) qualities: &'a [u8],
    pub(crate) comment: &'a [u8],
    /// Whether the frame is the last one again.
    pub(crate) again: bool,
}

impl Request<'_> {
    pub(crate) fn check(&self, outputs: usize) -> Result<(), EncodeError> {
        if self.qualities.len() != outputs {
            return Err(EncodeError::Outputs {
                qualities: self.qualities.len(),
                outputs,
            });
        }
        if !self.comment.is_empty() && !is_comment(self.comment) {
            return Err(EncodeError::Comment);
        }
        let wrong = self
            .qualities
            .iter()
            .find(|quality| !(1..=100).contains(*quality));
        wrong.map_or(Ok(()), |&quality| Err(EncodeError::Quality(quality)))
    }
}

/// Whether the bytes are one whole COM segment.
fn is_comment(bytes: &[u8]) -> bool {
    let [0xff, 0xfe, high, low, ..] = *bytes else {
        return false;
    };
    usize::from(u16::from_be_bytes([high, low])) + 2 == bytes.len()
}
