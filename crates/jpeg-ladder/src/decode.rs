//! A full decode, for JPEGs of a kind that no camera is known to send: progressive, RGB, odd sampling.

use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use crate::error::{EncodeError, JpegKind};
use crate::mjpeg::{Kind, Reader};
use crate::source::{MAX_SIDE, Plane, Source};

/// A decoded picture.
pub(crate) struct Picture {
    pub(crate) width: u16,
    pub(crate) height: u16,
    rgb: Vec<u8>,
}

impl Picture {
    /// R, G and B of one.
    pub(crate) fn pixel(&self, x: usize, y: usize) -> &[u8] {
        &self.rgb[3 * (y * usize::from(self.width) + x)..][..3]
    }

    pub(crate) fn source(&self) -> Source<'_> {
        Source::Rgb24(Plane::new(&self.rgb, 3 * usize::from(self.width)))
    }
}

/// Decodes a whole JPEG; `None` if it is damaged, as far as the decoder notices.
///
/// It must have its EOI: where a progressive one is cut off, nothing else says how many scans there should be.
pub(crate) fn decode(data: &[u8]) -> Option<Picture> {
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .set_max_width(MAX_SIDE.into())
        .set_max_height(MAX_SIDE.into())
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(data), options);
    let rgb = decoder.decode().ok()?;
    let (width, height) = decoder.dimensions()?;
    Some(Picture {
        width: width.try_into().ok()?,
        height: height.try_into().ok()?,
        rgb,
    })
}

/// Whether zune-jpeg shows a frame as libjpeg does, which for some kinds it does not: it panics, or the picture is green.
///
/// # Errors
/// The kind that it is, or the damage in its segments.
pub fn check_decodable(jpeg: &[u8]) -> Result<(), EncodeError> {
    let mut reader = Reader::new();
    let kind = reader.begin(jpeg);
    match kind.map_err(|(at, damage)| EncodeError::Damaged { at, damage })? {
        Kind::Unread(kind) => Err(EncodeError::Kind(kind)),
        _ if reader.contradicts() => Err(EncodeError::Kind(JpegKind::Colours)),
        _ => Ok(()),
    }
}
