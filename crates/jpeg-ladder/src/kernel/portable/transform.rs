//! Blocks of samples to coefficients.
//!
//! The compiler makes vectors of loops over eight lanes of arrays in memory, each in a function of its own: inlined into
//! one, they are taken apart into single values first, and nothing finds them together again. What only moves values takes
//! slices: of an array that it knows to be long enough the compiler loads sixteen bytes where it needs eight, half of them
//! of another store, and waits for both. Factors are positive, the values have the sign: only then one instruction
//! multiplies words and adds by twos.

use crate::tables::ZIGZAG;

/// Eight values.
type Row = [i16; 8];
/// Eight rows of them.
type Block = [Row; 8];
/// The same of samples.
pub(super) type Samples = [[u8; 8]; 8];

/// One block of samples, which it uses up, to its coefficients in zigzag order.
pub(super) fn transform(samples: &mut Samples, out: &mut [i16; 64]) {
    let (mut columns, mut a, mut b, mut turns) = ([[0; 8]; 8], [[0; 8]; 8], [[0; 8]; 8], TURNS);
    shuffle(samples, &mut columns);
    shuffle(&columns, samples);
    shuffle(samples, &mut columns);
    first(&columns, &mut a, &mut turns);
    turn::<11>(&turns, &mut a);
    shuffle(&a, &mut b);
    shuffle(&b, &mut a);
    shuffle(&a, &mut b);
    second(&b, &mut a, &mut turns);
    turn::<15>(&turns, &mut a);
    zigzag(&a, out);
}

/// Two blocks side by side.
#[inline(never)]
pub(super) fn gather(samples: &[u8], stride: usize, two: &mut [Samples; 2]) {
    let [left, right] = two;
    for (y, (left, right)) in left.iter_mut().zip(right).enumerate() {
        let row: &[u8; 16] = samples[y * stride..].first_chunk().expect("two blocks");
        left.copy_from_slice(&row[..8]);
        right.copy_from_slice(&row[8..]);
    }
}

/// The upper half and the lower half of the values, one from each in turns. Three times it makes columns of rows, and there
/// is an instruction for it everywhere.
#[inline(never)]
fn shuffle<T: Copy>(from: &[[T; 8]], to: &mut [[T; 8]]) {
    assert!(from.len() == 8 && to.len() == 8);
    for i in 0..4 {
        let (a, b) = (&from[i], &from[i + 4]);
        to[2 * i] = [a[0], b[0], a[1], b[1], a[2], b[2], a[3], b[3]];
        to[2 * i + 1] = [a[4], b[4], a[5], b[5], a[6], b[6], a[7], b[7]];
    }
}

#[inline(never)]
fn zigzag(from: &[Row], out: &mut [i16; 64]) {
    assert!(from.len() == 8);
    // Row by row: a loop over all of them would be one, with look-ups.
    zigzag_row::<0>(from, out);
    zigzag_row::<1>(from, out);
    zigzag_row::<2>(from, out);
    zigzag_row::<3>(from, out);
    zigzag_row::<4>(from, out);
    zigzag_row::<5>(from, out);
    zigzag_row::<6>(from, out);
    zigzag_row::<7>(from, out);
}

#[inline(always)]
fn zigzag_row<const Y: usize>(from: &[Row], out: &mut [i16; 64]) {
    for k in 8 * Y..8 * Y + 8 {
        let place = usize::from(ZIGZAG[k]);
        out[k] = from[place / 8][place % 8];
    }
}

/// The largest magnitude in the second half.
#[inline(never)]
pub(super) fn peak(block: &[i16; 64]) -> u16 {
    let mut most = [0; 8];
    for (i, most) in most.iter_mut().enumerate() {
        // With a sign, of which more instruction sets have a maximum; no coefficient is so large that it had none.
        let magnitude = |eight: usize| block[8 * eight + i].wrapping_abs();
        let (upper, lower) = (
            magnitude(4).max(magnitude(5)),
            magnitude(6).max(magnitude(7)),
        );
        *most = upper.max(lower);
    }
    most.into_iter().fold(0, i16::max) as u16
}

/// What one direction of libjpeg's accurate integer DCT multiplies, eight lanes at once: of the even half the sum of the
/// outer pairs less that of the inner ones, and the sum that the second pair has more than the third; of the odd half the
/// differences of the pairs from the inside (3 and 4) out, with both signs where both are needed.
///
/// Source: libjpeg's jfdctint.c, after Loeffler, Ligtenberg and Moschytz, 1989.
struct Turns {
    even_outer: Row,
    even_inner: Row,
    even_inner_negative: Row,
    d34: Row,
    d34_negative: Row,
    d07: Row,
    d25: Row,
    d25_negative: Row,
    d16: Row,
    d16_negative: Row,
}

