//! One pass over a frame: its intervals are looked at as they come, kept as far as needed, and encoded at once if all
//! of them are likely to be fresh. Nothing is decided here.

use std::ops::Range;

use crate::batch::{BatchSink, EncodeNow, Workspace};
use crate::hold::Hold;
use crate::interval::Geometry;
use crate::kernel::Loops;

/// Where a frame's batches go.
pub(crate) struct Watch<'a> {
    pub(super) hold: &'a mut Hold,
    pub(super) geometry: Geometry,
    /// In the order of the scan.
    pub(super) frame: &'a mut [[i16; 64]],
    pub(super) pass: Pass,
    pub(super) now: Option<EncodeNow<'a>>,
}

/// What a pass is for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pass {
    /// Intervals are compared as they come.
    pub(super) looks: bool,
    /// All of the frame is kept.
    pub(super) keeps: bool,
}

impl BatchSink for Watch<'_> {
    #[inline(always)]
    fn take<K: Loops>(&mut self, kernel: K, work: &mut Workspace, mcus: Range<usize>) {
        let per_mcu = self.geometry.blocks_per_mcu;
        let blocks = &work.coefficients.blocks[..mcus.len() * per_mcu];
        if self.pass.looks {
            let first = mcus.start / self.geometry.interval_mcus;
            let intervals = blocks.chunks_exact(self.geometry.interval_mcus * per_mcu);
            for (n, blocks) in intervals.enumerate() {
                let rest = (!self.pass.keeps).then_some(&mut *self.frame);
                self.hold
                    .look(kernel, first + n, blocks, self.geometry, rest);
            }
        }
        if self.pass.keeps {
            self.frame[mcus.start * per_mcu..][..blocks.len()].copy_from_slice(blocks);
        }
        if let Some(now) = &mut self.now {
            now.take(kernel, work, mcus);
        }
    }
}
