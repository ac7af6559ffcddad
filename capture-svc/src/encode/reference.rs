//! The crate `jpeg-encoder`, one pass per rung: slow, simple and not ours, hence the reference.
//!
//! Sampling is set explicitly (the crate's default is 4:4:4 from quality 90 on) and chroma is averaged (its default
//! drops samples, up to 1.75 dB of chroma PSNR). A camera's JPEG is decoded whole and encoded again.

use std::io;

use jpeg_encoder::{ChromaSubsamplingMethod, Encoder as Jpeg, SamplingFactor};
use wire::{RungSet, Stamp};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions};

use super::picture::Picture;
use super::{EncodeError, Encoder, Sampling};
use crate::camera::{PixelFormat, RawFrame};

/// See the module.
#[derive(Debug)]
pub(crate) struct Reference {
    sampling: SamplingFactor,
    decoded: Vec<u8>,
}

impl Reference {
    /// An encoder that writes this sampling.
    #[must_use]
    pub(crate) const fn new(sampling: Sampling) -> Self {
        let sampling = match sampling {
            Sampling::S420 => SamplingFactor::F_2_2,
            Sampling::S422 => SamplingFactor::F_2_1,
        };
        Self {
            sampling,
            decoded: Vec::new(),
        }
    }

    /// Decodes the camera's JPEG into interleaved Y, Cb, Cr; returns width and height.
    fn decode(&mut self, jpeg: &[u8]) -> Result<(u16, u16), EncodeError> {
        let corrupt = |error| EncodeError::Corrupt(format!("{error:?}"));
        let options = DecoderOptions::default()
            .jpeg_set_out_colorspace(ColorSpace::YCbCr)
            .set_strict_mode(true);
        let mut decoder = JpegDecoder::new_with_options(ZCursor::new(jpeg), options);
        decoder.decode_headers().map_err(corrupt)?;
        let size = decoder.output_buffer_size().unwrap_or_default();
        self.decoded.resize(size, 0);
        decoder.decode_into(&mut self.decoded).map_err(corrupt)?;
        let (width, height) = decoder.dimensions().unwrap_or_default();
        Ok((width as u16, height as u16))
    }
}

impl Encoder for Reference {
    fn encode_many(
        &mut self,
        frame: &RawFrame,
        stamp: &Stamp,
        rungs: RungSet,
        jpegs: &mut [Vec<u8>],
    ) -> Result<(), EncodeError> {
        let unsupported = |why: String| EncodeError::Unsupported {
            width: frame.width,
            height: frame.height,
            format: frame.format.as_str(),
            why,
        };
        let (width, height) = match frame.format {
            PixelFormat::Mjpeg => self.decode(&frame.data)?,
            _ => (frame.width as u16, frame.height as u16),
        };
        let whole = frame
            .format
            .bytes(frame.width, frame.height)
            .is_none_or(|bytes| bytes == frame.data.len());
        if u32::from(width) != frame.width || u32::from(height) != frame.height || !whole {
            return Err(unsupported(format!(
                "it holds {width}x{height} in {} bytes",
                frame.data.len()
            )));
        }
        for (rung, jpeg) in rungs.iter().zip(jpegs) {
            jpeg.clear();
            let mut encoder = Jpeg::new(StampingWriter { jpeg, stamp }, rung.quality());
            encoder.set_sampling_factor(self.sampling);
            encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
            let picture = Picture {
                width,
                height,
                frame,
                decoded: &self.decoded,
            };
            encoder
                .encode_image(picture)
                .map_err(|error| unsupported(error.to_string()))?;
        }
        Ok(())
    }
}

/// Writes into a vector and puts the stamp behind SOI and the JFIF APP0, which the crate writes first.
struct StampingWriter<'a> {
    jpeg: &'a mut Vec<u8>,
    stamp: &'a Stamp,
}

impl StampingWriter<'_> {
    /// SOI and the 18 bytes of the JFIF APP0 segment.
    const STAMP_AT: usize = 20;
}

impl io::Write for StampingWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let before = Self::STAMP_AT
            .saturating_sub(self.jpeg.len())
            .min(bytes.len());
        self.jpeg.extend_from_slice(&bytes[..before]);
        if before > 0 && self.jpeg.len() == Self::STAMP_AT {
            self.jpeg.extend_from_slice(&self.stamp.segment());
        }
        self.jpeg.extend_from_slice(&bytes[before..]);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::camera::ColorRange;
    use wire::Rung;

    const STAMP: Stamp = Stamp {
        run: 7,
        seq: 42,
        captured_at_us: 1_795_345_678_901_234,
    };
    const FORMATS: [PixelFormat; 7] = [
        PixelFormat::Yuyv,
        PixelFormat::Uyvy,
        PixelFormat::Nv12,
        PixelFormat::I420,
        PixelFormat::Grey,
        PixelFormat::Rgb24,
        PixelFormat::Bgr24,
    ];

    fn rungs(qualities: &[u8]) -> RungSet {
        qualities
            .iter()
            .filter_map(|quality| Rung::of_quality(*quality))
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
            PixelFormat::I420 => (0..len)
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
        set: RungSet,
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
                    rungs(&[80]),
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
            rungs(&[30, 95]),
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
            let jpegs = encode(&mut Reference::new(Sampling::S420), &frame, rungs(&[95])).unwrap();
            assert!(means(&jpegs[0])[0].abs_diff(jpeg) <= 1, "{video}");
        }
    }

    #[test]
    fn a_cameras_jpeg_is_encoded_again_and_a_damaged_one_is_an_error() {
        let mut encoder = Reference::new(Sampling::S420);
        let source = encode(
            &mut encoder,
            &plain(PixelFormat::I420, 64, 48),
            rungs(&[90]),
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
        let jpegs = encode(&mut encoder, &frame, rungs(&[40])).unwrap();
        assert!(means(&jpegs[0])[0].abs_diff(180) <= 2);
        frame.width = 32;
        assert!(matches!(
            encode(&mut encoder, &frame, rungs(&[40])),
            Err(EncodeError::Unsupported { .. })
        ));
        frame.data.truncate(100);
        assert!(matches!(
            encode(&mut encoder, &frame, rungs(&[40])),
            Err(EncodeError::Corrupt(_))
        ));
    }
}
