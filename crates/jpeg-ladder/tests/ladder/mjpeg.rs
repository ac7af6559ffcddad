//! Compressed frames as cameras send them, whole and damaged.

use jpeg_ladder::{EncodeError, Kernel, Ladder, Plane, Range, Rendition, Sampling, Source, Spec};

use crate::common::frames::{CAMERA, picture, with_restarts};
use crate::common::full;
use crate::reference::coefficients;

pub(crate) const COMMENT: &[u8] = b"\xff\xfe\x00\x07stamp";
const BELOW: [u8; 3] = [30, 60, 80];

/// Nothing of it may be looked at.
pub(crate) const SPEC: Spec = Spec {
    width: 0,
    height: 0,
    sampling: Sampling::S420,
    range: Range::Limited,
};

/// What a camera would send: JFIF, all tables, EOI.
pub(crate) fn camera(sampling: Sampling) -> Vec<u8> {
    let picture = picture();
    let [y, u, v] = picture
        .planes
        .each_ref()
        .map(|plane| Plane::new(plane, picture.width));
    let spec = Spec {
        width: 150,
        height: 90,
        sampling,
        range: Range::Full,
    };
    let source = Source::Planar {
        y,
        u,
        v,
        sampling: Sampling::S444,
    };
    let mut out = [Vec::new()];
    Ladder::new()
        .encode_many(&spec, source, &[Rendition::full(CAMERA)], &mut out, &[])
        .expect("a good frame");
    let [jpeg] = out;
    jpeg
}

/// The segments up to the scan: marker and place.
pub(crate) fn segments(jpeg: &[u8]) -> Vec<(u8, std::ops::Range<usize>)> {
    let mut found = Vec::new();
    let mut at = 2;
    loop {
        let end = at + 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
        found.push((jpeg[at + 1], at..end));
        if jpeg[at + 1] == 0xda {
            return found;
        }
        at = end;
    }
}

/// The frame with each segment as `change` makes it.
fn rewritten(jpeg: &[u8], change: impl Fn(u8, &[u8]) -> Vec<u8>) -> Vec<u8> {
    let mut out = jpeg[..2].to_vec();
    let mut end = 2;
    for (marker, place) in segments(jpeg) {
        end = place.end;
        out.extend(change(marker, &jpeg[place]));
    }
    out.extend_from_slice(&jpeg[end..]);
    out
}

pub(crate) fn without_dht(jpeg: &[u8]) -> Vec<u8> {
    rewritten(jpeg, |marker, segment| {
        if marker == 0xc4 {
            Vec::new()
        } else {
            segment.to_vec()
        }
    })
}

pub(crate) fn encode(frame: &[u8], qualities: &[u8]) -> Result<Vec<Vec<u8>>, EncodeError> {
    encode_with(&mut Ladder::new(), frame, qualities)
}

pub(crate) fn encode_with(
    ladder: &mut Ladder,
    frame: &[u8],
    qualities: &[u8],
) -> Result<Vec<Vec<u8>>, EncodeError> {
    let mut out = vec![vec![9; 9]; qualities.len()];
    let done = ladder.encode_many(
        &SPEC,
        Source::Mjpeg(frame),
        &full(qualities),
        &mut out,
        COMMENT,
    );
    if done.is_err() {
        assert!(
            out.iter().all(Vec::is_empty),
            "a damaged frame left a picture"
        );
    }
    done.map(|_| out)
}

/// The stamped file that comes of a good frame at the camera's own quality.
fn stamped(jpeg: &[u8]) -> Vec<u8> {
    rewritten(jpeg, |marker, segment| {
        if marker == 0xe0 {
            [segment, COMMENT].concat()
        } else {
            segment.to_vec()
        }
    })
}

#[test]
fn coefficients_are_quantised_anew_for_every_rung_below_the_cameras() {
    for sampling in [
        Sampling::S420,
        Sampling::S422,
        Sampling::S444,
        Sampling::Grey,
    ] {
        let frame = camera(sampling);
        let originals = coefficients(&frame);
        for kernel in Kernel::available() {
            let mut out = vec![Vec::new(); BELOW.len()];
            Ladder::with_kernel(kernel)
                .encode_many(
                    &SPEC,
                    Source::Mjpeg(&frame),
                    &full(&BELOW),
                    &mut out,
                    COMMENT,
                )
                .expect("a good frame");
            for jpeg in &out {
                let steps: Vec<&[u8]> = segments(jpeg)
                    .into_iter()
                    .filter(|(marker, _)| *marker == 0xdb)
                    .map(|(_, place)| &jpeg[place.start + 5..place.end])
                    .collect();
                let expected: Vec<_> = originals
                    .iter()
                    .map(|(component, block)| {
                        let steps = steps[usize::from(*component > 0)];
                        let anew = std::array::from_fn(|i| {
                            let step = i32::from(steps[i]);
                            (block[i].abs() + step / 2) / step * step * block[i].signum()
                        });
                        (*component, anew)
                    })
                    .collect();
                assert!(coefficients(jpeg) == expected, "{sampling:?} {kernel:?}");
            }
        }
    }
}

