//! Changes that are wider than an interval and too faint for it: shades, light that drifts, colours that a codec moves.
//!
//! The DCs of nine MCUs, three by three, are summed up with their signs: noise grows by three and a change by nine. What
//! is found is encoded with the frame that comes next; the one that shows it has passed by then.

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
    }
}
