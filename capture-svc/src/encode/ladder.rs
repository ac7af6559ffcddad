//! The project's own encoder: colour and DCT once for all rungs, and a camera's JPEG by its coefficients.

use jpeg_ladder::{EncodeError as LadderError, Plane, Range, Source, Spec};
use wire::{Rung, RungSet, Stamp};

use super::encoder::{EncodeError, Encoder, Sampling};
use crate::camera::{ColorRange, PixelFormat, RawFrame};

/// The crate `jpeg-ladder`.
#[derive(Debug)]
pub(crate) struct Ladder {
    sampling: jpeg_ladder::Sampling,
    encoder: jpeg_ladder::Duo,
    qualities: Vec<u8>,
}

impl Ladder {
    /// An encoder that writes this sampling, or coarser where the frame has no more. A camera's JPEG keeps its own.
    #[must_use]
    pub(crate) fn new(sampling: Sampling) -> Self {
        Self {
            sampling: match sampling {
                Sampling::S420 => jpeg_ladder::Sampling::S420,
                Sampling::S422 => jpeg_ladder::Sampling::S422,
            },
            encoder: jpeg_ladder::Duo::new(),
            qualities: Vec::new(),
        }
    }
}

impl Encoder for Ladder {
    fn encode_many(
        &mut self,
        frame: &RawFrame,
        stamp: &Stamp,
        rungs: RungSet,
        jpegs: &mut [Vec<u8>],
    ) -> Result<(), EncodeError> {
        // What does not fit is above the encoder's own limit, and refused with it.
        let side = |pixels: u32| u16::try_from(pixels).unwrap_or(u16::MAX);
        let (width, height) = (side(frame.width), side(frame.height));
        let spec = Spec {
            width,
            height,
            sampling: self.sampling,
            range: match frame.range {
                ColorRange::Full => Range::Full,
                ColorRange::Limited => Range::Limited,
            },
        };
        let data = &frame.data[..];
        let wide = usize::from(width);
        let packed = |row: usize| Plane::new(data, row);
        let source = match frame.format {
            PixelFormat::Yuyv => Source::Yuyv(packed(4 * wide.div_ceil(2))),
            PixelFormat::Uyvy => Source::Uyvy(packed(4 * wide.div_ceil(2))),
            PixelFormat::Nv12 => {
                let (y, uv) = data.split_at(data.len().min(wide * usize::from(height)));
                Source::Nv12 {
                    y: Plane::new(y, wide),
                    uv: Plane::new(uv, wide.next_multiple_of(2)),
                }
            }
            PixelFormat::I420 => Source::i420(data, width, height),
            PixelFormat::I422 => planar(data, frame, jpeg_ladder::Sampling::S422),
            PixelFormat::I444 => planar(data, frame, jpeg_ladder::Sampling::S444),
            PixelFormat::Grey => Source::Grey(packed(wide)),
            PixelFormat::Rgb24 => Source::Rgb24(packed(3 * wide)),
            PixelFormat::Bgr24 => Source::Bgr24(packed(3 * wide)),
            PixelFormat::Mjpeg => Source::Mjpeg(data),
        };
        self.qualities.clear();
        self.qualities.extend(rungs.iter().map(Rung::quality));
        self.encoder
            .encode_many(&spec, source, &self.qualities, jpegs, &stamp.segment())
            .map(|_| ())
            .map_err(|error| match error {
                LadderError::Kind(kind) => EncodeError::Unread(kind),
                LadderError::Damaged { .. } => EncodeError::Corrupt(error.to_string()),
                _ => EncodeError::Unsupported {
                    width: frame.width,
                    height: frame.height,
                    format: frame.format.as_str(),
                    why: error.to_string(),
                },
            })
    }
}

