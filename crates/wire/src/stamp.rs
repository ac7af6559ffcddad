//! The stamp: one COM segment that tells a frame's run, number and capture time.
//!
//! It stands directly after the JFIF APP0 of every JPEG that leaves capture, ASCII, fixed width, so decoders and old
//! clients ignore it and an encoder can reserve its place. Readers find it wherever it stands before the scan.
//! Source: ITU-T T.81 B.2.4.5 (COM), B.1.1.4 (marker segments).

use std::ops::Range;

/// Who made a frame, which one it is and when it was captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Random per capture start: a change means that the numbers begin anew.
    pub run: u32,
    /// Counts the frames of a run, the same for every quality of one frame. 0 to 999 999 999 999.
    pub seq: u64,
    /// Capture time in µs since the Unix epoch, below 10^16 (the year 2286).
    pub captured_at_us: u64,
}

/// Why a JPEG has no stamp that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StampError {
    /// The bytes do not begin with SOI.
    #[error("no JPEG: it does not begin with FF D8")]
    NoJpeg,
    /// The prefix ends before a stamp or the scan was reached.
    #[error("the JPEG ends before its stamp or its scan")]
    Truncated,
    /// The scan begins and no stamp stood before it.
    #[error("the JPEG has no stamp")]
    Missing,
    /// A segment that begins like a stamp and is none.
    #[error("the JPEG has a stamp that cannot be read")]
    Malformed,
}

impl Stamp {
    /// Length of the whole segment: marker, length field and text.
    pub const SEGMENT_LEN: usize = 4 + Self::TEXT_LEN;
    const TEXT_LEN: usize = "RERO1 run=00000000 seq=000000000000 t=0000000000000000".len();
    const MAGIC: &'static [u8] = b"RERO1 ";
    /// Of the text: what two frames of one run have in common.
    const CONSTANT_LEN: usize = "RERO1 run=00000000 seq=".len();

    /// The whole COM segment, ready to be written after APP0.
    ///
    /// Numbers that exceed their width keep their lowest digits: a frame with an odd stamp is better than no frame.
    #[must_use]
    pub fn segment(&self) -> [u8; Self::SEGMENT_LEN] {
        let mut out = *b"\xff\xfe\x00\x38RERO1 run=00000000 seq=000000000000 t=0000000000000000";
        digits(&mut out[14..22], u64::from(self.run), 16);
        digits(&mut out[27..39], self.seq, 10);
        digits(&mut out[42..58], self.captured_at_us, 10);
        out
    }

    /// Reads the stamp from a JPEG or from its beginning; the first 200 bytes hold it in every frame of ours.
    ///
    /// # Errors
    /// See [`StampError`].
    pub fn read(jpeg: &[u8]) -> Result<Self, StampError> {
        Self::parse(&jpeg[Self::find(jpeg)?])
    }

    /// Where its number and time stand in a JPEG: all that differs between two frames of one run.
    ///
    /// # Errors
    /// See [`StampError`].
    pub fn variable_part(jpeg: &[u8]) -> Result<Range<usize>, StampError> {
        let text = Self::find(jpeg)?;
        Self::parse(&jpeg[text.clone()])?;
        Ok(text.start + Self::CONSTANT_LEN..text.end)
    }

    /// Where the text of the first segment stands that begins as a stamp does.
    fn find(jpeg: &[u8]) -> Result<Range<usize>, StampError> {
        if !jpeg.starts_with(&[0xff, 0xd8]) {
            return Err(if jpeg.len() < 2 {
                StampError::Truncated
            } else {
                StampError::NoJpeg
            });
        }
        let mut rest = &jpeg[2..];
        loop {
            // Any number of FF may stand before a marker (B.1.1.2).
            while rest.len() > 1 && rest[..2] == [0xff, 0xff] {
                rest = &rest[1..];
            }
            let [0xff, marker, high, low, ..] = *rest else {
                return Err(if rest.len() < 4 {
                    StampError::Truncated
                } else {
                    StampError::NoJpeg
                });
            };
            let length = usize::from(u16::from_be_bytes([high, low]));
            match marker {
                _ if length < 2 => return Err(StampError::NoJpeg),
                0xda => return Err(StampError::Missing),
                0xfe if rest.len() < 2 + length => return Err(StampError::Truncated),
                0xfe if rest[4..].starts_with(Self::MAGIC) => {
                    let segment = jpeg.len() - rest.len();
                    return Ok(segment + 4..segment + 2 + length);
                }
                _ => rest = rest.get(2 + length..).ok_or(StampError::Truncated)?,
            }
        }
    }

    fn parse(text: &[u8]) -> Result<Self, StampError> {
        let parse = || {
            let text = std::str::from_utf8(text)
                .ok()
                .filter(|text| text.len() == Self::TEXT_LEN && text.is_ascii())?;
            let number = |from: usize, prefix: &str, width: usize, radix| {
                let digits = text[from..].strip_prefix(prefix)?.get(..width)?;
                digits
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || (radix == 16 && byte.is_ascii_hexdigit()))
                    .then_some(())?;
                u64::from_str_radix(digits, radix).ok()
            };
            Some(Self {
                run: number(6, "run=", 8, 16)? as u32,
                seq: number(18, " seq=", 12, 10)?,
                captured_at_us: number(35, " t=", 16, 10)?,
            })
        };
        parse().ok_or(StampError::Malformed)
    }
}

