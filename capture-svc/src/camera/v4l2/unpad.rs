//! PURE: from the driver's rows to ours, without padding, plane by plane.

use crate::camera::frame::{Mode, PixelFormat};

/// Copies `bytes` without what stands between the rows. A payload that is too short stays too short, and is dropped as damaged later.
pub(super) fn unpad(bytes: &[u8], mode: &Mode, stride: usize, into: &mut Vec<u8>) {
    into.clear();
    let (width, height) = (mode.width as usize, mode.height as usize);
    // Rows and their bytes, plane by plane, with the driver's distance from row to row.
    let planes: &[(usize, usize, usize)] = match mode.format {
        PixelFormat::Mjpeg => return into.extend_from_slice(bytes),
        PixelFormat::Yuyv | PixelFormat::Uyvy => &[(height, width.div_ceil(2) * 4, stride)],
        PixelFormat::Grey => &[(height, width, stride)],
        PixelFormat::Rgb24 | PixelFormat::Bgr24 => &[(height, width * 3, stride)],
        PixelFormat::Nv12 => &[
            (height, width, stride),
            (height.div_ceil(2), width.div_ceil(2) * 2, stride),
        ],
        PixelFormat::I420 => {
            let chroma = (height.div_ceil(2), width.div_ceil(2), stride / 2);
            &[(height, width, stride), chroma, chroma]
        }
    };
    let mut rest = bytes;
    for &(rows, row, stride) in planes {
        let stride = stride.max(row);
        let (plane, behind) = rest.split_at((rows * stride).min(rest.len()));
        rest = behind;
        if stride == row {
            into.extend_from_slice(plane);
        } else {
            for padded in plane.chunks(stride) {
                into.extend_from_slice(&padded[..row.min(padded.len())]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::camera::frame::{ColorMatrix, ColorRange};

    fn mode(format: PixelFormat, width: u32, height: u32) -> Mode {
        Mode {
            width,
            height,
            fps: 30.0,
            format,
            range: ColorRange::Full,
            matrix: ColorMatrix::Bt601,
        }
    }

    fn unpadded(format: PixelFormat, stride: usize, bytes: &[u8]) -> Vec<u8> {
        let mut into = vec![9; 3];
        unpad(bytes, &mode(format, 4, 2), stride, &mut into);
        into
    }

    #[test]
    fn padding_between_rows_is_left_out_of_every_plane() {
        let tight: Vec<u8> = (0..12).collect();
        assert_eq!(unpadded(PixelFormat::Nv12, 4, &tight), tight);
        let padded = [0, 1, 2, 3, 99, 99, 4, 5, 6, 7, 99, 99, 8, 9, 10, 11, 99, 99];
        assert_eq!(unpadded(PixelFormat::Nv12, 6, &padded), tight);
        let planes = [0, 1, 2, 3, 99, 99, 4, 5, 6, 7, 99, 99, 8, 9, 99, 10, 11, 99];
        assert_eq!(unpadded(PixelFormat::I420, 6, &planes), tight);
        // The last row of a buffer may end without its padding.
        assert_eq!(unpadded(PixelFormat::I420, 6, &planes[..17]), tight);
    }

    #[test]
    fn every_layout_has_its_own_length_of_a_row() {
        // Bytes of a row and how many rows there are, plane by plane, at 6x4; each row is padded to the stride.
        for (format, planes) in [
            (PixelFormat::Yuyv, &[(12, 4)][..]),
            (PixelFormat::Uyvy, &[(12, 4)]),
            (PixelFormat::Grey, &[(6, 4)]),
            (PixelFormat::Rgb24, &[(18, 4)]),
            (PixelFormat::Bgr24, &[(18, 4)]),
            (PixelFormat::Nv12, &[(6, 4), (6, 2)]),
            (PixelFormat::I420, &[(6, 4), (3, 2), (3, 2)]),
        ] {
            let stride = planes[0].0 + 4;
            let (mut padded, mut tight) = (Vec::new(), Vec::new());
            for (at, &(row, rows)) in planes.iter().enumerate() {
                let halved = format == PixelFormat::I420 && at > 0;
                for number in 0..rows {
                    let mut bytes = vec![(at * 10 + number) as u8; row];
                    tight.extend_from_slice(&bytes);
                    bytes.resize(if halved { stride / 2 } else { stride }, 99);
                    padded.extend_from_slice(&bytes);
                }
            }
            let mut into = Vec::new();
            unpad(&padded, &mode(format, 6, 4), stride, &mut into);
            assert_eq!(into, tight, "{format:?}");
        }
    }

    #[test]
    fn a_payload_that_is_short_or_empty_stays_so() {
        assert_eq!(unpadded(PixelFormat::Yuyv, 8, &[1, 2, 3]), [1, 2, 3]);
        assert_eq!(unpadded(PixelFormat::Nv12, 0, &[]), Vec::<u8>::new());
        assert_eq!(unpadded(PixelFormat::Mjpeg, 0, &[0xff, 0xd8]), [0xff, 0xd8]);
    }
}
