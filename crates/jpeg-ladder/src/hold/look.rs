//! A frame's intervals, compared one after the other: in passing, as soon as their coefficients are made and as long as
//! they are in the cache, or out of a whole frame.

use super::Hold;
use super::compare::{Bins, compare};
use super::fresh::{Fresh, Sample};
use super::limits::Limits;
use super::places::{group, neighbours};
use super::rule::{Course, Finding};
use crate::interval::Geometry;
use crate::kernel::Loops;

impl Hold {
    /// Begins a frame whose intervals are looked at as they come; false if it has to be there as a whole, for
    /// [`Self::decide`]. If it is fresh as a whole, what is shown of it may be there in parts only (`partly`).
    pub(crate) fn begin(&mut self, geometry: Geometry, partly: bool) -> bool {
        if self.shown.is_empty() || !self.noise.is_known() {
            return false;
        }
        self.whole = match self.fresh {
            Fresh::Part => false,
            Fresh::All => true,
            Fresh::Clearly => !partly,
        };
        self.prepare(geometry);
        self.due.clear();
        self.due.resize(geometry.intervals, false);
        for (i, past) in self.past.iter().enumerate() {
            self.due[self.groups[i] as usize] |= past.age + 1 >= self.refresh_frames;
        }
        true
    }

    /// Compares an interval of the frame that has begun. What may be needed of it goes to its place in `rest`, or is shown
    /// at once.
    #[inline(always)]
    pub(crate) fn look<K: Loops>(
        &mut self,
        kernel: K,
        interval: usize,
        blocks: &[[i16; 64]],
        geometry: Geometry,
        rest: &mut [[i16; 64]],
    ) {
        let place = interval * blocks.len()..(interval + 1) * blocks.len();
        let finding = self.compare(kernel, interval, blocks, geometry);
        let fresh = finding == Finding::Changed || self.fresh == Fresh::Clearly;
        if fresh && !self.whole && self.sample.has(interval) {
            self.shown[place.clone()].copy_from_slice(blocks);
        }
        let may_be = || finding == Finding::Doubtful || self.due[self.groups[interval] as usize];
        if self.whole || self.noise.needs(interval) || !fresh && may_be() {
            rest[place].copy_from_slice(blocks);
        }
    }

    /// Before the first interval of a frame is compared.
    pub(super) fn prepare(&mut self, geometry: Geometry) {
        self.sample = if self.fresh == Fresh::Clearly {
            Sample::of(geometry)
        } else {
            Sample::ALL
        };
        if self.groups.is_empty() {
            let group = |i| group(geometry, i, self.together) as u32;
            self.groups.extend((0..geometry.intervals).map(group));
        }
        self.noise.begin(geometry);
        self.limits = Some(Limits::new(&self.noise, geometry));
    }

    /// From an interval's coefficients to its finding, if it is to be compared.
    #[inline(always)]
    pub(super) fn compare<K: Loops>(
        &mut self,
        kernel: K,
        interval: usize,
        blocks: &[[i16; 64]],
        geometry: Geometry,
    ) -> Finding {
        let Some(limits) = self.limits.as_ref().filter(|_| self.sample.has(interval)) else {
            self.findings[interval] = Finding::Changed;
            return Finding::Changed;
        };
        let per_mcu = geometry.blocks_per_mcu;
        let past = &mut self.past[interval];
        let first = interval * geometry.interval_mcus;
        self.regions.clear(first, geometry.interval_mcus);
        if past.is_wanted() {
            self.findings[interval] = Finding::Changed;
            return Finding::Changed;
        }
        let mut course = Course::new(limits, past.seen, past.is_restless());
        let cells = &mut self.cells[first..][..geometry.interval_mcus];
        let place = first * per_mcu..(first + geometry.interval_mcus) * per_mcu;
        let shown = self.shown[place.clone()].chunks_exact(per_mcu);
        let bins = self.bins[place].chunks_exact_mut(per_mcu);
        let mcus = blocks.chunks_exact(per_mcu).zip(shown).zip(bins);
        let settled = self
            .settle
            .as_ref()
            .is_some_and(|settle| settle.is_settled(interval));
        for (n, (((now, shown), bins), cell)) in mcus.zip(cells).enumerate() {
            let bins = Bins {
                of: bins,
                known: past.seen > 0,
                settled,
            };
            let noise = &mut self.noise;
            let distance = compare(kernel, now, shown, bins, geometry.luma_blocks, noise);
            if course.mcu(&distance, cell) {
                break;
            }
            self.regions.note(first + n, &distance);
        }
        past.seen = past.seen.saturating_add(1);
        let finding = course.finding(&mut self.noise);
        self.findings[interval] = finding;
        if let Some(settle) = &mut self.settle
            && finding != Finding::Changed
        {
            settle.add(
                interval,
                blocks,
                &self.shown[first * per_mcu..][..blocks.len()],
            );
        }
        finding
    }

    /// What is not seen in an interval by itself: for the frame that comes next.
    pub(super) fn look_beyond(&mut self, geometry: Geometry) {
        for i in 0..geometry.intervals {
            let beside = neighbours(geometry, i).map(|n| &self.past[n]);
            if self.past[i].is_burst(beside) {
                for n in neighbours(geometry, i).chain([i]) {
                    self.past[n].has_moved();
                }
            }
        }
        if let Some(limits) = &self.limits {
            let (past, findings) = (&mut self.past, &self.findings);
            self.regions.find(&limits.region, findings, geometry, |i| {
                past[i].changes_with_region();
            });
        }
    }
}