const TURNS: Turns = Turns {
    even_outer: [0; 8],
    even_inner: [0; 8],
    even_inner_negative: [0; 8],
    d34: [0; 8],
    d34_negative: [0; 8],
    d07: [0; 8],
    d25: [0; 8],
    d25_negative: [0; 8],
    d16: [0; 8],
    d16_negative: [0; 8],
};

/// The first direction, of columns of samples; keeps two fraction bits, and libjpeg's scaling by 8 as the second one.
#[inline(never)]
fn first(columns: &Samples, out: &mut Block, turns: &mut Turns) {
    for i in 0..8 {
        let (sum, difference) = add(std::array::from_fn(|x| columns[x][i].into()), i, turns);
        // Samples are not around zero yet, which shows in the sum of all eight only.
        out[0][i] = (sum - 8 * 128) << 2;
        out[4][i] = difference << 2;
    }
}

/// The second direction; drops the fraction bits.
#[inline(never)]
fn second(rows: &Block, out: &mut Block, turns: &mut Turns) {
    for i in 0..8 {
        let (sum, difference) = add(std::array::from_fn(|y| rows[y][i]), i, turns);
        out[0][i] = sum.wrapping_add(2) >> 2;
        out[4][i] = difference.wrapping_add(2) >> 2;
    }
}

/// Sums and differences of eight values in lane `i`; gives what needs no factor.
#[inline(always)]
fn add(v: [i16; 8], i: usize, turns: &mut Turns) -> (i16, i16) {
    let plus = |a: usize, b: usize| v[a].wrapping_add(v[b]);
    let minus = |a: usize, b: usize| v[a].wrapping_sub(v[b]);
    let (s07, s16, s25, s34) = (plus(0, 7), plus(1, 6), plus(2, 5), plus(3, 4));
    let (outer, inner) = (s07.wrapping_add(s34), s16.wrapping_add(s25));
    turns.even_outer[i] = s07.wrapping_sub(s34);
    turns.even_inner[i] = s16.wrapping_sub(s25);
    turns.even_inner_negative[i] = s25.wrapping_sub(s16);
    turns.d34[i] = minus(3, 4);
    turns.d34_negative[i] = minus(4, 3);
    turns.d07[i] = minus(0, 7);
    turns.d25[i] = minus(2, 5);
    turns.d25_negative[i] = minus(5, 2);
    turns.d16[i] = minus(1, 6);
    turns.d16_negative[i] = minus(6, 1);
    (outer.wrapping_add(inner), outer.wrapping_sub(inner))
}

/// The products, added up and without `SHIFT` fraction bits: all but the first and the fifth value of a direction. The odd
/// half is multiplied out, four products each, which is the same integer.
#[inline(never)]
fn turn<const SHIFT: i32>(turns: &Turns, out: &mut Block) {
    for i in 0..8 {
        let descale = |x: i32| ((x + (1 << (SHIFT - 1))) >> SHIFT) as i16;
        let wide = |row: &Row| i32::from(row[i]);
        let (outer, inner) = (wide(&turns.even_outer), wide(&turns.even_inner));
        let inner_negative = wide(&turns.even_inner_negative);
        out[2][i] = descale(outer * 10703 + inner * 4433);
        out[6][i] = descale(outer * 4433 + inner_negative * 10704);

        let (d34, d34_negative) = (wide(&turns.d34), wide(&turns.d34_negative));
        let (d25, d25_negative) = (wide(&turns.d25), wide(&turns.d25_negative));
        let (d16, d16_negative) = (wide(&turns.d16), wide(&turns.d16_negative));
        let d07 = wide(&turns.d07);
        out[1][i] = descale(d34 * 2260 + d07 * 11363 + d25 * 6437 + d16 * 9633);
        out[3][i] =
            descale(d34_negative * 6436 + d07 * 9633 + d25_negative * 11362 + d16_negative * 2259);
        out[5][i] = descale(d34 * 9633 + d07 * 6437 + d25 * 2261 + d16_negative * 11362);
        out[7][i] = descale(d34_negative * 11363 + d07 * 2260 + d25 * 9633 + d16_negative * 6436);
    }
}
