//! One block of a scan: its bits to coefficients.
//!
//! What a table does not know and what leads out of a block is no block. Source: ITU-T T.81 F.2.

use super::huffman::{END_OF_BLOCK, Huffman, extend};

/// No coefficient of 8-bit samples is as large, even if its step was large and it was rounded up; scaled by 8.
pub(super) const COEFFICIENT_LIMIT: u32 = 2048 * 8;

/// How to read one component's blocks.
pub(super) struct BlockReader<'a> {
    pub(super) dc: &'a Huffman,
    pub(super) ac: &'a Huffman,
    pub(super) steps: &'a [i32; 64],
}

impl BlockReader<'_> {
    /// Reads a block; gives the place of its last coefficient and a number not less than any magnitude in it.
    /// `None` if the bits are no block.
    #[inline(always)]
    pub(super) fn read(
        &self,
        bits: &mut BitReader<'_>,
        prediction: &mut i32,
        out: &mut [i16; 64],
    ) -> Option<(usize, u32)> {
        *out = [0; 64];
        *prediction += self.difference(bits)?;
        let dc = *prediction * self.steps[0];
        // What the DCT of 8-bit samples gives; rounding to large steps may lead a little beyond.
        out[0] = dc.clamp(-8192, 8184) as i16;
        let mut magnitudes = dc.unsigned_abs();
        if magnitudes >= COEFFICIENT_LIMIT {
            return Some((0, magnitudes));
        }
        let mut at = 1;
        loop {
            bits.refill();
            // Two symbols of at most 26 bits each from one refill.
            for _ in 0..2 {
                let value = match self.ac.whole(bits.next) {
                    Ok((value, run, length)) => {
                        bits.skip(length);
                        at += run as usize;
                        if at > 63 {
                            return (run == END_OF_BLOCK)
                                .then(|| (at - END_OF_BLOCK as usize - 1, magnitudes));
                        }
                        value
                    }
                    Err(part) => {
                        let (symbol, length) = self.ac.symbol(part, bits.next)?;
                        bits.skip(length);
                        let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
                        match (run, size) {
                            (0, 0) => return Some((at - 1, magnitudes)),
                            (15, 0) => {
                                at += 16;
                                continue;
                            }
                            (_, 1..=10) => at += run,
                            _ => return None,
                        }
                        if at > 63 {
                            return None;
                        }
                        bits.value(size)
                    }
                };
                let value = value * self.steps[at];
                magnitudes |= value.unsigned_abs();
                out[at] = value.clamp(-8184, 8184) as i16;
                at += 1;
                if at == 64 {
                    return Some((63, magnitudes));
                }
            }
        }
    }
}

impl BlockReader<'_> {
    /// By how much the block's DC differs from the one before.
    #[inline(always)]
    fn difference(&self, bits: &mut BitReader<'_>) -> Option<i32> {
        bits.refill();
        match self.dc.whole(bits.next) {
            Ok((value, _, length)) => {
                bits.skip(length);
                Some(value)
            }
            Err(part) => {
                let (size, length) = self.dc.symbol(part, bits.next)?;
                bits.skip(length);
                (size <= 11).then(|| bits.value(size.into()))
            }
        }
    }
}

/// The bits to come.
pub(super) struct BitReader<'a> {
    bytes: &'a [u8],
    /// The byte after those in `next`.
    at: usize,
    /// From the top.
    next: u64,
    /// Of `next`, those that are there.
    count: u32,
}

impl<'a> BitReader<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self {
            bytes,
            at,
            next: 0,
            count: 0,
        }
    }

    /// Makes at least 56 bits available; behind the end all are zero.
    #[inline(always)]
    fn refill(&mut self) {
        let word = self.bytes.get(self.at..self.at + 8).map_or(0, |eight| {
            u64::from_be_bytes(eight.try_into().expect("eight bytes"))
        });
        self.next |= word >> self.count;
        self.at += ((63 - self.count) >> 3) as usize;
        self.count |= 56;
    }

    #[inline(always)]
    fn skip(&mut self, count: u32) {
        self.next <<= count;
        self.count -= count;
    }

    /// The value of so many bits, 0 to 11.
    #[inline(always)]
    fn value(&mut self, size: u32) -> i32 {
        let bits = (self.next >> 1 >> (63 - size)) as u32;
        self.skip(size);
        extend(bits, size)
    }

    /// The byte after the last one of which a bit was used.
    pub(super) fn position(&self) -> usize {
        self.at - (self.count >> 3) as usize
    }

    /// Whether the bits of the last byte that were not used are ones, as an encoder leaves them.
    pub(super) fn padded(&self) -> bool {
        let unused = self.count & 7;
        (!self.next) >> 1 >> (63 - unused) == 0
    }
}
