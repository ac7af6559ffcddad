//! libjpeg-turbo's file with restart markers: each interval encoded as a picture of its own.
//!
//! An interval is coded as if nothing were before it, so its bytes are those of the part of the picture that it is. The
//! header and the markers between them are put there as ITU-T T.81 B.2.4.4 and libjpeg's jcmarker.c have it.

use std::ops::Range;

use turbojpeg::{Compressor, Image, PixelFormat, Subsamp, YuvPlanesImage};

/// A picture as libjpeg-turbo reads it.
pub struct Picture {
    pub width: usize,
    pub height: usize,
    pub subsamp: Subsamp,
    pub samples: Samples,
}

/// Its samples.
pub enum Samples {
    Packed {
        pixels: Vec<u8>,
        pitch: usize,
        format: PixelFormat,
    },
    Planes {
        planes: [Vec<u8>; 3],
        strides: [usize; 3],
    },
}

/// Columns and rows of pixels.
pub struct Part {
    columns: Range<usize>,
    rows: Range<usize>,
}

impl Picture {
    /// Pixels of an MCU.
    fn mcu(&self) -> (usize, usize) {
        match self.subsamp {
            Subsamp::Sub2x2 => (16, 16),
            Subsamp::Sub2x1 => (16, 8),
            _ => (8, 8),
        }
    }

    /// libjpeg-turbo's file of a part that begins where an MCU does.
    pub fn encode(&self, turbo: &mut Compressor, part: &Part) -> Vec<u8> {
        turbo.set_subsamp(self.subsamp).expect("a sampling");
        let (x, y) = (part.columns.start, part.rows.start);
        let (width, height) = (part.columns.len(), part.rows.len());
        match &self.samples {
            Samples::Packed {
                pixels,
                pitch,
                format,
            } => turbo.compress_to_vec(Image {
                pixels: &pixels[y * pitch + x * format.size()..],
                width,
                pitch: *pitch,
                height,
                format: *format,
            }),
            Samples::Planes { planes, strides } => {
                let (across, down) = (self.mcu().0 / 8, self.mcu().1 / 8);
                let [y_plane, u_plane, v_plane] = [(0, 1, 1), (1, across, down), (2, across, down)]
                    .map(|(i, across, down)| &planes[i][y / down * strides[i] + x / across..]);
                turbo.compress_yuv_planes_to_vec(&YuvPlanesImage {
                    y_plane,
                    u_plane,
                    v_plane,
                    width,
                    height,
                    y_stride: strides[0],
                    u_stride: strides[1],
                    v_stride: strides[2],
                    subsamp: self.subsamp,
                })
            }
        }
        .expect("libjpeg-turbo encodes it")
    }
}

/// The MCUs between two restart markers of a file.
pub fn distance(jpeg: &[u8]) -> usize {
    let (_, at) = segments(jpeg)
        .find(|(marker, _)| *marker == 0xdd)
        .expect("it has restart markers");
    usize::from(u16::from_be_bytes([jpeg[at.start + 4], jpeg[at.start + 5]]))
}

/// The file of a whole picture with a restart marker after so many MCUs, which divide its row.
pub fn encode(
    interval: usize,
    picture: &Picture,
    mut encode: impl FnMut(&Part) -> Vec<u8>,
) -> Vec<u8> {
    let whole = encode(&Part {
        columns: 0..picture.width,
        rows: 0..picture.height,
    });
    let sos = start_of_scan(&whole);
    let mut out = whole[..sos.start].to_vec();
    out.extend([0xff, 0xdd, 0, 4, (interval >> 8) as u8, interval as u8]);
    out.extend_from_slice(&whole[sos]);
    let (across, down) = picture.mcu();
    let mut number = 0;
    for y in (0..picture.height).step_by(down) {
        for x in (0..picture.width).step_by(across * interval) {
            if number > 0 {
                out.extend([0xff, 0xd0 | ((number - 1) % 8)]);
            }
            number = number % 8 + 1;
            let part = encode(&Part {
                columns: x..picture.width.min(x + across * interval),
                rows: y..picture.height.min(y + down),
            });
            out.extend_from_slice(&part[start_of_scan(&part).end..part.len() - 2]);
        }
    }
    out.extend([0xff, 0xd9]);
    out
}

fn start_of_scan(jpeg: &[u8]) -> Range<usize> {
    let (_, place) = segments(jpeg).last().expect("it has segments");
    place
}

/// Marker and place of the segments up to the scan.
fn segments(jpeg: &[u8]) -> impl Iterator<Item = (u8, Range<usize>)> {
    let mut at = 2;
    let mut marker = 0;
    std::iter::from_fn(move || {
        if marker == 0xda {
            return None;
        }
        marker = jpeg[at + 1];
        let end = at + 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
        let place = at..end;
        at = end;
        Some((marker, place))
    })
}
