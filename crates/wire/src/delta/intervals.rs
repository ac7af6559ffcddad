//! PURE: where the intervals of a JPEG stand: the MCUs between two restart markers.
//!
//! An interval is coded for itself alone, so that it can be put into another JPEG of the same header at the same place.
//! It is counted with the marker that ends it: RST0 to RST7 in turn, after the last one EOI and whatever follows.
//! Source: ITU-T T.81 B.1.1.5, B.2.4.4 (DRI), E.1.4 (RST), A.2 (MCUs).

use std::ops::Range;

use memchr::memchr;

const MARKER: u8 = 0xff;
const STUFFING: u8 = 0x00;
const EOI: u8 = 0xd9;

/// The header of a JPEG and its intervals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intervals {
    header: usize,
    /// Where each ends, from the JPEG's first byte; the last at the JPEG's end.
    ends: Vec<u32>,
}

impl Intervals {
    /// Those of a baseline JPEG with one scan and restart intervals. `None` for whatever else: no picture, no DRI, more
    /// of either than a delta can count, a marker out of its turn.
    #[must_use]
    pub fn of(jpeg: &[u8]) -> Option<Self> {
        let (header, count) = header(jpeg)?;
        u32::try_from(jpeg.len()).ok()?;
        let mut ends = Vec::with_capacity(count);
        let mut at = header;
        for nth in 0..count {
            at = end_of(nth, count, jpeg, at)?;
            ends.push(at as u32);
        }
        Some(Self { header, ends })
    }

    /// How many there are: 1 to 65,535.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.ends.len()
    }

    /// Bytes before the first one: 1 to 65,535.
    #[must_use]
    pub const fn header(&self) -> usize {
        self.header
    }

    /// Where one stands, with the marker that ends it.
    #[must_use]
    pub fn range(&self, nth: usize) -> Range<usize> {
        let start = nth
            .checked_sub(1)
            .map_or(self.header, |before| self.ends[before] as usize);
        start..self.ends[nth] as usize
    }
}

/// Where interval `nth` of `count` ends that begins at `from`, `None` if no interval of that number stands there.
pub(super) fn end_of(nth: usize, count: usize, bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr(MARKER, bytes.get(at..)?)?;
        match *bytes.get(at + 1)? {
            STUFFING => at += 2,
            EOI if nth + 1 == count => return Some(bytes.len()),
            marker if nth + 1 < count && marker == 0xd0 | (nth % 8) as u8 => return Some(at + 2),
            _ => return None,
        }
    }
}

/// How long the header is, and how many intervals follow it.
fn header(jpeg: &[u8]) -> Option<(usize, usize)> {
    let mut at = jpeg.starts_with(&[MARKER, 0xd8]).then_some(2)?;
    let (mut mcus, mut per_interval) = (None, None);
    loop {
        let [MARKER, marker, high, low] = *jpeg.get(at..)?.first_chunk()? else {
            return None;
        };
        let end = at + 2 + usize::from(u16::from_be_bytes([high, low]));
        let content = jpeg.get(at + 4..end)?;
        match marker {
            0xc0 if mcus.is_none() => mcus = Some(mcus_of(content)?),
            0xdd if per_interval.is_none() => {
                let per = u16::from_be_bytes(content.try_into().ok()?);
                per_interval = (per > 0).then_some(usize::from(per));
            }
            0xda => {
                let count = mcus?.div_ceil(per_interval?);
                let fits = u16::try_from(count).is_ok() && u16::try_from(end).is_ok();
                return (fits && count > 0).then_some((end, count));
            }
            // Tables, comments and what applications say; not another kind of picture, nor a second one of this kind.
            0xc4 | 0xdb | 0xe0..=0xef | 0xfe => {}
            _ => return None,
        }
        at = end;
    }
}

/// How many MCUs a frame header (SOF0) promises, with all its components in one scan.
fn mcus_of(content: &[u8]) -> Option<usize> {
    let [_, h1, h0, w1, w0, components, sampling @ ..] = content else {
        return None;
    };
    let (height, width) = (
        u16::from_be_bytes([*h1, *h0]),
        u16::from_be_bytes([*w1, *w0]),
    );
    if sampling.len() != 3 * usize::from(*components) {
        return None;
    }
    let factors = sampling.chunks(3).map(|component| component[1]);
    let (mut across, mut down) = (0, 0);
    for factor in factors {
        across = across.max(factor >> 4);
        down = down.max(factor & 0x0f);
    }
    if *components == 1 {
        // One component alone is not interleaved: an MCU is a block (A.2.2).
        (across, down) = (1, 1);
    }
    if across == 0 || down == 0 {
        return None;
    }
    let blocks = |length: u16, factor: u8| usize::from(length).div_ceil(8 * usize::from(factor));
    Some(blocks(width, across) * blocks(height, down))
}
