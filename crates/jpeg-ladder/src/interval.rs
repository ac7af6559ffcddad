//! Restart intervals: how many MCUs one has, and which pieces of them a batch is.
//!
//! Every file of ours has restart markers at a fixed distance, so that a part of the picture can be used again, sent or
//! decoded by itself: a short one where that is done, a long one where it hardly is. An interval never crosses a row of
//! MCUs: then it is a rectangle, and has neighbours. Nothing here touches a coefficient. Source: ITU-T T.81 B.2.4.4, E.1.4.

use std::ops::Range;

use crate::block::{BATCH_BLOCKS, Mcu, Piece, STRIP_PIXELS};
use crate::size::Size;

/// How long the intervals of a picture are to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    /// Where what is still is held.
    Short,
    /// Where it is not.
    Long,
}

impl Length {
    /// What a file shall have that is made by somebody who `holds` what is still, or does not.
    pub(crate) fn of(holds: bool) -> Self {
        if holds { Self::Short } else { Self::Long }
    }

    /// Pixels that an interval is to have: 80 x 16 are five MCUs of 4:2:0 or ten of 4:2:2, 320 x 16 four times as many.
    ///
    /// Each interval costs 2.9 to 4.2 bytes: marker, padding, DC anew. Short ones are 4.1 % of a file at quality 30 in a
    /// scene of a camera's detail and 1.9 % at 80, in a soft one twice that; long ones a quarter of it. Who holds gets it
    /// back many times: at twice the length a delta of somebody who walks is a quarter larger, which is more than whole
    /// frames save, at every quality. Who does not has deltas of what is equal to the byte at most: screens, recordings
    /// without noise. Nothing makes a marker cheaper: none stands behind the last interval, a byte is filled up only if
    /// it has been begun, and that DC starts anew is what an interval is.
    const fn pixels(self) -> usize {
        match self {
            Self::Short => 80 * 16,
            Self::Long => 320 * 16,
        }
    }
}

/// What a picture is, whatever it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Picture {
    pub(crate) mcu: Mcu,
    pub(crate) width: u16,
    pub(crate) height: u16,
    /// Of its intervals, as they were to be.
    length: Length,
    pub(crate) geometry: Geometry,
}

impl Picture {
    pub(crate) fn new(mcu: Mcu, width: u16, height: u16, length: Length) -> Self {
        Self {
            mcu,
            width,
            height,
            length,
            geometry: Geometry::new(mcu, width, height, length),
        }
    }

    /// How many MCUs of a row are cut out of its samples at once: whole intervals if one fits.
    pub(crate) fn strip_mcus(self) -> usize {
        let most = STRIP_PIXELS / (8 * self.mcu.across);
        self.geometry.batch(self.geometry.fitting().min(most))
    }

    /// The same picture in another size.
    pub(crate) fn at(self, size: Size) -> Self {
        let (width, height) = size.sides((self.width, self.height));
        Self::new(self.mcu, width, height, self.length)
    }
}

/// A picture as its scan has it: MCUs in rows, rows of whole intervals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Geometry {
    pub(crate) mcus_across: usize,
    pub(crate) mcus_down: usize,
    pub(crate) blocks_per_mcu: usize,
    /// Of an MCU; the others are one of Cb and one of Cr.
    pub(crate) luma_blocks: usize,
    /// MCUs between two restart markers.
    pub(crate) interval_mcus: usize,
    /// Of the picture.
    pub(crate) intervals: usize,
}

impl Geometry {
    fn new(mcu: Mcu, width: u16, height: u16, length: Length) -> Self {
        let mcus_across = usize::from(width).div_ceil(8 * mcu.across);
        let wanted = length.pixels() / (64 * mcu.across * mcu.down);
        let mcus_down = usize::from(height).div_ceil(8 * mcu.down);
        let interval_mcus = interval(mcus_across, wanted);
        Self {
            mcus_across,
            mcus_down,
            blocks_per_mcu: mcu.blocks(),
            luma_blocks: mcu.across * mcu.down,
            interval_mcus,
            intervals: mcus_across / interval_mcus * mcus_down,
        }
    }

    /// MCUs of the picture.
    pub(crate) fn mcus(self) -> usize {
        self.mcus_across * self.mcus_down
    }

    /// How many MCUs a batch of at most `most` has: whole intervals if one fits.
    pub(crate) fn batch(self, most: usize) -> usize {
        if self.interval_mcus <= most {
            most / self.interval_mcus * self.interval_mcus
        } else {
            most
        }
    }

    /// How many MCUs fit into the buffers of a batch.
    pub(crate) fn fitting(self) -> usize {
        BATCH_BLOCKS / self.blocks_per_mcu
    }

