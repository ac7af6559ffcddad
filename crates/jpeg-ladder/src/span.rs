//! A part of a source's row: which pixels it is, and how it is padded.

use crate::source::Plane;

/// A row's part, in pixels.
#[derive(Clone, Copy)]
pub(crate) struct Span {
    pub(crate) left: usize,
    /// Those that the picture has.
    pub(crate) real: usize,
    /// Those that the blocks have.
    pub(crate) padded: usize,
}

/// Repeats the last of the first `real` values.
#[inline(always)]
pub(crate) fn pad(row: &mut [u8], real: usize) {
    let (have, lack) = row.split_at_mut(real);
    if let Some(&last) = have.last() {
        lack.fill(last);
    }
}

/// The part of a 4:2:2 packed row, whole pairs of pixels.
#[inline(always)]
pub(crate) fn pairs<'a>(plane: &Plane<'a>, y: usize, span: Span) -> &'a [u8] {
    let right = (span.left + span.real).next_multiple_of(2);
    &plane.row(y, 2 * right)[2 * span.left..]
}

/// The part of an RGB row.
#[inline(always)]
pub(crate) fn triples<'a>(plane: &Plane<'a>, y: usize, span: Span) -> &'a [u8] {
    &plane.row(y, 3 * (span.left + span.real))[3 * span.left..]
}
