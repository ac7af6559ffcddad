//! PURE: what the numbers that a driver announces say about its colours.
//!
//! Source: `V4L2_MAP_QUANTIZATION_DEFAULT` and `V4L2_MAP_YCBCR_ENC_DEFAULT` of `linux/videodev2.h`. A number that is newer
//! than this program is taken for the usual one.

use v4l2_capture::Format;

use crate::camera::frame::{ColorMatrix, ColorRange, PixelFormat};

/// Luma range and weights. JPEG and RGB are of full range whatever is announced.
pub(super) fn colours(format: PixelFormat, got: &Format) -> (ColorRange, ColorMatrix) {
    if matches!(
        format,
        PixelFormat::Mjpeg | PixelFormat::Rgb24 | PixelFormat::Bgr24
    ) {
        return (ColorRange::Full, ColorMatrix::Bt601);
    }
    let range = match (got.quantization, got.colorspace) {
        (FULL_RANGE, _) | (0, COLORSPACE_JPEG) => ColorRange::Full,
        _ => ColorRange::Limited,
    };
    let matrix = match (got.encoding, got.colorspace) {
        (ENCODING_709 | ENCODING_XV709, _) | (0, COLORSPACE_REC709 | COLORSPACE_DCI_P3) => {
            ColorMatrix::Bt709
        }
        (ENCODING_BT2020 | ENCODING_BT2020_CONST, _) | (0, COLORSPACE_BT2020) => {
            ColorMatrix::Bt2020
        }
        (ENCODING_SMPTE240M, _) | (0, COLORSPACE_SMPTE240M) => ColorMatrix::Smpte240m,
        _ => ColorMatrix::Bt601,
    };
    (range, matrix)
}

const FULL_RANGE: u32 = 1;

const COLORSPACE_SMPTE240M: u32 = 2;
const COLORSPACE_REC709: u32 = 3;
const COLORSPACE_JPEG: u32 = 7;
const COLORSPACE_BT2020: u32 = 10;
const COLORSPACE_DCI_P3: u32 = 12;

const ENCODING_709: u32 = 2;
const ENCODING_XV709: u32 = 4;
const ENCODING_BT2020: u32 = 6;
const ENCODING_BT2020_CONST: u32 = 7;
const ENCODING_SMPTE240M: u32 = 8;

#[cfg(test)]
mod tests {
    use super::*;

    const SRGB: u32 = 8;

    fn announced(
        format: PixelFormat,
        colorspace: u32,
        encoding: u32,
        quantization: u32,
    ) -> (ColorRange, ColorMatrix) {
        let got = Format {
            fourcc: *b"YUYV",
            width: 4,
            height: 2,
            colorspace,
            encoding,
            quantization,
            strides: vec![8],
        };
        colours(format, &got)
    }

    #[test]
    fn the_colours_are_those_that_the_driver_announced() {
        use ColorMatrix as M;
        use ColorRange as R;
        for (colorspace, encoding, quantization, told) in [
            (SRGB, 0, 0, (R::Limited, M::Bt601)),
            (SRGB, 0, 1, (R::Full, M::Bt601)),
            (SRGB, 0, 2, (R::Limited, M::Bt601)),
            (COLORSPACE_JPEG, 0, 0, (R::Full, M::Bt601)),
            (COLORSPACE_REC709, 0, 0, (R::Limited, M::Bt709)),
            (COLORSPACE_REC709, 1, 0, (R::Limited, M::Bt601)),
            (SRGB, 2, 0, (R::Limited, M::Bt709)),
            (SRGB, 4, 1, (R::Full, M::Bt709)),
            (COLORSPACE_BT2020, 0, 0, (R::Limited, M::Bt2020)),
            (COLORSPACE_SMPTE240M, 0, 0, (R::Limited, M::Smpte240m)),
            (200, 200, 200, (R::Limited, M::Bt601)),
        ] {
            let got = announced(PixelFormat::Yuyv, colorspace, encoding, quantization);
            assert_eq!(got, told, "{colorspace} {encoding} {quantization}");
        }
        let jpeg = announced(PixelFormat::Mjpeg, COLORSPACE_REC709, 2, 2);
        assert_eq!(jpeg, (ColorRange::Full, ColorMatrix::Bt601));
    }
}
