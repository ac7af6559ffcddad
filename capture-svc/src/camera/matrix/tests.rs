//! Colours through one matrix and back through the other.

use super::*;

const SIZE: (usize, usize) = (5, 3);

fn mode(format: PixelFormat, range: ColorRange, matrix: ColorMatrix) -> Mode {
    Mode {
        width: SIZE.0 as u32,
        height: SIZE.1 as u32,
        fps: 30.0,
        format,
        delivered: "test",
        range,
        matrix,
    }
}

/// Y, Cb, Cr of a colour, as a camera of that matrix has it.
fn encoded([r, g, b]: [f64; 3], range: ColorRange, matrix: ColorMatrix) -> [u8; 3] {
    let (red, blue) = weights(matrix);
    let luma = red * r + (1.0 - red - blue) * g + blue * b;
    let (cb, cr) = (
        (b - luma) / (2.0 - 2.0 * blue),
        (r - luma) / (2.0 - 2.0 * red),
    );
    let [low, steps, half] = match range {
        ColorRange::Full => [0.0, 255.0, 255.0],
        ColorRange::Limited => [16.0, 219.0, 224.0],
    };
    let byte = |value: f64| value.round().clamp(0.0, 255.0) as u8;
    [
        byte(low + steps * luma / 255.0),
        byte(128.0 + half * cb / 255.0),
        byte(128.0 + half * cr / 255.0),
    ]
}

/// A frame of one colour.
fn plain(format: PixelFormat, [y, cb, cr]: [u8; 3]) -> Vec<u8> {
    let (width, height) = SIZE;
    let half = width.div_ceil(2);
    let planes = |samples: usize| {
        [
            vec![y; width * height],
            vec![cb; samples],
            vec![cr; samples],
        ]
        .concat()
    };
    match format {
        PixelFormat::Yuyv => [y, cb, y, cr].repeat(half * height),
        PixelFormat::Uyvy => [cb, y, cr, y].repeat(half * height),
        PixelFormat::Nv12 => {
            let chroma = [cb, cr].repeat(half * height.div_ceil(2));
            [vec![y; width * height], chroma].concat()
        }
        PixelFormat::I420 => planes(half * height.div_ceil(2)),
        PixelFormat::I422 => planes(half * height),
        _ => planes(width * height),
    }
}

#[test]
fn every_colour_of_every_matrix_is_the_same_in_jpegs_own() {
    use PixelFormat as P;
    for matrix in [
        ColorMatrix::Bt709,
        ColorMatrix::Bt2020,
        ColorMatrix::Smpte240m,
    ] {
        for range in [ColorRange::Full, ColorRange::Limited] {
            for format in [P::Yuyv, P::Uyvy, P::Nv12, P::I420, P::I422, P::I444] {
                let conversion = Conversion::new(&mode(format, range, matrix)).unwrap();
                for colour in [
                    [254.0, 0.0, 0.0],
                    [0.0, 254.0, 0.0],
                    [0.0, 0.0, 254.0],
                    [90.0, 170.0, 30.0],
                ] {
                    let mut frame = plain(format, encoded(colour, range, matrix));
                    conversion.apply(&mut frame);
                    let wanted = plain(format, encoded(colour, range, ColorMatrix::Bt601));
                    let furthest = frame.iter().zip(&wanted).map(|(a, b)| a.abs_diff(*b)).max();
                    assert!(
                        furthest <= Some(2),
                        "{matrix:?} {range:?} {format:?} {colour:?}: {furthest:?}"
                    );
                }
                let grey = plain(format, [90, 128, 128]);
                let mut frame = grey.clone();
                conversion.apply(&mut frame);
                assert_eq!(frame, grey);
                frame.pop();
                conversion.apply(&mut frame);
                assert_eq!(frame, grey[..grey.len() - 1], "too short, and left");
            }
        }
    }
}

#[test]
fn nothing_is_turned_where_the_colours_are_jpegs_own() {
    let none = |format, matrix| Conversion::new(&mode(format, ColorRange::Full, matrix)).is_none();
    assert!(none(PixelFormat::Yuyv, ColorMatrix::Bt601));
    assert!(none(PixelFormat::Grey, ColorMatrix::Bt709));
    assert!(none(PixelFormat::Mjpeg, ColorMatrix::Bt709));
}
