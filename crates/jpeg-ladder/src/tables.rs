//! The tables of the standard: zigzag order, quantisation tables at a quality, Huffman codes.
//!
//! Everything an encoder looks up per block is laid out here for that look-up and for nothing else.
//! Source: ITU-T T.81 annex K.1 (quantisation), K.3 (Huffman), A.3.6 (zigzag); scaling by quality as libjpeg does it.

#[cfg(target_arch = "aarch64")]
use crate::signed_quant::SignedQuant;

/// Place in the 8×8 block (row by row) of the coefficient at each zigzag position.
pub(crate) const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20,
    13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59,
    52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// Luma quantisation at quality 50, row by row.
const LUMA: [u8; 64] = [
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56,
    14, 17, 22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113,
    92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
];

/// Chroma quantisation at quality 50, row by row.
const CHROMA: [u8; 64] = [
    17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99,
    47, 66, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
];

/// A Huffman table as DHT carries it: how many codes of each length, and their symbols.
pub(crate) struct HuffmanSpec {
    pub(crate) counts: [u8; 16],
    pub(crate) symbols: &'static [u8],
}

/// DC differences of luma.
pub(crate) static DC_LUMA: HuffmanSpec = HuffmanSpec {
    counts: [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0],
    symbols: &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
};

/// DC differences of chroma.
pub(crate) static DC_CHROMA: HuffmanSpec = HuffmanSpec {
    counts: [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0],
    symbols: &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
};

/// AC run/size pairs of luma.
pub(crate) static AC_LUMA: HuffmanSpec = HuffmanSpec {
    counts: [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 0x7d],
    symbols: &[
        0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61,
        0x07, 0x22, 0x71, 0x14, 0x32, 0x81, 0x91, 0xa1, 0x08, 0x23, 0x42, 0xb1, 0xc1, 0x15, 0x52,
        0xd1, 0xf0, 0x24, 0x33, 0x62, 0x72, 0x82, 0x09, 0x0a, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x25,
        0x26, 0x27, 0x28, 0x29, 0x2a, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x43, 0x44, 0x45,
        0x46, 0x47, 0x48, 0x49, 0x4a, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a, 0x63, 0x64,
        0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0x83,
        0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99,
        0x9a, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6,
        0xb7, 0xb8, 0xb9, 0xba, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xd2, 0xd3,
        0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda, 0xe1, 0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8,
        0xe9, 0xea, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa,
    ],
};

/// AC run/size pairs of chroma.
pub(crate) static AC_CHROMA: HuffmanSpec = HuffmanSpec {
    counts: [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 0x77],
    symbols: &[
        0x00, 0x01, 0x02, 0x03, 0x11, 0x04, 0x05, 0x21, 0x31, 0x06, 0x12, 0x41, 0x51, 0x07, 0x61,
        0x71, 0x13, 0x22, 0x32, 0x81, 0x08, 0x14, 0x42, 0x91, 0xa1, 0xb1, 0xc1, 0x09, 0x23, 0x33,
        0x52, 0xf0, 0x15, 0x62, 0x72, 0xd1, 0x0a, 0x16, 0x24, 0x34, 0xe1, 0x25, 0xf1, 0x17, 0x18,
        0x19, 0x1a, 0x26, 0x27, 0x28, 0x29, 0x2a, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x43, 0x44,
        0x45, 0x46, 0x47, 0x48, 0x49, 0x4a, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a, 0x63,
        0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a,
        0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97,
        0x98, 0x99, 0x9a, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xb2, 0xb3, 0xb4,
        0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca,
        0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda, 0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7,
        0xe8, 0xe9, 0xea, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa,
    ],
};

/// All four by class (0x10 is AC) and number as in DHT, in the order in which libjpeg writes them.
pub(crate) static STANDARD_HUFFMAN: [(u8, &HuffmanSpec); 4] = [
    (0x00, &DC_LUMA),
    (0x10, &AC_LUMA),
    (0x01, &DC_CHROMA),
    (0x11, &AC_CHROMA),
];

/// One component's quantisation at one quality: divides by multiplying, exactly.
///
/// All in zigzag order. `|c|` (a coefficient scaled by 8) becomes `((|c| + bias) * reciprocal >> 16) * scale >> 16`,
/// which equals libjpeg's rounded division for every value that an FDCT of 8-bit samples can give.
#[repr(C, align(64))]
#[derive(Clone)]
pub(crate) struct Quant {
    pub(crate) bias: [u16; 64],
    pub(crate) reciprocal: [u16; 64],
    pub(crate) scale: [u16; 64],
    /// The table as DQT carries it.
    pub(crate) steps: [u8; 64],
    /// Below this every coefficient of the block's second half becomes zero.
    pub(crate) threshold: u16,
    /// The same division for kernels that keep the sign.
    #[cfg(target_arch = "aarch64")]
    pub(crate) signed: SignedQuant,
}

