//! Huffman tables for reading: one look-up gives most symbols together with their value.

/// Bits that are looked up at once.
const LOOK_UP_BITS: u32 = 11;

/// In the run of an entry: the block ends here.
pub(super) const END_OF_BLOCK: u32 = 64;
/// In the length of an entry: the code is complete, but not its value; the symbol stands where the value would.
const CODE_ONLY: u32 = 0x80;

/// A Huffman table and what it was made from.
pub(crate) struct Huffman {
    /// By the next bits: `value << 16 | run << 8 | length`, or 0 where no code is this short.
    look: Box<[u32; 1 << LOOK_UP_BITS]>,
    /// By length: what to add to a code to get its symbol's place, and the first code that is too large.
    longer: [(i32, u32); 17],
    counts: [u8; 16],
    symbols: [u8; 256],
    total: usize,
}

impl Huffman {
    pub(crate) fn new() -> Self {
        Self {
            look: vec![0; 1 << LOOK_UP_BITS]
                .into_boxed_slice()
                .try_into()
                .expect("the length is 1 << LOOK_UP_BITS"),
            longer: [(0, 0); 17],
            counts: [0; 16],
            symbols: [0; 256],
            total: 0,
        }
    }

    /// Makes the table of a DHT; does nothing if that is what it already is.
    pub(crate) fn set(&mut self, counts: &[u8; 16], symbols: &[u8], dc: bool) -> Result<(), ()> {
        if *counts == self.counts && *symbols == self.symbols[..self.total] {
            return Ok(());
        }
        if symbols.len() > 256 {
            return Err(());
        }
        // Until it is whole it is nobody's.
        self.counts = [0xff; 16];
        self.look.fill(0);
        let mut code = 0u32;
        let mut place = 0;
        for length in 1..=16u32 {
            self.longer[length as usize].0 = place as i32 - code as i32;
            for _ in 0..counts[length as usize - 1] {
                if code >= 1 << length {
                    return Err(());
                }
                if length <= LOOK_UP_BITS {
                    let first = (code << (LOOK_UP_BITS - length)) as usize;
                    for next in first..first + (1 << (LOOK_UP_BITS - length)) {
                        self.look[next] = entry(symbols[place], length, next as u32, dc);
                    }
                }
                code += 1;
                place += 1;
            }
            self.longer[length as usize].1 = code;
            code <<= 1;
        }
        self.symbols[..place].copy_from_slice(symbols);
        self.total = place;
        self.counts = *counts;
        Ok(())
    }

    /// The value, run and length that the next bits, which stand at the top of `bits`, are; or why not yet.
    #[inline(always)]
    pub(super) fn whole(&self, bits: u64) -> Result<(i32, u32, u32), Part> {
        let entry = self.look[(bits >> (64 - LOOK_UP_BITS)) as usize];
        // Neither 0 nor marked.
        if entry as i8 > 0 {
            Ok((entry as i32 >> 16, entry >> 8 & 0xff, entry & 0x7f))
        } else {
            Err(Part(entry))
        }
    }

    /// The symbol and its length, value bits not included; `None` if no code begins like this.
    #[inline(always)]
    pub(super) fn symbol(&self, Part(entry): Part, bits: u64) -> Option<(u8, u32)> {
        if entry == 0 {
            self.long(bits)
        } else {
            Some(((entry >> 16) as u8, entry & 0x1f))
        }
    }

    fn long(&self, bits: u64) -> Option<(u8, u32)> {
        (LOOK_UP_BITS + 1..=16).find_map(|length| {
            let code = (bits >> (64 - length)) as u32;
            let (offset, end) = self.longer[length as usize];
            let place = (code as i32 + offset) as u8;
            (code < end).then(|| (self.symbols[usize::from(place)], length))
        })
    }
}

/// An entry that does not say all.
pub(super) struct Part(u32);

/// The entry where a code of `length` bits stands at the top of the `LOOK_UP_BITS` bits `next`.
fn entry(symbol: u8, length: u32, next: u32, dc: bool) -> u32 {
    let (run, size) = if dc {
        (0, u32::from(symbol))
    } else {
        (u32::from(symbol >> 4), u32::from(symbol & 15))
    };
    if !dc && symbol == 0 {
        return END_OF_BLOCK << 8 | length;
    }
    let has_value = dc || size > 0;
    if !has_value || length + size > LOOK_UP_BITS {
        return u32::from(symbol) << 16 | CODE_ONLY | length;
    }
    let bits = next >> (LOOK_UP_BITS - length - size) & ((1 << size) - 1);
    (extend(bits, size) as u32) << 16 | run << 8 | (length + size)
}

/// The value that `size` bits stand for. Source: T.81 F.2.2.1.
#[inline(always)]
pub(super) fn extend(bits: u32, size: u32) -> i32 {
    let value = bits as i32;
    // The upper half is as it is, the lower half lies below zero.
    let negative = (value - (1 << size >> 1)) >> 31;
    value + (negative & (1 - (1 << size)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::{AC_CHROMA, AC_LUMA, Codes, DC_CHROMA, DC_LUMA};

    #[test]
    fn every_symbol_that_the_encoder_writes_is_read_back() {
        for (dc_spec, ac_spec) in [(&DC_LUMA, &AC_LUMA), (&DC_CHROMA, &AC_CHROMA)] {
            let codes = Codes::new(dc_spec, ac_spec);
            let (mut dc, mut ac) = (Huffman::new(), Huffman::new());
            dc.set(&dc_spec.counts, dc_spec.symbols, true)
                .expect("a table");
            ac.set(&ac_spec.counts, ac_spec.symbols, false)
                .expect("a table");
            let read = |table: &Huffman, word: u32| {
                // Ones behind it: what follows must not matter.
                let behind = 64 - (word & 63);
                let bits = u64::from(word >> 6) << behind | ((1 << behind) - 1);
                match table.whole(bits) {
                    Ok((value, run, length)) => (value, run, length),
                    Err(part) => {
                        let (symbol, length) = table.symbol(part, bits).expect("a code");
                        let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
                        let value = (bits << length >> 32) as u32;
                        (extend(value >> 1 >> (31 - size), size), run, length + size)
                    }
                }
            };
            for value in -2047i32..=2047 {
                let word = codes.dc[(value & 0xfff) as usize];
                assert_eq!(read(&dc, word), (value, 0, word & 63));
            }
            for value in (-1023i32..=1023).filter(|&value| value != 0) {
                for run in 0..16u32 {
                    let word = codes.ac[((value << 4) as u16 | (run as u16 + 1) & 15) as usize];
                    assert_eq!(read(&ac, word), (value, run, word & 63));
                }
            }
            assert_eq!(read(&ac, codes.end_of_block).1, END_OF_BLOCK);
        }
    }

    #[test]
    fn more_codes_than_fit_are_refused() {
        let mut counts = [0; 16];
        counts[0] = 3;
        assert!(Huffman::new().set(&counts, &[0, 1, 2], true).is_err());
    }
}
