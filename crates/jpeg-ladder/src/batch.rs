//! The way of a batch: samples to coefficients once, coefficients to bytes once for each quality.

use std::ops::Range;

use crate::bits::{Bits, Partial};
use crate::block::{BATCH_BLOCKS, Batch, Coefficients, Mcu, Pairs, Piece, Quantised, STRIP_PIXELS};
use crate::interval::{Geometry, Picture};
use crate::kernel::{Job, Loops};
use crate::source::{self, Source};
use crate::strip::{CHROMA_STRIDE, LUMA_STRIDE, Strip, Window};
use crate::symbols::Symbols;
use crate::tables::{AC_CHROMA, AC_LUMA, Codes, DC_CHROMA, DC_LUMA, Tables};

/// One quality's place in its interval.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place {
    partial: Partial,
    /// By component.
    previous_dc: [i16; 3],
}

/// The buffers that a batch goes through, and the states.
pub(crate) struct Workspace {
    strip: Strip,
    pub(crate) coefficients: Box<Coefficients>,
    quantised: Box<Quantised>,
    symbols: Symbols,
    bits: Bits,
    luma_codes: Codes,
    chroma_codes: Codes,
    places: Vec<Place>,
    /// Used for a batch and kept for their capacity, as `places`.
    pub(crate) pieces: Vec<Piece>,
    pub(crate) lacking: Vec<Piece>,
}

impl Workspace {
    #[expect(clippy::large_stack_arrays, reason = "36 KB, once for each encoder")]
    pub(crate) fn new() -> Self {
        Self {
            strip: Strip::new(),
            coefficients: Box::new(Coefficients {
                blocks: [[0; 64]; BATCH_BLOCKS + 2],
                peaks: [0; BATCH_BLOCKS + 2],
            }),
            quantised: Box::new(Quantised {
                values: [[0; 64]; BATCH_BLOCKS],
                nonzero: [0; BATCH_BLOCKS],
                dc: [0; BATCH_BLOCKS],
            }),
            symbols: Symbols::new(),
            bits: Bits::new(),
            luma_codes: Codes::new(&DC_LUMA, &AC_LUMA),
            chroma_codes: Codes::new(&DC_CHROMA, &AC_CHROMA),
            places: Vec::new(),
            pieces: Vec::new(),
            lacking: Vec::new(),
        }
    }

    /// Transforms the strip, MCU after MCU.
    #[inline(always)]
    fn transform<K: Loops>(&mut self, kernel: K, mcu: Mcu, window: Window) {
        let Self {
            strip,
            coefficients,
            ..
        } = self;
        let (per_mcu, mcus) = (mcu.blocks(), window.mcus);
        let pairs = if mcu.across == 2 {
            // Neighbours follow each other: they are in the same lines.
            Pairs {
                count: mcus * mcu.down,
                down: mcu.down,
                row: 8 * LUMA_STRIDE,
                first: 0,
                column: per_mcu,
                right: 1,
            }
        } else {
            // The second of the last pair may be surplus: past the batch, where nobody looks.
            Pairs {
                count: mcus.div_ceil(2),
                down: 1,
                row: 0,
                first: 0,
                column: 2 * per_mcu,
                right: per_mcu,
            }
        };
        kernel.transform(&strip.luma, LUMA_STRIDE, pairs, coefficients);
        if mcu.colour {
            let pairs = Pairs {
                count: mcus,
                down: 1,
                row: 0,
                first: per_mcu - 2,
                column: per_mcu,
                right: 1,
            };
            kernel.transform(&strip.chroma, CHROMA_STRIDE, pairs, coefficients);
        }
    }

    /// Blocks of an MCU that lie beyond the picture: the DC of the one before and nothing else, as libjpeg has it.
    #[inline(always)]
    fn fill_dummies(&mut self, mcu: Mcu, window: Window) {
        let blocks_across = window.width.div_ceil(8);
        let blocks_down = window.height.div_ceil(8);
        let last_column = window.column + window.mcus == blocks_across.div_ceil(mcu.across);
        let across = blocks_across % mcu.across == 1 && last_column && mcu.across == 2;
        let down = mcu.down == 2 && 2 * window.row + 1 == blocks_down;
        let per_mcu = mcu.blocks();
        let mut copy_dc = |block: usize| {
            let dc = self.coefficients.blocks[block - 1][0];
            self.coefficients.blocks[block] = [0; 64];
            self.coefficients.blocks[block][0] = dc;
            self.coefficients.peaks[block] = 0;
        };
        if across {
            let first = (window.mcus - 1) * per_mcu;
            for y in 0..mcu.down {
                copy_dc(first + 2 * y + 1);
            }
        }
        if down {
            for m in 0..window.mcus {
                copy_dc(m * per_mcu + 2);
                copy_dc(m * per_mcu + 3);
            }
        }
    }