#[test]
fn a_rung_at_or_above_the_cameras_own_gets_the_cameras_bytes() {
    let frame = camera(Sampling::S422);
    let out = encode(&frame, &[CAMERA - 1, CAMERA, 95]).expect("a good frame");
    assert!(out[0].len() < frame.len());
    assert_eq!(out[1], stamped(&frame));
    assert_eq!(out[2], out[1]);
}

#[test]
fn missing_huffman_tables_are_the_standard_ones() {
    let frame = camera(Sampling::S422);
    let qualities = [60, 90];
    let expected = encode(&frame, &qualities).expect("a good frame");
    let bare = without_dht(&frame);
    assert!(bare.len() < frame.len() - 400);
    let out = encode(&bare, &qualities).expect("a good frame");
    assert!(out[0] == expected[0]);
    // The same segments, the tables behind the others.
    assert_eq!(out[1].len(), expected[1].len());
    assert!(coefficients(&out[1]) == coefficients(&expected[1]));
    let avi = rewritten(&bare, |marker, segment| {
        if marker == 0xe0 {
            b"\xff\xe0\x00\x10AVI1\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00".to_vec()
        } else {
            segment.to_vec()
        }
    });
    assert!(encode(&avi, &qualities).expect("a good frame") == out);
}

#[test]
fn what_stands_behind_the_picture_is_cut_off() {
    let frame = camera(Sampling::S420);
    let qualities = [60, 90];
    let expected = encode(&frame, &qualities).expect("a good frame");
    let open = &frame[..frame.len() - 2];
    for good in [
        [&frame, &[0; 500][..]].concat(),
        [&frame[..], &frame[300..]].concat(),
        open.to_vec(),
        frame[..frame.len() - 1].to_vec(),
        [open, &[0; 500]].concat(),
        [open, &[0xff, 0xff, 0xff, 0xd9]].concat(),
    ] {
        let out = encode(&good, &qualities).expect("a good frame");
        assert!(out == expected, "{} bytes", good.len());
    }
}

#[test]
fn segments_may_stand_in_any_order_and_what_no_decoder_needs_is_left_out() {
    let frame = camera(Sampling::S420);
    let expected = encode(&frame, &[60, 90]).expect("a good frame");
    // SOF and DHT first, then a comment and an APP4 with a picture of its own, then DQT.
    let places = segments(&frame);
    let pick = |wanted: u8| {
        places
            .iter()
            .filter(move |(marker, _)| *marker == wanted)
            .map(|(_, place)| &frame[place.clone()])
    };
    let mut odd = frame[..2].to_vec();
    odd.extend(pick(0xc0).chain(pick(0xc4)).flatten());
    odd.extend_from_slice(b"\xff\xff\xfe\x00\x05abc\xff\xe4\x00\x06\xff\xd8\xff\xd9");
    odd.extend(pick(0xdb).chain(pick(0xdd)).chain(pick(0xda)).flatten());
    odd.extend_from_slice(&frame[places.last().expect("SOS").1.end..]);
    let out = encode(&odd, &[60, 90]).expect("a good frame");
    assert_eq!(out[0], expected[0]);
    assert_eq!(out[1].len(), expected[1].len());
}

#[test]
fn a_cameras_restart_markers_are_read_and_only_ours_are_written() {
    let plain = with_restarts(0);
    for interval in [1, 3, 7, 100] {
        let frame = with_restarts(interval);
        assert!(frame.len() > plain.len());
        assert_eq!(
            encode(&frame, &[60]).expect("a good frame"),
            encode(&plain, &[60]).expect("a good frame"),
            "interval {interval}"
        );
    }
}

#[test]
fn a_progressive_frame_is_decoded_and_encoded() {
    let rgb: Vec<u8> = picture().planes[0].iter().flat_map(|&y| [y; 3]).collect();
    let encoded = |progressive| {
        let mut out = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut out, 95);
        encoder.set_progressive(progressive);
        encoder
            .encode(&rgb, 150, 90, jpeg_encoder::ColorType::Rgb)
            .expect("it encodes");
        out
    };
    let out = encode(&encoded(true), &[80]).expect("a good frame");
    let decoded = jpeg_decoder::Decoder::new(&out[0][..])
        .decode()
        .expect("a JPEG");
    let squares: f64 = decoded
        .iter()
        .zip(&rgb)
        .map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2))
        .sum();
    let psnr = 10.0 * (255.0 * 255.0 * rgb.len() as f64 / squares).log10();
    assert!(psnr > 35.0, "{psnr} dB");
}
