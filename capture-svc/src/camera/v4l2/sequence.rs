//! How many frames a driver lost, from the numbers that it gives them. Pure.

/// A larger gap is no loss but a new count: ten seconds of frames at the rates that cameras have.
const LOST_AT_ONCE_MAX: u32 = 300;

/// Frames that are missing between the one of number `last` and that of number `now`.
///
/// Some drivers give every frame the same number, and some begin anew when they restart the sensor: then there is nothing
/// to learn from the numbers.
pub(super) fn lost_between(last: u32, now: u32) -> u32 {
    // The number runs over after 2^32. Source: `v4l2_buffer`.
    let gap = now.wrapping_sub(last).wrapping_sub(1);
    if gap > LOST_AT_ONCE_MAX { 0 } else { gap }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_a_loss_and_a_new_count_is_none() {
        assert_eq!(lost_between(7, 8), 0);
        assert_eq!(lost_between(7, 11), 3);
        assert_eq!(lost_between(u32::MAX, 2), 2, "run over");
        assert_eq!(lost_between(7, 7), 0, "stands still");
        assert_eq!(lost_between(99, 0), 0, "begins anew");
        assert_eq!(lost_between(3, 1_000_000), 0, "counts something else");
    }
}
