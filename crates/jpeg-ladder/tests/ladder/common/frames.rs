//! Clean frames of a camera that compresses, and the same cut at its seams to be put together oddly.

use super::pictures::{self, Picture};

/// The quality of the clean frames.
pub(crate) const CAMERA: u8 = 85;

/// What a camera sees.
pub(crate) fn picture() -> Picture {
    pictures::natural(150, 90, 1.2, 5)
}

/// A clean frame, 4:2:2, with a restart marker after so many MCUs, by an encoder that can write them.
pub(crate) fn with_restarts(interval: u16) -> Vec<u8> {
    let grey = &picture().planes[0];
    let rgb: Vec<u8> = grey.iter().flat_map(|&y| [y, y / 2, 255 - y]).collect();
    let mut out = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut out, CAMERA);
    encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_2_1);
    encoder.set_restart_interval(interval);
    encoder
        .encode(&rgb, 150, 90, jpeg_encoder::ColorType::Rgb)
        .expect("it encodes");
    out
}

/// End of image.
pub(crate) const EOI: &[u8] = &[0xff, 0xd9];

/// A clean frame with restart markers, cut at its seams.
pub(crate) struct Clean<'a> {
    /// SOI.
    start: &'a [u8],
    /// Up to SOS, and SOS.
    pub(crate) segments: Vec<&'a [u8]>,
    /// The coded bits between the markers.
    pub(crate) intervals: Vec<&'a [u8]>,
}

impl<'a> Clean<'a> {
    pub(crate) fn new(jpeg: &'a [u8]) -> Self {
        let (start, mut rest) = jpeg.split_at(2);
        let mut segments = Vec::new();
        loop {
            let length = usize::from(u16::from_be_bytes([rest[2], rest[3]]));
            let (segment, behind) = rest.split_at(2 + length);
            segments.push(segment);
            rest = behind;
            if segment[1] == 0xda {
                break;
            }
        }
        let mut intervals = Vec::new();
        while let Some(end) = rest
            .windows(2)
            .position(|pair| pair[0] == 0xff && pair[1] != 0)
        {
            intervals.push(&rest[..end]);
            rest = &rest[end + 2..];
        }
        Self {
            start,
            segments,
            intervals,
        }
    }

    /// The header with `between` before every segment but SOI.
    pub(crate) fn header(&self, between: &[u8]) -> Vec<u8> {
        let mut out = self.start.to_vec();
        for segment in &self.segments {
            out.extend_from_slice(between);
            out.extend_from_slice(segment);
        }
        out
    }

    /// The frame with `before` before every restart marker and `end` instead of EOI.
    pub(crate) fn with(&self, before: &[u8], end: &[u8]) -> Vec<u8> {
        self.joined(|n| [before, &restart(n)].concat(), end)
    }

    /// The frame with other restart markers.
    pub(crate) fn marked(&self, marker: impl Fn(usize) -> Vec<u8>) -> Vec<u8> {
        self.joined(marker, EOI)
    }

    /// The frame with other bytes for interval `n`.
    pub(crate) fn replaced(&self, n: usize, interval: &[u8]) -> Vec<u8> {
        let mut intervals = self.intervals.clone();
        intervals[n] = interval;
        Clean {
            start: self.start,
            segments: self.segments.clone(),
            intervals,
        }
        .with(&[], EOI)
    }

    /// The header, the intervals with what `between` says behind each but the last, and an end.
    fn joined(&self, between: impl Fn(usize) -> Vec<u8>, end: &[u8]) -> Vec<u8> {
        let mut out = self.header(&[]);
        for (n, interval) in self.intervals.iter().enumerate() {
            if n > 0 {
                out.extend(between(n - 1));
            }
            out.extend_from_slice(interval);
        }
        out.extend_from_slice(end);
        out
    }
}

/// The restart marker behind interval `n`.
pub(crate) fn restart(n: usize) -> Vec<u8> {
    vec![0xff, 0xd0 | (n % 8) as u8]
}
