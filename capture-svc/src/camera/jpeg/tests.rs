//! Whole JPEGs, broken ones, and where the next one may begin.

use super::*;

#[path = "../../../fuzz/scanner.rs"]
mod scanner;

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

#[test]
fn a_jpeg_that_comes_in_parts_is_not_looked_at_twice_and_found_all_the_same() {
    let one = jpeg();
    let mut scan = Scan::default();
    for end in 0..one.len() {
        let before = scan.at;
        assert_eq!(scan.go_on(&one[..end]), Progress::Unfinished, "{end}");
        assert!(scan.at >= before);
    }
    assert_eq!(
        scan.go_on(&one),
        Progress::Whole(find(&one).expect("it is one"))
    );
}

#[test]
fn what_is_broken_says_where_the_next_one_may_begin() {
    let one = jpeg();
    let broken_at = |bytes: &[u8]| match Scan::default().go_on(bytes) {
        Progress::Broken { resume } => resume,
        other => panic!("{other:?}"),
    };
    assert_eq!(broken_at(b"\xff\xd8--part"), 2);
    // Its entropy data is the last thing in it: cut there, it ends where the next one begins.
    let cut = one.len() - 4;
    assert_eq!(broken_at(&[&one[..cut], &one[..]].concat()), cut);
    // Cut in its first segment, whose length then leads into the next picture: that one begins inside.
    let header = [&one[..10], &one[..]].concat();
    assert!(broken_at(&header) <= 10);
}

/// SOI and an APP0 segment: bytes 0 to 19, whose length stands at 4.
fn beginning() -> Vec<u8> {
    jpeg()[..20].to_vec()
}

fn resumes_at(parts: &[&[u8]]) -> usize {
    match Scan::default().go_on(&parts.concat()) {
        Progress::Broken { resume } => resume,
        other => panic!("{other:?}"),
    }
}

#[test]
fn fill_bytes_and_markers_without_a_length_may_stand_before_a_segment() {
    let one = jpeg();
    for odd in [
        &[0xff, 0xff][..],
        &[0xff, 0x01, 0xff, 0xd0],
        &[0xff, 0xd7],
        &[0xff, 0xfe, 0, 2],
    ] {
        let whole = [&one[..2], odd, &one[2..]].concat();
        let found = find(&whole).map(|found| found.len);
        assert_eq!(found, Some(whole.len()), "{odd:x?}");
    }
}

#[test]
fn a_marker_that_cannot_stand_in_a_header_says_where_the_next_one_may_begin() {
    let begun = beginning();
    let comment = [0xff, 0xfe, 0, 4, 1, 2];
    assert_eq!(resumes_at(&[&begun, &jpeg()]), 20, "a start marker");
    assert_eq!(
        resumes_at(&[&begun, &[0xff, 0xd9]]),
        22,
        "behind an end marker"
    );
    // The length before it may have been wrong: what it counted may be the next picture.
    for reserved in [0x00, 0x02, 0xbf] {
        assert_eq!(resumes_at(&[&begun, &[0xff, reserved]]), 4);
        assert_eq!(resumes_at(&[&begun, &comment, &[0xff, reserved]]), 22);
    }
    for too_short in [0, 1] {
        assert_eq!(resumes_at(&[&begun, &[0xff, 0xfe, 0, too_short, 0, 0]]), 4);
    }
}

#[test]
fn stuffed_bytes_restarts_and_further_scans_are_in_a_picture_and_a_frame_header_is_not() {
    let one = jpeg();
    let scan_at = one
        .windows(2)
        .position(|pair| pair == [0xff, 0xda])
        .unwrap();
    let inside = one.len() - 4;
    let with = |inserted: &[u8]| [&one[..inside], inserted, &one[inside..]].concat();
    for own in [
        &[0xff, 0x00][..],
        &[0xff, 0xd3],
        &[0xff, 0xda],
        &[0xff, 0xfe],
    ] {
        assert_eq!(find(&with(own)).map(|found| found.len), Some(one.len() + 2));
    }
    for header in [0xc0, 0xc3, 0xc5, 0xc7, 0xc9, 0xcb, 0xcd, 0xcf] {
        assert_eq!(resumes_at(&[&with(&[0xff, header])]), scan_at + 2);
    }
}

#[test]
fn all_that_was_scanned_is_certain_once_the_header_is_over() {
    let one = jpeg();
    let scan_at = one
        .windows(2)
        .position(|pair| pair == [0xff, 0xda])
        .unwrap();
    let mut scan = Scan::default();
    assert_eq!(scan.certain(100), 2, "nothing is known yet");
    scan.go_on(&one[..10]);
    assert_eq!(scan.certain(100), 4, "a length that nothing has confirmed");
    let inside = one.len() - 4;
    scan.go_on(&one[..inside]);
    assert_eq!(scan.certain(inside), inside);
    assert_eq!(scan.certain(inside - 1), scan_at + 2);
}

#[test]
fn any_bytes_end_alike_however_they_come() {
    let mut random = fastrand::Rng::with_seed(23);
    let noise: Vec<u8> = std::iter::repeat_with(|| random.u8(..))
        .take(32 * 24)
        .collect();
    let mut one = Vec::new();
    jpeg_encoder::Encoder::new(&mut one, 80)
        .encode(&noise, 32, 24, jpeg_encoder::ColorType::Luma)
        .unwrap();
    for round in 0..2000 {
        let mut bytes = one.repeat(1 + round % 2);
        for _ in 0..random.usize(..4) {
            let at = random.usize(..bytes.len());
            // Markers mostly: what else there is has no meaning here.
            let marker = [0xff, random.u8(0xc0..=0xdf)];
            bytes.splice(at..at, marker.into_iter().take(random.usize(..3)));
            bytes.truncate(random.usize(bytes.len() / 4..=bytes.len()));
        }
        bytes.insert(0, random.u8(..));
        scanner::check(&bytes);
    }
}
