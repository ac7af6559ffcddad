//! A raw frame as the crate `jpeg-encoder` reads pictures: row by row, every layout at full chroma resolution.

use jpeg_encoder::{ImageBuffer, JpegColorType, rgb_to_ycbcr};

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
        let (width, height, row) = (
            usize::from(self.width),
            usize::from(self.height),
            usize::from(y),
        );
        let data = &self.frame.data;
        let chroma_width = width.div_ceil(2);
        let packed = |bytes: usize| &data[row * bytes..][..bytes];
        let luma = || &data[row * width..][..width];
        let planes = || data[width * height..].split_at(chroma_width * height.div_ceil(2));
        let chroma_row = |plane: &'_ [u8], bytes: usize| {
            row / 2 * bytes..row / 2 * bytes + bytes.min(plane.len())
        };
        let mut put = |luma: u8, cb: u8, cr: u8| {
            buffers[0].push(luma);
            buffers[1].push(cb);
            buffers[2].push(cr);
        };
        match self.frame.format {
            PixelFormat::Yuyv => {
                let row = packed(chroma_width * 4);
                (0..width).for_each(|x| put(row[2 * x], row[x / 2 * 4 + 1], row[x / 2 * 4 + 3]));
            }
            PixelFormat::Uyvy => {
                let row = packed(chroma_width * 4);
                (0..width).for_each(|x| put(row[2 * x + 1], row[x / 2 * 4], row[x / 2 * 4 + 2]));
            }
            PixelFormat::Nv12 => {
                let chroma = &data[width * height..];
                let chroma = &chroma[chroma_row(chroma, chroma_width * 2)];
                luma()
                    .iter()
                    .enumerate()
                    .for_each(|(x, luma)| put(*luma, chroma[x / 2 * 2], chroma[x / 2 * 2 + 1]));
            }
            PixelFormat::I420 => {
                let (u, v) = planes();
                let (u, v) = (
                    &u[chroma_row(u, chroma_width)],
                    &v[chroma_row(v, chroma_width)],
                );
                luma()
                    .iter()
                    .enumerate()
                    .for_each(|(x, luma)| put(*luma, u[x / 2], v[x / 2]));
            }
            PixelFormat::Grey => luma().iter().for_each(|luma| put(*luma, 128, 128)),
            PixelFormat::Rgb24 | PixelFormat::Bgr24 => {
                let (red, blue) = if self.frame.format == PixelFormat::Rgb24 {
                    (0, 2)
                } else {
                    (2, 0)
                };
                packed(width * 3).chunks_exact(3).for_each(|pixel| {
                    let (luma, cb, cr) = rgb_to_ycbcr(pixel[red], pixel[1], pixel[blue]);
                    put(luma, cb, cr);
                });
            }
            PixelFormat::Mjpeg => {
                let row = &self.decoded[row * width * 3..][..width * 3];
                row.chunks_exact(3)
                    .for_each(|pixel| put(pixel[0], pixel[1], pixel[2]));
            }
        }
        if self.frame.range == ColorRange::Limited {
            expand(buffers, width);
        }
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
