//! Every layout turned every way, seen through the encoder.

use super::*;
use crate::camera::{file::FileSource, opening::Opening, source::Source};
use crate::encode::{EncoderKind, Sampling};

const SIDES: (u32, u32) = (48, 32);

/// A red corner at the top left and a dark one at the bottom right, in every layout.
fn frame(format: PixelFormat) -> RawFrame {
    let (width, height) = SIDES;
    let ycbcr = |x: u32, y: u32| match (x < 16 && y < 16, x >= 32 && y >= 16) {
        (true, _) => [80u8, 90, 240],
        (_, true) => [20, 128, 128],
        _ => [160, 128, 128],
    };
    let all = || (0..height).flat_map(move |y| (0..width).map(move |x| (x, y)));
    let luma = || all().map(|(x, y)| ycbcr(x, y)[0]);
    let chroma = |component: usize| {
        let quarter = (0..height / 2).flat_map(move |y| (0..width / 2).map(move |x| (x, y)));
        quarter.map(move |(x, y)| ycbcr(2 * x, 2 * y)[component])
    };
    let pairs = || all().filter(|(x, _)| x % 2 == 0);
    let data = match format {
        PixelFormat::Yuyv => pairs()
            .flat_map(|(x, y)| {
                let [luma, cb, cr] = ycbcr(x, y);
                [luma, cb, ycbcr(x + 1, y)[0], cr]
            })
            .collect(),
        PixelFormat::Uyvy => pairs()
            .flat_map(|(x, y)| {
                let [luma, cb, cr] = ycbcr(x, y);
                [cb, luma, cr, ycbcr(x + 1, y)[0]]
            })
            .collect(),
        PixelFormat::Nv12 => luma()
            .chain(chroma(1).zip(chroma(2)).flat_map(|(cb, cr)| [cb, cr]))
            .collect(),
        PixelFormat::I444 => (0..3)
            .flat_map(|component| all().map(move |(x, y)| ycbcr(x, y)[component]))
            .collect(),
        PixelFormat::I422 => {
            let half = |component: usize| pairs().map(move |(x, y)| ycbcr(x, y)[component]);
            luma().chain(half(1)).chain(half(2)).collect()
        }
        PixelFormat::I420 => luma().chain(chroma(1)).chain(chroma(2)).collect(),
        PixelFormat::Grey => luma().collect(),
        PixelFormat::Rgb24 | PixelFormat::Bgr24 => {
            let swap = format == PixelFormat::Bgr24;
            let colour = |(x, y)| match ycbcr(x, y) {
                [80, ..] if swap => [30, 20, 220],
                [80, ..] => [220, 20, 30],
                [luma, ..] => [luma; 3],
            };
            all().flat_map(colour).collect()
        }
        PixelFormat::Mjpeg => encoded(&frame(PixelFormat::Yuyv)),
    };
    RawFrame {
        width,
        height,
        format,
        data,
        ..RawFrame::default()
    }
}

fn encoded(frame: &RawFrame) -> Vec<u8> {
    let mut encoder = EncoderKind::Ladder.build(Sampling::S420, None);
    let mut jpegs = vec![Vec::new()];
    let stamp = wire::Stamp {
        run: 1,
        seq: 1,
        captured_at_us: 1_795_345_678_901_234,
    };
    let renditions = [wire::Rendition::HIGHEST].into_iter().collect();
    encoder
        .encode_many(frame, &stamp, renditions, &mut jpegs)
        .expect("a good frame");
    jpegs.remove(0)
}

/// Size, and for each of the 3x2 or 2x3 fields of 16 pixels: `r`ed, `d`ark or `.`.
fn seen(frame: &RawFrame) -> (u32, u32, String) {
    let jpeg = encoded(frame);
    let mut decoder = jpeg_decoder::Decoder::new(&jpeg[..]);
    let pixels = decoder.decode().expect("a JPEG");
    let info = decoder.info().expect("decoded");
    let (width, height) = (usize::from(info.width), usize::from(info.height));
    let bytes = info.pixel_format.pixel_bytes();
    let mut fields = String::new();
    for y in (8..height).step_by(16) {
        for x in (8..width).step_by(16) {
            let pixel = &pixels[bytes * (y * width + x)..][..bytes];
            fields.push(match (pixel[0], pixel[bytes - 1]) {
                (..60, ..60) => 'd',
                // The second of layouts that have no colour.
                (150.., ..100) | (60..110, 60..110) => 'r',
                _ => '.',
            });
        }
    }
    (info.width.into(), info.height.into(), fields)
}