/// Writes `value` right-aligned with leading zeros in `radix` 10 or 16.
fn digits(out: &mut [u8], mut value: u64, radix: u64) {
    for place in out.iter_mut().rev() {
        *place = b"0123456789abcdef"[(value % radix) as usize];
        value /= radix;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAMP: Stamp = Stamp {
        run: 0x8f3a_2c41,
        seq: 1234,
        captured_at_us: 1_795_345_678_901_234,
    };

    fn jpeg(segments: &[&[u8]]) -> Vec<u8> {
        let mut jpeg = vec![0xff, 0xd8];
        jpeg.extend(segments.concat());
        jpeg.extend([0xff, 0xda, 0, 4, 0, 0, 1, 2, 3, 0xff, 0xd9]);
        jpeg
    }

    #[test]
    fn the_segment_is_spelled_as_the_contract_says() {
        let golden: serde_json::Value =
            serde_json::from_str(include_str!("../golden/stamp.json")).unwrap();
        for row in golden["stamps"].as_array().unwrap() {
            let stamp = Stamp {
                run: u32::from_str_radix(row["run"].as_str().unwrap(), 16).unwrap(),
                seq: row["seq"].as_u64().unwrap(),
                captured_at_us: row["t"].as_u64().unwrap(),
            };
            let text = row["text"].as_str().unwrap();
            assert_eq!(&stamp.segment()[4..], text.as_bytes());
            let numbers = Stamp::variable_part(&jpeg(&[&stamp.segment()])).unwrap();
            assert_eq!(numbers, 2 + 4 + 23..2 + Stamp::SEGMENT_LEN);
            assert_eq!(Stamp::read(&jpeg(&[&stamp.segment()])), Ok(stamp));
        }
        for row in golden["malformed"].as_array().unwrap() {
            let text = row.as_str().unwrap();
            let segment = [&[0xff, 0xfe, 0, (text.len() + 2) as u8], text.as_bytes()].concat();
            assert_eq!(
                Stamp::read(&jpeg(&[&segment])),
                Err(StampError::Malformed),
                "{text}"
            );
        }
        assert_eq!(&STAMP.segment()[..4], &[0xff, 0xfe, 0, 56]);
    }

    #[test]
    fn a_stamp_is_found_behind_other_segments_and_fill_bytes() {
        let app0 = b"\xff\xe0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0".as_slice();
        let comment = b"\xff\xfe\x00\x07hello".as_slice();
        assert_eq!(
            Stamp::read(&jpeg(&[app0, comment, b"\xff\xff", &STAMP.segment()])),
            Ok(STAMP)
        );
        assert_eq!(
            Stamp::read(&jpeg(&[app0, comment])),
            Err(StampError::Missing)
        );
    }

    #[test]
    fn any_prefix_tells_truncated_and_never_panics() {
        let whole = jpeg(&[b"\xff\xe0\x00\x04ab", &STAMP.segment()]);
        let end = 2 + 6 + Stamp::SEGMENT_LEN;
        for length in 0..end {
            assert_eq!(
                Stamp::read(&whole[..length]),
                Err(StampError::Truncated),
                "{length}"
            );
        }
        for length in end..=whole.len() {
            assert_eq!(Stamp::read(&whole[..length]), Ok(STAMP));
        }
        assert_eq!(Stamp::read(b"GIF89a"), Err(StampError::NoJpeg));
        assert_eq!(Stamp::read(b"\xff\xd8garbage"), Err(StampError::NoJpeg));
        assert_eq!(
            Stamp::read(&jpeg(&[b"\xff\xfe\x00\x00"])),
            Err(StampError::NoJpeg)
        );
    }

    #[test]
    fn what_cannot_be_a_segment_is_no_jpeg_however_short_it_is() {
        for bytes in [b"GI".as_slice(), b"\xff\xd8abcd"] {
            assert_eq!(Stamp::read(bytes), Err(StampError::NoJpeg), "{bytes:?}");
        }
        // A length counts its own two bytes.
        for length in [0, 1] {
            let scan = [0xff, 0xda, 0, length];
            let comment = [&[0xff, 0xfe, 0, length], Stamp::MAGIC].concat();
            for segment in [scan.as_slice(), &comment] {
                let read = Stamp::read(&jpeg(&[segment]));
                assert_eq!(read, Err(StampError::NoJpeg), "{segment:?}");
            }
        }
        let empty = b"\xff\xfe\x00\x02".as_slice();
        let read = Stamp::read(&jpeg(&[empty, &STAMP.segment()]));
        assert_eq!(read, Ok(STAMP));
    }

    #[test]
    fn a_sign_is_no_digit() {
        for place in ["run=", "seq=", "t="] {
            let mut segment = STAMP.segment();
            let mut parts = segment.windows(place.len());
            let at = parts.position(|part| part == place.as_bytes()).unwrap();
            segment[at + place.len()] = b'+';
            let read = Stamp::read(&jpeg(&[&segment]));
            assert_eq!(read, Err(StampError::Malformed), "{place}");
        }
    }

    #[test]
    fn numbers_too_wide_keep_their_lowest_digits() {
        let stamp = Stamp {
            run: 1,
            seq: 7_000_000_000_042,
            captured_at_us: u64::MAX,
        };
        assert_eq!(Stamp::read(&jpeg(&[&stamp.segment()])).unwrap().seq, 42);
    }
}
