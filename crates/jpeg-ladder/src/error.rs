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
    /// There must be one output for each rendition.
    #[error("{renditions} renditions, but {outputs} outputs")]
    Outputs {
        /// Renditions asked for.
        renditions: usize,
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
    /// A compressed frame of a kind that is not read.
    #[error("the camera sends {0}, which is not read")]
    Kind(JpegKind),
    /// A compressed frame that is not whole. It is best dropped: the next one is on its way.
    #[error("the camera's JPEG is damaged at byte {at}: {damage}")]
    Damaged {
        /// Where in the frame it shows; the damage itself may lie before.
        at: usize,
        /// What shows.
        damage: Damage,
    },
}

impl EncodeError {
    pub(crate) fn damaged((at, damage): At) -> Self {
        Self::Damaged { at, damage }
    }
}

/// Damage and the byte of the frame that it was found at.
pub(crate) type At = (usize, Damage);

/// What shows that a compressed frame is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Damage {
    /// The first two bytes.
    #[error("it does not begin with FF D8")]
    NoStart,
    /// A segment before the scan.
    #[error("a segment is cut off or contradicts itself")]
    Segment,
    /// A marker in a place where none like it may be.
    #[error("a marker FF {0:02X} stands where it cannot")]
    Marker(u8),
    /// Restart markers count from 0 to 7 and over again.
    #[error("a restart marker is missing")]
    Restart,
    /// Bits that mean nothing, or more coefficients than a block has.
    #[error("the bits of MCU {mcu} are no block")]
    Code {
        /// Counted from 0.
        mcu: usize,
    },
    /// A coefficient that no picture has.
    #[error("MCU {mcu} has a coefficient out of all range")]
    Range {
        /// Counted from 0.
        mcu: usize,
    },
    /// The scan ends too early.
    #[error("the scan ends in MCU {mcu} of {of}")]
    Short {
        /// Counted from 0.
        mcu: usize,
        /// How many there should be.
        of: usize,
    },
    /// Something follows the last MCU, and the bits before it are not ones, as an encoder leaves them: read out of step.
    #[error("{bytes} bytes are left over, out of step with the bits before them")]
    LeftOver {
        /// Before the next marker.
        bytes: usize,
    },
    /// A progressive or otherwise unusual frame that the general decoder refused.
    #[error("it is of an unusual kind and cannot be decoded")]
    Undecodable,
}

/// Kinds of JPEG that are not read: none of them is known of a camera, and to read one wrongly were worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JpegKind {
    /// Coded by an arithmetic coder.
    #[error("arithmetic-coded JPEG")]
    Arithmetic,
    /// Predicted samples instead of transformed ones.
    #[error("lossless JPEG")]
    Lossless,
    /// In several sizes, each from the one before.
    #[error("hierarchical JPEG")]
    Hierarchical,
    /// Samples of so many bits.
    #[error("{0}-bit JPEG")]
    Precision(u8),
    /// So many components.
    #[error("JPEG of {0} components")]
    Components(u8),
    /// Baseline in several scans, of chroma that is coarser in height.
    #[error("JPEG in several scans")]
    Scans,
    /// Chroma of more samples than luma.
    #[error("JPEG with finer chroma than luma")]
    Sampling,
    /// So wide and high, and of a kind that is decoded whole: its own word would say how much memory that takes.
    #[error("{0}x{1} JPEG that is not plain baseline, beyond 4096x2304")]
    Large(u16, u16),
    /// What its segments say about its colours is not one thing.
    #[error("JPEG that contradicts itself about its colours")]
    Colours,
}
