//! Pictures that tell when they were begun, for measuring how old they are when somebody gets them, and that cost the
//! program they are loaded into next to nothing: each buffer has its picture from the beginning on, and of a new frame only
//! the uppermost 16 rows are written. There stand 40 squares, black or white: 32 bits of the monotonic clock in µs and eight
//! to check them by, the highest first. Whoever reads them (`bench/system`) has this written out a second time.
//!
//! In a JPEG these rows are one restart interval of its own, whose bits are put together here; a comment before the scan is
//! as long as it takes for everything behind that interval to stay where it is.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use crate::picture::Picture;

/// The only size, and how often.
pub(crate) const SIZE: (u32, u32) = (1280, 720);
pub(crate) const RATE: u32 = 34;

/// What common webcams send, and what viewers ask for in the comparison.
const QUALITY: u8 = 80;

const SQUARES: u32 = 40;
const ROWS: usize = 16;

/// Luma that no quantiser of a viewer's quality makes ambiguous.
const SHADES: [u8; 2] = [32, 224];

/// So many pictures that differ, one after the other.
const PICTURES: u32 = 4;

/// Room for the squares' interval: 80 MCUs of four bytes, and the steps between squares.
const INTERVAL_MAX: usize = 512;

/// What changes from frame to frame.
pub(crate) enum Clock {
    /// Nothing but the rows themselves.
    Yuyv,
    /// What stands before the comment, and between it and the interval.
    Jpeg { before: Vec<u8>, scan: Vec<u8> },
}

impl Clock {
    /// For pictures of this format.
    pub(crate) fn new(picture: Picture) -> Self {
        if picture.fourcc != *b"MJPG" {
            return Self::Yuyv;
        }
        let jpeg = jpeg(0);
        let scan = find(&jpeg, 0xda);
        Self::Jpeg {
            before: jpeg[..scan].to_vec(),
            scan: jpeg[scan..scan + SCAN_HEADER].to_vec(),
        }
    }

    /// The whole picture of a buffer.
    pub(crate) fn picture(&self, buffer: u32) -> Vec<u8> {
        let nth = buffer % PICTURES;
        let (mut bytes, rest) = match self {
            Self::Yuyv => (self.front(0), yuyv(nth)),
            Self::Jpeg { .. } => {
                let jpeg = jpeg(nth);
                (self.front(0), jpeg[find(&jpeg, 0xd0)..].to_vec())
            }
        };
        let from = match self {
            Self::Yuyv => bytes.len(),
            Self::Jpeg { .. } => 0,
        };
        bytes.extend_from_slice(&rest[from..]);
        bytes
    }

    /// The beginning of a frame of that time; always equally long.
    pub(crate) fn front(&self, at_us: u64) -> Vec<u8> {
        let at = at_us as u32;
        let check = at.to_be_bytes().iter().fold(0xa5, |all, byte| all ^ byte);
        let bits = u64::from(at) << 8 | u64::from(check);
        let squares = (0..SQUARES).map(|nth| (bits >> (SQUARES - 1 - nth) & 1) as usize);
        match self {
            Self::Yuyv => {
                let pairs = (SIZE.0 / SQUARES / 2) as usize;
                let row: Vec<u8> = squares
                    .flat_map(|bit| [SHADES[bit], 128, SHADES[bit], 128].repeat(pairs))
                    .collect();
                row.repeat(ROWS)
            }
            Self::Jpeg { before, scan } => {
                let interval = interval(squares);
                let comment = 2 + INTERVAL_MAX - interval.len();
                let mut front = before.clone();
                front.extend([0xff, 0xfe]);
                front.extend((comment as u16).to_be_bytes());
                front.resize(front.len() + comment - 2, b' ');
                front.extend_from_slice(scan);
                front.extend(interval);
                front
            }
        }
    }
}

/// Marker, length and three components. Source: ITU-T T.81 B.2.3.
const SCAN_HEADER: usize = 2 + 12;

