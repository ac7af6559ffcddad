//! Colours, ranges, stamps and damage, by another decoder's reading.

use super::*;
use crate::camera::ColorRange;
use wire::Rendition;

const STAMP: Stamp = Stamp {
    run: 7,
    seq: 42,
    captured_at_us: 1_795_345_678_901_234,
};
const FORMATS: [PixelFormat; 9] = [
    PixelFormat::Yuyv,
    PixelFormat::Uyvy,
    PixelFormat::Nv12,
    PixelFormat::I420,
    PixelFormat::I422,
    PixelFormat::I444,
    PixelFormat::Grey,
    PixelFormat::Rgb24,
    PixelFormat::Bgr24,
];

fn renditions(qualities: &[u8]) -> RenditionSet {
    qualities
        .iter()
        .filter_map(|quality| quality.to_string().parse::<Rendition>().ok())
        .collect()
}

/// A frame of one colour: Y 180, Cb 90, Cr 160 (RGB 225, 171, 113).
fn plain(format: PixelFormat, width: u32, height: u32) -> RawFrame {
    let (luma, cb, cr) = (180u8, 90u8, 160u8);
    let len = format.bytes(width, height).unwrap();
    let pixels = (width * height) as usize;
    let data = match format {
        PixelFormat::Yuyv => [luma, cb, luma, cr].into_iter().cycle().take(len).collect(),
        PixelFormat::Uyvy => [cb, luma, cr, luma].into_iter().cycle().take(len).collect(),
        PixelFormat::Nv12 => (0..len)
            .map(|i| {
                if i < pixels {
                    luma
                } else {
                    [cb, cr][(i - pixels) % 2]
                }
            })
            .collect(),
        PixelFormat::I420 | PixelFormat::I422 | PixelFormat::I444 => (0..len)
            .map(|i| {
                if i < pixels {
                    luma
                } else {
                    [cb, cr][usize::from(i - pixels >= (len - pixels) / 2)]
                }
            })
            .collect(),
        PixelFormat::Grey => vec![luma; len],
        PixelFormat::Rgb24 => [225, 171, 113].into_iter().cycle().take(len).collect(),
        PixelFormat::Bgr24 => [113, 171, 225].into_iter().cycle().take(len).collect(),
        PixelFormat::Mjpeg => unreachable!(),
    };
    RawFrame {
        width,
        height,
        format,
        data,
        ..RawFrame::default()
    }
}

fn encode(
    encoder: &mut Reference,
    frame: &RawFrame,
    set: RenditionSet,
) -> Result<Vec<Vec<u8>>, EncodeError> {
    let mut jpegs = vec![b"old bytes".to_vec(); set.len()];
    encoder.encode_many(frame, &STAMP, set, &mut jpegs)?;
    Ok(jpegs)
}

/// Mean of Y, Cb, Cr as another decoder sees them.
fn means(jpeg: &[u8]) -> [u32; 3] {
    let mut decoder = Reference::new(Sampling::S420);
    decoder.decode(jpeg).unwrap();
    let pixels = (decoder.decoded.len() / 3) as u32;
    std::array::from_fn(|plane| {
        decoder
            .decoded
            .iter()
            .skip(plane)
            .step_by(3)
            .map(|value| u32::from(*value))
            .sum::<u32>()
            / pixels
    })
}

#[test]
fn every_layout_gives_the_same_colour_at_odd_sizes_too() {
    for format in FORMATS {
        for (width, height) in [(64, 48), (63, 47), (1, 1), (17, 2)] {
            let jpegs = encode(
                &mut Reference::new(Sampling::S420),
                &plain(format, width, height),
                renditions(&[80]),
            )
            .unwrap();
            let [luma, cb, cr] = means(&jpegs[0]);
            let (grey_or_90, grey_or_160) = if format == PixelFormat::Grey {
                (128, 128)
            } else {
                (90, 160)
            };
            let off = [
                luma.abs_diff(180),
                cb.abs_diff(grey_or_90),
                cr.abs_diff(grey_or_160),
            ];
            assert!(
                off.iter().all(|off| *off <= 2),
                "{format:?} {width}x{height}: {luma} {cb} {cr}"
            );
        }
    }
}

#[test]
fn each_rung_gets_its_own_jpeg_with_the_stamp_behind_app0() {
    let jpegs = encode(
        &mut Reference::new(Sampling::S422),
        &plain(PixelFormat::Yuyv, 64, 48),
        renditions(&[30, 95]),
    )
    .unwrap();
    assert_eq!(jpegs.len(), 2);
    for jpeg in &jpegs {
        assert_eq!(&jpeg[..4], [0xff, 0xd8, 0xff, 0xe0]);
        assert_eq!(jpeg[20..][..Stamp::SEGMENT_LEN], STAMP.segment());
        assert_eq!(Stamp::read(jpeg), Ok(STAMP));
        assert!(jpeg.ends_with(&[0xff, 0xd9]));
    }
    assert_ne!(jpegs[0], jpegs[1]);
}

#[test]
fn limited_range_is_stretched() {
    let mut frame = plain(PixelFormat::Grey, 16, 16);
    frame.range = ColorRange::Limited;
    for (video, jpeg) in [(16, 0), (235, 255), (126, 128), (5, 0)] {
        frame.data.fill(video);
        let jpegs = encode(
            &mut Reference::new(Sampling::S420),
            &frame,
            renditions(&[95]),
        )
        .unwrap();
        assert!(means(&jpegs[0])[0].abs_diff(jpeg) <= 1, "{video}");
    }
}

#[test]
fn a_cameras_jpeg_is_encoded_again_and_a_damaged_one_is_an_error() {
    let mut encoder = Reference::new(Sampling::S420);
    let source = encode(
        &mut encoder,
        &plain(PixelFormat::I420, 64, 48),
        renditions(&[90]),
    )
    .unwrap()
    .remove(0);
    let mut frame = RawFrame {
        width: 64,
        height: 48,
        format: PixelFormat::Mjpeg,
        data: source,
        ..RawFrame::default()
    };
    let jpegs = encode(&mut encoder, &frame, renditions(&[40])).unwrap();
    assert!(means(&jpegs[0])[0].abs_diff(180) <= 2);
    frame.width = 32;
    assert!(matches!(
        encode(&mut encoder, &frame, renditions(&[40])),
        Err(EncodeError::Unsupported { .. })
    ));
    frame.data.truncate(100);
    assert!(matches!(
        encode(&mut encoder, &frame, renditions(&[40])),
        Err(EncodeError::Corrupt(_))
    ));
}
