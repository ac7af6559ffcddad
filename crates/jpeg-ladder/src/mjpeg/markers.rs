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
