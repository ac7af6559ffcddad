//! From marker to marker before a scan. Source: ITU-T T.81 B.1.1; libjpeg's jdmarker.c.

/// Markers without a segment: TEM and the restart markers, which mean nothing before a scan.
pub(super) const STANDALONE: [u8; 9] = [0x01, 0xd0, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7];

/// The next marker from `at` on and its place. Fill bytes and what else stands before it are passed over, as libjpeg does.
pub(super) fn next_marker(data: &[u8], mut at: usize) -> Option<(usize, u8)> {
    loop {
        match *data.get(at..at + 2)? {
            [0xff, marker @ 1..=0xfe] => return Some((at, marker)),
            _ => at += 1,
        }
    }
}

/// Where the segment of the marker at `at` ends. A length too small for itself counts as 2, as it does for libjpeg.
pub(super) fn segment_end(data: &[u8], at: usize) -> Option<usize> {
    let length = u16::from_be_bytes([*data.get(at + 2)?, *data.get(at + 3)?]);
    let end = at + 2 + usize::from(length.max(2));
    (end <= data.len()).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_before_a_marker_is_passed_over() {
        assert_eq!(next_marker(&[0xff, 0xdb], 0), Some((0, 0xdb)));
        let junk = [0, 7, 0xff, 0, 0xff, 0xff, 0xff, 0xc4, 9];
        assert_eq!(next_marker(&junk, 0), Some((6, 0xc4)));
        assert_eq!(next_marker(&junk, 7), None);
        assert_eq!(next_marker(&[0xff], 0), None);
        assert_eq!(next_marker(&[], 5), None);
    }

    #[test]
    fn a_segment_that_is_cut_off_has_no_end() {
        let segment = [0xff, 0xfe, 0, 4, 1, 2];
        assert_eq!(segment_end(&segment, 0), Some(6));
        assert_eq!(segment_end(&segment[..5], 0), None);
        assert_eq!(segment_end(&segment[..3], 0), None);
        for length in [0, 1, 2] {
            assert_eq!(segment_end(&[0xff, 0xfe, 0, length], 0), Some(4));
        }
    }
}
