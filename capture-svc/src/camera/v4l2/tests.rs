//! What a driver announces and what is made of it.

use super::*;

#[test]
fn the_colours_are_those_that_the_driver_announced() {
    let announced = |format, colorspace, quantization| {
        let mut got = Format::new(4, 2, FourCC::new(b"YUYV"));
        (got.colorspace, got.quantization) = (colorspace, quantization);
        colours(format, &got)
    };
    let yuyv = PixelFormat::Yuyv;
    assert_eq!(
        announced(yuyv, Colorspace::SRGB, Quantization::Default),
        (ColorRange::Limited, ColorMatrix::Bt601)
    );
    assert_eq!(
        announced(yuyv, Colorspace::SRGB, Quantization::FullRange),
        (ColorRange::Full, ColorMatrix::Bt601)
    );
    assert_eq!(
        announced(yuyv, Colorspace::JPEG, Quantization::Default),
        (ColorRange::Full, ColorMatrix::Bt601)
    );
    assert_eq!(
        announced(yuyv, Colorspace::Rec709, Quantization::Default),
        (ColorRange::Limited, ColorMatrix::Bt709)
    );
    assert_eq!(
        announced(
            PixelFormat::Mjpeg,
            Colorspace::Rec709,
            Quantization::LimitedRange
        ),
        (ColorRange::Full, ColorMatrix::Bt601)
    );
}
