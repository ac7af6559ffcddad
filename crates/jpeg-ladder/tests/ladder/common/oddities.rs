//! Frames that are put together oddly, made of a clean one: those that libjpeg-turbo shows without harm, and those that
//! it shows broken.
//!
//! The crate's own test holds the encoder to the table; `cargo xtask bench encode identity` holds the table to
//! libjpeg-turbo.

use super::frames::{Clean, EOI, restart};

/// Nothing that is coded looks like it, and no marker is in it.
const JUNK: &[u8] = &[0x43, 0, 0, 0, 0x17, 0xfb, 0x80, 0x2c, 0x55];
const COM: &[u8] = b"\xff\xfe\x00\x06late";
const EMPTY_COM: &[u8] = b"\xff\xfe\x00\x02";
const COM_OF_LENGTH_0: &[u8] = b"\xff\xfe\x00\x00";
/// A picture within a segment, as thumbnails are.
const APP4: &[u8] = b"\xff\xe4\x00\x0a\xff\xd8\xff\xd0\xff\xd9\xff\xda";
const TEM: &[u8] = b"\xff\x01";
const ONES: &[u8] = b"\xff\x00";
const FILL: &[u8] = b"\xff\xff";

/// What is odd, and the frame.
type Row = (&'static str, Vec<u8>);

/// What may stand before every restart marker.
const BEFORE_RESTART: &[(&str, &[&[u8]])] = &[
    // Logitech C270, C310, C910.
    ("a byte of ones before every RST", &[ONES]),
    ("bytes of ones before every RST", &[ONES, ONES]),
    ("zeros before every RST", &[&[0, 0]]),
    ("junk before every RST", &[JUNK]),
    ("fill bytes before every RST", &[FILL]),
    ("ones and fill bytes before every RST", &[ONES, FILL]),
];

/// What may stand between the last MCU and the end, and instead of EOI.
const END: &[(&str, &[&[u8]])] = &[
    ("a byte of ones before EOI", &[ONES, EOI]),
    ("zeros before EOI", &[&[0; 4], EOI]),
    ("junk before EOI", &[JUNK, EOI]),
    // Axis M5525.
    ("600 bytes of junk before EOI", &[&[0x5a; 600], EOI]),
    (
        "junk with a stuffed FF before EOI",
        &[JUNK, ONES, JUNK, EOI],
    ),
    ("fill bytes before EOI", &[FILL, FILL, EOI]),
    ("COM before EOI", &[COM, EOI]),
    ("junk and COM before EOI", &[JUNK, COM, JUNK, EOI]),
    ("APP4 with a picture before EOI", &[APP4, EOI]),
    ("an empty COM before EOI", &[EMPTY_COM, EOI]),
    ("a COM of length 0 before EOI", &[COM_OF_LENGTH_0, EOI]),
    ("TEM before EOI", &[TEM, EOI]),
    ("no EOI", &[]),
    ("half an EOI", &[b"\xff"]),
    ("no EOI but zeros", &[&[0; 500]]),
    ("no EOI but ones", &[&[0xff; 500]]),
    ("no EOI but junk", &[JUNK]),
    ("two EOI", &[EOI, EOI]),
    ("junk behind EOI", &[EOI, JUNK]),
];

/// What may stand before every segment.
const BEFORE_SEGMENT: &[(&str, &[u8])] = &[
    ("fill bytes before every segment", FILL),
    ("junk before every segment", JUNK),
    ("TEM before every segment", TEM),
    ("RST before every segment", b"\xff\xd3"),
    ("COM before every segment", COM),
    ("an empty COM before every segment", EMPTY_COM),
    ("a COM of length 0 before every segment", COM_OF_LENGTH_0),
    ("APP4 with a picture before every segment", APP4),
];

/// All these are the clean picture.
pub(crate) fn shown(jpeg: &[u8]) -> Vec<Row> {
    let clean = Clean::new(jpeg);
    let ends = |end: &[&[u8]]| clean.with(&[], &end.concat());
    let next = restart(clean.intervals.len() - 1);
    let out_of_turn = restart(clean.intervals.len() + 2);
    let mut rows = vec![
        ("the clean frame", jpeg.to_vec()),
        ("a table before EOI", ends(&[clean.segments[1], EOI])),
        ("the next RST before EOI", ends(&[&next, EOI])),
        ("an RST out of turn before EOI", ends(&[&out_of_turn, EOI])),
        // Brother DSmobile 920DW.
        ("more intervals than the picture has", {
            ends(&[&next, clean.intervals[0], EOI])
        }),
        ("no EOI but the next frame", ends(&[jpeg])),
        (
            "an older frame's rest behind EOI",
            ends(&[EOI, &jpeg[300..]]),
        ),
    ];
    for &(name, parts) in BEFORE_RESTART {
        rows.push((name, clean.with(&parts.concat(), EOI)));
    }
    for &(name, parts) in END {
        rows.push((name, ends(parts)));
    }
    let scan = &jpeg[clean.header(&[]).len()..];
    for &(name, between) in BEFORE_SEGMENT {
        rows.push((name, [&clean.header(between), scan].concat()));
    }
    rows
}

/// None of these is the clean picture.
pub(crate) fn broken(jpeg: &[u8]) -> Vec<Row> {
    let mut rows = broken_intervals(jpeg);
    let half = &jpeg[..jpeg.len() / 2];
    rows.extend([
        ("cut in the middle", half.to_vec()),
        ("cut in the middle, with EOI", [half, EOI].concat()),
        ("cut in the middle, then zeros", [half, &[0; 20]].concat()),
        (
            "cut in the middle, then the next frame",
            [half, jpeg].concat(),
        ),
    ]);
    let clean = Clean::new(jpeg);
    let middle = clean.intervals.len() / 2;
    let instead = |other: &[u8]| {
        clean.marked(|n| {
            if n == middle {
                other.to_vec()
            } else {
                restart(n)
            }
        })
    };
    rows.extend([
        ("one RST is missing", instead(&[])),
        ("COM instead of an RST", instead(COM)),
        ("no RST at all", clean.marked(|_| Vec::new())),
        ("every RST is the first", clean.marked(|_| restart(0))),
        ("RST begin at the second", clean.marked(|n| restart(n + 1))),
    ]);
    rows
}

/// An interval in the middle that is not what it was.
fn broken_intervals(jpeg: &[u8]) -> Vec<Row> {
    let clean = Clean::new(jpeg);
    let middle = clean.intervals.len() / 2;
    let interval = clean.intervals[middle];
    let (first, second) = interval.split_at(interval.len() / 2);
    let replaced = |parts: &[&[u8]]| clean.replaced(middle, &parts.concat());
    let inside = |stray: &[u8]| replaced(&[first, stray, second]);
    vec![
        ("half an interval", replaced(&[first])),
        ("an empty interval", replaced(&[])),
        (
            "an interval twice",
            replaced(&[interval, &restart(middle), interval]),
        ),
        (
            "a code that no table has",
            replaced(&[&ONES.repeat(4), interval]),
        ),
        ("COM inside an interval", inside(COM)),
        ("SOI inside an interval", inside(b"\xff\xd8")),
        ("EOI inside an interval", inside(EOI)),
        (
            "the RST due next inside an interval",
            inside(&restart(middle)),
        ),
        (
            "an RST out of turn inside an interval",
            inside(&restart(middle + 4)),
        ),
    ]
}
