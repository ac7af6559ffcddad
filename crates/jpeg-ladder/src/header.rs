//! Everything before the first bit of a picture: SOI to SOS.
//!
//! Always JFIF and always with the standard Huffman tables: browsers need the first to know the colours and the second
//! to decode at all. Source: ITU-T T.81 annex B, JFIF 1.02; the order is libjpeg's.

use crate::interval::Picture;
use crate::tables::{STANDARD_HUFFMAN, Tables};

/// SOI and a JFIF 1.01 APP0 with square pixels and no thumbnail.
pub(crate) const START: [u8; 20] = [
    0xff, 0xd8, 0xff, 0xe0, 0, 16, b'J', b'F', b'I', b'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0,
];
/// End of image.
pub(crate) const END: [u8; 2] = [0xff, 0xd9];

/// Writes the header; `comment` is a finished segment or nothing.
pub(crate) fn write(out: &mut Vec<u8>, picture: Picture, tables: &Tables, comment: &[u8]) {
    let Picture {
        mcu,
        width,
        height,
        geometry,
        ..
    } = picture;
    out.extend_from_slice(&START);
    out.extend_from_slice(comment);
    let components: u8 = if mcu.colour { 3 } else { 1 };
    for (id, quant) in [(0, &tables.luma), (1, &tables.chroma)] {
        if id == 0 || mcu.colour {
            out.extend_from_slice(&[0xff, 0xdb, 0, 67, id]);
            out.extend_from_slice(&quant.steps);
        }
    }
    let ([h1, h0], [w1, w0]) = (height.to_be_bytes(), width.to_be_bytes());
    out.extend_from_slice(&[
        0xff,
        0xc0,
        0,
        8 + 3 * components,
        8,
        h1,
        h0,
        w1,
        w0,
        components,
    ]);
    out.extend_from_slice(&[1, (mcu.across << 4 | mcu.down) as u8, 0]);
    if mcu.colour {
        out.extend_from_slice(&[2, 0x11, 1, 3, 0x11, 1]);
    }
    write_huffman(out, |table| mcu.colour || matches!(table, 0x00 | 0x10));
    let [r1, r0] = (geometry.interval_mcus as u16).to_be_bytes();
    out.extend_from_slice(&[0xff, 0xdd, 0, 4, r1, r0]);
    out.extend_from_slice(&[0xff, 0xda, 0, 6 + 2 * components, components, 1, 0x00]);
    if mcu.colour {
        out.extend_from_slice(&[2, 0x11, 3, 0x11]);
    }
    out.extend_from_slice(&[0, 63, 0]);
}

/// Writes those of the standard Huffman tables that are wanted, by class and number.
pub(crate) fn write_huffman(out: &mut Vec<u8>, wanted: impl Fn(u8) -> bool) {
    for (id, spec) in STANDARD_HUFFMAN {
        if wanted(id) {
            out.extend_from_slice(&[0xff, 0xc4, 0, 19 + spec.symbols.len() as u8, id]);
            out.extend_from_slice(&spec.counts);
            out.extend_from_slice(spec.symbols);
        }
    }
}
