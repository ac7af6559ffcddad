//! Kinds of JPEG beside the one that cameras send: shown as libjpeg shows them, or refused by their names.

use jpeg_ladder::{EncodeError, JpegKind, Sampling};

use crate::common::frames::picture;
use crate::mjpeg::{camera, encode, segments};

/// A colourful frame in a scan for each component, its chroma as coarse as `sampling` says.
fn several_scans(sampling: jpeg_encoder::SamplingFactor) -> Vec<u8> {
    let grey = &picture().planes[0];
    let rgb: Vec<u8> = grey.iter().flat_map(|&y| [y, y / 2, 255 - y]).collect();
    let mut out = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut out, 90);
    encoder.set_sampling_factor(sampling);
    encoder.set_optimized_huffman_tables(true);
    encoder
        .encode(&rgb, 150, 90, jpeg_encoder::ColorType::Rgb)
        .expect("it encodes");
    assert_eq!(
        out.windows(2).filter(|pair| *pair == [0xff, 0xda]).count(),
        3
    );
    out
}

fn decoded(jpeg: &[u8]) -> Vec<u8> {
    jpeg_decoder::Decoder::new(jpeg).decode().expect("a JPEG")
}

fn psnr(one: &[u8], other: &[u8]) -> f64 {
    assert_eq!(one.len(), other.len());
    let pairs = one.iter().zip(other);
    let squares: f64 = pairs
        .map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2))
        .sum();
    10.0 * (255.0 * 255.0 * one.len() as f64 / squares.max(1.0)).log10()
}

#[test]
fn several_baseline_scans_are_shown_rightly_or_refused() {
    use jpeg_encoder::SamplingFactor as F;
    for (sampling, taken) in [
        (F::F_1_1, true),
        (F::F_2_1, true),
        (F::F_4_1, true),
        (F::F_2_2, false),
        (F::F_1_2, false),
    ] {
        let frame = several_scans(sampling);
        match encode(&frame, &[95]) {
            Ok(files) => {
                let close = psnr(&decoded(&files[0]), &decoded(&frame));
                assert!(taken && close > 30.0, "{sampling:?}: {close} dB");
            }
            Err(error) => {
                assert_eq!(error, EncodeError::Kind(JpegKind::Scans), "{sampling:?}");
                assert!(!taken, "{sampling:?}");
            }
        }
    }
}

/// `frame` with another byte in the body of its first segment of that marker.
fn patched(frame: &[u8], marker: u8, changes: &[(usize, u8)]) -> Vec<u8> {
    let mut out = frame.to_vec();
    let segment = segments(frame)
        .into_iter()
        .find(|(found, _)| *found == marker);
    let body = segment.expect("such a segment").1.start + 4;
    for &(at, byte) in changes {
        out[body + at] = byte;
    }
    out
}

fn refused(frame: &[u8]) -> Option<JpegKind> {
    match encode(frame, &[30, 95]) {
        Err(EncodeError::Kind(kind)) => Some(kind),
        _ => None,
    }
}

#[test]
fn chroma_that_is_finer_than_luma_is_refused() {
    let frame = camera(Sampling::S444);
    for factors in [0x22, 0x21] {
        let finer = patched(&frame, 0xc0, &[(10, factors), (13, factors)]);
        assert_eq!(refused(&finer), Some(JpegKind::Sampling), "{factors:x}");
    }
    for factors in [0, 0x10, 0x01] {
        assert!(encode(&patched(&frame, 0xc0, &[(7, factors)]), &[60]).is_err());
        assert!(encode(&patched(&frame, 0xc0, &[(10, factors)]), &[60]).is_err());
    }
}

