//! A raw frame as the crate `jpeg-encoder` reads pictures: row by row, every layout at full chroma resolution.

use jpeg_encoder::{ImageBuffer, JpegColorType, rgb_to_ycbcr};
use wire::Size;

use crate::camera::{ColorRange, PixelFormat, RawFrame};

/// A raw frame, row by row at full chroma resolution, as the crate asks for it.
pub(super) struct Picture<'a> {
    pub(super) width: u16,
    pub(super) height: u16,
    pub(super) frame: &'a RawFrame,
    /// Interleaved Y, Cb, Cr where the frame is a JPEG.
    pub(super) decoded: &'a [u8],
}

impl ImageBuffer for Picture<'_> {
    fn get_jpeg_color_type(&self) -> JpegColorType {
        JpegColorType::Ycbcr
    }

    fn width(&self) -> u16 {
        self.width
    }

    fn height(&self) -> u16 {
        self.height
    }

    fn fill_buffers(&self, y: u16, buffers: &mut [Vec<u8>; 4]) {
        let (width, row) = (usize::from(self.width), usize::from(y));
        let put = |luma: u8, cb: u8, cr: u8| {
            buffers[0].push(luma);
            buffers[1].push(cb);
            buffers[2].push(cr);
        };
        let data = &self.frame.data[..];
        match self.frame.format {
            PixelFormat::Yuyv => self.packed_422(row, [0, 1, 3], put),
            PixelFormat::Uyvy => self.packed_422(row, [1, 0, 2], put),
            PixelFormat::Nv12 | PixelFormat::I420 | PixelFormat::I422 | PixelFormat::I444 => {
                self.planar(row, put);
            }
            PixelFormat::Grey => each(self.row(data, y, 1), put, |[luma]| (luma, 128, 128)),
            PixelFormat::Rgb24 => {
                each(self.row(data, y, 3), put, |[r, g, b]| rgb_to_ycbcr(r, g, b));
            }
            PixelFormat::Bgr24 => {
                each(self.row(data, y, 3), put, |[b, g, r]| rgb_to_ycbcr(r, g, b));
            }
            PixelFormat::Mjpeg => {
                each(self.row(self.decoded, y, 3), put, |[y, cb, cr]| (y, cb, cr));
            }
        }
        if self.frame.range == ColorRange::Limited {
            expand(buffers, width);
        }
    }
}

impl Picture<'_> {
    /// Row `y` of `pixels`, each of so many `bytes`.
    fn row<'a>(&self, pixels: &'a [u8], y: u16, bytes: usize) -> &'a [u8] {
        let length = usize::from(self.width) * bytes;
        &pixels[usize::from(y) * length..][..length]
    }

    /// A row of pairs of pixels in four bytes: `luma`, `cb` and `cr` say where the first of each stands.
    fn packed_422(&self, row: usize, [luma, cb, cr]: [usize; 3], mut put: impl FnMut(u8, u8, u8)) {
        let width = usize::from(self.width);
        let bytes = width.div_ceil(2) * 4;
        let row = &self.frame.data[row * bytes..][..bytes];
        for x in 0..width {
            let pair = x / 2 * 4;
            put(row[2 * x + luma], row[pair + cb], row[pair + cr]);
        }
    }

    /// A row of a luma plane and its chroma: interleaved (NV12) or in two planes.
    fn planar(&self, row: usize, mut put: impl FnMut(u8, u8, u8)) {
        let (width, height) = (usize::from(self.width), usize::from(self.height));
        let (columns, rows) = match self.frame.format {
            PixelFormat::I444 => (1, 1),
            PixelFormat::I422 => (2, 1),
            _ => (2, 2),
        };
        let (chroma_width, chroma_height) = (width.div_ceil(columns), height.div_ceil(rows));
        let (luma, chroma) = self.frame.data.split_at(width * height);
        let (step, cr) = match self.frame.format {
            PixelFormat::Nv12 => (2, 1),
            _ => (1, chroma_width * chroma_height),
        };
        let chroma = &chroma[row / rows * chroma_width * step..];
        let luma = &luma[row * width..][..width];
        for (x, luma) in luma.iter().enumerate() {
            let at = x / columns * step;
            put(*luma, chroma[at], chroma[at + cr]);
        }
    }
}

/// A picture at a size: means of its samples. What is missing at the right and at the bottom is the last one again.
pub(super) struct Reduced<'a> {
    picture: Picture<'a>,
    size: Size,
}

impl<'a> Reduced<'a> {
    pub(super) const fn new(picture: Picture<'a>, size: Size) -> Self {
        Self { picture, size }
    }
}

impl ImageBuffer for Reduced<'_> {
    fn get_jpeg_color_type(&self) -> JpegColorType {
        self.picture.get_jpeg_color_type()
    }

    fn width(&self) -> u16 {
        self.size.side(self.picture.width.into()) as u16
    }

    fn height(&self) -> u16 {
        self.size.side(self.picture.height.into()) as u16
    }

    fn fill_buffers(&self, y: u16, buffers: &mut [Vec<u8>; 4]) {
        if self.size == Size::Full {
            return self.picture.fill_buffers(y, buffers);
        }
        let divisor = self.size.divisor() as usize;
        let mut rows: [Vec<u8>; 4] = Default::default();
        for row in 0..divisor {
            let row = usize::from(y) * divisor + row;
            let row = row.min(usize::from(self.picture.height) - 1);
            self.picture.fill_buffers(row as u16, &mut rows);
        }
        let (width, wide) = (usize::from(self.picture.width), usize::from(self.width()));
        for (plane, rows) in buffers.iter_mut().zip(&rows).take(3) {
            plane.extend((0..wide).map(|x| {
                let columns = (x * divisor..(x + 1) * divisor).map(|x| x.min(width - 1));
                let samples = columns.flat_map(|x| rows.chunks(width).map(move |row| row[x]));
                let sum: usize = samples.map(usize::from).sum();
                let count = divisor * divisor;
                ((sum + count / 2) / count) as u8
            }));
        }
    }
}

/// Puts each pixel of a row that has `BYTES` for each.
fn each<const BYTES: usize>(
    row: &[u8],
    mut put: impl FnMut(u8, u8, u8),
    colour: impl Fn([u8; BYTES]) -> (u8, u8, u8),
) {
    for pixel in row.as_chunks::<BYTES>().0 {
        let (luma, cb, cr) = colour(*pixel);
        put(luma, cb, cr);
    }
}

/// Stretches the row just written from video's range to JPEG's. Source: ITU-R BT.601, section 2.5.3.
fn expand(buffers: &mut [Vec<u8>; 4], width: usize) {
    let stretch = |value: u8, zero: i32, span: i32, centre: i32| {
        ((i32::from(value) - zero) * 255 * 2 + span).div_euclid(span * 2) + centre
    };
    for (plane, (zero, span, centre)) in
        buffers
            .iter_mut()
            .zip([(16, 219, 0), (128, 224, 128), (128, 224, 128)])
    {
        let from = plane.len() - width;
        plane[from..]
            .iter_mut()
            .for_each(|value| *value = stretch(*value, zero, span, centre).clamp(0, 255) as u8);
    }
}
