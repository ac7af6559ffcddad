//! From quantised blocks to bits: symbols, then bytes.
//!
//! Two passes over a batch instead of one loop over coefficients: the first has no data-dependent work but table
//! look-ups, the second none but shifts, so that a misprediction at a block's end never waits for either.
//! Both are safe Rust; indices are masked or typed so that the hot ones need no check.

use crate::kernel::Coefficients;
use crate::strip::Mcu;
use crate::tables::{Codes, Quant, Tables};

/// Blocks that pass through together: their coefficients and quantised values stay in the first-level cache.
pub(crate) const BATCH_BLOCKS: usize = 192;

/// The most symbols that a block has: one DC, 63 AC, and room for the end of block that a full one lacks.
pub(crate) const BLOCK_SYMBOLS: usize = 65;
/// Words that are written in advance behind a block's symbols.
pub(crate) const SPARE_SYMBOLS: usize = 16;
const SYMBOLS: usize = BATCH_BLOCKS * BLOCK_SYMBOLS + SPARE_SYMBOLS;

/// 63 AC symbols of at most 26 bits and one DC symbol of at most 22, rounded up to bytes.
const BLOCK_BYTES: usize = (63 * 26 + 22) / 8 + 1;

/// Quantised blocks of one batch, as a kernel leaves them.
#[repr(C, align(64))]
pub(crate) struct Quantised {
    /// Zigzag order, `value << 4`: with the run in the low bits that is the place in [`Codes::ac`].
    /// Only what `nonzero` names is valid.
    pub(crate) values: [[i16; 64]; BATCH_BLOCKS],
    /// Bit i says that AC coefficient i is not zero; bit 0 is clear.
    pub(crate) nonzero: [u64; BATCH_BLOCKS],
    /// The DC coefficients, not shifted.
    pub(crate) dc: [i16; BATCH_BLOCKS],
}

/// The coefficients of one batch, and one quality's way to write them.
#[derive(Clone, Copy)]
pub(crate) struct Batch<'a> {
    pub(crate) coefficients: &'a Coefficients,
    pub(crate) mcu: Mcu,
    pub(crate) mcus: usize,
    pub(crate) tables: &'a Tables,
    pub(crate) luma_codes: &'a Codes,
    pub(crate) chroma_codes: &'a Codes,
}

impl<'a> Batch<'a> {
    /// Component and number of each block, in the order of the scan.
    #[inline(always)]
    pub(crate) fn scan(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let (per_mcu, luma) = (self.mcu.blocks(), self.mcu.across * self.mcu.down);
        (0..self.mcus).flat_map(move |m| {
            (0..per_mcu).map(move |i| ((i + 1).saturating_sub(luma), m * per_mcu + i))
        })
    }

    #[inline(always)]
    pub(crate) fn quant(&self, component: usize) -> &'a Quant {
        if component == 0 {
            &self.tables.luma
        } else {
            &self.tables.chroma
        }
    }

    #[inline(always)]
    pub(crate) fn codes(&self, component: usize) -> &'a Codes {
        if component == 0 {
            self.luma_codes
        } else {
            self.chroma_codes
        }
    }
}

/// The symbols of one batch, in the order of the scan.
pub(crate) struct Symbols {
    pub(crate) words: Box<[u32; SYMBOLS]>,
    pub(crate) len: usize,
}

/// One block to be coded.
pub(crate) struct Block<'a> {
    pub(crate) codes: &'a Codes,
    pub(crate) values: &'a [i16; 64],
    pub(crate) nonzero: u64,
    pub(crate) dc: i16,
}

impl Symbols {
    pub(crate) fn new() -> Self {
        Self {
            words: vec![0; SYMBOLS]
                .into_boxed_slice()
                .try_into()
                .expect("the length is SYMBOLS"),
            len: 0,
        }
    }

    /// Takes the quantised blocks of a batch.
    #[inline(always)]
    pub(crate) fn fill(
        &mut self,
        batch: &Batch,
        quantised: &Quantised,
        previous_dc: &mut [i16; 3],
    ) {
        let words = &mut *self.words;
        let mut at = 0;
        for (component, block) in batch.scan() {
            let block = Block {
                codes: batch.codes(component),
                values: &quantised.values[block],
                nonzero: quantised.nonzero[block],
                dc: quantised.dc[block],
            };
            let difference = block.dc.wrapping_sub(previous_dc[component]);
            previous_dc[component] = block.dc;
            words[at] = block.codes.dc[usize::from(difference as u16 & 0xfff)];
            at = if has_long_runs(block.nonzero) {
                block.push_long_runs(words, at + 1)
            } else {
                block.push(words, at + 1)
            };
        }
        self.len = at;
    }
}

