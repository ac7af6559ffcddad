//! Where an interval is: its neighbours, its group, and its turn.

use crate::interval::Geometry;

/// The intervals on the four sides.
pub(super) fn neighbours(geometry: Geometry, interval: usize) -> impl Iterator<Item = usize> {
    let across = geometry.mcus_across / geometry.interval_mcus;
    let x = interval % across;
    [
        (x > 0).then(|| interval - 1),
        (x + 1 < across).then_some(interval + 1),
        interval.checked_sub(across),
        Some(interval + across).filter(|below| *below < geometry.intervals),
    ]
    .into_iter()
    .flatten()
}

/// Which of the squares with `side` intervals in either direction an interval is in.
pub(super) fn group(geometry: Geometry, interval: usize, side: usize) -> usize {
    let across = geometry.mcus_across / geometry.interval_mcus;
    let (row, column) = (interval / across, interval % across);
    row / side * across.div_ceil(side) + column / side
}

/// An age below `period` for a group; neighbours' ages are far apart.
pub(super) fn spread(group: usize, period: u32) -> u32 {
    // Steps by the golden ratio fill a circle evenly.
    let turn = (group as u32).wrapping_mul(2_654_435_769);
    ((u64::from(turn) * u64::from(period)) >> 32) as u32
}
