//! From quantised blocks to bits: symbols, then bytes.
//!
//! Two passes over a batch instead of one loop over coefficients: the first has no data-dependent work but table
//! look-ups, the second none but shifts, so that a misprediction at a block's end never waits for either.
//! Both are safe Rust; indices are masked or typed so that the hot ones need no check.

use crate::tables::Codes;

/// Blocks that pass through together: their coefficients and quantised values stay in the first-level cache.
pub(crate) const BATCH_BLOCKS: usize = 192;

/// At most 64 symbols a block and four words written in advance.
const SYMBOLS: usize = BATCH_BLOCKS * 66 + 8;

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

/// The symbols of one batch, in the order of the scan.
pub(crate) struct Symbols {
    words: Box<[u32; SYMBOLS]>,
    len: usize,
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

    #[inline(always)]
    pub(crate) fn clear(&mut self) {
        self.len = 0;
    }

    /// Appends the symbols of one block; `previous_dc` is the component's.
    #[inline(always)]
    pub(crate) fn push_block(
        &mut self,
        codes: &Codes,
        values: &[i16; 64],
        nonzero: u64,
        dc: i16,
        previous_dc: &mut i16,
    ) {
        let difference = dc.wrapping_sub(*previous_dc);
        *previous_dc = dc;
        self.words[self.len] = codes.dc[usize::from(difference as u16 & 0xfff)];
        let mut at = self.len + 1;

        // Bit i: sixteen zeros begin at i. Such a run before the last value needs symbols of its own.
        let mut zeros = !(nonzero | 1);
        zeros &= zeros >> 1;
        zeros &= zeros >> 2;
        zeros &= zeros >> 4;
        zeros &= zeros >> 8;
        if zeros & (u64::MAX >> (nonzero | 1).leading_zeros()) != 0 {
            self.len = self.push_long_runs(codes, values, nonzero, at);
            return;
        }
        let end = at + nonzero.count_ones() as usize;
        let mut rest = nonzero;
        let mut previous = 0;
        loop {
            // Four at a time, surplus ones included: what follows overwrites those.
            let four: &mut [u32] = &mut self.words[at..at + 4];
            for word in four {
                let i = rest.trailing_zeros();
                rest &= rest.wrapping_sub(1);
                let run = i.wrapping_sub(previous) as u16 & 15;
                previous = i;
                *word = codes.ac[usize::from(values[(i & 63) as usize] as u16 | run)];
            }
            if rest == 0 {
                break;
            }
            at += 4;
        }
        // No end of block after a last coefficient that is not zero: then the word is overwritten.
        self.words[end] = codes.end_of_block;
        self.len = end + 1 - (nonzero >> 63) as usize;
    }

    #[cold]
    #[inline(never)]
    fn push_long_runs(
        &mut self,
        codes: &Codes,
        values: &[i16; 64],
        nonzero: u64,
        mut at: usize,
    ) -> usize {
        let mut rest = nonzero;
        let mut previous = 0;
        while rest != 0 {
            let i = rest.trailing_zeros();
            rest &= rest - 1;
            let distance = i - previous;
            previous = i;
            for _ in 0..(distance - 1) / 16 {
                self.words[at] = codes.sixteen_zeros;
                at += 1;
            }
            let run = distance as u16 & 15;
            self.words[at] = codes.ac[usize::from(values[i as usize] as u16 | run)];
            at += 1;
        }
        self.words[at] = codes.end_of_block;
        at + 1 - (nonzero >> 63) as usize
    }
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