/// Planes without padding, chroma of all rows.
fn planar<'a>(data: &'a [u8], frame: &RawFrame, sampling: jpeg_ladder::Sampling) -> Source<'a> {
    let (width, height) = (frame.width as usize, frame.height as usize);
    let across = match sampling {
        jpeg_ladder::Sampling::S444 => width,
        _ => width.div_ceil(2),
    };
    let (y, chroma) = data.split_at(data.len().min(width * height));
    let (u, v) = chroma.split_at(chroma.len().min(across * height));
    Source::Planar {
        y: Plane::new(y, width),
        u: Plane::new(u, across),
        v: Plane::new(v, across),
        sampling,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::reference::Reference;

    const STAMP: Stamp = Stamp {
        run: 7,
        seq: 42,
        captured_at_us: 1_795_345_678_901_234,
    };

    fn rungs(qualities: &[u8]) -> RungSet {
        qualities
            .iter()
            .filter_map(|quality| Rung::of_quality(*quality))
            .collect()
    }

    /// Slopes in every byte: right where planes and strides are, and nowhere else.
    fn frame(format: PixelFormat, range: ColorRange) -> RawFrame {
        let (width, height) = (46, 30);
        let len = format.bytes(width, height).expect("not a JPEG");
        RawFrame {
            width,
            height,
            format,
            range,
            data: (0..len).map(|i| 60 + (i * 120 / len) as u8).collect(),
            ..RawFrame::default()
        }
    }

    fn encode(
        encoder: &mut dyn Encoder,
        frame: &RawFrame,
        set: RungSet,
    ) -> Result<Vec<Vec<u8>>, EncodeError> {
        let mut jpegs = vec![Vec::new(); set.len()];
        encoder.encode_many(frame, &STAMP, set, &mut jpegs)?;
        Ok(jpegs)
    }

    fn decode(jpeg: &[u8]) -> Vec<u8> {
        let mut decoder = jpeg_decoder::Decoder::new(jpeg);
        let pixels = decoder.decode().expect("a JPEG");
        if decoder.info().expect("decoded").pixel_format == jpeg_decoder::PixelFormat::L8 {
            pixels.iter().flat_map(|&luma| [luma; 3]).collect()
        } else {
            pixels
        }
    }

    #[test]
    fn the_picture_is_the_references_in_every_layout_and_range() {
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
        ] {
            for range in [ColorRange::Full, ColorRange::Limited] {
                if range == ColorRange::Limited
                    && matches!(format, PixelFormat::Rgb24 | PixelFormat::Bgr24)
                {
                    continue;
                }
                let frame = frame(format, range);
                let pictures = [
                    &mut Ladder::new(Sampling::S420) as &mut dyn Encoder,
                    &mut Reference::new(Sampling::S420),
                ]
                .map(|encoder| {
                    decode(&encode(encoder, &frame, rungs(&[95])).expect("a good frame")[0])
                });
                let [ours, theirs] = pictures;
                let furthest = ours.iter().zip(&theirs).map(|(a, b)| a.abs_diff(*b)).max();
                assert!(furthest <= Some(12), "{format:?} {range:?}: {furthest:?}");
            }
        }
    }

    #[test]
    fn each_rung_gets_its_own_jpeg_with_the_stamp() {
        let frame = frame(PixelFormat::Yuyv, ColorRange::Full);
        let jpegs = encode(
            &mut Ladder::new(Sampling::S420),
            &frame,
            rungs(&[30, 60, 95]),
        )
        .expect("a good frame");
        assert_eq!(jpegs.len(), 3);
        assert!(jpegs.is_sorted_by_key(Vec::len));
        for jpeg in &jpegs {
            assert_eq!(Stamp::read(jpeg), Ok(STAMP));
            assert_eq!(&jpeg[20..22], [0xff, 0xfe]);
        }
    }

    #[test]
    fn a_cameras_jpeg_is_never_encoded_upward_and_a_damaged_one_is_an_error() {
        let camera = frame(PixelFormat::Yuyv, ColorRange::Full);
        let mut encoder = Ladder::new(Sampling::S420);
        let own = encode(&mut encoder, &camera, rungs(&[80]))
            .expect("a good frame")
            .remove(0);
        let mut frame = RawFrame {
            format: PixelFormat::Mjpeg,
            data: own.clone(),
            ..camera
        };
        let jpegs = encode(&mut encoder, &frame, rungs(&[60, 80, 95])).expect("a good frame");
        assert!(jpegs[0].len() < own.len());
        assert_eq!(jpegs[1..], [own.clone(), own]);
        frame.data.truncate(frame.data.len() / 2);
        assert!(matches!(
            encode(&mut encoder, &frame, rungs(&[60])),
            Err(EncodeError::Corrupt(_))
        ));
    }

    #[test]
    fn a_frame_that_is_too_short_or_too_large_is_refused_with_words() {
        let mut encoder = Ladder::new(Sampling::S420);
        let mut short = frame(PixelFormat::Nv12, ColorRange::Full);
        short.data.truncate(100);
        let text = encode(&mut encoder, &short, rungs(&[60]))
            .expect_err("too short")
            .to_string();
        assert!(
            text.contains("46x30 NV12") && text.contains("100 bytes"),
            "{text}"
        );
        let wide = RawFrame {
            width: 100_000,
            ..frame(PixelFormat::Grey, ColorRange::Full)
        };
        assert!(encode(&mut encoder, &wide, rungs(&[60])).is_err());
    }
}
