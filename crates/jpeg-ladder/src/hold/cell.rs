//! What one MCU's distances were since it was last encoded: their mean at first, and their mean of late.
//!
//! What is shown has noise of its own, which every distance to it contains. It is the same in the first mean and in the
//! later one, so that their difference shows changes that are far smaller than the noise of a frame.

use super::distance::Distance;

/// Frames of a mean.
pub(super) const FRAMES: i32 = 8;

/// The sums that are followed: squares of luma's low and high frequencies and of chroma's, then the DC of luma, Cb, Cr,
/// and a zero, so that they fill a register.
pub(super) type Sums = [i32; 8];

/// Means of sums, times `FRAMES`.
#[derive(Clone, Copy, Default)]
pub(super) struct Cell {
    first: Sums,
    late: Sums,
}

impl Cell {
    /// Adds a frame; `seen` were added before. The first one takes the place of whatever was.
    #[inline(always)]
    pub(super) fn add(&mut self, seen: u16, distance: &Distance) {
        let [low, high, chroma_low, chroma_high] = distance.squares();
        let [cb, cr] = distance.chroma_dc;
        let sums = [low, high, chroma_low, chroma_high, distance.dc, cb, cr, 0];
        if i32::from(seen) < FRAMES {
            for (late, sum) in self.late.iter_mut().zip(sums) {
                *late = if seen == 0 { sum } else { *late + sum };
            }
            self.first = self.late;
        } else {
            for (late, sum) in self.late.iter_mut().zip(sums) {
                *late += sum - *late / FRAMES;
            }
        }
    }

    /// How much the means grew since the first one; zero until that is complete.
    #[inline(always)]
    pub(super) fn growth(&self) -> Sums {
        std::array::from_fn(|i| self.late[i] - self.first[i])
    }

    /// The sums of late; until the first mean is complete, of as many frames as there were.
    #[inline(always)]
    pub(super) fn late(&self) -> Sums {
        self.late
    }
}
