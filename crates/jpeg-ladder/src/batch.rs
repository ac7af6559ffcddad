//! The way of a batch from its coefficients, which `transform` makes of samples, to bytes: once for each quality.

use std::ops::Range;

use crate::bits::{Bits, Partial};
use crate::block::{BATCH_BLOCKS, Batch, Coefficients, Mcu, Piece, Quantised};
use crate::interval::{Geometry, Picture};
use crate::kernel::Loops;
use crate::request::Rungs;
use crate::size::Size;
use crate::strip::Strip;
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
    pub(crate) strip: Strip,
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

/// What becomes of the coefficients of a frame, batch after batch in the order of the scan.
pub(crate) trait BatchSink {
    /// Takes the batch in `work`, which is these MCUs of the picture.
    ///
    /// Must be `#[inline(always)]`, as [`Job::run`].
    fn take<K: Loops>(&mut self, kernel: K, work: &mut Workspace, mcus: Range<usize>);
}

/// Encodes them for every quality of one size as long as they are in the cache.
pub(crate) struct EncodeNow<'a> {
    pub(crate) picture: Picture,
    pub(crate) size: Size,
    pub(crate) rungs: Rungs<'a>,
    pub(crate) out: &'a mut [Vec<u8>],
}

impl EncodeNow<'_> {
    /// The same, for a while.
    pub(crate) fn again(&mut self) -> EncodeNow<'_> {
        EncodeNow {
            out: &mut *self.out,
            ..*self
        }
    }
}

/// What nobody wants.
impl BatchSink for () {
    #[inline(always)]
    fn take<K: Loops>(&mut self, _: K, _: &mut Workspace, _: Range<usize>) {}
}

impl BatchSink for EncodeNow<'_> {
    #[inline(always)]
    fn take<K: Loops>(&mut self, kernel: K, work: &mut Workspace, mcus: Range<usize>) {
        let Picture { mcu, geometry, .. } = self.picture;
        let mut pieces = std::mem::take(&mut work.pieces);
        let mut places = std::mem::take(&mut work.places);
        pieces.extend(geometry.pieces(mcus));
        places.resize(self.out.len(), Place::default());
        let rungs = places.iter_mut().zip(self.rungs.renditions);
        for ((place, &rendition), out) in rungs.zip(&mut *self.out) {
            if self.rungs.codes(rendition, self.size) {
                let tables = self.rungs.tables(rendition.quality);
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
