//! A reader that trusts no frame: it walks every segment before it decodes.

use std::io::Cursor;

use wire::Stamp;

/// A frame that was found to be a complete baseline JPEG with exactly one stamp, and its pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its one stamp.
    pub stamp: Stamp,
    /// In pixels.
    pub width: usize,
    /// In pixels.
    pub height: usize,
    /// `width * height * 3` bytes, rows from the top, R G B.
    pub rgb: Vec<u8>,
}

impl Picture {
    /// Decodes `frame`.
    ///
    /// # Errors
    /// What about it is not as the contract says: not baseline, no or two stamps, a stamp elsewhere than after APP0, bytes
    /// missing or left over, an entropy-coded part that does not decode.
    pub fn read(frame: &[u8]) -> Result<Self, String> {
        let stamp = read_stamp(frame)?;
        let mut decoder = jpeg_decoder::Decoder::new(Cursor::new(frame));
        let pixels = decoder
            .decode()
            .map_err(|error| format!("does not decode: {error}"))?;
        let info = decoder.info().ok_or("decodes to nothing")?;
        let rgb = match info.pixel_format {
            jpeg_decoder::PixelFormat::RGB24 => pixels,
            jpeg_decoder::PixelFormat::L8 => {
                pixels.into_iter().flat_map(|grey| [grey; 3]).collect()
            }
            other => return Err(format!("has {other:?} pixels")),
        };
        Ok(Self {
            stamp,
            width: info.width.into(),
            height: info.height.into(),
            rgb,
        })
    }
}

/// Checks the structure of `frame` without decoding it, and returns its stamp: what a test does with thousands of frames.
///
/// # Errors
/// As [`Picture::read`], short of decoding.
pub fn read_stamp(frame: &[u8]) -> Result<Stamp, String> {
    let segments = segments(frame)?;
    let of = |wanted: u8| {
        segments
            .iter()
            .filter(move |segment| segment.marker == wanted)
            .count()
    };
    for (marker, name) in [(0xC0, "baseline frame header"), (0xDA, "scan")] {
        if of(marker) != 1 {
            return Err(format!(
                "has {} {name}s where there should be one",
                of(marker)
            ));
        }
    }
    if let Some(other) = segments
        .iter()
        .find(|segment| matches!(segment.marker, 0xC1..=0xC3 | 0xC5..=0xCB | 0xCD..=0xCF))
    {
        return Err(format!(
            "is not baseline: it has marker FF{:02X}",
            other.marker
        ));
    }
    for (marker, name) in [(0xDB, "quantisation"), (0xC4, "Huffman")] {
        if of(marker) == 0 {
            return Err(format!("brings no {name} table"));
        }
    }
    if segments.first().map(|segment| segment.marker) != Some(0xE0) {
        return Err("does not begin with a JFIF APP0".to_owned());
    }
    let stamps: Vec<usize> = (0..segments.len())
        .filter(|at| segments[*at].marker == 0xFE && segments[*at].body.starts_with(b"RERO1 "))
        .collect();
    if stamps != [1] {
        return Err(format!(
            "has its stamps at segments {stamps:?}, where there should be one directly after APP0"
        ));
    }
    Stamp::read(frame).map_err(|error| error.to_string())
}

struct Segment<'a> {
    marker: u8,
    body: &'a [u8],
}

/// The segments between SOI and EOI; entropy-coded data is skipped. Source: ITU-T T.81 B.1.1.
fn segments(frame: &[u8]) -> Result<Vec<Segment<'_>>, String> {
    if !frame.starts_with(&[0xFF, 0xD8]) {
        return Err(format!(
            "does not begin with SOI but with {:02X?}",
            &frame[..frame.len().min(2)]
        ));
    }
    let mut segments = Vec::new();
    let mut at = 2;
    loop {
        let [0xFF, marker, rest @ ..] = &frame[at..] else {
            return Err(format!("has no marker at byte {at} of {}", frame.len()));
        };
        if *marker == 0xD9 {
            let left = rest.len();
            return if left == 0 {
                Ok(segments)
            } else {
                Err(format!("has {left} bytes after EOI"))
            };
        }
        let [high, low, ..] = rest else {
            return Err(format!("ends inside a segment at byte {at}"));
        };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let body = rest
            .get(2..length)
            .ok_or_else(|| format!("ends inside a segment at byte {at}"))?;
        segments.push(Segment {
            marker: *marker,
            body,
        });
        at += 2 + length;
        if *marker == 0xDA {
            // Entropy-coded data ends at the first marker that is neither a stuffed FF nor a restart.
            at += frame[at..]
                .windows(2)
                .position(|pair| {
                    pair[0] == 0xFF && pair[1] != 0 && !(0xD0..=0xD7).contains(&pair[1])
                })
                .ok_or("ends inside its scan")?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAMP: Stamp = Stamp {
        run: 0x8f3a_2c41,
        seq: 7,
        captured_at_us: 1_700_000_000_000_000,
    };

    /// A grey 8×8 baseline JPEG, by hand: one DC table, one AC table, one block of "difference 0, end of block".
    fn grey(between_app0_and_tables: &[u8]) -> Vec<u8> {
        let mut jpeg = vec![0xFF, 0xD8];
        jpeg.extend(*b"\xff\xe0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
        jpeg.extend(between_app0_and_tables);
        jpeg.extend(*b"\xff\xdb\x00\x43\0");
        jpeg.extend([1; 64]);
        jpeg.extend(*b"\xff\xc0\x00\x0b\x08\0\x08\0\x08\x01\x01\x11\0");
        for class in [0x00, 0x10] {
            jpeg.extend(*b"\xff\xc4\x00\x14");
            jpeg.push(class);
            jpeg.extend([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        }
        jpeg.extend(*b"\xff\xda\x00\x08\x01\x01\0\0\x3f\0\x3f\xff\xd9");
        jpeg
    }

    #[test]
    fn a_stamped_baseline_jpeg_gives_its_stamp_and_pixels() {
        let picture = Picture::read(&grey(&STAMP.segment())).expect("a good frame");
        assert_eq!(
            (picture.stamp, picture.width, picture.height),
            (STAMP, 8, 8)
        );
        assert_eq!(picture.rgb, vec![128; 8 * 8 * 3]);
    }

    #[test]
    fn a_frame_needs_exactly_one_stamp_directly_after_app0() {
        let comment = b"\xff\xfe\x00\x04hi".as_slice();
        let stamp = STAMP.segment();
        for wrong in [
            vec![],
            comment.to_vec(),
            [&stamp[..], &stamp[..]].concat(),
            [comment, &stamp[..]].concat(),
        ] {
            let why = read_stamp(&grey(&wrong)).expect_err("a wrong stamp was let through");
            assert!(why.contains("directly after APP0"), "{why}");
        }
    }

    #[test]
    fn a_frame_that_is_cut_or_followed_by_rubbish_is_found() {
        let good = grey(&STAMP.segment());
        for length in 0..good.len() {
            assert!(read_stamp(&good[..length]).is_err(), "cut at {length}");
        }
        let longer = [&good[..], &[0]].concat();
        assert_eq!(
            read_stamp(&longer).expect_err("rubbish after EOI"),
            "has 1 bytes after EOI"
        );
    }

    #[test]
    fn a_progressive_frame_is_refused() {
        let mut progressive = grey(&STAMP.segment());
        let header = progressive
            .windows(2)
            .position(|pair| pair == [0xFF, 0xC0])
            .expect("a frame header");
        progressive[header + 1] = 0xC2;
        assert!(read_stamp(&progressive).is_err());
    }
}
