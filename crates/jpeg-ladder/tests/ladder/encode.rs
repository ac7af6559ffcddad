//! What a caller relies on, whatever the kernel.

use crate::common::{full, pictures};
use jpeg_ladder::{EncodeError, Ladder, Plane, Range, Rendition, Sampling, Source, Spec};

const COMMENT: &[u8] = b"\xff\xfe\x00\x07stamp";

fn spec(width: u16, height: u16) -> Spec {
    Spec {
        width,
        height,
        sampling: Sampling::S420,
        range: Range::Full,
    }
}

fn encode(spec: Spec, source: Source<'_>, quality: u8) -> Vec<u8> {
    let mut out = [Vec::new()];
    Ladder::new()
        .encode_many(
            &spec,
            source,
            &[Rendition::full(quality)],
            &mut out,
            COMMENT,
        )
        .expect("a good frame");
    let [jpeg] = out;
    jpeg
}

#[test]
fn the_comment_stands_right_after_the_jfif_segment() {
    let grey = [128; 64];
    let jpeg = encode(spec(8, 8), Source::Grey(Plane::new(&grey, 8)), 80);
    assert_eq!(&jpeg[..4], [0xff, 0xd8, 0xff, 0xe0]);
    assert_eq!(&jpeg[6..11], b"JFIF\0");
    assert_eq!(&jpeg[20..29], COMMENT);
    assert_eq!(&jpeg[jpeg.len() - 2..], [0xff, 0xd9]);
}

#[test]
fn a_decoder_gives_the_picture_back() {
    let picture = pictures::natural(131, 77, 1.0, 7);
    let [y, u, v] = &picture.planes;
    let source = Source::Planar {
        y: Plane::new(y, 131),
        u: Plane::new(u, 131),
        v: Plane::new(v, 131),
        sampling: Sampling::S444,
    };
    let jpeg = encode(
        Spec {
            sampling: Sampling::S444,
            ..spec(131, 77)
        },
        source,
        95,
    );
    let mut decoder = jpeg_decoder::Decoder::new(&jpeg[..]);
    let rgb = decoder.decode().expect("a JPEG");
    let squares: f64 = rgb
        .chunks_exact(3)
        .zip(y)
        .map(|(rgb, &y)| {
            let luma =
                0.299 * f64::from(rgb[0]) + 0.587 * f64::from(rgb[1]) + 0.114 * f64::from(rgb[2]);
            (luma - f64::from(y)).powi(2)
        })
        .sum();
    let psnr = 10.0 * (255.0 * 255.0 * y.len() as f64 / squares).log10();
    assert!(psnr > 40.0, "{psnr} dB");
}

#[test]
fn a_higher_quality_is_a_larger_file() {
    let picture = pictures::natural(320, 240, 1.0, 3);
    let ladder: Vec<u8> = (30..=95).step_by(5).collect();
    let mut out = vec![Vec::new(); ladder.len()];
    Ladder::new()
        .encode_many(
            &spec(320, 240),
            Source::Grey(Plane::new(&picture.planes[0], 320)),
            &full(&ladder),
            &mut out,
            COMMENT,
        )
        .expect("a good frame");
    assert!(out.is_sorted_by_key(Vec::len));
}

#[test]
fn what_is_wrong_with_a_frame_is_said_and_no_picture_is_left() {
    let bytes = [0; 64];
    let plane = |len: usize, stride| Source::Grey(Plane::new(&bytes[..len], stride));
    let mut ladder = Ladder::new();
    let (good, none): (&[u8], &[u8]) = (&[80], &[]);
    let outputs = EncodeError::Outputs {
        renditions: 0,
        outputs: 1,
    };
    let size = |width, height| EncodeError::Size { width, height };
    let stride = EncodeError::Stride {
        plane: 0,
        need: 8,
        stride: 7,
    };
    let short = EncodeError::Short {
        plane: 0,
        need: 64,
        got: 63,
    };
    let unfinished = b"\xff\xfe\x00\x07no";
    for (spec, source, qualities, comment, error) in [
        (spec(0, 8), plane(64, 8), good, none, size(0, 8)),
        (spec(8, 8193), plane(64, 8), good, none, size(8, 8193)),
        (spec(8, 8), plane(64, 7), good, none, stride),
        (spec(8, 8), plane(63, 8), good, none, short),
        (
            spec(8, 8),
            plane(64, 8),
            &[0],
            none,
            EncodeError::Quality(0),
        ),
        (
            spec(8, 8),
            plane(64, 8),
            &[101],
            none,
            EncodeError::Quality(101),
        ),
        (spec(8, 8), plane(64, 8), none, none, outputs),
        (
            spec(8, 8),
            plane(64, 8),
            good,
            unfinished,
            EncodeError::Comment,
        ),
    ] {
        let mut out = [vec![1, 2, 3]];
        let done = ladder.encode_many(&spec, source, &full(qualities), &mut out, comment);
        assert_eq!(done, Err(error));
        assert_eq!(out, [Vec::new()]);
    }
}

#[test]
fn one_buffer_of_nv12_is_its_two_planes() {
    let bytes: Vec<u8> = (0..=255).cycle().take(10 * 6 * 3 / 2).collect();
    let (y, uv) = bytes.split_at(60);
    let planes = Source::Nv12 {
        y: Plane::new(y, 10),
        uv: Plane::new(uv, 10),
    };
    assert_eq!(
        encode(spec(10, 6), Source::nv12(&bytes, 10, 6), 80),
        encode(spec(10, 6), planes, 80)
    );
}

#[test]
fn one_buffer_of_i420_is_its_three_planes() {
    let bytes: Vec<u8> = (0..=255).cycle().take(9 * 5 + 2 * 5 * 3).collect();
    let planes = Source::Planar {
        y: Plane::new(&bytes[..45], 9),
        u: Plane::new(&bytes[45..60], 5),
        v: Plane::new(&bytes[60..], 5),
        sampling: Sampling::S420,
    };
    assert_eq!(
        encode(spec(9, 5), Source::i420(&bytes, 9, 5), 80),
        encode(spec(9, 5), planes, 80)
    );
}
