//! Changes that are wider than an interval and too faint for it: shades, light that drifts, colours that a codec moves.
//!
//! The DCs of nine MCUs, three by three, are summed up with their signs: noise grows by three and a change by nine. Luma's
//! are once more, of nine such sums. What is found is encoded with the frame that comes next; the one that shows it has
//! passed by then.

use super::distance::Distance;
use super::limits::Region;
use super::rule::Finding;
use crate::interval::Geometry;

/// Luma, Cb, Cr, and a zero, so that they fill a register.
type Dcs = [i32; 4];

/// The DCs of a frame's distances.
#[derive(Default)]
pub(super) struct Regions {
    /// By MCU; zero where a frame was not compared.
    dcs: Vec<Dcs>,
    /// Sums of three side by side.
    rows: Vec<Dcs>,
    /// Luma's sums of three by three, beside each other.
    cells: Vec<i32>,
}

impl Regions {
    /// Makes room for a picture.
    pub(super) fn prepare(&mut self, geometry: Geometry) {
        for sums in [&mut self.dcs, &mut self.rows] {
            sums.clear();
            sums.resize(geometry.mcus(), Dcs::default());
        }
    }

    /// Before the MCUs of an interval are compared.
    #[inline(always)]
    pub(super) fn clear(&mut self, first: usize, mcus: usize) {
        self.dcs[first..][..mcus].fill(Dcs::default());
    }

    /// Notes an MCU's distance.
    #[inline(always)]
    pub(super) fn note(&mut self, mcu: usize, distance: &Distance) {
        let [cb, cr] = distance.chroma_dc;
        self.dcs[mcu] = [distance.dc, cb, cr, 0];
    }

    /// Tells the intervals that have changed as part of a region; some of them more than once.
    pub(super) fn find(
        &mut self,
        limits: &Region,
        findings: &[Finding],
        geometry: Geometry,
        mut found: impl FnMut(usize),
    ) {
        let (across, down) = (geometry.mcus_across, geometry.mcus_down);
        if across < 3 {
            return;
        }
        for (sums, dcs) in self.rows.iter_mut().skip(1).zip(self.dcs.windows(3)) {
            *sums = std::array::from_fn(|c| dcs[0][c] + dcs[1][c] + dcs[2][c]);
        }
        for y in 1..down.saturating_sub(1) {
            for at in y * across + 1..(y + 1) * across - 1 {
                let [above, here, below] = [at - across, at, at + across].map(|i| self.rows[i]);
                let sum: Dcs = std::array::from_fn(|c| above[c] + here[c] + below[c]);
                let Some(channel) = (0..3).find(|&c| sum[c].abs() > limits.dcs[c]) else {
                    continue;
                };
                for mcu in [at - across, at, at + across]
                    .into_iter()
                    .flat_map(|i| i - 1..=i + 1)
                {
                    // The rim of a region may have one foot in an interval that shows none of it.
                    let own = self.dcs[mcu][channel] * sum[channel].signum();
                    let interval = mcu / geometry.interval_mcus;
                    if 18 * own > sum[channel].abs() && findings[interval] != Finding::Changed {
                        found(interval);
                    }
                }
            }
        }
        self.find_wide(limits.wide, findings, geometry, found);
    }

    /// As [`Self::find`], of three by three such regions beside each other: light that drifts by less than half a level.
    fn find_wide(
        &mut self,
        limit: i32,
        findings: &[Finding],
        geometry: Geometry,
        mut found: impl FnMut(usize),
    ) {
        let (across, down) = (geometry.mcus_across / 3, geometry.mcus_down / 3);
        let middle = |x: usize, y: usize| (3 * y + 1) * geometry.mcus_across + 3 * x + 1;
        let of_rows = |at: usize| [at - geometry.mcus_across, at, at + geometry.mcus_across];
        let cell = |x: usize, y: usize| -> i32 {
            of_rows(middle(x, y)).iter().map(|&i| self.rows[i][0]).sum()
        };
        self.cells.clear();
        self.cells.extend(
            (0..down)
                .flat_map(|y| (0..across).map(move |x| (x, y)))
                .map(|(x, y)| cell(x, y)),
        );
        for y in 1..down.saturating_sub(1) {
            for x in 1..across.saturating_sub(1) {
                let around = (y - 1..=y + 1).flat_map(|y| (x - 1..=x + 1).map(move |x| (x, y)));
                let sum: i32 = around
                    .clone()
                    .map(|(x, y)| self.cells[y * across + x])
                    .sum();
                if sum.abs() <= limit {
                    continue;
                }
                for (x, y) in around {
                    if 18 * self.cells[y * across + x] * sum.signum() <= sum.abs() {
                        continue;
                    }
                    let mcus = of_rows(middle(x, y))
                        .into_iter()
                        .flat_map(|i| i - 1..=i + 1);
                    for interval in mcus.map(|mcu| mcu / geometry.interval_mcus) {
                        if findings[interval] != Finding::Changed {
                            found(interval);
                        }
                    }
                }
            }
        }
    }
}
