//! Reads the barcode of the test pattern back from pixels, also after JPEG: proof of which frame a viewer sees, and of
//! how old it is, without trusting any header. `capture-svc/src/camera/pattern/barcode.rs` describes the geometry.

/// Cells in a row.
const COLUMNS: usize = 64;

/// Sequence and capture time (µs since the Unix epoch) of a picture whose pixels are R, G, B; `None` without a barcode
/// that checks.
#[must_use]
pub fn read_rgb(rgb: &[u8], width: usize, height: usize) -> Option<(u64, u64)> {
    // Black and white are the same in every channel; green weighs most in the luma.
    read(width, height, |x, y| rgb[(y * width + x) * 3 + 1])
}

/// As [`read_rgb`], from one byte of luma for each pixel.
#[must_use]
pub fn read_luma(luma: &[u8], width: usize, height: usize) -> Option<(u64, u64)> {
    read(width, height, |x, y| luma[y * width + x])
}

/// As [`read_rgb`], from a JPEG.
#[must_use]
pub fn read_jpeg(jpeg: &[u8]) -> Option<(u64, u64)> {
    let mut decoder = jpeg_decoder::Decoder::new(jpeg);
    let pixels = decoder.decode().ok()?;
    let info = decoder.info()?;
    let (width, height) = (usize::from(info.width), usize::from(info.height));
    match info.pixel_format {
        jpeg_decoder::PixelFormat::RGB24 => read_rgb(&pixels, width, height),
        jpeg_decoder::PixelFormat::L8 => read_luma(&pixels, width, height),
        _ => None,
    }
}

/// Writes the barcode into one byte of luma for each pixel, with the given values for black and white.
pub fn write_luma(
    luma: &mut [u8],
    width: usize,
    height: usize,
    seq: u64,
    captured_at_us: u64,
    shades: [u8; 2],
) {
    let side = width / COLUMNS;
    let left = (width - COLUMNS * side) / 2;
    let mut bytes = [0; 16];
    bytes[0] = 0xa5;
    bytes[1..6].copy_from_slice(&seq.to_be_bytes()[3..]);
    bytes[6..14].copy_from_slice(&captured_at_us.to_be_bytes());
    let check = crc16(&bytes[..14]);
    bytes[14..].copy_from_slice(&check.to_be_bytes());
    for row in height - 2 * side..height {
        let line = &mut luma[row * width..][..width];
        let half = &bytes[(row + 2 * side - height) / side.max(1) * COLUMNS / 8..][..COLUMNS / 8];
        line.fill(shades[0]);
        for (column, cell) in line[left..]
            .chunks_exact_mut(side)
            .take(COLUMNS)
            .enumerate()
        {
            cell.fill(shades[usize::from(half[column / 8] >> (7 - column % 8) & 1)]);
        }
    }
}

fn read(width: usize, height: usize, luma: impl Fn(usize, usize) -> u8) -> Option<(u64, u64)> {
    let side = width / COLUMNS;
    if side == 0 || height < 2 * side {
        return None;
    }
    let left = (width - COLUMNS * side) / 2;
    let mut bytes = [0u8; 16];
    for (cell, bit) in (0..128).map(|cell| {
        let (x, y) = (
            left + cell % COLUMNS * side,
            height - (2 - cell / COLUMNS) * side,
        );
        // The middle of the cell: its edges are where JPEG blurs.
        let middle = side / 4..side - side / 4;
        let sum: usize = middle
            .clone()
            .flat_map(|dy| middle.clone().map(move |dx| (dx, dy)))
            .map(|(dx, dy)| usize::from(luma(x + dx, y + dy)))
            .sum();
        (cell, sum >= 128 * middle.len() * middle.len())
    }) {
        bytes[cell / 8] |= u8::from(bit) << (7 - cell % 8);
    }
    let check = u16::from_be_bytes([bytes[14], bytes[15]]);
    if bytes[0] != 0xa5 || crc16(&bytes[..14]) != check {
        return None;
    }
    let number = |range: std::ops::Range<usize>| {
        bytes[range]
            .iter()
            .fold(0, |all, byte| all << 8 | u64::from(*byte))
    };
    Some((number(1..6), number(6..14)))
}

/// CRC-16/CCITT-FALSE, written out a second time so that the two sides check each other.
fn crc16(bytes: &[u8]) -> u16 {
    let mut crc = 0xffffu16;
    for byte in bytes {
        crc ^= u16::from(*byte) << 8;
        for _ in 0..8 {
            let carry = crc & 0x8000 != 0;
            crc <<= 1;
            if carry {
                crc ^= 0x1021;
            }
        }
    }
    crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back_in_full_and_in_limited_range() {
        for (width, height, shades) in [
            (1280, 720, [0, 255]),
            (640, 480, [16, 235]),
            (321, 241, [0, 255]),
        ] {
            let mut luma = vec![90; width * height];
            write_luma(&mut luma, width, height, 77, 1_700_000_000_000_000, shades);
            assert_eq!(
                read_luma(&luma, width, height),
                Some((77, 1_700_000_000_000_000))
            );
        }
    }

    #[test]
    fn a_picture_without_a_barcode_reads_as_none() {
        assert_eq!(read_luma(&vec![0; 640 * 480], 640, 480), None);
        assert_eq!(read_luma(&vec![255; 640 * 480], 640, 480), None);
        assert_eq!(read_luma(&vec![255; 32 * 32], 32, 32), None);
        assert_eq!(read_jpeg(b"no picture"), None);
    }
}
