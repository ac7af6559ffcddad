//! The way of a batch: samples to coefficients once, coefficients to bytes once for each quality.

use crate::bits::{Bits, Partial};
use crate::block::{BATCH_BLOCKS, Batch, Coefficients, Mcu, Pairs, Quantised, STRIP_PIXELS};
use crate::kernel::{Job, Loops};
use crate::source::{Range, Source};
use crate::strip::{CHROMA_STRIDE, LUMA_STRIDE, Strip, Window};
use crate::symbols::Symbols;
use crate::tables::{AC_CHROMA, AC_LUMA, Codes, DC_CHROMA, DC_LUMA, Tables};

/// One quality's place in its scan.
#[derive(Clone, Copy, Default)]
pub(crate) struct RungState {
    partial: Partial,
    /// By component.
    previous_dc: [i16; 3],
    /// Has nothing to encode.
    idle: bool,
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
    states: Vec<RungState>,
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
            states: Vec::new(),
        }
    }

    /// Begins a scan for each quality below `own`; the other states stay idle.
    pub(crate) fn begin(&mut self, qualities: &[u8], own: u8) {
        self.states.clear();
        self.states
            .extend(qualities.iter().map(|&quality| RungState {
                idle: quality >= own,
                ..RungState::default()
            }));
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

    /// Quantises and encodes the batch's coefficients for every quality.
    #[inline(always)]
    pub(crate) fn encode<K: Loops>(
        &mut self,
        kernel: K,
        mcu: Mcu,
        mcus: usize,
        rungs: &Rungs,
        out: &mut [Vec<u8>],
    ) {
        let states = self.states.iter_mut().zip(rungs.qualities).zip(out);
        for ((state, &quality), out) in states {
            if state.idle {
                continue;
            }
            let batch = Batch {
                coefficients: &self.coefficients,
                mcu,
                mcus,
                tables: rungs.tables(quality),
                luma_codes: &self.luma_codes,
                chroma_codes: &self.chroma_codes,
            };
            kernel.symbols(
                &batch,
                &mut self.quantised,
                &mut self.symbols,
                &mut state.previous_dc,
            );
            let bytes = self.bits.pack(&mut self.symbols, &mut state.partial);
            kernel.stuff(bytes, out);
        }
    }

    /// Ends the scans.
    pub(crate) fn finish(&mut self, out: &mut [Vec<u8>]) {
        for (state, out) in self.states.iter_mut().zip(out) {
            if let Some(byte) = Bits::finish(&mut state.partial) {
                out.push(byte);
                if byte == 0xff {
                    out.push(0);
                }
            }
        }
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

/// A frame of pixels to the scans of all qualities.
pub(crate) struct EncodePixels<'a, 'b> {
    pub(crate) work: &'a mut Workspace,
    pub(crate) source: &'a Source<'b>,
    pub(crate) range: Range,
    pub(crate) mcu: Mcu,
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) rungs: Rungs<'a>,
    pub(crate) out: &'a mut [Vec<u8>],
}

impl Job for EncodePixels<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<K: Loops>(self, kernel: K) {
        let Self {
            work,
            source,
            range,
            mcu,
            width,
            height,
            rungs,
            out,
        } = self;
        work.begin(rungs.qualities, u8::MAX);
        let columns = width.div_ceil(8 * mcu.across);
        let per_batch = (BATCH_BLOCKS / mcu.blocks()).min(STRIP_PIXELS / (8 * mcu.across));
        for row in 0..height.div_ceil(8 * mcu.down) {
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
                work.encode(kernel, mcu, mcus, &rungs, out);
            }
        }
        work.finish(out);
    }
}
