//! A published file as a viewer gets it: whole, as a delta, and as pixels.

use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use crate::truth::Truth;

/// Of a delta besides bitmap and intervals: its head and the stamp. Source: docs/protocol.md.
const DELTA_BYTES: usize = 16 + 56;
/// Above this share of a whole frame a delta is not worth it, in percent.
const WORTH: usize = 70;

/// A file and where its intervals lie.
#[derive(Clone, Default)]
pub(crate) struct Jpeg {
    pub(crate) bytes: Vec<u8>,
    /// Where each interval ends, its marker included; the first entry is where the first one begins.
    ends: Vec<usize>,
}

/// Decoded planes; chroma at half the size.
pub(crate) struct Planes {
    pub(crate) y: Vec<f32>,
    pub(crate) cb: Vec<f32>,
    pub(crate) cr: Vec<f32>,
}

impl Jpeg {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        let scan = bytes.windows(2).position(|pair| pair == [0xff, 0xda]);
        let scan = scan.expect("a file has a scan");
        let length = usize::from(u16::from_be_bytes([bytes[scan + 2], bytes[scan + 3]]));
        let first = scan + 2 + length;
        let mut ends = vec![first];
        let scan = bytes[first..].windows(2).enumerate();
        ends.extend(
            scan.filter(|(_, pair)| pair[0] == 0xff && (0xd0..=0xd9).contains(&pair[1]))
                .map(|(at, _)| first + at + 2),
        );
        Self { bytes, ends }
    }

    pub(crate) fn intervals(&self) -> usize {
        self.ends.len().saturating_sub(1)
    }

    fn interval(&self, i: usize) -> &[u8] {
        &self.bytes[self.ends[i]..self.ends[i + 1]]
    }

    /// Which intervals differ from those of an earlier file.
    pub(crate) fn changed(&self, base: &Self) -> Vec<bool> {
        let same = |i: usize| i < base.intervals() && self.interval(i) == base.interval(i);
        (0..self.intervals()).map(|i| !same(i)).collect()
    }

    /// Bytes of the message to a viewer that has `base`.
    pub(crate) fn message(&self, base: &Self) -> usize {
        let changed = self.changed(base);
        let intervals = (0..changed.len()).filter(|i| changed[*i]);
        let intervals: usize = intervals.map(|i| self.interval(i).len()).sum();
        let delta = DELTA_BYTES + changed.len().div_ceil(8) + intervals;
        if delta * 100 > self.bytes.len() * WORTH {
            self.bytes.len()
        } else {
            delta
        }
    }

    /// Of a file without colours; those are the truth's.
    pub(crate) fn decode_grey(&self, truth: &Truth) -> Planes {
        let options = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::Luma);
        let pixels = JpegDecoder::new_with_options(ZCursor::new(&self.bytes), options)
            .decode()
            .expect("our own file");
        Planes {
            y: pixels.iter().map(|&v| f32::from(v)).collect(),
            cb: truth.cb.clone(),
            cr: truth.cr.clone(),
        }
    }

    pub(crate) fn decode(&self, width: usize) -> Planes {
        let options = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::YCbCr);
        let pixels = JpegDecoder::new_with_options(ZCursor::new(&self.bytes), options)
            .decode()
            .expect("our own file");
        let full = |c: usize| pixels.iter().skip(c).step_by(3).map(|&v| f32::from(v));
        let half = |c: usize| {
            let plane: Vec<f32> = full(c).collect();
            crate::texture::halved(&plane, width)
        };
        Planes {
            y: full(0).collect(),
            cb: half(1),
            cr: half(2),
        }
    }
}
