//! The second pass: from what is shown to the scans, of those intervals only that some quality lacks.

use super::last_file::NextFile;
use crate::batch::{PieceSink, Place, Workspace};
use crate::block::Piece;
use crate::interval::{Geometry, Picture};
use crate::kernel::{Job, Loops};
use crate::request::Rungs;
use crate::size::Size;

/// One quality's file in the making.
#[derive(Debug)]
pub(super) struct HeldRung {
    pub(super) quality: u8,
    pub(super) next: NextFile,
    pub(super) place: Place,
}

/// What all qualities of one size show.
#[derive(Clone, Copy)]
pub(super) struct Shown<'a> {
    pub(super) picture: Picture,
    pub(super) size: Size,
    /// Of the whole picture.
    pub(super) blocks: &'a [[i16; 64]],
    /// By interval: the number of the frame that it was last encoded of.
    pub(super) changed_at: &'a [u64],
    /// Of the frame.
    pub(super) number: u64,
}

/// Codes what is shown for some qualities.
pub(super) struct CodeShown<'a> {
    pub(super) work: &'a mut Workspace,
    pub(super) shown: Shown<'a>,
    pub(super) tables: Rungs<'a>,
    pub(super) rungs: &'a mut [HeldRung],
}

impl Job for CodeShown<'_> {
    type Output = ();

    #[inline(always)]
    fn run<K: Loops>(mut self, kernel: K) {
        let geometry = self.shown.picture.geometry;
        let fitting = geometry.fitting();
        let mut pieces = std::mem::take(&mut self.work.pieces);
        let mut mcus = 0;
        for interval in 0..geometry.intervals {
            let changed_at = self.shown.changed_at[interval];
            let lacks = |rung: &HeldRung| rung.next.file.lacks(changed_at);
            if !self.rungs.iter().any(lacks) {
                continue;
            }
            for at in (0..geometry.interval_mcus).step_by(fitting) {
                let count = fitting.min(geometry.interval_mcus - at);
                if mcus + count > fitting {
                    self.code(kernel, &pieces);
                    pieces.clear();
                    mcus = 0;
                }
                self.load(interval * geometry.interval_mcus + at, mcus, count);
                pieces.push(Piece {
                    interval,
                    first: mcus,
                    mcus: count,
                    begins: at == 0,
                    ends: at + count == geometry.interval_mcus,
                });
                mcus += count;
            }
        }
        self.code(kernel, &pieces);
        pieces.clear();
        self.work.pieces = pieces;
        let Shown {
            number, changed_at, ..
        } = self.shown;
        // Where all has changed, most likely all will change: such a file is not worth a copy.
        let keeps = changed_at.iter().any(|&changed_at| changed_at != number);
        for rung in &mut *self.rungs {
            rung.next.finish(number, keeps);
        }
    }
}

impl CodeShown<'_> {
    /// Brings MCUs of the picture to a place in the batch.
    #[inline(always)]
    fn load(&mut self, from: usize, to: usize, mcus: usize) {
        let per_mcu = self.shown.picture.geometry.blocks_per_mcu;
        let shown = &self.shown.blocks[from * per_mcu..][..mcus * per_mcu];
        let coefficients = &mut *self.work.coefficients;
        let blocks = &mut coefficients.blocks[to * per_mcu..][..shown.len()];
        blocks.copy_from_slice(shown);
        for (peak, block) in coefficients.peaks[to * per_mcu..].iter_mut().zip(blocks) {
            *peak = block[32..]
                .iter()
                .fold(0, |peak, c| c.unsigned_abs().max(peak));
        }
    }

    /// Codes the batch for each quality, as far as it lacks it.
    #[inline(always)]
    fn code<K: Loops>(&mut self, kernel: K, pieces: &[Piece]) {
        let Picture { mcu, geometry, .. } = self.shown.picture;
        let mut lacking = std::mem::take(&mut self.work.lacking);
        for rung in &mut *self.rungs {
            let HeldRung {
                quality,
                next,
                place,
            } = rung;
            lacking.clear();
            let lacks = |piece: &&Piece| next.file.lacks(self.shown.changed_at[piece.interval]);
            lacking.extend(pieces.iter().filter(lacks));
            let tables = self.tables.tables(*quality);
            let out = Amidst { geometry, next };
            self.work.encode(kernel, mcu, &lacking, tables, place, out);
        }
        self.work.lacking = lacking;
    }
}

/// What is coded, amidst what is held.
struct Amidst<'a> {
    geometry: Geometry,
    next: &'a mut NextFile,
}

impl PieceSink for Amidst<'_> {
    #[inline(always)]
    fn begin(&mut self, piece: Piece) -> &mut Vec<u8> {
        self.next.hold_until(piece.interval);
        &mut self.next.out
    }

    #[inline(always)]
    fn end(&mut self, piece: Piece) {
        self.geometry.write_marker(piece, &mut self.next.out);
        if piece.ends {
            self.next.coded();
        }
    }
}
