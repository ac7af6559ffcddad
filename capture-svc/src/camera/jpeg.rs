//! Where a camera's JPEG ends and how large its picture is. Pure; walks markers and decodes nothing.

/// One whole JPEG at the beginning of some bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Jpeg {
    /// Bytes from its start marker to its end marker, both included.
    pub(super) len: usize,
    /// Pixels per row.
    pub(super) width: u32,
    /// Rows.
    pub(super) height: u32,
}

/// The JPEG that `bytes` begins with; `None` if it is not one, or not whole.
///
/// The first end marker after the scan counts: some cameras pad what follows, and what follows may hold the end of an
/// older picture.
pub(super) fn find(bytes: &[u8]) -> Option<Jpeg> {
    let mut at = 2;
    let mut size = None;
    if bytes.get(..2)? != [0xff, 0xd8] {
        return None;
    }
    loop {
        let &[0xff, marker] = bytes.get(at..at + 2)? else {
            return None;
        };
        // Any number of fill bytes may stand before a marker. Source: ITU-T T.81 B.1.1.2.
        if marker == 0xff {
            at += 1;
            continue;
        }
        let length = usize::from(u16::from_be_bytes(
            bytes.get(at + 2..at + 4)?.try_into().ok()?,
        ));
        match marker {
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                let &[height, height_low, width, width_low] = bytes.get(at + 5..at + 9)? else {
                    return None;
                };
                size = Some((
                    u16::from_be_bytes([width, width_low]),
                    u16::from_be_bytes([height, height_low]),
                ));
            }
            0xd8 | 0xd9 => return None,
            _ => {}
        }
        at += 2 + length.max(2);
        if marker == 0xda {
            break;
        }
    }
    let (width, height) = size?;
    // Entropy data: FF 00 is a stuffed FF, FF D0 to D7 a restart; other markers may begin a further scan.
    loop {
        at += bytes.get(at..)?.iter().position(|byte| *byte == 0xff)?;
        match *bytes.get(at + 1)? {
            0xd9 => {
                return Some(Jpeg {
                    len: at + 2,
                    width: width.into(),
                    height: height.into(),
                });
            }
            0xd8 => return None,
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jpeg() -> Vec<u8> {
        let mut bytes = Vec::new();
        jpeg_encoder::Encoder::new(&mut bytes, 80)
            .encode(&vec![90; 64 * 48 * 3], 64, 48, jpeg_encoder::ColorType::Rgb)
            .unwrap();
        bytes
    }

    #[test]
    fn a_jpeg_ends_at_its_own_end_marker_not_at_a_stale_one_behind_it() {
        let one = jpeg();
        let mut padded = one.clone();
        padded.extend_from_slice(&[0, 0, 0x12, 0xff, 0xd9, 0, 0]);
        assert_eq!(
            find(&padded),
            Some(Jpeg {
                len: one.len(),
                width: 64,
                height: 48
            })
        );
    }

    #[test]
    fn half_a_jpeg_is_not_whole() {
        let one = jpeg();
        for cut in [0, 1, 2, 10, one.len() / 2, one.len() - 2, one.len() - 1] {
            assert_eq!(find(&one[..cut]), None, "cut at {cut} of {}", one.len());
        }
    }

    #[test]
    fn something_else_is_not_a_jpeg() {
        assert_eq!(find(&[0xff, 0xd8, 0xff, 0xd9]), None, "no picture inside");
        assert_eq!(find(b"<html>not found</html>"), None);
        let mut restarted = jpeg();
        let middle = restarted.len() - 5;
        restarted.splice(middle..middle, [0xff, 0xd8]);
        assert_eq!(
            find(&restarted),
            None,
            "a second picture begins inside the first"
        );
    }
}
