//! Huffman tables for reading: one look-up gives up to two symbols together with their values, and the block's end.
//!
//! The next symbol cannot be looked up before the length of this one is known, and a wrong guess about its kind costs more than
//! the look-up. So short symbols come together, and all that fit are treated alike.

/// Bits that are looked up at once: more would find more symbols, and have the tables push each other out of the cache.
const LOOK_UP_BITS: u32 = 10;
const ENTRIES: usize = 1 << LOOK_UP_BITS;

/// So many look-ups in a row need no more than 56 bits.
pub(super) const LOOK_UPS: usize = 56 / LOOK_UP_BITS as usize;

/// Added to the places that are passed where the block ends in them.
pub(super) const ENDED: usize = 128;

/// What the next bits are, as far as it is whole in them: at most two values, zeros between them, the block's end.
///
/// Byte by byte, from the lowest: length, places that are passed, zeros before the first and before the second value;
/// then the values, of 16 bits each. A value that there is not is the other one again, or a zero.
#[derive(Clone, Copy)]
pub(super) struct Several(u64);

impl Several {
    /// Nothing is whole: more places than a block has, even if it ends in them.
    const NONE: Self = Self(0xff << 8);

    #[inline(always)]
    pub(super) fn length(self) -> u32 {
        (self.0 & 0xff) as u32
    }

    /// How many places further the block goes on; [`ENDED`] more if it ends.
    #[inline(always)]
    pub(super) fn places(self) -> usize {
        (self.0 >> 8 & 0xff) as usize
    }

    /// The values, and how many places from here they are.
    #[inline(always)]
    pub(super) fn values(self) -> [(usize, i16); 2] {
        let place = |shift: u32| (self.0 >> shift & 0xff) as usize;
        [
            (place(16), (self.0 >> 32) as i16),
            (place(24), (self.0 >> 48) as i16),
        ]
    }
}

/// A code's symbol and its length; 0 where the bits begin no code as short as they are.
type Short = (u8, u8);

/// A Huffman table and what it was made from.
pub(crate) struct Huffman {
    /// By the next bits.
    short: Box<[Short; ENTRIES]>,
    /// The same; of a table of AC coefficients only.
    several: Box<[Several; ENTRIES]>,
    /// By length: what to add to a code to get its symbol's place, and the first code that is too large.
    longer: [(i32, u32); 17],
    counts: [u8; 16],
    symbols: [u8; 256],
    total: usize,
}

impl Huffman {
    pub(crate) fn new() -> Self {
        Self {
            short: Box::new([(0, 0); ENTRIES]),
            several: Box::new([Several::NONE; ENTRIES]),
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
        self.short.fill((0, 0));
        let mut code = 0u32;
        let mut place = 0;
        for length in 1..=16u32 {
            self.longer[length as usize].0 = place as i32 - code as i32;
            for _ in 0..counts[length as usize - 1] {
                if code >= 1 << length {
                    return Err(());
                }
                if length <= LOOK_UP_BITS {
                    let same = 1 << (LOOK_UP_BITS - length);
                    let first = code as usize * same;
                    self.short[first..first + same].fill((symbols[place], length as u8));
                }
                code += 1;
                place += 1;
            }
            self.longer[length as usize].1 = code;
            code <<= 1;
        }
        self.symbols[..place].copy_from_slice(symbols);
        self.total = place;
        if !dc {
            for (next, several) in self.several.iter_mut().enumerate() {
                *several = several_in(&self.short, next);
            }
        }
        self.counts = *counts;
        Ok(())
    }

    /// The AC symbols that the next bits are, which stand at the top of `bits`.
    #[inline(always)]
    pub(super) fn several(&self, bits: u64) -> Several {
        self.several[(bits >> (64 - LOOK_UP_BITS)) as usize]
    }

    /// The next symbol and the length of its code, value bits not included; `None` if no code begins like this.
    #[inline(always)]
    pub(super) fn symbol(&self, bits: u64) -> Option<(u8, u32)> {
        let (symbol, length) = self.short[(bits >> (64 - LOOK_UP_BITS)) as usize];
        if length > 0 {
            Some((symbol, length.into()))
        } else {
            self.long(bits)
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

/// What an AC symbol is.
#[derive(Clone, Copy)]
pub(super) enum Ac {
    End,
    SixteenZeros,
    /// So many zeros, and a value of so many bits.
    Value(usize, u32),
}

impl Ac {
    /// `None`: nothing.
    #[inline(always)]
    pub(super) fn of(symbol: u8) -> Option<Self> {
        match (usize::from(symbol >> 4), u32::from(symbol & 15)) {
            (0, 0) => Some(Self::End),
            (15, 0) => Some(Self::SixteenZeros),
            (zeros, size @ 1..=10) => Some(Self::Value(zeros, size)),
            _ => None,
        }
    }
}

/// What is whole in the bits `next`.
fn several_in(short: &[Short; ENTRIES], next: usize) -> Several {
    let mut values = [(0, 0i16); 2];
    let (mut length, mut places, mut found) = (0, 0, 0);
    while places < ENDED {
        let rest = next << length & (ENTRIES - 1);
        let (symbol, code) = short[rest];
        let Some(symbol) = Ac::of(symbol).filter(|_| code > 0) else {
            break;
        };
        let (passed, size) = match symbol {
            Ac::End => (ENDED, 0),
            Ac::SixteenZeros => (16, 0),
            Ac::Value(zeros, size) => (zeros + 1, size),
        };
        let end = length + u32::from(code) + size;
        if end > LOOK_UP_BITS || size > 0 && found == values.len() {
            break;
        }
        // Nor must zeros beyond the block look like its end.
        if passed < ENDED && places + passed > 63 {
            break;
        }
        places += passed;
        if size > 0 {
            let bits = (rest as u64) << (64 - LOOK_UP_BITS) << code;
            values[found] = (places - 1, extend(bits, size) as i16);
            found += 1;
        }
        length = end;
    }
    if length == 0 {
        return Several::NONE;
    }
    let [first, second] = [values[0], values[found.saturating_sub(1)]];
    let value = |(_, value): (usize, i16)| u64::from(value as u16);
    Several(
        u64::from(length)
            | (places as u64) << 8
            | (first.0 as u64) << 16
            | (second.0 as u64) << 24
            | value(first) << 32
            | value(second) << 48,
    )
}

/// The value that the uppermost `size` of the bits stand for, 0 to 11 of them. Source: T.81 F.2.2.1.
#[inline(always)]
pub(super) fn extend(bits: u64, size: u32) -> i32 {
    let value = (bits >> 1 >> (63 - size)) as i32;
    // The upper half is as it is, the lower half lies below zero.
    let negative = (!bits as i64 >> 63) as i32;
    value + (negative & (1 - (1 << size)))
}

#[cfg(test)]
mod tests;
