//! From Huffman symbols to bytes: the second pass of two, see `symbols`.

use crate::block::{BATCH_BLOCKS, Piece};
use crate::symbols::Symbols;

/// 63 AC symbols of at most 26 bits and one DC symbol of at most 22, rounded up to bytes.
const BLOCK_BYTES: usize = (63 * 26 + 22) / 8 + 1;

/// More than any batch has, and as many as 16 bits lead to.
const BYTES: usize = (1 << 16) + 8 + SPARE_BYTES;
const _: () = assert!(BATCH_BLOCKS * (BLOCK_BYTES + 1) < 1 << 16);

/// Bytes of one batch before 0xFF is stuffed, with room to fill up each piece's last one, to write eight at once and to
/// read [`SPARE_BYTES`] beyond.
pub(crate) struct Bits {
    bytes: Box<[u8; BYTES]>,
    /// Where each piece's bytes end.
    ends: Box<[usize; BATCH_BLOCKS]>,
}

/// Bytes that may be read behind those of a [`Packed`].
pub(crate) const SPARE_BYTES: usize = 32;

/// Whole bytes, and others behind them that nobody shall use.
#[derive(Clone, Copy)]
pub(crate) struct Packed<'a> {
    /// At least [`SPARE_BYTES`] longer than `len`.
    pub(crate) bytes: &'a [u8],
    pub(crate) len: usize,
}

/// Bits of a lane that do not fill a byte yet.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Partial {
    /// From the top.
    bits: u64,
    /// Less than 8.
    count: u32,
}

impl Bits {
    pub(crate) fn new() -> Self {
        Self {
            bytes: vec![0; BYTES]
                .into_boxed_slice()
                .try_into()
                .expect("the length is BYTES"),
            ends: Box::new([0; BATCH_BLOCKS]),
        }
    }

    /// Packs the symbols of pieces after the bits that are left over. The last byte of an interval is filled with ones.
    #[inline(always)]
    pub(crate) fn pack(&mut self, symbols: &Symbols, pieces: &[Piece], partial: &mut Partial) {
        let mut writer = Writer {
            bytes: &mut self.bytes,
            at: 0,
            partial: *partial,
        };
        let mut start = 0;
        let ends = symbols.ends.iter().zip(&mut *self.ends);
        for (piece, (&end, byte_end)) in pieces.iter().zip(ends) {
            for four in symbols.words[start..end].chunks_exact(4) {
                let (a, b, c, d) = (four[0], four[1], four[2], four[3]);
                let ab = u64::from(a >> 6) << (b & 63) | u64::from(b >> 6);
                let cd = u64::from(c >> 6) << (d & 63) | u64::from(d >> 6);
                // Lengths stand in the low six bits and a pair's sum stays below 64: they add up without unpacking.
                let ab_len = a.wrapping_add(b) & 63;
                let cd_len = c.wrapping_add(d) & 63;
                if ab_len + cd_len <= 56 {
                    writer.put(ab << cd_len | cd, ab_len + cd_len);
                } else {
                    writer.put(ab, ab_len);
                    writer.put(cd, cd_len);
                }
            }
            if piece.ends {
                let lacking = writer.partial.count.wrapping_neg() & 7;
                writer.put((1 << lacking) - 1, lacking);
            }
            start = end;
            *byte_end = usize::from(writer.at);
        }
        *partial = writer.partial;
    }

    /// The whole bytes of piece `n` of those that were packed.
    #[inline(always)]
    pub(crate) fn piece(&self, n: usize) -> Packed<'_> {
        let start = if n == 0 { 0 } else { self.ends[n - 1] };
        Packed {
            bytes: &self.bytes[start..],
            len: self.ends[n] - start,
        }
    }
}

struct Writer<'a> {
    bytes: &'a mut [u8; BYTES],
    /// Of 16 bits, which no batch overflows and which always lead into [`Bits::bytes`]: no write needs a check.
    at: u16,
    partial: Partial,
}

impl Writer<'_> {
    /// Appends `len` bits, at most 56.
    #[inline(always)]
    fn put(&mut self, bits: u64, len: u32) {
        let Partial { bits: old, count } = self.partial;
        let all = old | bits << ((64 - count - len) & 63);
        let count = count + len;
        let at = usize::from(self.at);
        self.bytes[at..at + 8].copy_from_slice(&all.to_be_bytes());
        self.at += (count >> 3) as u16;
        self.partial = Partial {
            bits: all << (count & 56),
            count: count & 7,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_follow_each_other_without_a_gap_and_the_last_byte_is_filled_with_ones() {
        let mut symbols = Symbols::new();
        // 1 0110 000 | 0000 0001, then half a byte.
        let words = [(0b1, 1), (0b0110, 4), (0b1, 11), (0b0101, 4)];
        for (word, (bits, length)) in symbols.words.iter_mut().zip(words) {
            *word = bits << 6 | length;
        }
        let piece = |begins, ends| Piece {
            interval: 0,
            first: 0,
            mcus: 1,
            begins,
            ends,
        };
        let (mut bits, mut partial) = (Bits::new(), Partial::default());
        let bytes = |bits: &Bits, n| {
            let packed = bits.piece(n);
            packed.bytes[..packed.len].to_vec()
        };
        // The second piece has no symbol, but what the first one left over.
        symbols.ends[..2].fill(4);
        let pieces = [piece(true, false), piece(false, true)];
        bits.pack(&symbols, &pieces, &mut partial);
        assert_eq!(bytes(&bits, 0), [0b1011_0000, 1]);
        assert_eq!(bytes(&bits, 1), [0b0101_1111]);
        // A byte that is full needs no filling.
        symbols.words[3] = 8;
        bits.pack(&symbols, &[piece(true, true)], &mut partial);
        assert_eq!(bytes(&bits, 0), [0b1011_0000, 1, 0]);
        assert_eq!(partial.count, 0);
    }
}