    /// Quantises and encodes pieces of the batch at one quality; `out` takes each piece's bytes. The bits that fill no
    /// byte wait for the next piece, unless the interval ends.
    #[inline(always)]
    pub(crate) fn encode<K: Loops>(
        &mut self,
        kernel: K,
        mcu: Mcu,
        pieces: &[Piece],
        tables: &Tables,
        place: &mut Place,
        mut out: impl PieceSink,
    ) {
        let batch = Batch {
            coefficients: &self.coefficients,
            mcu,
            pieces,
            tables,
            luma_codes: &self.luma_codes,
            chroma_codes: &self.chroma_codes,
        };
        kernel.symbols(
            &batch,
            &mut self.quantised,
            &mut self.symbols,
            &mut place.previous_dc,
        );
        self.bits.pack(&self.symbols, pieces, &mut place.partial);
        for (n, &piece) in pieces.iter().enumerate() {
            kernel.stuff(self.bits.piece(n), out.begin(piece));
            out.end(piece);
        }
    }
}

impl std::fmt::Debug for Workspace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Workspace").finish_non_exhaustive()
    }
}

/// The qualities wanted and the tables of all that were ever wanted.
#[derive(Clone, Copy)]
pub(crate) struct Rungs<'a> {
    pub(crate) qualities: &'a [u8],
    pub(crate) tables: &'a [Option<Box<Tables>>],
}

impl<'a> Rungs<'a> {
    #[inline(always)]
    pub(crate) fn tables(&self, quality: u8) -> &'a Tables {
        self.tables[usize::from(quality)]
            .as_deref()
            .expect("made before the first batch")
    }
}

/// What becomes of the coefficients of a frame, batch after batch in the order of the scan.
pub(crate) trait BatchSink {
    /// Takes the batch in `work`, which is these MCUs of the picture.
    ///
    /// Must be `#[inline(always)]`, as [`Job::run`].
    fn take<K: Loops>(&mut self, kernel: K, work: &mut Workspace, mcus: Range<usize>);
}

/// Encodes them for every quality as long as they are in the cache.
pub(crate) struct EncodeNow<'a> {
    pub(crate) picture: Picture,
    /// Those below `own` are encoded.
    pub(crate) rungs: Rungs<'a>,
    pub(crate) own: u8,
    pub(crate) out: &'a mut [Vec<u8>],
}

impl BatchSink for EncodeNow<'_> {
    #[inline(always)]
    fn take<K: Loops>(&mut self, kernel: K, work: &mut Workspace, mcus: Range<usize>) {
        let Picture { mcu, geometry, .. } = self.picture;
        let mut pieces = std::mem::take(&mut work.pieces);
        let mut places = std::mem::take(&mut work.places);
        pieces.extend(geometry.pieces(mcus));
        places.resize(self.out.len(), Place::default());
        let rungs = places.iter_mut().zip(self.rungs.qualities);
        for ((place, &quality), out) in rungs.zip(&mut *self.out) {
            if quality < self.own {
                let tables = self.rungs.tables(quality);
                let out = InOrder { geometry, out };
                work.encode(kernel, mcu, &pieces, tables, place, out);
            }
        }
        pieces.clear();
        work.pieces = pieces;
        work.places = places;
    }
}

/// Where a quality's pieces go.
pub(crate) trait PieceSink {
    /// Gives the buffer that the piece is appended to.
    fn begin(&mut self, piece: Piece) -> &mut Vec<u8>;
    /// The piece is appended.
    fn end(&mut self, piece: Piece);
}

/// Every piece of the picture, one after the other.
struct InOrder<'a> {
    geometry: Geometry,
    out: &'a mut Vec<u8>,
}

impl PieceSink for InOrder<'_> {
    #[inline(always)]
    fn begin(&mut self, _: Piece) -> &mut Vec<u8> {
        self.out
    }

    #[inline(always)]
    fn end(&mut self, piece: Piece) {
        self.geometry.write_marker(piece, self.out);
    }
}

/// A frame of pixels to coefficients.
pub(crate) struct Transform<'a, 'b, S> {
    pub(crate) work: &'a mut Workspace,
    pub(crate) source: &'a Source<'b>,
    pub(crate) range: source::Range,
    pub(crate) picture: Picture,
    pub(crate) sink: S,
}

impl<S: BatchSink> Job for Transform<'_, '_, S> {
    type Output = ();

    #[inline(always)]
    fn run<K: Loops>(self, kernel: K) {
        let Self {
            work,
            source,
            range,
            picture,
            mut sink,
        } = self;
        let (mcu, geometry) = (picture.mcu, picture.geometry);
        let (width, height) = (usize::from(picture.width), usize::from(picture.height));
        let columns = geometry.mcus_across;
        let per_batch = geometry.batch(geometry.fitting().min(STRIP_PIXELS / (8 * mcu.across)));
        for row in 0..geometry.mcus_down {
            for column in (0..columns).step_by(per_batch) {
                let mcus = per_batch.min(columns - column);
                let window = Window {
                    width,
                    height,
                    row,
                    column,
                    mcus,
                };
                work.strip.fill(kernel, source, range, mcu, window);
                work.transform(kernel, mcu, window);
                work.fill_dummies(mcu, window);
                let first = row * columns + column;
                sink.take(kernel, work, first..first + mcus);
            }
        }
    }
}
