//! Frames turned and mirrored as the camera hangs, before anybody else sees them: sizes, status and encoder know turned
//! frames only.
//!
//! A camera's JPEG is turned by its coefficients and loses nothing; pixels change their places. Where two pixels share
//! their colour, a row or column that has none of its own is left out if its side comes to the front, and 4:2:2 that is
//! laid on its side becomes 4:2:0: no layout of ours has colour at half the rows only.

use jpeg_ladder::{EncodeError, Orientation, Turner};

use super::frame::{PixelFormat, RawFrame};

/// Turns the frames of one opening of the source.
#[derive(Debug, Default)]
pub(super) struct Turn {
    /// Made when first needed: most cameras stand upright.
    turner: Option<Turner>,
    /// The turned frame, until the buffers are exchanged.
    turned: Vec<u8>,
}

impl Turn {
    /// Turns `frame`, which is whole; nothing is done to one that is upright.
    ///
    /// # Errors
    /// The camera's JPEG is damaged or of a kind that is not read.
    pub(super) fn apply(
        &mut self,
        frame: &mut RawFrame,
        orientation: Orientation,
    ) -> Result<(), EncodeError> {
        if orientation == Orientation::UPRIGHT {
            return Ok(());
        }
        if frame.format == PixelFormat::Mjpeg {
            let turner = self.turner.get_or_insert_default();
            let (width, height) = turner.turn(&frame.data, orientation, &mut self.turned)?;
            (frame.width, frame.height) = (width.into(), height.into());
        } else {
            turn_pixels(frame, orientation, &mut self.turned);
        }
        std::mem::swap(&mut frame.data, &mut self.turned);
        Ok(())
    }
}

/// Writes the pixels of `frame` to `out` and describes them in it.
fn turn_pixels(frame: &mut RawFrame, orientation: Orientation, out: &mut Vec<u8>) {
    let (width, height) = (frame.width as usize, frame.height as usize);
    let kept = kept(frame, orientation);
    let plane = |at: usize, stride: usize, (wide, high): (usize, usize)| Plane {
        bytes: &frame.data[at..],
        stride,
        sides: orientation.sides((wide, high)),
        orientation,
    };
    let half = |pixels: usize| pixels.div_ceil(2);
    let halves = (half(kept.0), half(kept.1));
    out.clear();
    match frame.format {
        PixelFormat::Grey => plane(0, width, kept).turn::<1>(out),
        PixelFormat::Rgb24 | PixelFormat::Bgr24 => plane(0, 3 * width, kept).turn::<3>(out),
        PixelFormat::Nv12 => {
            plane(0, width, kept).turn::<1>(out);
            plane(width * height, 2 * half(width), halves).turn::<2>(out);
        }
        PixelFormat::I420 => {
            plane(0, width, kept).turn::<1>(out);
            let chroma = half(width) * half(height);
            for at in [width * height, width * height + chroma] {
                plane(at, half(width), halves).turn::<1>(out);
            }
        }
        PixelFormat::I444 => {
            for n in 0..3 {
                plane(n * width * height, width, kept).turn::<1>(out);
            }
        }
        PixelFormat::Yuyv | PixelFormat::Uyvy | PixelFormat::I422 if orientation.swaps_sides() => {
            lay_on_its_side(frame, kept, orientation, out);
            frame.format = PixelFormat::I420;
        }
        PixelFormat::I422 => {
            plane(0, width, kept).turn::<1>(out);
            let chroma = half(width) * height;
            for at in [width * height, width * height + chroma] {
                plane(at, half(width), (halves.0, kept.1)).turn::<1>(out);
            }
        }
        PixelFormat::Yuyv | PixelFormat::Uyvy => {
            plane(0, 4 * half(width), (halves.0, kept.1)).turn::<4>(out);
            if orientation.reversed().0 {
                let luma = usize::from(frame.format == PixelFormat::Uyvy);
                for pair in out.as_chunks_mut::<4>().0 {
                    pair.swap(luma, luma + 2);
                }
            }
        }
        PixelFormat::Mjpeg => unreachable!("a JPEG is turned by its coefficients"),
    }
    let (width, height) = orientation.sides(kept);
    (frame.width, frame.height) = (width as u32, height as u32);
}

