//! PURE: from the driver's planes and rows to ours, without padding, plane by plane, chroma in our order.

use crate::camera::frame::PixelFormat;

/// Which bytes of a plane's row are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Take {
    All,
    /// Y0 V Y1 U as Y0 U Y1 V.
    Swapped,
    /// Of each pair the first or the second: one of two colours that alternate.
    Of(usize),
}

/// One plane as the driver has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Plane {
    rows: usize,
    /// Bytes of a row.
    row: usize,
    /// Bytes from row to row.
    stride: usize,
}

/// How a driver lays out its frames, and what is made of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Layout {
    planes: Vec<Plane>,
    /// Which plane gives what, in our order; empty for a payload that is taken as it is.
    takes: Vec<(usize, Take)>,
}

/// Those that have V before U.
const SWAPPED: [[u8; 4]; 6] = [*b"NV21", *b"NM21", *b"NV61", *b"NM61", *b"YV12", *b"YM21"];

impl Layout {
    /// Of the fourcc's frames; `strides` are those of each piece of memory, 0 where rows are tight.
    pub(super) fn new(
        fourcc: [u8; 4],
        format: PixelFormat,
        (width, height): (u32, u32),
        strides: &[u32],
    ) -> Self {
        let (width, height) = (width as usize, height as usize);
        let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
        let first = strides.first().map_or(0, |stride| *stride as usize);
        // In one piece of memory the rows of chroma are as far apart as those of luma, or half as far where each colour has
        // a plane of its own; in several each has its own word for it.
        let plane = |number: usize, rows: usize, row: usize| Plane {
            rows,
            row,
            stride: match strides.get(number) {
                Some(own) => *own as usize,
                None if row * 2 <= width + 1 => first / 2,
                None => first,
            }
            .max(row),
        };
        let luma = plane(0, height, width);
        // Columns and rows of chroma, if it has planes of its own.
        let chroma = match format {
            PixelFormat::Mjpeg => return Self::default(),
            PixelFormat::Yuyv | PixelFormat::Uyvy => {
                let take = if fourcc == *b"YVYU" {
                    Take::Swapped
                } else {
                    Take::All
                };
                return Self::packed(plane(0, height, half_width * 4), take);
            }
            PixelFormat::Grey => return Self::packed(luma, Take::All),
            PixelFormat::Rgb24 | PixelFormat::Bgr24 => {
                return Self::packed(plane(0, height, width * 3), Take::All);
            }
            PixelFormat::Nv12 | PixelFormat::I420 => (half_width, half_height),
            PixelFormat::I422 => (half_width, height),
            PixelFormat::I444 => (width, height),
        };
        let (columns, rows) = chroma;
        let swapped = SWAPPED.contains(&fourcc);
        let paired = matches!(fourcc, [b'N', b'V' | b'M', ..]);
        let takes = match (paired, swapped) {
            (true, _) if format == PixelFormat::Nv12 => vec![(0, Take::All), (1, Take::All)],
            (true, false) => vec![(0, Take::All), (1, Take::Of(0)), (1, Take::Of(1))],
            (true, true) => vec![(0, Take::All), (1, Take::Of(1)), (1, Take::Of(0))],
            (false, false) => [0, 1, 2].map(|plane| (plane, Take::All)).into(),
            (false, true) => [0, 2, 1].map(|plane| (plane, Take::All)).into(),
        };
        let planes = if paired {
            vec![luma, plane(1, rows, 2 * columns)]
        } else {
            vec![luma, plane(1, rows, columns), plane(2, rows, columns)]
        };
        Self { planes, takes }
    }

    fn packed(plane: Plane, take: Take) -> Self {
        Self {
            planes: vec![plane],
            takes: vec![(0, take)],
        }
    }
}

/// Copies a payload, whose `pieces` are the driver's pieces of memory, without what stands between the rows. One that is
/// too short stays too short, and is dropped as damaged later.
pub(super) fn unpad<'a>(
    mut pieces: impl Iterator<Item = &'a [u8]>,
    layout: &Layout,
    into: &mut Vec<u8>,
) {
    into.clear();
    let Some(mut rest) = pieces.next() else {
        return;
    };
    if layout.takes.is_empty() {
        return into.extend_from_slice(rest);
    }
    // No format has more than three.
    let mut found: [&[u8]; 3] = [&[]; 3];
    for (number, plane) in layout.planes.iter().enumerate() {
        if number > 0
            && let Some(piece) = pieces.next()
        {
            rest = piece;
        }
        (found[number], rest) = rest.split_at((plane.rows * plane.stride).min(rest.len()));
    }
    for &(number, take) in &layout.takes {
        let plane = &layout.planes[number];
        if take == Take::All && plane.stride == plane.row {
            into.extend_from_slice(found[number]);
            continue;
        }
        for padded in found[number].chunks(plane.stride) {
            let row = &padded[..plane.row.min(padded.len())];
            match take {
                Take::All => into.extend_from_slice(row),
                Take::Swapped => {
                    let groups = row.as_chunks::<4>().0;
                    into.extend(groups.iter().flat_map(|&[y0, v, y1, u]| [y0, u, y1, v]));
                }
                Take::Of(which) => {
                    into.extend(row.as_chunks::<2>().0.iter().map(|pair| pair[which]));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
