//! PURE: a frame as what changed since the one that its receiver has: byte for byte the JPEG that capture published.
//!
//! | at | bytes | what (big-endian) |
//! |---|---|---|
//! | 0 | 1 | 48: a JPEG begins with FF |
//! | 1 | 1 | [`VERSION`] |
//! | 2 | 2 | N, the picture's intervals: 1 to 65,535 |
//! | 4 | 4 | the low 32 bits of the base's `seq`: the frame that this is applied to, the last one its receiver was sent |
//! | 8 | 2 | H, the bytes before the first interval, the same in the base and in the result |
//! | 10 | 2 | P, where in these the patch begins |
//! | 12 | 2 | L, how long the patch is |
//! | 14 | 2 | 0 |
//! | 16 | L | the patch: the stamp's numbers |
//! | 16 + L | ⌈N / 8⌉ | the bitmap: interval i is bit 7 − i mod 8 of byte i / 8; what is left of the last byte is 0 |
//! | then | to the end | the changed intervals in their order, each with the marker that ends it |
//!
//! Whoever receives one checks all of it; [`DeltaError`] means: ask for a whole frame. Nothing is believed that could make
//! it read or write out of bounds, or take more memory than base and delta have.

mod intervals;

use std::ops::Range;

pub use self::intervals::Intervals;
use crate::stamp::Stamp;

/// What a delta begins with.
pub const MAGIC: u8 = 0x48;
/// Of the layout.
pub const VERSION: u8 = 1;
const HEAD: usize = 16;

/// Why a delta cannot be applied to a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeltaError {
    /// It does not begin like one of this version.
    #[error("no delta of version {VERSION}")]
    NoDelta,
    /// It ends too early.
    #[error("a delta of {0} bytes, which is not all of it")]
    Truncated(usize),
    /// It is against another frame.
    #[error("a delta against frame {0} (mod 2^32), which is not the last one")]
    OtherBase(u32),
    /// The base has no stamp or no intervals.
    #[error("the last frame is none that a delta could be applied to")]
    NoBase,
    /// Header or number of intervals are not the base's.
    #[error("a delta for another header: {intervals} intervals behind {header} bytes")]
    OtherHeader {
        /// As it says.
        intervals: u16,
        /// As it says.
        header: u16,
    },
    /// The patch is not within the header, or a bit is set that means nothing.
    #[error("a delta whose patch or bitmap is out of bounds")]
    OutOfBounds,
    /// What should be this interval is none.
    #[error("no interval {0} where it should be")]
    Interval(usize),
    /// Something follows the last interval.
    #[error("{0} bytes too many behind the last interval")]
    Trailing(usize),
}

/// `jpeg` as what [`changed`](Intervals) since the frame `base` (its `seq`), and `patch` of the header; `None` if that is
/// longer than `longest`.
///
/// The base must have the same header but for `patch`, and the same bytes wherever `changed` says that they are.
#[must_use]
pub fn encode(
    (jpeg, intervals): (&[u8], &Intervals),
    base: u64,
    patch: Range<usize>,
    changed: impl Fn(usize) -> bool,
    longest: usize,
) -> Option<Vec<u8>> {
    let count = intervals.count();
    let bitmap_at = HEAD + patch.len();
    let mut length = bitmap_at + count.div_ceil(8);
    let mut ranges = Vec::new();
    for nth in (0..count).filter(|nth| changed(*nth)) {
        let range = intervals.range(nth);
        length += range.len();
        ranges.push((nth, range));
    }
    if length > longest {
        return None;
    }
    let mut out = Vec::with_capacity(length);
    out.extend([MAGIC, VERSION]);
    out.extend((count as u16).to_be_bytes());
    out.extend((base as u32).to_be_bytes());
    for number in [intervals.header(), patch.start, patch.len(), 0] {
        out.extend((number as u16).to_be_bytes());
    }
    out.extend_from_slice(&jpeg[patch]);
    out.resize(bitmap_at + count.div_ceil(8), 0);
    for (nth, range) in ranges {
        out[bitmap_at + nth / 8] |= 0x80 >> (nth % 8);
        out.extend_from_slice(&jpeg[range]);
    }
    Some(out)
}

/// The JPEG that `delta` makes of `base`.
///
/// # Errors
/// See [`DeltaError`]; then a whole frame is to be asked for, and deltas are to be dropped until it comes.
pub fn apply(base: &[u8], delta: &[u8]) -> Result<Vec<u8>, DeltaError> {
    let parts = Parts::read(delta)?;
    let stamp = Stamp::read(base).map_err(|_| DeltaError::NoBase)?;
    if stamp.seq as u32 != parts.base {
        return Err(DeltaError::OtherBase(parts.base));
    }
    let old = Intervals::of(base).ok_or(DeltaError::NoBase)?;
    let count = usize::from(parts.intervals);
    if (old.count(), old.header()) != (count, usize::from(parts.header)) {
        return Err(DeltaError::OtherHeader {
            intervals: parts.intervals,
            header: parts.header,
        });
    }
    let mut jpeg = Vec::with_capacity(base.len() + parts.changed.len());
    jpeg.extend_from_slice(&base[..old.header()]);
    jpeg[parts.patch_at..parts.patch_at + parts.patch.len()].copy_from_slice(parts.patch);
    let mut at = 0;
    for nth in 0..count {
        if parts.bitmap[nth / 8] & 0x80 >> (nth % 8) == 0 {
            jpeg.extend_from_slice(&base[old.range(nth)]);
        } else {
            let end = intervals::end_of(nth, count, parts.changed, at);
            let end = end.ok_or(DeltaError::Interval(nth))?;
            jpeg.extend_from_slice(&parts.changed[at..end]);
            at = end;
        }
    }
    match parts.changed.len() - at {
        0 => Ok(jpeg),
        more => Err(DeltaError::Trailing(more)),
    }
}

/// A delta taken apart, whatever it is applied to.
struct Parts<'a> {
    intervals: u16,
    base: u32,
    header: u16,
    patch_at: usize,
    patch: &'a [u8],
    bitmap: &'a [u8],
    changed: &'a [u8],
}

impl<'a> Parts<'a> {
    fn read(delta: &'a [u8]) -> Result<Self, DeltaError> {
        if !delta.starts_with(&[MAGIC, VERSION]) {
            return Err(DeltaError::NoDelta);
        }
        let truncated = DeltaError::Truncated(delta.len());
        let (head, rest) = delta.split_first_chunk::<HEAD>().ok_or(truncated)?;
        let number = |at: usize| u16::from_be_bytes([head[at], head[at + 1]]);
        let [intervals, high, low, header, patch_at, length, zero] =
            [2, 4, 6, 8, 10, 12, 14].map(number);
        let [patch_at, length] = [patch_at, length].map(usize::from);
        if zero != 0 || intervals == 0 || patch_at + length > usize::from(header) {
            return Err(DeltaError::OutOfBounds);
        }
        let (patch, rest) = rest.split_at_checked(length).ok_or(truncated)?;
        let bits = usize::from(intervals);
        let bytes = bits.div_ceil(8);
        let (bitmap, changed) = rest.split_at_checked(bytes).ok_or(truncated)?;
        // What is left of the last byte.
        if bits % 8 != 0 && bitmap[bytes - 1] << (bits % 8) != 0 {
            return Err(DeltaError::OutOfBounds);
        }
        Ok(Self {
            intervals,
            base: u32::from(high) << 16 | u32::from(low),
            header,
            patch_at,
            patch,
            bitmap,
            changed,
        })
    }
}