/// The sides of the part of `frame` that is shown, before it is turned.
fn kept(frame: &RawFrame, orientation: Orientation) -> (usize, usize) {
    let (width, height) = (frame.width as usize, frame.height as usize);
    let (from_right, from_bottom) = orientation.reversed();
    let even = |pixels: usize, reversed: bool| if reversed { pixels & !1 } else { pixels };
    // Colour for two pixels side by side, and for two on top of each other.
    let (pairs, rows) = match frame.format {
        PixelFormat::Yuyv | PixelFormat::Uyvy | PixelFormat::I422 => {
            (true, orientation.swaps_sides())
        }
        PixelFormat::Nv12 | PixelFormat::I420 => (true, true),
        _ => (false, false),
    };
    (
        even(width, pairs && from_right).max(1),
        even(height, rows && from_bottom).max(1),
    )
}

/// Samples in rows, and how they are turned.
struct Plane<'a> {
    bytes: &'a [u8],
    stride: usize,
    /// Of the result, in samples.
    sides: (usize, usize),
    orientation: Orientation,
}

impl Plane<'_> {
    /// Writes the samples, each of so many bytes, in the order of the result.
    fn turn<const BYTES: usize>(&self, out: &mut Vec<u8>) {
        let (width, height) = self.sides;
        for y in 0..height {
            for x in 0..width {
                let (u, v) = self.orientation.source((x, y), self.sides);
                let at = v * self.stride + BYTES * u;
                out.extend_from_slice(&self.bytes[at..at + BYTES]);
            }
        }
    }
}

/// Samples of one component.
struct Samples<'a> {
    bytes: &'a [u8],
    stride: usize,
    /// Bytes from one to the next in a row.
    step: usize,
}

impl Samples<'_> {
    fn at(&self, x: usize, y: usize) -> u8 {
        self.bytes[y * self.stride + x * self.step]
    }
}

/// Luma and both chroma of a frame of 4:2:2.
fn components(frame: &RawFrame) -> [Samples<'_>; 3] {
    let (width, height) = (frame.width as usize, frame.height as usize);
    let half = width.div_ceil(2);
    let packed = |at: usize, step: usize| Samples {
        bytes: &frame.data[at..],
        stride: 4 * half,
        step,
    };
    let planar = |at: usize, stride: usize| Samples {
        bytes: &frame.data[at..],
        stride,
        step: 1,
    };
    match frame.format {
        PixelFormat::Yuyv => [packed(0, 2), packed(1, 4), packed(3, 4)],
        PixelFormat::Uyvy => [packed(1, 2), packed(0, 4), packed(2, 4)],
        _ => {
            let luma = width * height;
            [
                planar(0, width),
                planar(luma, half),
                planar(luma + half * height, half),
            ]
        }
    }
}

/// Writes a frame of 4:2:2 as I420: its colour is the mean of two rows.
fn lay_on_its_side(
    frame: &RawFrame,
    kept: (usize, usize),
    orientation: Orientation,
    out: &mut Vec<u8>,
) {
    let [luma, chroma @ ..] = components(frame);
    let (width, height) = orientation.sides(kept);
    for y in 0..height {
        for x in 0..width {
            let (u, v) = orientation.source((x, y), (width, height));
            out.push(luma.at(u, v));
        }
    }
    let sides = (width.div_ceil(2), height.div_ceil(2));
    for chroma in chroma {
        for y in 0..sides.1 {
            for x in 0..sides.0 {
                let (u, v) = orientation.source((x, y), sides);
                let below = (2 * v + 1).min(kept.1 - 1);
                out.push(chroma.at(u, 2 * v).midpoint(chroma.at(u, below)));
            }
        }
    }
}

#[cfg(test)]
mod tests;
