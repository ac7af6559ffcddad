//! The ground floor: units, bands of frequency and bins of brightness. Nothing here computes a distance.

/// Of one deviation.
pub(super) const UNIT: i32 = 16;
/// Of a square.
pub(super) const SQUARE: i32 = UNIT * UNIT;
/// Coefficients of low frequency, u + v from 1 to 3: they follow the DC in zigzag order.
pub(super) const LOW: usize = 9;
/// All others.
pub(super) const HIGH: usize = 54;

/// Sums of squares that an MCU has.
pub(super) const SQUARES: usize = 4;
/// Bins of brightness for luma; one more is chroma's.
pub(super) const BINS: usize = 16;

/// Which bin a brightness belongs to, as a DC has it.
#[inline(always)]
pub(super) fn bin(dc: i32) -> usize {
    ((dc + 8192) >> 10).clamp(0, BINS as i32 - 1) as usize
}
