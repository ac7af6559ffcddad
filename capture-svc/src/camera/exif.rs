//! PURE: how a recording's picture was held, by its EXIF.

use jpeg_ladder::Orientation;

/// The tag in question. Source: EXIF 2.3, table 4.
const ORIENTATION: u16 = 0x0112;

/// What makes the JPEG upright; upright where it says nothing. Source: EXIF 2.3, 4.5 and 4.7; TIFF 6.0, section 2.
pub(super) fn orientation(jpeg: &[u8]) -> Orientation {
    app1(jpeg)
        .and_then(number)
        .map_or(Orientation::UPRIGHT, Orientation::of_exif)
}

/// The TIFF inside of APP1, which stands before anything else but APP0 and comments.
fn app1(jpeg: &[u8]) -> Option<&[u8]> {
    let mut at = 2;
    loop {
        let &[0xff, marker, high, low] = jpeg.get(at..at + 4)? else {
            return None;
        };
        let end = at + 2 + usize::from(u16::from_be_bytes([high, low]));
        let body = jpeg.get(at + 4..end)?;
        match (marker, body.strip_prefix(b"Exif\0\0")) {
            (0xe1, Some(tiff)) => return Some(tiff),
            (0xe0..=0xef | 0xfe, _) => at = end,
            _ => return None,
        }
    }
}

/// The tag's number in the first directory.
fn number(tiff: &[u8]) -> Option<u16> {
    let little = match tiff.get(..2)? {
        b"II" => true,
        b"MM" => false,
        _ => return None,
    };
    let bytes = |at: usize, count: usize| tiff.get(at..at.checked_add(count)?);
    let short = |at: usize| {
        let two = bytes(at, 2)?.try_into().ok()?;
        Some(if little {
            u16::from_le_bytes(two)
        } else {
            u16::from_be_bytes(two)
        })
    };
    let four = bytes(4, 4)?.try_into().ok()?;
    let directory = if little {
        u32::from_le_bytes(four)
    } else {
        u32::from_be_bytes(four)
    } as usize;
    let entries = (0..usize::from(short(directory)?)).map(|entry| directory + 2 + 12 * entry);
    let mut entries = entries.take_while(|at| at + 12 <= tiff.len());
    let found = entries.find(|at| short(*at) == Some(ORIENTATION))?;
    short(found + 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(app1: &[u8]) -> Vec<u8> {
        let length = (app1.len() as u16 + 2).to_be_bytes();
        [
            b"\xff\xd8\xff\xe0\0\x04\0\0\xff\xe1",
            &length[..],
            app1,
            b"\xff\xdb\0\x02",
        ]
        .concat()
    }

    #[test]
    fn the_number_is_found_in_either_order_of_bytes() {
        let big = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x02\x01\0\0\x03\0\0\0\x01\0\x09\0\0\
                    \x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        assert_eq!(orientation(&with(big)), Orientation::QUARTER);
        let little = b"Exif\0\0II\x2a\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x03\0\0\0\0\0\0\0";
        assert_eq!(orientation(&with(little)), Orientation::HALF);
    }

    #[test]
    fn what_is_none_or_is_cut_off_is_upright() {
        let whole = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0";
        for cut in 0..whole.len() - 2 {
            assert_eq!(orientation(&with(&whole[..cut])), Orientation::UPRIGHT);
        }
        let far = b"Exif\0\0MM\0\x2a\xff\xff\xff\xff\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0";
        let many = b"Exif\0\0II\x2a\0\x08\0\0\0\xff\xff";
        for odd in [
            &far[..],
            many,
            b"Exif\0\0XX",
            b"http://ns.adobe.com/xap/1.0/\0",
            b"",
        ] {
            assert_eq!(orientation(&with(odd)), Orientation::UPRIGHT);
        }
        assert_eq!(orientation(b"\xff\xd8"), Orientation::UPRIGHT);
    }
}