/// Where that marker stands. No other comes in the tables of these pictures.
fn find(jpeg: &[u8], marker: u8) -> usize {
    let mut pairs = jpeg.windows(2);
    let at = pairs.position(|pair| pair == [0xff, marker]);
    at.expect("a JPEG with restart markers")
}

/// A picture whose uppermost interval is somebody else's.
fn jpeg(nth: u32) -> Vec<u8> {
    let (width, height) = (SIZE.0 as u16, SIZE.1 as u16);
    let mut pixels = Vec::with_capacity(3 * usize::from(width) * usize::from(height));
    for y in 0..SIZE.1 {
        for x in 0..SIZE.0 {
            pixels.extend([luma(x, y, nth), chroma(x), chroma(y)]);
        }
    }
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, QUALITY);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.set_restart_interval(width / 16);
    encoder
        .encode(&pixels, width, height, ColorType::Ycbcr)
        .expect("a picture of fitting size");
    jpeg
}

fn yuyv(nth: u32) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(2 * (SIZE.0 * SIZE.1) as usize);
    for y in 0..SIZE.1 {
        for x in (0..SIZE.0).step_by(2) {
            let [left, right] = [x, x + 1].map(|x| luma(x, y, nth));
            bytes.extend([left, chroma(x), right, chroma(y)]);
        }
    }
    bytes
}

/// Shapes, a texture that moves, and the noise of a sensor: about 60 KB at quality 80.
fn luma(x: u32, y: u32, nth: u32) -> u8 {
    let shape = ((x / 90 + y / 70) % 5) * 24;
    let wave = ((x + 6 * nth) % 48).abs_diff(24) * (y % 64).abs_diff(32) / 24;
    let mixed =
        (x.wrapping_mul(0x9e37_79b1) ^ y.wrapping_mul(0x85eb_ca77) ^ nth).wrapping_mul(0xc2b2_ae3d);
    let noise = (mixed >> 28) % NOISE;
    (50 + shape + wave + noise) as u8
}

/// Steps of noise.
const NOISE: u32 = 6;

fn chroma(along: u32) -> u8 {
    (112 + along / 40) as u8
}

/// One row of MCUs in 4:2:0, two for each square, with the codes of the standard's tables.
fn interval(squares: impl Iterator<Item = usize>) -> Vec<u8> {
    let mut bits = Bits::default();
    let mut before = 0;
    for square in squares {
        let level = if square == 1 { 128 } else { -128 };
        bits.luma(level - before);
        before = level;
        for _ in 0..3 {
            bits.luma(0);
        }
        bits.chroma();
        for _ in 0..4 {
            bits.luma(0);
        }
        bits.chroma();
    }
    bits.end()
}

/// Entropy-coded bits of blocks that are flat.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    waiting: u64,
    count: u32,
}

impl Bits {
    /// A block whose DC coefficient differs by so much. Source: ITU-T T.81 tables K.3 and K.5.
    fn luma(&mut self, step: i32) {
        let size = 32 - step.unsigned_abs().leading_zeros();
        match size {
            0 => self.put(0b00, 2),
            8 => self.put(0b11_1110, 6),
            9 => self.put(0b111_1110, 7),
            _ => unreachable!("two shades have no other steps"),
        }
        let negative = i32::from(step < 0);
        self.put((step - negative) as u64 & ((1 << size) - 1), size);
        self.put(0b1010, 4);
    }

    /// The two blocks of an MCU, both as the ones before. Source: ITU-T T.81 tables K.4 and K.6.
    fn chroma(&mut self) {
        self.put(0, 8);
    }

    fn put(&mut self, bits: u64, count: u32) {
        self.waiting = self.waiting << count | bits;
        self.count += count;
        while self.count >= 8 {
            self.count -= 8;
            let byte = (self.waiting >> self.count) as u8;
            self.bytes.push(byte);
            if byte == 0xff {
                self.bytes.push(0);
            }
        }
    }

    fn end(mut self) -> Vec<u8> {
        self.put(0x7f, 7);
        self.bytes
    }
}
