//! A baseline JPEG to coefficients, bit by bit, as the standard tells it and no faster.

use std::collections::HashMap;

/// A block's component and its coefficients in zigzag order, multiplied by their steps.
pub(crate) type Block = (usize, [i32; 64]);

struct Bits<'a> {
    data: &'a [u8],
    at: usize,
    left: u32,
}

impl Bits<'_> {
    /// Passes over a restart marker: what is left of the byte before it, and the marker.
    fn restart(&mut self, number: usize) {
        self.at += if self.data[self.at] == 0xff { 2 } else { 1 };
        assert_eq!(self.data[self.at..][..2], [0xff, 0xd0 | (number % 8) as u8]);
        self.at += 1;
        self.left = 0;
    }

    fn bit(&mut self) -> u32 {
        if self.left == 0 {
            // The byte behind 0xFF is a stuffed zero.
            self.at += if self.data[self.at] == 0xff { 2 } else { 1 };
            self.left = 8;
        }
        self.left -= 1;
        u32::from(self.data[self.at] >> self.left & 1)
    }

    fn value(&mut self, size: u32) -> i32 {
        let bits = (0..size).fold(0, |bits, _| bits << 1 | self.bit()) as i32;
        if size > 0 && bits < 1 << (size - 1) {
            bits - (1 << size) + 1
        } else {
            bits
        }
    }

    /// The symbol of the code that comes, by length and code.
    fn symbol(&mut self, table: &HashMap<(u32, u32), u8>) -> u8 {
        let mut code = 0;
        for length in 1..=16 {
            code = code << 1 | self.bit();
            if let Some(&symbol) = table.get(&(length, code)) {
                return symbol;
            }
        }
        panic!("no such code");
    }
}

/// What stands before the scan.
#[derive(Default)]
struct Header {
    steps: [Vec<i32>; 4],
    /// By class and number; each by length and code.
    codes: HashMap<u8, HashMap<(u32, u32), u8>>,
    /// Sampling and table of steps of each component.
    components: Vec<(usize, usize, usize)>,
    width: usize,
    height: usize,
    /// MCUs between restart markers.
    restart: usize,
    /// Where the scan begins.
    scan: usize,
}

impl Header {
    fn read(jpeg: &[u8]) -> Self {
        let mut header = Self::default();
        let mut at = 2;
        loop {
            let marker = jpeg[at + 1];
            let end = at + 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
            let body = &jpeg[at + 4..end];
            match marker {
                0xdb => {
                    for table in body.chunks_exact(65) {
                        header.steps[usize::from(table[0])] =
                            table[1..].iter().map(|&step| step.into()).collect();
                    }
                }
                0xc4 => header.read_codes(body),
                0xc0 => header.read_frame(body),
                0xdd => header.restart = usize::from(u16::from_be_bytes([body[0], body[1]])),
                0xda => {
                    header.scan = end;
                    return header;
                }
                _ => {}
            }
            at = end;
        }
    }

    fn read_codes(&mut self, mut body: &[u8]) {
        while let [id, rest @ ..] = body {
            let (counts, symbols) = rest.split_at(16);
            let (mut code, mut place) = (0, 0);
            let table = self.codes.entry(*id).or_default();
            for (length, &count) in (1..).zip(counts) {
                for _ in 0..count {
                    table.insert((length, code), symbols[place]);
                    (code, place) = (code + 1, place + 1);
                }
                code <<= 1;
            }
            body = &symbols[place..];
        }
    }

    fn read_frame(&mut self, body: &[u8]) {
        let number = |i: usize| usize::from(u16::from_be_bytes([body[i], body[i + 1]]));
        (self.width, self.height) = (number(3), number(1));
        for spec in body[6..].chunks_exact(3) {
            self.components.push((
                usize::from(spec[1] >> 4),
                usize::from(spec[1] & 15),
                usize::from(spec[2]),
            ));
        }
    }

    /// The next block of component `c`.
    fn block(&self, bits: &mut Bits, c: usize, prediction: &mut i32) -> [i32; 64] {
        let (id, steps) = (u8::from(c > 0), &self.steps[self.components[c].2]);
        let mut block = [0; 64];
        let size = bits.symbol(&self.codes[&id]);
        *prediction += bits.value(size.into());
        block[0] = *prediction * steps[0];
        let mut i = 1;
        while i < 64 {
            let symbol = bits.symbol(&self.codes[&(0x10 | id)]);
            if symbol == 0 {
                break;
            }
            i += usize::from(symbol >> 4);
            block[i] = bits.value(u32::from(symbol & 15)) * steps[i];
            i += 1;
        }
        block
    }
}

/// The coefficients of a file that has all its tables and restart markers.
pub(crate) fn coefficients(jpeg: &[u8]) -> Vec<Block> {
    let header = Header::read(jpeg);
    // The first bit is fetched by stepping on to its byte.
    let mut bits = Bits {
        data: jpeg,
        at: header.scan - 1,
        left: 0,
    };
    let (across, down, _) = header.components[0];
    let mcus = header.width.div_ceil(8 * across) * header.height.div_ceil(8 * down);
    let mut predictions = [0; 3];
    let mut blocks = Vec::new();
    for mcu in 0..mcus {
        if mcu > 0 && mcu % header.restart == 0 {
            bits.restart(mcu / header.restart - 1);
            predictions = [0; 3];
        }
        for (c, &(across, down, _)) in header.components.iter().enumerate() {
            for _ in 0..across * down {
                blocks.push((c, header.block(&mut bits, c, &mut predictions[c])));
            }
        }
    }
    blocks
}
