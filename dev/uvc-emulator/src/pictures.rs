//! What the camera sees: colour bars of known values with a number in a barcode, the same in every format.
//!
//! JPEGs are drawn once, on a machine with its own processor; raw pictures are made from them when they are loaded, in
//! the limited range that UVC cameras deliver, and get their number as they are sent.

use std::{collections::HashMap, fs, io, path::Path};

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use testkit::barcode;

use crate::descriptors::{Encoding, FORMATS};

/// How many JPEGs of each size go round.
const ROUND: u64 = 12;

/// R, G, B of the bars, from the left.
pub(crate) const BARS: [[u8; 3]; 8] = [
    [235, 235, 235],
    [200, 200, 20],
    [20, 200, 200],
    [20, 200, 20],
    [200, 20, 200],
    [200, 20, 20],
    [20, 20, 200],
    [16, 16, 16],
];

/// Full-range BT.601. Source: ITU-T T.871 section 7.
fn ycc([r, g, b]: [u8; 3]) -> [f32; 3] {
    let [r, g, b] = [r, g, b].map(f32::from);
    [
        0.299 * r + 0.587 * g + 0.114 * b,
        128.0 - 0.168_736 * r - 0.331_264 * g + 0.5 * b,
        128.0 + 0.5 * r - 0.418_688 * g - 0.081_312 * b,
    ]
}

/// The same as video has it: black 16, white 235, chroma 16 to 240.
fn limited(full: [f32; 3]) -> [u8; 3] {
    [
        (16.0 + full[0] * 219.0 / 255.0) as u8,
        (128.5 + (full[1] - 128.0) * 224.0 / 255.0) as u8,
        (128.5 + (full[2] - 128.0) * 224.0 / 255.0) as u8,
    ]
}

/// Writes `<directory>/<width>x<height>/<number>.jpg`.
pub(crate) fn draw(directory: &Path) -> io::Result<()> {
    let mut sizes: Vec<_> = FORMATS
        .iter()
        .flat_map(|format| format.sizes)
        .map(|size| (size.width, size.height))
        .collect();
    sizes.sort_unstable();
    sizes.dedup();
    for (width, height) in sizes {
        let folder = directory.join(format!("{width}x{height}"));
        fs::create_dir_all(&folder)?;
        let (columns, rows) = (usize::from(width), usize::from(height));
        let bars: Vec<[u8; 3]> = (0..columns)
            .map(|x| ycc(BARS[x * BARS.len() / columns]).map(|value| value.round() as u8))
            .collect();
        for number in 0..ROUND {
            let mut luma: Vec<u8> = (0..rows)
                .flat_map(|_| bars.iter().map(|pixel| pixel[0]))
                .collect();
            barcode::write_luma(&mut luma, columns, rows, number, 0, [0, 255]);
            let strip = rows - 2 * (columns / 64);
            let pixels: Vec<u8> = luma
                .iter()
                .enumerate()
                .flat_map(|(at, luma)| {
                    let chroma = if at / columns < strip {
                        bars[at % columns]
                    } else {
                        [0, 128, 128]
                    };
                    [*luma, chroma[1], chroma[2]]
                })
                .collect();
            let mut encoder = Encoder::new_file(folder.join(format!("{number:02}.jpg")), 85)
                .map_err(io::Error::other)?;
            encoder.set_sampling_factor(SamplingFactor::R_4_2_2);
            encoder
                .encode(&pixels, width, height, ColorType::Ycbcr)
                .map_err(io::Error::other)?;
        }
    }
    Ok(())
}

/// Everything that the camera may send, in memory.
pub(crate) struct Pictures {
    jpegs: HashMap<(u16, u16), Vec<Vec<u8>>>,
}

impl Pictures {
    pub(crate) fn load(directory: &Path) -> io::Result<Self> {
        let mut jpegs = HashMap::new();
        for size in FORMATS.iter().flat_map(|format| format.sizes) {
            let folder = directory.join(format!("{}x{}", size.width, size.height));
            let read = |number| fs::read(folder.join(format!("{number:02}.jpg")));
            let round: io::Result<Vec<_>> = (0..ROUND).map(read).collect();
            jpegs.insert((size.width, size.height), round?);
        }
        Ok(Self { jpegs })
    }

    /// Frame `number`, written into `into`, which may hold an earlier one of the same kind.
    pub(crate) fn frame(
        &self,
        encoding: Encoding,
        width: u16,
        height: u16,
        number: u64,
        into: &mut Vec<u8>,
    ) {
        let (columns, rows) = (usize::from(width), usize::from(height));
        match encoding {
            Encoding::Mjpeg => {
                into.clone_from(&self.jpegs[&(width, height)][(number % ROUND) as usize]);
            }
            Encoding::Nv12 => {
                if into.len() != columns * rows * 3 / 2 {
                    *into = nv12(columns, rows);
                }
                barcode::write_luma(
                    &mut into[..columns * rows],
                    columns,
                    rows,
                    number,
                    0,
                    [16, 235],
                );
            }
            Encoding::Yuyv => {
                if into.len() != columns * rows * 2 {
                    *into = yuyv(columns, rows);
                }
                let mut luma = vec![0; columns * rows];
                barcode::write_luma(&mut luma, columns, rows, number, 0, [16, 235]);
                let strip = (rows - 2 * (columns / 64)) * columns;
                for (pixel, luma) in into[strip * 2..].chunks_exact_mut(2).zip(&luma[strip..]) {
                    pixel[0] = *luma;
                }
            }
        }
    }
}

/// One row of limited-range pixels, two by two, and the row of the strip below.
fn pairs(columns: usize) -> impl Iterator<Item = [u8; 3]> {
    (0..columns / 2).map(move |pair| limited(ycc(BARS[pair * 2 * BARS.len() / columns])))
}

fn yuyv(columns: usize, rows: usize) -> Vec<u8> {
    let strip = rows - 2 * (columns / 64);
    let bars: Vec<u8> = pairs(columns).flat_map(|[y, u, v]| [y, u, y, v]).collect();
    let grey: Vec<u8> = (0..columns / 2).flat_map(|_| [16, 128, 16, 128]).collect();
    (0..rows)
        .flat_map(|row| if row < strip { &bars } else { &grey })
        .copied()
        .collect()
}

fn nv12(columns: usize, rows: usize) -> Vec<u8> {
    let strip = rows - 2 * (columns / 64);
    let luma: Vec<u8> = pairs(columns).flat_map(|[y, ..]| [y, y]).collect();
    let chroma: Vec<u8> = pairs(columns).flat_map(|[_, u, v]| [u, v]).collect();
    let grey = vec![128; columns];
    let luma = (0..rows).flat_map(|_| &luma);
    let chroma = (0..rows / 2).flat_map(|row| if row * 2 < strip { &chroma } else { &grey });
    luma.chain(chroma).copied().collect()
}
