//! One pass over a frame: its intervals are looked at as they come, or all of it is kept; and it is encoded at once if all of
//! it is likely to be fresh. Nothing is decided here.

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
    /// Whether intervals are looked at as they come; else all of the frame is kept.
    pub(super) looks: bool,
    pub(super) now: Option<EncodeNow<'a>>,
}

impl BatchSink for Watch<'_> {
    #[inline(always)]
    fn take<K: Loops>(&mut self, kernel: K, work: &mut Workspace, mcus: Range<usize>) {
        let geometry = self.geometry;
        let per_mcu = geometry.blocks_per_mcu;
        let blocks = &work.coefficients.blocks[..mcus.len() * per_mcu];
        if self.looks {
            let first = mcus.start / geometry.interval_mcus;
            let intervals = blocks.chunks_exact(geometry.interval_mcus * per_mcu);
            for (n, blocks) in intervals.enumerate() {
                self.hold
                    .look(kernel, first + n, blocks, geometry, self.frame);
            }
        } else {
            self.frame[mcus.start * per_mcu..][..blocks.len()].copy_from_slice(blocks);
        }
        if let Some(now) = &mut self.now {
            now.take(kernel, work, mcus);
        }
    }
}
