//! Frames that are put together oddly, made of a clean one by moving bytes: those that libjpeg-turbo shows without
//! harm, and those that it shows broken.
//!
//! The crate's own test holds the encoder to the table; `cargo xtask bench encode identity` holds the table to
//! libjpeg-turbo.

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

/// A clean frame with restart markers, cut at its seams.
struct Clean<'a> {
    /// SOI.
    start: &'a [u8],
    /// Up to SOS, and SOS.
    segments: Vec<&'a [u8]>,
    /// The coded bits between the markers.
    intervals: Vec<&'a [u8]>,
}

const EOI: &[u8] = &[0xff, 0xd9];
/// Nothing that is coded looks like it, and no marker is in it.
const JUNK: &[u8] = &[0x43, 0, 0, 0, 0x17, 0xfb, 0x80, 0x2c, 0x55];
const COM: &[u8] = b"\xff\xfe\x00\x06late";
/// A picture within a segment, as thumbnails are.
const APP4: &[u8] = b"\xff\xe4\x00\x0a\xff\xd8\xff\xd0\xff\xd9\xff\xda";

impl<'a> Clean<'a> {
    fn new(jpeg: &'a [u8]) -> Self {
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
    fn header(&self, between: &[u8]) -> Vec<u8> {
        let mut out = self.start.to_vec();
        for segment in &self.segments {
            out.extend_from_slice(between);
            out.extend_from_slice(segment);
        }
        out
    }

    /// The frame with `before` before every restart marker and `end` instead of EOI.
    fn with(&self, before: &[u8], end: &[u8]) -> Vec<u8> {
        let mut out = self.header(&[]);
        self.scan(&mut out, |_| before.to_vec(), restart);
        out.extend_from_slice(end);
        out
    }

    /// Writes the intervals with what `before` and `marker` say between number n and the next one.
    fn scan(
        &self,
        out: &mut Vec<u8>,
        before: impl Fn(usize) -> Vec<u8>,
        marker: impl Fn(usize) -> Vec<u8>,
    ) {
        for (n, interval) in self.intervals.iter().enumerate() {
            out.extend_from_slice(interval);
            if n + 1 < self.intervals.len() {
                out.extend(before(n));
                out.extend(marker(n));
            }
        }
    }

    /// The frame with other restart markers.
    fn marked(&self, marker: impl Fn(usize) -> Vec<u8>) -> Vec<u8> {
        let mut out = self.header(&[]);
        self.scan(&mut out, |_| Vec::new(), marker);
        out.extend_from_slice(EOI);
        out
    }

    /// The frame with something else for one interval in the middle.
    fn replaced(&self, change: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
        let middle = self.intervals.len() / 2;
        let changed = change(self.intervals[middle]);
        let mut intervals = self.intervals.clone();
        intervals[middle] = &changed;
        Clean {
            start: self.start,
            segments: self.segments.clone(),
            intervals,
        }
        .with(&[], EOI)
    }

    fn next_restart(&self) -> Vec<u8> {
        restart(self.intervals.len() - 1)
    }
}

/// The restart marker behind interval `n`.
fn restart(n: usize) -> Vec<u8> {
    vec![0xff, 0xd0 | (n % 8) as u8]
}

/// What is odd, and the frame.
type Row = (&'static str, Vec<u8>);

/// All these are the clean picture.
pub(crate) fn shown(jpeg: &[u8]) -> Vec<Row> {
    let clean = Clean::new(jpeg);
    let ends = |end: &[&[u8]]| clean.with(&[], &end.concat());
    let header = |between: &[u8]| {
        [
            clean.header(between),
            jpeg[clean.header(&[]).len()..].to_vec(),
        ]
        .concat()
    };
    let restart = clean.next_restart();
    vec![
        ("the clean frame", jpeg.to_vec()),
        // Logitech C270, C310, C910.
        (
            "a byte of ones before every RST",
            clean.with(&[0xff, 0], EOI),
        ),
        (
            "bytes of ones before every RST",
            clean.with(&[0xff, 0, 0xff, 0], EOI),
        ),
        ("zeros before every RST", clean.with(&[0, 0], EOI)),
        ("junk before every RST", clean.with(JUNK, EOI)),
        (
            "fill bytes before every RST",
            clean.with(&[0xff, 0xff], EOI),
        ),
        (
            "ones and fill bytes before every RST",
            clean.with(&[0xff, 0, 0xff, 0xff], EOI),
        ),
        ("a byte of ones before EOI", ends(&[&[0xff, 0], EOI])),
        ("zeros before EOI", ends(&[&[0; 4], EOI])),
        ("junk before EOI", ends(&[JUNK, EOI])),
        // Axis M5525.
        (
            "650 bytes of junk before EOI",
            ends(&[&JUNK.repeat(72), EOI]),
        ),
        (
            "junk with a stuffed FF before EOI",
            ends(&[JUNK, &[0xff, 0], JUNK, EOI]),
        ),
        ("fill bytes before EOI", ends(&[&[0xff; 5], EOI])),
        ("COM before EOI", ends(&[COM, EOI])),
        ("junk and COM before EOI", ends(&[JUNK, COM, JUNK, EOI])),
        ("APP4 with a picture before EOI", ends(&[APP4, EOI])),
        ("an empty COM before EOI", ends(&[&[0xff, 0xfe, 0, 2], EOI])),
        (
            "a COM of length 0 before EOI",
            ends(&[&[0xff, 0xfe, 0, 0], EOI]),
        ),
        ("a table before EOI", ends(&[clean.segments[1], EOI])),
        ("the next RST before EOI", ends(&[&restart, EOI])),
        (
            "an RST out of turn before EOI",
            ends(&[&[0xff, 0xd0 | (restart[1] + 3) & 7], EOI]),
        ),
        // Brother DSmobile 920DW.
        ("more intervals than the picture has", {
            let more = clean.intervals[..3].concat();
            ends(&[&restart, &more, EOI])
        }),
        ("TEM before EOI", ends(&[&[0xff, 1], EOI])),
        ("no EOI", ends(&[])),
        ("half an EOI", ends(&[&[0xff]])),
        ("no EOI but zeros", ends(&[&[0; 500]])),
        ("no EOI but ones", ends(&[&[0xff; 500]])),
        ("no EOI but junk", ends(&[JUNK])),
        ("no EOI but the next frame", ends(&[jpeg])),
        ("two EOI", ends(&[EOI, EOI])),
        ("junk behind EOI", ends(&[EOI, JUNK])),
        (
            "an older frame's rest behind EOI",
            ends(&[EOI, &jpeg[300..]]),
        ),
        ("fill bytes before every segment", header(&[0xff, 0xff])),
        ("junk before every segment", header(JUNK)),
        (
            "TEM and RST before every segment",
            header(&[0xff, 1, 0xff, 0xd3]),
        ),
        ("COM before every segment", header(COM)),
        (
            "an empty COM before every segment",
            header(&[0xff, 0xfe, 0, 2]),
        ),
        (
            "a COM of length 0 before every segment",
            header(&[0xff, 0xfe, 0, 0]),
        ),
        ("APP4 with a picture before every segment", header(APP4)),
    ]
}

/// None of these is the clean picture.
pub(crate) fn broken(jpeg: &[u8]) -> Vec<Row> {
    let clean = Clean::new(jpeg);
    let middle = clean.intervals.len() / 2;
    let half = |interval: &[u8]| interval.len() / 2;
    let inside = |stray: &[u8]| {
        clean.replaced(|interval| {
            let (first, second) = interval.split_at(half(interval));
            [first, stray, second].concat()
        })
    };
    vec![
        ("cut in the middle", jpeg[..jpeg.len() / 2].to_vec()),
        (
            "cut in the middle, with EOI",
            [&jpeg[..jpeg.len() / 2], EOI].concat(),
        ),
        (
            "cut in the middle, then zeros",
            [&jpeg[..jpeg.len() / 2], &[0; 20]].concat(),
        ),
        (
            "cut in the middle, then the next frame",
            [&jpeg[..jpeg.len() / 2], jpeg].concat(),
        ),
        (
            "half an interval",
            clean.replaced(|interval| interval[..half(interval)].to_vec()),
        ),
        ("an empty interval", clean.replaced(|_| Vec::new())),
        ("COM inside an interval", inside(COM)),
        ("SOI inside an interval", inside(&[0xff, 0xd8])),
        ("EOI inside an interval", inside(EOI)),
        (
            "the RST due next inside an interval",
            inside(&restart(middle)),
        ),
        (
            "an RST out of turn inside an interval",
            inside(&restart(middle + 4)),
        ),
        (
            "an interval twice",
            clean.replaced(|interval| [interval, &restart(middle)[..], interval].concat()),
        ),
        (
            "one RST is missing",
            clean.marked(|n| if n == middle { Vec::new() } else { restart(n) }),
        ),
        ("no RST at all", clean.marked(|_| Vec::new())),
        ("every RST is the first", clean.marked(|_| restart(0))),
        ("RST begin at the second", clean.marked(|n| restart(n + 1))),
        (
            "COM instead of an RST",
            clean.marked(|n| {
                if n == middle {
                    COM.to_vec()
                } else {
                    restart(n)
                }
            }),
        ),
        (
            "a code that no table has",
            clean.replaced(|interval| [&[0xff, 0].repeat(4), interval].concat()),
        ),
    ]
}
