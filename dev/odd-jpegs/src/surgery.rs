//! What bytes can be cut and joined to: headers that cameras and programs write, and the encoder's own table of oddities.

use crate::bytes::{Parts, segment};
use crate::case::Case;
use crate::{frames, made, oddities, turbo};

const SOI: &[u8] = &[0xff, 0xd8];
/// APP14: version 100, flags, and the transform: 0 RGB or none, 1 YCbCr, 2 YCCK. Source: Adobe TN 5116.
const ADOBE: &[u8] = b"Adobe\0\x64\0\0\0\0";
/// Of an AVI's frames, which leave the Huffman tables out. Source: the AVI MJPEG DIB format.
const AVI1: &[u8] = b"AVI1\0\0\0\0\0\0\0\0\0\0";
/// EXIF that says: turned by 90 degrees.
const EXIF: &[u8] = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";

type Change = fn(Parts) -> Parts;

/// Headers that show the clean picture, each made of a clean one.
const HEADERS: &[(&str, Change)] = &[
    ("no JFIF", |parts| parts.without(0xe0)),
    ("no DHT", |parts| parts.without(0xc4)),
    ("AVI1 and no DHT", |parts| {
        parts.without(0xe0).without(0xc4).before(0xdb, 0xe0, AVI1)
    }),
    ("JFIF late", |parts| {
        let jfif = parts.body(0xe0).to_vec();
        parts.without(0xe0).before(0xda, 0xe0, &jfif)
    }),
    ("one DHT", |parts| parts.merged(0xc4)),
    ("one DQT behind SOF", |parts| parts.merged(0xdb)),
    ("DHT twice", |parts| {
        let again = parts.body(0xc4).to_vec();
        parts.before(0xda, 0xc4, &again)
    }),
    ("other tables first", |parts| {
        let mut other = parts.body(0xdb).to_vec();
        other[1..].fill(99);
        parts.before(0xdb, 0xdb, &other)
    }),
    ("a table that nobody uses", |parts| {
        let mut other = parts.body(0xdb).to_vec();
        other[0] = 3;
        parts.before(0xdb, 0xdb, &other)
    }),
    ("tables of 16 bits", |parts| {
        parts.with(|marker, body| {
            if marker == 0xdb {
                let wide = body[1..].iter().flat_map(|&step| [0, step]);
                *body = [0x10 | body[0]].into_iter().chain(wide).collect();
            }
        })
    }),
    ("SOF1", |mut parts| {
        for (marker, _) in &mut parts.segments {
            if *marker == 0xc0 {
                *marker = 0xc1;
            }
        }
        parts
    }),
    ("components 0 1 2", |parts| named(parts, [0, 1, 2])),
    ("components 34 35 36", |parts| named(parts, [34, 35, 36])),
    ("components YCc", |parts| named(parts, *b"YCc")),
    ("Adobe YCbCr", |parts| adobe(parts, 1)),
    ("Adobe YCbCr without JFIF", |parts| {
        adobe(parts, 1).without(0xe0)
    }),
    ("Adobe RGB and JFIF", |parts| {
        let late = [ADOBE, &[0]].concat();
        parts.before(0xda, 0xee, &late)
    }),
    ("components RGB and JFIF", |parts| named(parts, *b"RGB")),
    ("EXIF", |parts| parts.without(0xe0).before(0xdb, 0xe1, EXIF)),
    ("EXIF beside JFIF", |parts| parts.before(0xdb, 0xe1, EXIF)),
    ("a picture in APP1", |parts| {
        let picture = parts.joined();
        parts.before(0xdb, 0xe1, &picture)
    }),
    ("a long APP2", |parts| {
        parts.before(0xdb, 0xe2, &vec![0xd9; 65_000])
    }),
    ("an empty APP2", |parts| parts.before(0xdb, 0xe2, &[])),
    ("COM before SOS", |parts| parts.before(0xda, 0xfe, b"COM")),
    ("DRI of nothing", |parts| parts.before(0xda, 0xdd, &[0, 0])),
    ("DRI beyond the picture", |parts| {
        parts.before(0xda, 0xdd, &[0x7f, 0xff])
    }),
    ("DRI twice", |parts| {
        let dri = [0x7f, 0xff];
        parts.before(0xda, 0xdd, &[0, 1]).before(0xda, 0xdd, &dri)
    }),
];

