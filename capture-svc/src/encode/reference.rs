//! The crate `jpeg-encoder`, one pass per rendition: slow, simple and not ours, hence the reference.
//!
//! Sampling is set explicitly (the crate's default is 4:4:4 from quality 90 on) and chroma is averaged (its default
//! drops samples, up to 1.75 dB of chroma PSNR). A camera's JPEG is decoded whole and encoded again.

use std::io;

use jpeg_encoder::{ChromaSubsamplingMethod, Encoder as Jpeg, SamplingFactor};
use jpeg_ladder::Intervals;
use jpeg_ladder::check_decodable;
use wire::{RenditionSet, Stamp};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions};

use super::encoder::{EncodeError, Encoder, Sampling};
use super::picture::{Picture, Reduced};
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
        check_decodable(jpeg).map_err(|error| match error {
            jpeg_ladder::EncodeError::Kind(kind) => EncodeError::Unread(kind),
            damage => EncodeError::Corrupt(damage.to_string()),
        })?;
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
        renditions: RenditionSet,
        jpegs: &mut [Vec<u8>],
    ) -> Result<Option<Intervals>, EncodeError> {
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
        for (rendition, jpeg) in renditions.iter().zip(jpegs) {
            jpeg.clear();
            let mut encoder = Jpeg::new(StampingWriter { jpeg, stamp }, rendition.quality().get());
            encoder.set_sampling_factor(self.sampling);
            encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
            let picture = Picture {
                width,
                height,
                frame,
                decoded: &self.decoded,
            };
            let reduced = Reduced::new(picture, rendition.size());
            encoder
                .encode_image(reduced)
                .map_err(|error| unsupported(error.to_string()))?;
        }
        Ok(None)
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
mod tests;
