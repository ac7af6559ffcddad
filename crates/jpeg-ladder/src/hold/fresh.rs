//! What of a frame is fresh, and how much of the next one has to be compared therefore.

use crate::interval::Geometry;

/// Intervals that make a good sample.
const SAMPLED: usize = 100;

/// Of all intervals, in percent: if more have changed, that is not over with the next frame.
pub(super) const CLEAR: usize = 85;

/// Frames running that were fresh as a whole: then the next one is, too. One alone is a light that is switched, or a
/// codec's own beginning.
pub(super) const LASTING: u32 = 6;

/// What of a frame is fresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fresh {
    Part,
    /// Everything, of whatever cause.
    All,
    /// So it is, and so clearly or for so long that a sample will tell when it ends.
    Clearly,
}

/// Which intervals of a frame are compared: one in so many.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample(usize);

impl Sample {
    pub(super) const ALL: Self = Self(1);

    /// Enough to see whether everything goes on to be fresh. It depends on nothing but the picture.
    pub(super) fn of(geometry: Geometry) -> Self {
        // Odd, so that from row to row it is others.
        Self((geometry.intervals / SAMPLED) | 1)
    }

    #[inline(always)]
    pub(super) fn has(self, interval: usize) -> bool {
        interval.is_multiple_of(self.0)
    }
}
