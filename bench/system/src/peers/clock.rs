//! When a picture was begun, read from the picture itself, whoever has decoded and encoded it on the way: the squares that
//! `dev/v4l2-stand-in` draws into its uppermost 16 rows, written out here a second time.
//!
//! Only these rows are decoded: the header is made to say that there are no others.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};

use rustix::time::{ClockId, clock_gettime};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// As much of a JPEG as has the squares, with tables and comments before them.
pub(crate) const PREFIX: usize = 4096;

const ROWS: usize = 16;
const SQUARES: usize = 40;

/// Viewers of one frame get the same bytes: so many of them are remembered.
const REMEMBERED_MAX: usize = 1024;

/// Reads each picture once.
#[derive(Default)]
pub(crate) struct ClockReader {
    hasher: RandomState,
    known: HashMap<u64, Option<u32>>,
}

impl ClockReader {
    /// How old in ms the picture is that begins with `jpeg`, at `now_us`; `None` if it does not tell.
    pub(crate) fn age_ms(&mut self, jpeg: &[u8], now_us: u32) -> Option<f64> {
        if self.known.len() > REMEMBERED_MAX {
            self.known.clear();
        }
        let key = self.hasher.hash_one(jpeg);
        let begun_us = (*self.known.entry(key).or_insert_with(|| read(jpeg)))?;
        let age_us = now_us.wrapping_sub(begun_us);
        // Nothing is from the future; the clock comes round every 71 minutes.
        (age_us < u32::MAX / 2).then(|| f64::from(age_us) / 1000.0)
    }
}

/// The lowest 32 bits of the clock that they are told by, in µs.
pub(crate) fn now_us() -> u32 {
    let now = clock_gettime(ClockId::Monotonic);
    (now.tv_sec as u64 * 1_000_000 + now.tv_nsec as u64 / 1000) as u32
}

fn read(jpeg: &[u8]) -> Option<u32> {
    let rows = uppermost(jpeg)?;
    let options = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::Luma);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(&rows[..]), options);
    let luma = decoder.decode().ok()?;
    let (width, _) = decoder.dimensions()?;
    let side = width / SQUARES;
    let middle = |from: usize| from / 4..from - from / 4;
    let mut bits = 0u64;
    for square in 0..SQUARES {
        let cells =
            middle(ROWS).flat_map(|y| middle(side).map(move |x| y * width + square * side + x));
        let values: Vec<u32> = cells
            .map(|at| luma.get(at).copied().map(u32::from))
            .collect::<Option<_>>()?;
        let bright = values.iter().sum::<u32>() >= 128 * values.len() as u32;
        bits = bits << 1 | u64::from(bright);
    }
    let (begun_us, check) = ((bits >> 8) as u32, bits as u8);
    let own = begun_us
        .to_be_bytes()
        .iter()
        .fold(0xa5, |all, byte| all ^ byte);
    (check == own).then_some(begun_us)
}

/// A JPEG of the uppermost rows alone. Source: ITU-T T.81 B.2.2.
fn uppermost(jpeg: &[u8]) -> Option<Vec<u8>> {
    let mut at = 2;
    while let [0xff, marker, high, low, ..] = *jpeg.get(at..)? {
        if matches!(marker, 0xc0 | 0xc1) {
            let mut rows = jpeg.to_vec();
            let height = rows.get_mut(at + 5..at + 7)?;
            height.copy_from_slice(&(ROWS as u16).to_be_bytes());
            return Some(rows);
        }
        at += 2 + usize::from(u16::from_be_bytes([high, low]));
    }
    None
}