impl Block<'_> {
    /// Writes the AC symbols from `at` on; gives the place behind them.
    #[inline(always)]
    fn push(&self, words: &mut [u32; SYMBOLS], mut at: usize) -> usize {
        let end = at + self.nonzero.count_ones() as usize;
        let mut rest = self.nonzero;
        let mut previous = 0;
        loop {
            // Four at a time, surplus ones included: what follows overwrites those.
            let four: &mut [u32] = &mut words[at..at + 4];
            for word in four {
                let i = rest.trailing_zeros();
                rest &= rest.wrapping_sub(1);
                let run = i.wrapping_sub(previous) as u16 & 15;
                previous = i;
                *word = self.codes.ac[usize::from(self.values[(i & 63) as usize] as u16 | run)];
            }
            if rest == 0 {
                break;
            }
            at += 4;
        }
        // No end of block after a last coefficient that is not zero: then the word is overwritten.
        words[end] = self.codes.end_of_block;
        end + 1 - (self.nonzero >> 63) as usize
    }

    /// As `push`, where sixteen zeros and more stand before some value.
    #[cold]
    #[inline(never)]
    pub(crate) fn push_long_runs(&self, words: &mut [u32; SYMBOLS], mut at: usize) -> usize {
        let mut rest = self.nonzero;
        let mut previous = 0;
        while rest != 0 {
            let i = rest.trailing_zeros();
            rest &= rest - 1;
            let distance = i - previous;
            previous = i;
            for _ in 0..(distance - 1) / 16 {
                words[at] = self.codes.sixteen_zeros;
                at += 1;
            }
            let run = distance as u16 & 15;
            words[at] = self.codes.ac[usize::from(self.values[i as usize] as u16 | run)];
            at += 1;
        }
        words[at] = self.codes.end_of_block;
        at + 1 - (self.nonzero >> 63) as usize
    }
}

/// Whether sixteen zeros stand before some value: such runs need symbols of their own.
#[inline(always)]
fn has_long_runs(nonzero: u64) -> bool {
    // Bit i: sixteen zeros begin at i.
    let mut zeros = !(nonzero | 1);
    zeros &= zeros >> 1;
    zeros &= zeros >> 2;
    zeros &= zeros >> 4;
    zeros &= zeros >> 8;
    zeros & (u64::MAX >> (nonzero | 1).leading_zeros()) != 0
}

/// Bytes of one batch before 0xFF is stuffed, with room to write eight at once.
pub(crate) struct Bits {
    bytes: Box<[u8]>,
}

/// Bits of a lane that do not fill a byte yet.
#[derive(Clone, Copy, Default)]
pub(crate) struct Partial {
    /// From the top.
    bits: u64,
    /// Less than 8.
    count: u32,
}

impl Bits {
    pub(crate) fn new() -> Self {
        Self {
            bytes: vec![0; BATCH_BLOCKS * BLOCK_BYTES + 16].into_boxed_slice(),
        }
    }

    /// Packs the symbols after the bits that are left over; gives the whole bytes.
    #[inline(always)]
    pub(crate) fn pack(&mut self, symbols: &mut Symbols, partial: &mut Partial) -> &[u8] {
        let len = symbols.len;
        symbols.words[len..len + 4].fill(0);
        let mut writer = Writer {
            bytes: &mut self.bytes,
            at: 0,
            partial: *partial,
        };
        for four in symbols.words[..len.next_multiple_of(4)].chunks_exact(4) {
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
        *partial = writer.partial;
        let at = writer.at;
        &self.bytes[..at]
    }

    /// The last byte of a scan: what is left over, filled with ones.
    pub(crate) fn finish(partial: &mut Partial) -> Option<u8> {
        let Partial { bits, count } = std::mem::take(partial);
        (count > 0).then(|| (bits >> 56) as u8 | (0xff >> count))
    }
}

struct Writer<'a> {
    bytes: &'a mut [u8],
    at: usize,
    partial: Partial,
}

impl Writer<'_> {
    /// Appends `len` bits, at most 56.
    #[inline(always)]
    fn put(&mut self, bits: u64, len: u32) {
        let Partial { bits: old, count } = self.partial;
        let all = old | bits << ((64 - count - len) & 63);
        let count = count + len;
        self.bytes[self.at..self.at + 8].copy_from_slice(&all.to_be_bytes());
        self.at += (count >> 3) as usize;
        self.partial = Partial {
            bits: all << (count & 56),
            count: count & 7,
        };
    }
}