    /// The pieces of intervals that these MCUs of the picture are, in a batch that begins with the first of them.
    pub(crate) fn pieces(self, mcus: Range<usize>) -> impl Iterator<Item = Piece> {
        let mut at = mcus.start;
        std::iter::from_fn(move || {
            let interval = at / self.interval_mcus;
            let end = mcus.end.min((interval + 1) * self.interval_mcus);
            let piece = Piece {
                interval,
                first: at - mcus.start,
                mcus: end.checked_sub(at).filter(|&mcus| mcus > 0)?,
                begins: at.is_multiple_of(self.interval_mcus),
                ends: end.is_multiple_of(self.interval_mcus),
            };
            at = end;
            Some(piece)
        })
    }

    /// Appends the marker that follows a piece: none inside of an interval nor behind the last one.
    #[inline(always)]
    pub(crate) fn write_marker(self, piece: Piece, out: &mut Vec<u8>) {
        if piece.ends && piece.interval + 1 < self.intervals {
            out.extend_from_slice(&[0xff, 0xd0 | (piece.interval & 7) as u8]);
        }
    }
}

/// The shortest interval that has `wanted` MCUs or more and divides a row; the row, if none is shorter.
///
/// A row of 53 MCUs (848 pixels) is one interval: the next shorter divisor is 1, whose markers alone would be a tenth of
/// the file.
fn interval(row: usize, wanted: usize) -> usize {
    (wanted.max(1)..row)
        .find(|&mcus| row.is_multiple_of(mcus))
        .unwrap_or(row)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sampling;

    #[test]
    fn an_interval_divides_the_row_and_is_about_eighty_pixels_wide_or_four_times_as_much() {
        let of = |sampling, width| {
            [Length::Short, Length::Long]
                .map(|length| Geometry::new(Mcu::new(sampling), width, 720, length).interval_mcus)
        };
        for width in [320, 640, 960, 1280, 1920, 2560, 3840] {
            assert_eq!(of(Sampling::S420, width), [5, 20], "{width}");
        }
        for width in [640, 1280, 1920, 2560, 3840] {
            assert_eq!(of(Sampling::S422, width), [10, 40], "{width}");
            assert_eq!(of(Sampling::S444, width), [20, 80], "{width}");
            assert_eq!(of(Sampling::Grey, width), [20, 80], "{width}");
        }
        // The nearest divisors of 64, of 86 and of 53; rows that are shorter than an interval.
        assert_eq!(of(Sampling::S420, 1024), [8, 32]);
        assert_eq!(of(Sampling::S420, 1366), [43, 43]);
        assert_eq!(of(Sampling::S420, 848), [53, 53]);
        assert_eq!(of(Sampling::S420, 50), [4, 4]);
        assert_eq!(of(Sampling::Grey, 1), [1, 1]);
        for width in 1..=8192 {
            for length in [Length::Short, Length::Long] {
                let geometry = Geometry::new(Mcu::new(Sampling::S420), width, 16, length);
                assert!(geometry.mcus_across.is_multiple_of(geometry.interval_mcus));
                assert!(u16::try_from(geometry.interval_mcus).is_ok());
            }
        }
    }

    #[test]
    fn a_smaller_picture_has_intervals_of_the_same_length() {
        for (length, mcus) in [(Length::Short, 5), (Length::Long, 20)] {
            let full = Picture::new(Mcu::new(Sampling::S420), 1280, 720, length);
            for size in Size::ALL {
                assert_eq!(full.at(size).geometry.interval_mcus, mcus, "{size:?}");
            }
        }
    }

    #[test]
    fn pieces_cover_a_batch_and_know_where_their_interval_begins_and_ends() {
        let geometry = Geometry::new(Mcu::new(Sampling::S420), 160, 32, Length::Short);
        assert_eq!(
            (
                geometry.interval_mcus,
                geometry.intervals,
                geometry.batch(32)
            ),
            (5, 4, 30)
        );
        let piece = |interval, first, mcus, begins, ends| Piece {
            interval,
            first,
            mcus,
            begins,
            ends,
        };
        assert!(
            geometry
                .pieces(5..15)
                .eq([piece(1, 0, 5, true, true), piece(2, 5, 5, true, true),])
        );
        assert!(geometry.pieces(3..12).eq([
            piece(0, 0, 2, false, true),
            piece(1, 2, 5, true, true),
            piece(2, 7, 2, true, false),
        ]));
        assert_eq!(geometry.pieces(7..7).count(), 0);
        let marker = |interval, ends| {
            let mut out = Vec::new();
            geometry.write_marker(piece(interval, 0, 5, true, ends), &mut out);
            out
        };
        assert_eq!(marker(2, true), [0xff, 0xd2]);
        assert_eq!(marker(2, false), []);
        assert_eq!(marker(3, true), []);
    }
}