#[test]
fn other_kinds_are_refused_by_their_names() {
    let frame = camera(Sampling::S420);
    let sof = segments(&frame)
        .into_iter()
        .find(|(found, _)| *found == 0xc0);
    let marker = sof.expect("SOF").1.start + 1;
    for (number, kind, name) in [
        (0xc3, JpegKind::Lossless, "lossless JPEG"),
        (0xc5, JpegKind::Hierarchical, "hierarchical JPEG"),
        (0xc9, JpegKind::Arithmetic, "arithmetic-coded JPEG"),
        (0xca, JpegKind::Arithmetic, "arithmetic-coded JPEG"),
        (0xcc, JpegKind::Arithmetic, "arithmetic-coded JPEG"),
        (0xde, JpegKind::Hierarchical, "hierarchical JPEG"),
    ] {
        let mut other = frame.clone();
        other[marker] = number;
        assert_eq!(refused(&other), Some(kind), "{number:x}");
        let words = EncodeError::Kind(kind).to_string();
        assert!(words.contains(name), "{words}");
    }
    let twelve = patched(&frame, 0xc0, &[(0, 12)]);
    assert_eq!(refused(&twelve), Some(JpegKind::Precision(12)));
}

#[test]
fn what_is_decoded_whole_is_no_larger_than_4k_whatever_its_header_says() {
    let frame = camera(Sampling::S420);
    let sof = segments(&frame)
        .into_iter()
        .find(|(found, _)| *found == 0xc0);
    let marker = sof.expect("SOF").1.start + 1;
    let progressive = |width: u16, height: u16| {
        let ([w1, w0], [h1, h0]) = (width.to_be_bytes(), height.to_be_bytes());
        let mut large = patched(&frame, 0xc0, &[(1, h1), (2, h0), (3, w1), (4, w0)]);
        large[marker] = 0xc2;
        encode(&large, &[60]).expect_err("its scan is another picture's")
    };
    for (width, height) in [(4096, 2305), (8192, 8192), (65_535, 65_535)] {
        let error = progressive(width, height);
        let large = JpegKind::Large(width, height);
        assert_eq!(error, EncodeError::Kind(large), "{width}x{height}");
    }
    let error = progressive(4096, 2304);
    assert!(matches!(error, EncodeError::Damaged { .. }), "{error}");
}

/// `frame` with Adobe's segment, which says how colours were transformed.
fn with_adobe(frame: &[u8], transform: u8) -> Vec<u8> {
    let adobe = [
        b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00",
        &[transform][..],
    ]
    .concat();
    let behind = 2 + usize::from(frame[2..].starts_with(&[0xff, 0xe0])) * 18;
    [&frame[..behind], &adobe, &frame[behind..]].concat()
}

/// `frame` whose components are called R, G and B.
fn named_rgb(frame: &[u8]) -> Vec<u8> {
    let in_header = patched(frame, 0xc0, &[(6, b'R'), (9, b'G'), (12, b'B')]);
    patched(&in_header, 0xda, &[(1, b'R'), (3, b'G'), (5, b'B')])
}

#[test]
fn the_colours_are_those_that_libjpeg_reads() {
    let jfif = camera(Sampling::S444);
    let bare = [&jfif[..2], &jfif[20..]].concat();
    let as_ycbcr = encode(&jfif, &[60]).expect("a good frame");
    // In RGB the same samples are another picture.
    let as_rgb = encode(&with_adobe(&bare, 0), &[60]).expect("a good frame");
    assert!(as_rgb != as_ycbcr);
    for (name, frame, rgb) in [
        ("bare", bare.clone(), false),
        ("JFIF, Adobe 0", with_adobe(&jfif, 0), false),
        ("JFIF, Adobe 1", with_adobe(&jfif, 1), false),
        ("JFIF, named RGB", named_rgb(&jfif), false),
        (
            "Adobe 1, named RGB",
            named_rgb(&with_adobe(&bare, 1)),
            false,
        ),
        ("named RGB", named_rgb(&bare), true),
        ("Adobe 0, named RGB", named_rgb(&with_adobe(&bare, 0)), true),
    ] {
        let file = encode(&frame, &[60]).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(file == if rgb { &as_rgb } else { &as_ycbcr }[..], "{name}");
    }
}

#[test]
fn a_progressive_frame_that_contradicts_itself_is_refused() {
    let rgb: Vec<u8> = picture().planes[0].iter().flat_map(|&y| [y; 3]).collect();
    let mut frame = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut frame, 90);
    encoder.set_progressive(true);
    encoder
        .encode(&rgb, 150, 90, jpeg_encoder::ColorType::Rgb)
        .expect("it encodes");
    assert_eq!(refused(&with_adobe(&frame, 0)), Some(JpegKind::Colours));
    assert!(encode(&with_adobe(&frame, 1), &[60]).is_ok());
}