#[test]
fn every_layout_is_turned_every_way() {
    for format in [
        PixelFormat::Yuyv,
        PixelFormat::Uyvy,
        PixelFormat::Nv12,
        PixelFormat::I420,
        PixelFormat::I422,
        PixelFormat::I444,
        PixelFormat::Grey,
        PixelFormat::Rgb24,
        PixelFormat::Bgr24,
        PixelFormat::Mjpeg,
    ] {
        for (orientation, fields) in [
            (Orientation::UPRIGHT, "r....d"),
            (Orientation::MIRRORED, "..rd.."),
            (Orientation::FLIPPED, "..dr.."),
            (Orientation::HALF, "d....r"),
            (Orientation::QUARTER, ".r..d."),
            (Orientation::THREE_QUARTERS, ".d..r."),
        ] {
            let mut frame = frame(format);
            Turn::default()
                .apply(&mut frame, orientation)
                .expect("a good frame");
            let (width, height) = orientation.sides(SIDES);
            let told = (frame.width, frame.height);
            assert_eq!(told, (width, height), "{format:?} {orientation:?}");
            let expected = (width, height, fields.to_owned());
            assert_eq!(seen(&frame), expected, "{format:?} {orientation:?}");
            assert!(frame.make_whole(), "{format:?} {orientation:?}");
        }
    }
}

#[test]
fn odd_sides_lose_what_has_no_colour_of_its_own_and_nothing_else() {
    for format in [
        PixelFormat::Yuyv,
        PixelFormat::Nv12,
        PixelFormat::I420,
        PixelFormat::I422,
        PixelFormat::Grey,
    ] {
        for number in 1..=8 {
            let orientation = Orientation::of_exif(number);
            for (width, height) in [(5, 3), (1, 1), (4, 7)] {
                let bytes = format.bytes(width, height).expect("pixels");
                let mut frame = RawFrame {
                    width,
                    height,
                    format,
                    data: vec![90; bytes],
                    ..RawFrame::default()
                };
                Turn::default()
                    .apply(&mut frame, orientation)
                    .expect("pixels");
                assert!(frame.make_whole(), "{format:?} {number} {width}x{height}");
                let lost = orientation.sides((width, height));
                assert!(lost.0 - frame.width <= 1 && lost.1 - frame.height <= 1);
            }
        }
    }
}

#[test]
fn a_damaged_jpeg_is_an_error() {
    let mut cut = frame(PixelFormat::Mjpeg);
    let end = cut.data.len() - 2;
    cut.data.drain(end - 100..end);
    assert!(Turn::default().apply(&mut cut, Orientation::HALF).is_err());
}

#[test]
fn a_recorded_picture_that_was_taken_on_its_side_says_so() {
    let app1 =
        b"\xff\xe1\0\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let upright = frame(PixelFormat::Mjpeg).data;
    let side = [&upright[..2], app1, &upright[2..]].concat();
    let scratch = testkit::Scratch::new("orientation");
    let path = scratch.path().join("two.mjpeg");
    std::fs::write(&path, [side, upright].concat()).expect("a scratch file");
    let opening = Opening {
        cancel: &std::sync::Arc::default(),
        alive: &|| {},
    };
    let mut source = FileSource::open(&path, 1000.0, &opening).expect("a recording");
    let told = [(); 2].map(|()| {
        let mut frame = RawFrame::default();
        loop {
            if let Some(delivery) = source.next_frame(&mut frame).expect("a frame") {
                return delivery.orientation;
            }
        }
    });
    assert_eq!(told, [Orientation::QUARTER, Orientation::UPRIGHT]);
}
