//! Why a frame could not be encoded.

/// Why [`Ladder::encode_many`](crate::Ladder::encode_many) gave no pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// Width or height is zero or above [`MAX_SIDE`](crate::MAX_SIDE).
    #[error("a picture of {width}x{height} cannot be encoded: 1x1 to 8192x8192 can")]
    Size {
        /// Pixels in a row.
        width: u16,
        /// Rows.
        height: u16,
    },
    /// A quality outside of 1 to 100.
    #[error("quality {0} is not one of 1 to 100")]
    Quality(u8),
    /// There must be one output for each quality.
    #[error("{qualities} qualities, but {outputs} outputs")]
    Outputs {
        /// Qualities asked for.
        qualities: usize,
        /// Output buffers given.
        outputs: usize,
    },
    /// The comment is not one whole COM segment: FF FE, its length, its text.
    #[error("the comment is not one finished COM segment")]
    Comment,
    /// A plane whose rows overlap.
    #[error("plane {plane}: a stride of {stride} bytes is less than the {need} of a row")]
    Stride {
        /// The plane's place in the source, from 0.
        plane: usize,
        /// Bytes of one row.
        need: usize,
        /// Bytes from row to row, as given.
        stride: usize,
    },
    /// A buffer that ends before its last row does.
    #[error("plane {plane}: {got} bytes, but the picture has {need}")]
    Short {
        /// The plane's place in the source, from 0.
        plane: usize,
        /// Bytes that the picture takes.
        need: usize,
        /// Bytes that are there.
        got: usize,
    },
}
