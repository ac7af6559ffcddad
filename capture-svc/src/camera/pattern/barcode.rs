//! The barcode at the foot of the test pattern: sequence and capture time in the pixels themselves, so that whoever
//! sees the picture can tell which frame it is without trusting any header. Pure. `testkit::barcode` reads it back.
//!
//! **Geometry**, from the picture's width and height alone: a cell is a square of `s = width / 64` pixels (whole
//! pixels, rounded down). 64 columns and 2 rows of cells stand at the bottom of the picture: column `c` begins at
//! `x = (width - 64·s) / 2 + c·s`, row `r` at `y = height - (2 - r)·s`. A bit of 1 is white, of 0 black; to read one,
//! average the luma of the middle of its cell and compare with 128. The 128 bits, row by row from the left, most
//! significant first, are 16 bytes: `0xA5`, the sequence (5 bytes, big-endian), the capture time in µs since the Unix
//! epoch (8 bytes, big-endian), and CRC-16/CCITT-FALSE (polynomial 0x1021, start 0xFFFF) over the 14 bytes before it.
//!
//! Cells of 20 pixels at 1280 survive JPEG at quality 30 with 4:2:0, and black and white carry no chroma to lose.

use super::canvas::Canvas;

/// Cells in a row.
const COLUMNS: usize = 64;

/// Side of a cell in pixels for a picture `width` pixels wide.
pub(super) fn cell(width: usize) -> usize {
    width / COLUMNS
}

/// Draws the barcode; a picture narrower than 64 pixels gets none.
pub(super) fn draw(canvas: &mut Canvas<'_>, seq: u64, captured_at_us: u64) {
    let side = cell(canvas.width);
    let left = (canvas.width - COLUMNS * side) / 2;
    let bytes = encode(seq, captured_at_us);
    for (row, half) in bytes.chunks_exact(COLUMNS / 8).enumerate() {
        let top = canvas.height - (2 - row) * side;
        for column in 0..COLUMNS {
            let bit = half[column / 8] >> (7 - column % 8) & 1;
            canvas.fill(left + column * side, top, side, 1, bit * 255);
        }
        canvas.repeat_row(top, side);
    }
}

fn encode(seq: u64, captured_at_us: u64) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[0] = 0xa5;
    bytes[1..6].copy_from_slice(&seq.to_be_bytes()[3..]);
    bytes[6..14].copy_from_slice(&captured_at_us.to_be_bytes());
    let check = crc16(&bytes[..14]);
    bytes[14..].copy_from_slice(&check.to_be_bytes());
    bytes
}

fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xffff, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte) << 8, |crc, _| {
            if crc & 0x8000 == 0 {
                crc << 1
            } else {
                crc << 1 ^ 0x1021
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_catalogued_one() {
        // Source: the check value of CRC-16/CCITT-FALSE (IBM-3740) in the CRC catalogue.
        assert_eq!(crc16(b"123456789"), 0x29b1);
    }

    #[test]
    fn the_bytes_stand_as_documented() {
        let bytes = encode(0x01_0203_0405, 0x0006_1122_3344_5566);
        assert_eq!(
            bytes[..14],
            [
                0xa5, 1, 2, 3, 4, 5, 0, 6, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66
            ]
        );
    }
}