impl Quant {
    fn new(base: &[u8; 64], quality: u8) -> Self {
        let steps = scaled(base, quality);
        let mut quant = Self {
            bias: [0; 64],
            reciprocal: [0; 64],
            scale: [0; 64],
            steps,
            threshold: u16::MAX,
            #[cfg(target_arch = "aarch64")]
            signed: SignedQuant::new(&steps),
        };
        for (i, &step) in quant.steps.iter().enumerate() {
            // Source: libjpeg-turbo's compute_reciprocal (jcdctmgr.c).
            let divisor = u32::from(step) << 3;
            let mut shift = 16 + divisor.ilog2();
            let mut reciprocal = (1u32 << shift) / divisor;
            let rest = (1u32 << shift) % divisor;
            let mut bias = divisor / 2;
            if rest == 0 {
                reciprocal >>= 1;
                shift -= 1;
            } else if rest <= divisor / 2 {
                bias += 1;
            } else {
                reciprocal += 1;
            }
            quant.bias[i] = bias as u16;
            quant.reciprocal[i] = reciprocal as u16;
            quant.scale[i] = 1 << (32 - shift);
            if i >= 32 {
                quant.threshold = quant.threshold.min((divisor / 2) as u16);
            }
        }
        quant
    }
}

/// The standard table scaled to a quality, in zigzag order.
fn scaled(base: &[u8; 64], quality: u8) -> [u8; 64] {
    let quality = u32::from(quality);
    let percent = if quality < 50 {
        5000 / quality
    } else {
        200 - 2 * quality
    };
    ZIGZAG.map(|place| {
        ((u32::from(base[usize::from(place)]) * percent + 50) / 100).clamp(1, 255) as u8
    })
}

/// The tables of luma and chroma at a quality, in zigzag order.
pub(crate) fn standard_steps(quality: u8) -> [[u8; 64]; 2] {
    [scaled(&LUMA, quality), scaled(&CHROMA, quality)]
}

/// What one quality needs: the quantisation of luma and of chroma.
pub(crate) struct Tables {
    pub(crate) luma: Quant,
    pub(crate) chroma: Quant,
}

impl Tables {
    /// The tables of `quality`, 1 to 100.
    pub(crate) fn new(quality: u8) -> Self {
        Self {
            luma: Quant::new(&LUMA, quality),
            chroma: Quant::new(&CHROMA, quality),
        }
    }
}

/// Entries of [`Codes::ac`]: 12 bits of value, 4 of run.
const AC_ENTRIES: usize = 1 << 16;
/// Entries of [`Codes::dc`]: 12 bits of difference.
const DC_ENTRIES: usize = 1 << 12;

/// Huffman codes with the value bits already appended: one load gives a whole symbol as `bits << 6 | length`.
pub(crate) struct Codes {
    /// By the difference modulo 4096.
    pub(crate) dc: Box<[u32; DC_ENTRIES]>,
    /// By `value << 4 | (run + 1) % 16`, modulo 65536: all runs of a value share a cache line.
    pub(crate) ac: Box<[u32; AC_ENTRIES]>,
    pub(crate) end_of_block: u32,
    pub(crate) sixteen_zeros: u32,
}

impl Codes {
    pub(crate) fn new(dc: &HuffmanSpec, ac: &HuffmanSpec) -> Self {
        let (dc_codes, ac_codes) = (code_words(dc), code_words(ac));
        let mut codes = Self {
            dc: boxed(),
            ac: boxed(),
            end_of_block: symbol(ac_codes[0x00], 0, 0),
            sixteen_zeros: symbol(ac_codes[0xf0], 0, 0),
        };
        for value in -2047..=2047i32 {
            let size = size_of_value(value);
            codes.dc[(value & 0xfff) as usize] = symbol(dc_codes[size as usize], value, size);
            // Baseline AC values have at most ten bits, and 8-bit samples give no larger ones.
            let value_ac = value.clamp(-1023, 1023);
            if value_ac == 0 {
                continue;
            }
            let size = size_of_value(value_ac);
            for run in 0..16 {
                let word = ac_codes[run << 4 | size as usize];
                let place = ((value << 4) as u16 | (run as u16 + 1) & 15) as usize;
                codes.ac[place] = symbol(word, value_ac, size);
            }
        }
        codes
    }
}

fn boxed<const N: usize>() -> Box<[u32; N]> {
    vec![0; N]
        .into_boxed_slice()
        .try_into()
        .expect("the length is N")
}

/// How many bits the magnitude of a value has: its category in the standard's words.
fn size_of_value(value: i32) -> u32 {
    32 - value.unsigned_abs().leading_zeros()
}

/// A code and its value bits as `bits << 6 | length`; a negative value is sent as its ones' complement.
fn symbol((code, length): (u32, u32), value: i32, size: u32) -> u32 {
    let value_bits = (value + (value >> 31)) as u32 & ((1 << size) - 1);
    (code << size | value_bits) << 6 | (length + size)
}

/// (code, length) by symbol. Source: T.81 C.2.
fn code_words(spec: &HuffmanSpec) -> [(u32, u32); 256] {
    let mut words = [(0, 0); 256];
    let mut symbols = spec.symbols.iter();
    let mut code = 0;
    for (length, &count) in (1..).zip(&spec.counts) {
        for &symbol in symbols.by_ref().take(usize::from(count)) {
            words[usize::from(symbol)] = (code, length);
            code += 1;
        }
        code <<= 1;
    }
    words
}

#[cfg(test)]
mod tests;
