//! PURE: what changed up to a frame, what a viewer has, and what it therefore gets.

use std::ops::Range;

use wire::delta::Intervals;

/// The frame that a viewer was last sent, as the one that deltas to it are against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Base {
    /// See [`Changes::epoch`].
    pub(crate) epoch: u64,
    /// By its stamp.
    pub(crate) seq: u64,
}

/// What changed up to one frame, interval by interval.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Changes {
    /// The number of the first frame of this one's epoch: frames of one stream, one run and one header. No two epochs of
    /// this process have the same.
    pub(crate) epoch: u64,
    /// Where they stand in this frame.
    pub(crate) intervals: Intervals,
    /// The frame (by its stamp) in which each was last another than in the one before.
    pub(crate) changed_at: Vec<u64>,
    /// What differs in the headers of an epoch.
    pub(crate) patch: Range<usize>,
    /// The frame before this one in its epoch, by its stamp.
    pub(crate) previous: Option<u64>,
}

/// Which message of a frame a viewer gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// The JPEG.
    Whole,
    /// One of its deltas.
    Delta(usize),
}