/// Headers that show another picture, or none.
const OTHER_HEADERS: &[(&str, Change)] = &[
    ("Adobe RGB", |parts| adobe(parts, 0).without(0xe0)),
    ("Adobe YCCK of three", |parts| adobe(parts, 2).without(0xe0)),
    ("components RGB", |parts| {
        named(parts.without(0xe0), *b"RGB")
    }),
    ("no DQT", |parts| parts.without(0xdb)),
    ("no SOF", |parts| parts.without(0xc0)),
    ("SOF twice", |parts| {
        let frame = parts.body(0xc0).to_vec();
        parts.before(0xda, 0xc0, &frame)
    }),
    ("no height", |parts| changed(parts, 0xc0, 1..3, 0)),
    ("no width", |parts| changed(parts, 0xc0, 3..5, 0)),
    ("12 bits", |parts| changed(parts, 0xc0, 0..1, 12)),
    ("no components", |parts| changed(parts, 0xc0, 5..6, 0)),
    ("a sampling of nothing", |parts| {
        changed(parts, 0xc0, 7..8, 0)
    }),
    ("a sampling of 15", |parts| changed(parts, 0xc0, 7..8, 0xff)),
    ("a table that is not there", |parts| {
        changed(parts, 0xc0, 8..9, 3)
    }),
    ("a scan of other components", |parts| {
        changed(parts, 0xda, 1..2, 9)
    }),
    ("a scan of codes that are not there", |parts| {
        changed(parts, 0xda, 2..3, 0x33)
    }),
    ("a scan of no component", |parts| {
        changed(parts, 0xda, 0..1, 0)
    }),
    ("too many codes", |parts| changed(parts, 0xc4, 1..3, 0xff)),
    ("steps of nothing", |parts| changed(parts, 0xdb, 1..65, 0)),
    ("a table of a number that cannot be", |parts| {
        changed(parts, 0xdb, 0..1, 7)
    }),
    ("lossless", |parts| of_kind(parts, 0xc3)),
    ("hierarchical", |parts| of_kind(parts, 0xc5)),
    ("arithmetic by name", |parts| of_kind(parts, 0xc9)),
];

fn of_kind(mut parts: Parts, kind: u8) -> Parts {
    for (marker, _) in &mut parts.segments {
        if *marker == 0xc0 {
            *marker = kind;
        }
    }
    parts
}

fn adobe(parts: Parts, transform: u8) -> Parts {
    parts.before(0xdb, 0xee, &[ADOBE, &[transform]].concat())
}

/// With other numbers for the components. Source: ITU-T T.81 B.2.2 and B.2.3.
fn named(parts: Parts, names: [u8; 3]) -> Parts {
    parts.with(|marker, body| {
        let places = match marker {
            0xc0 => [6, 9, 12],
            0xda => [1, 3, 5],
            _ => return,
        };
        for (place, name) in places.into_iter().zip(names) {
            body[place] = name;
        }
    })
}

/// With other bytes in the segments of a marker.
fn changed(parts: Parts, changed: u8, bytes: std::ops::Range<usize>, to: u8) -> Parts {
    parts.with(|marker, body| {
        if marker == changed {
            body[bytes.clone()].fill(to);
        }
    })
}

pub(crate) fn cases() -> anyhow::Result<Vec<Case>> {
    let mut cases = Vec::new();
    let mut add = |name: String, jpeg: Vec<u8>| cases.push(Case { name, jpeg });
    for sampling in ["2x1", "2x2"] {
        let clean = turbo::encode(&["-sample", sampling], &made::picture(67, 45))?;
        for (name, change) in HEADERS.iter().chain(OTHER_HEADERS) {
            let odd = change(Parts::of(&clean)).joined();
            add(format!("{name}, {sampling}"), odd);
        }
        let parts = Parts::of(&clean);
        let behind = |start: &[u8]| [start, &clean[2..]].concat();
        add(
            format!("SOI twice, {sampling}"),
            behind(&[SOI, SOI].concat()),
        );
        add(format!("no SOI, {sampling}"), behind(&[]));
        add(
            format!("junk before SOI, {sampling}"),
            behind(b"\0\0\xff\xd8"),
        );
        let com = segment(0xfe, b"first");
        add(
            format!("COM first, {sampling}"),
            behind(&[SOI, &com].concat()),
        );
        for tenth in 1..10 {
            let cut = parts.joined().len() - parts.scan.len() * (10 - tenth) / 10;
            add(
                format!("broken: cut at {tenth} tenths of the scan, {sampling}"),
                clean[..cut].to_vec(),
            );
        }
    }
    for interval in [3, 7] {
        let frame = frames::with_restarts(interval);
        for (name, jpeg) in oddities::shown(&frame) {
            add(format!("{name}, interval {interval}"), jpeg);
        }
        for (name, jpeg) in oddities::broken(&frame) {
            add(format!("broken: {name}, interval {interval}"), jpeg);
        }
    }
    Ok(cases)
}
