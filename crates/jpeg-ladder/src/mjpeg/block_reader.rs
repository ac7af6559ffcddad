//! One block of a scan: its bits to coefficients.
//!
//! What a table does not know and what leads out of a block is no block. Source: ITU-T T.81 F.2.

use super::huffman::{Ac, ENDED, Huffman, LOOK_UPS, Several, extend};

/// No coefficient of 8-bit samples is as large, even if its step was large and it was rounded up; scaled by 8.
const COEFFICIENT_LIMIT: i32 = 2048 * 8;

/// One component's steps, and what they make of coefficients.
pub(super) struct Steps {
    /// Scaled by 8, as coefficients are; of no use where `limits` is 0.
    scaled: [i16; 64],
    /// The largest magnitude that is not out of range.
    limits: [u16; 64],
    dc: i32,
}

impl Steps {
    pub(super) fn new(steps: &[u16; 64]) -> Self {
        let scaled = steps.map(|step| i32::from(step) * 8);
        Self {
            scaled: scaled.map(|step| step.min(i16::MAX.into()) as i16),
            limits: scaled.map(|step| {
                (COEFFICIENT_LIMIT - 1)
                    .checked_div(step)
                    .map_or(u16::MAX, |limit| limit as u16)
            }),
            dc: scaled[0],
        }
    }

    /// Multiplies a block, whose DC comes apart; whether everything is within the range that coefficients have.
    #[inline(always)]
    pub(super) fn multiply(&self, block: &mut [i16; 64], dc: i32) -> bool {
        let mut beyond = 0;
        let steps = self.scaled.iter().zip(&self.limits);
        for (value, (&step, &limit)) in block.iter_mut().zip(steps) {
            beyond |= value.unsigned_abs().saturating_sub(limit);
            // What the DCT of 8-bit samples gives; rounding to large steps may lead a little beyond.
            *value = value.wrapping_mul(step).clamp(-8184, 8184);
        }
        // Several blocks of an MCU may lead out of range before the first is looked at.
        let dc = dc.saturating_mul(self.dc);
        block[0] = dc.clamp(-8192, 8184) as i16;
        beyond == 0 && dc.unsigned_abs() < COEFFICIENT_LIMIT.unsigned_abs()
    }
}

/// How to read one component's blocks.
pub(super) struct BlockReader<'a> {
    pub(super) dc: &'a Huffman,
    pub(super) ac: &'a Huffman,
}

impl BlockReader<'_> {
    /// Reads a block as it was quantised, but for its DC; gives by how much that differs from the one before, and the
    /// place of the last coefficient. `None` if the bits are no block.
    #[inline(always)]
    pub(super) fn read(
        &self,
        bits: &mut BitReader<'_>,
        out: &mut [i16; 64],
    ) -> Option<(i32, usize)> {
        *out = [0; 64];
        let difference = self.difference(bits)?;
        let mut at = 1;
        loop {
            bits.refill();
            // Where the look-ups lead out of the block, or have an end.
            let mut left = None;
            for _ in 0..LOOK_UPS {
                let several = self.ac.several(bits.next);
                let end = at + several.places();
                if end > 63 {
                    left = Some((several, end));
                    break;
                }
                several.put(bits, at, out);
                at = end;
            }
            let Some((several, end)) = left else {
                continue;
            };
            if (ENDED + 1..ENDED + 64).contains(&end) {
                several.put(bits, at, out);
                return Some((difference, end - ENDED - 1));
            }
            // One symbol by itself: it is long, or the block is full before the last of those that were found.
            bits.refill();
            let (symbol, length) = self.ac.symbol(bits.next)?;
            bits.skip(length);
            match Ac::of(symbol)? {
                Ac::End => return Some((difference, at - 1)),
                Ac::SixteenZeros => at += 16,
                Ac::Value(zeros, size) => {
                    at += zeros + 1;
                    *out.get_mut(at - 1)? = bits.value(size) as i16;
                    if at == 64 {
                        return Some((difference, 63));
                    }
                }
            }
        }
    }

    /// By how much the block's DC differs from the one before.
    #[inline(always)]
    fn difference(&self, bits: &mut BitReader<'_>) -> Option<i32> {
        bits.refill();
        let (size, length) = self.dc.symbol(bits.next)?;
        bits.skip(length);
        (size <= 11).then(|| bits.value(size.into()))
    }
}

impl Several {
    /// Puts the values into their places in a block that goes on at `at`.
    #[inline(always)]
    fn put(self, bits: &mut BitReader<'_>, at: usize, out: &mut [i16; 64]) {
        for (zeros, value) in self.values() {
            out[(at + zeros) & 63] = value;
        }
        bits.skip(self.length());
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
        let value = extend(self.next, size);
        self.skip(size);
        value
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What becomes of a block with one coefficient besides its DC.
    fn multiplied(step: u16, value: i16, dc: i32) -> Option<(i16, i16)> {
        let mut block = [0; 64];
        block[63] = value;
        let within = Steps::new(&[step; 64]).multiply(&mut block, dc);
        within.then_some((block[0], block[63]))
    }

    #[test]
    fn what_is_beyond_the_transforms_range_is_cut_and_what_no_picture_has_is_refused() {
        assert_eq!(multiplied(3, -5, 7), Some((168, -120)));
        assert_eq!(multiplied(1, 1023, -1024), Some((-8192, 8184)));
        assert_eq!(multiplied(2, -1023, 1023), Some((8184, -8184)));
        for (step, value, dc) in [(2, 1024, 0), (2, 0, -1024), (2048, -1, 0), (4096, 0, 1)] {
            assert_eq!(multiplied(step, value, dc), None, "{step} {value} {dc}");
            assert!(multiplied(step - 1, value, dc).is_some() || step > 2048);
        }
    }

    #[test]
    fn no_steps_and_no_dc_overflow() {
        for dc in [i32::MIN, -20_000, 20_000, i32::MAX] {
            assert_eq!(multiplied(u16::MAX, 0, dc), None);
            assert_eq!(multiplied(u16::MAX, 1, 0), None);
        }
        assert_eq!(multiplied(0, 1000, 1 << 30), Some((0, 0)));
    }
}
