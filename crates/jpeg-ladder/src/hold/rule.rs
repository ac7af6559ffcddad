//! The rule: from distances to a finding for each interval.
//!
//! Three sizes are looked at (a block, an MCU, an interval) in two times (this frame; the mean of late against the first
//! one after encoding). Small things that change much show in a block, faint ones that are large in an interval, slow
//! ones in the means. The limits are those of `limits`.

use super::cell::{Cell, Sums};
use super::distance::Distance;
use super::limits::{Degree, Limits};
use super::noise::Noise;

/// What is known of an interval after the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Finding {
    /// No more than noise.
    Same,
    /// More than noise is likely to be: changed if something changes beside it or did so a moment ago.
    Doubtful,
    Changed,
}

/// Whether so much of the picture changed that it is the camera or the light: then nothing is held until it calms down.
pub(super) fn everything(changed: usize, of: usize, already: bool) -> bool {
    changed * 100 > of * if already { 60 } else { 70 }
}

/// One interval's comparison as it goes from MCU to MCU.
pub(super) struct Course<'a> {
    limits: &'a Limits,
    /// Frames that the cells have counted before this one.
    seen: u16,
    /// What is doubtful: less, if much has changed here of late.
    doubtful: &'a Degree,
    finding: Finding,
    sum: Distance,
    growth: Sums,
    late: Sums,
}

impl<'a> Course<'a> {
    #[inline(always)]
    pub(super) fn new(limits: &'a Limits, seen: u16, restless: bool) -> Self {
        Self {
            limits,
            seen,
            doubtful: if restless {
                &limits.faint
            } else {
                &limits.doubtful
            },
            finding: Finding::Same,
            sum: Distance::default(),
            growth: Sums::default(),
            late: Sums::default(),
        }
    }

    /// Takes an MCU's distance; true if the interval has changed and the rest need not be looked at.
    #[inline(always)]
    pub(super) fn mcu(&mut self, distance: &Distance, cell: &mut Cell) -> bool {
        cell.add(self.seen, distance);
        let (growth, late, seen) = (cell.growth(), cell.late(), self.seen);
        let found = self.judge(|degree| {
            degree.block.is_passed_by_a_block(distance)
                | degree.mcu.is_passed(distance)
                | degree.mcu.is_passed_in_time(seen, &growth, &late)
        });
        self.finding = self.finding.max(found);
        self.sum.add(distance);
        for i in 0..growth.len() {
            self.growth[i] += growth[i];
            self.late[i] += late[i];
        }
        self.finding == Finding::Changed
    }

    /// After the last MCU.
    #[inline(always)]
    pub(super) fn finding(self, noise: &mut Noise) -> Finding {
        let found = self.judge(|degree| {
            degree.interval.is_passed(&self.sum)
                || degree
                    .interval
                    .is_passed_in_time(self.seen, &self.growth, &self.late)
        });
        let finding = self.finding.max(found);
        if finding != Finding::Changed {
            let (weak, sum) = (&self.limits.weak, &self.sum);
            let signs = [
                weak.is_passed_by_squares(sum, 0),
                weak.is_passed_by_squares(sum, 1),
                weak.is_passed_by_chroma_dc(sum),
            ];
            noise
                .check
                .grown(self.seen, &self.growth, &self.limits.mean);
            noise.check.interval(sum, &self.limits.mean, signs);
        }
        finding
    }

    #[inline(always)]
    fn judge(&self, is_passed: impl Fn(&Degree) -> bool) -> Finding {
        if !is_passed(self.doubtful) {
            Finding::Same
        } else if is_passed(&self.limits.changed) {
            Finding::Changed
        } else {
            Finding::Doubtful
        }
    }
}
