//! Plain Rust, written so that the compiler makes vectors of it on whatever the target has: 32-bit ARM and RISC-V have no
//! other kernel.
//!
//! It does so for loops over eight lanes of arrays in memory, each in a function of its own: inlined into one, they are
//! taken apart into single values first, and nothing finds them together again. Whoever changes a loop here should look at
//! `cargo xtask bench encode portable` afterwards.

use super::loops::{Divide, Loops};
use crate::bits::Packed;
use crate::block::{Batch, Coefficients, Pairs, Quantised};
use crate::symbols::Symbols;
use crate::tables::{Quant, ZIGZAG};

/// Needs nothing.
#[derive(Clone, Copy)]
pub(crate) struct Portable;

impl Loops for Portable {
    #[inline(always)]
    fn transform(
        self,
        samples: &[u8],
        stride: usize,
        pairs: Pairs,
        coefficients: &mut Coefficients,
    ) {
        for (at, [left, right]) in (0..pairs.count).map(|n| pairs.get(n)) {
            for (at, block) in [(at, left), (at + 8, right)] {
                let out = &mut coefficients.blocks[block];
                transform(&samples[at..], stride, out);
                coefficients.peaks[block] = peak(out);
            }
        }
    }

    #[inline(always)]
    fn symbols(
        self,
        batch: &Batch,
        quantised: &mut Quantised,
        symbols: &mut Symbols,
        previous_dc: &mut [i16; 3],
    ) {
        self.symbols_by_block(batch, quantised, symbols, previous_dc);
    }

    #[inline(always)]
    fn stuff(self, packed: Packed, out: &mut Vec<u8>) {
        let mut rest = &packed.bytes[..packed.len];
        while let Some(at) = position_of_ff(rest) {
            out.extend_from_slice(&rest[..=at]);
            out.push(0);
            rest = &rest[at + 1..];
        }
        out.extend_from_slice(rest);
    }
}

impl Divide for Portable {
    #[inline(always)]
    fn quantise(
        self,
        coefficients: &Coefficients,
        block: usize,
        quant: &Quant,
        out: &mut Quantised,
    ) {
        let from = &coefficients.blocks[block];
        let to = &mut out.values[block];
        let mut nonzero = u64::from(divide::<0>(from, quant, to));
        // The second half is often zero altogether, the more so the lower the quality.
        if coefficients.peaks[block] >= quant.threshold {
            nonzero |= u64::from(divide::<32>(from, quant, to)) << 32;
        }
        out.dc[block] = to[0] >> 4;
        out.nonzero[block] = nonzero & !1;
    }
}

/// Divides 32 values from place `FIRST` on; gives a bit for each that is not zero.
#[inline(never)]
fn divide<const FIRST: usize>(from: &[i16; 64], quant: &Quant, to: &mut [i16; 64]) -> u32 {
    let mut flags = [0u8; 32];
    for (n, flag) in flags.iter_mut().enumerate() {
        let i = FIRST + n;
        let sum = from[i].unsigned_abs().wrapping_add(quant.bias[i]);
        let product = ((u32::from(sum) * u32::from(quant.reciprocal[i])) >> 16) as i16;
        // Signed, as in `avx2`.
        let scale = i32::from(quant.scale[i] as i16);
        let magnitude = ((i32::from(product) * scale) >> 16) as i16;
        let sign = from[i] >> 15;
        to[i] = ((magnitude ^ sign) - sign) << 4;
        *flag = u8::from(magnitude != 0);
    }
    let (eights, _) = flags.as_chunks::<8>();
    let gathered = eights.iter().enumerate().map(|(n, &eight)| {
        // Gathers the lowest bit of every byte into the top byte.
        let bits = u64::from_le_bytes(eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        (bits as u32) << (8 * n)
    });
    gathered.sum()
}

/// Where the first 0xFF is.
#[inline(always)]
pub(crate) fn position_of_ff(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    for eight in bytes.chunks_exact(8) {
        let word = u64::from_le_bytes(eight.try_into().expect("eight bytes"));
        // The lowest marked byte of the complement is zero for certain; those above it may be marked by the borrow.
        let inverse = !word;
        let marked = inverse.wrapping_sub(0x0101_0101_0101_0101) & word & 0x8080_8080_8080_8080;
        if marked != 0 {
            return Some(at + (marked.trailing_zeros() / 8) as usize);
        }
        at += 8;
    }
    let tail = bytes[at..].iter().position(|&byte| byte == 0xff)?;
    Some(at + tail)
}

/// Eight rows of eight values.
type Block = [[i16; 8]; 8];

/// One block of samples to its coefficients in zigzag order.
fn transform(samples: &[u8], stride: usize, out: &mut [i16; 64]) {
    let (mut a, mut b) = ([[0; 8]; 8], [[0; 8]; 8]);
    widen(samples, stride, &mut b);
    transpose(&mut b, &mut a);
    dct::<false>(&a, &mut b);
    transpose(&mut b, &mut a);
    dct::<true>(&a, &mut b);
    zigzag(&b, out);
}

/// Samples around zero.
#[inline(never)]
fn widen(samples: &[u8], stride: usize, out: &mut Block) {
    for (y, row) in out.iter_mut().enumerate() {
        let samples: &[u8; 8] = samples[y * stride..].first_chunk().expect("eight of them");
        for (out, &sample) in row.iter_mut().zip(samples) {
            *out = i16::from(sample) - 128;
        }
    }
}

/// Rows to columns, by three perfect shuffles of all 64 values: there is an instruction for that everywhere.
#[inline(always)]
fn transpose(from: &mut Block, to: &mut Block) {
    shuffle(from, to);
    shuffle(to, from);
    shuffle(from, to);
}

/// The upper half and the lower half of the values, one from each in turns.
#[inline(never)]
fn shuffle(from: &Block, to: &mut Block) {
    for i in 0..4 {
        let (a, b) = (&from[i], &from[i + 4]);
        to[2 * i] = [a[0], b[0], a[1], b[1], a[2], b[2], a[3], b[3]];
        to[2 * i + 1] = [a[4], b[4], a[5], b[5], a[6], b[6], a[7], b[7]];
    }
}

#[inline(never)]
fn zigzag(from: &Block, out: &mut [i16; 64]) {
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
fn zigzag_row<const Y: usize>(from: &Block, out: &mut [i16; 64]) {
    for k in 8 * Y..8 * Y + 8 {
        let place = usize::from(ZIGZAG[k]);
        out[k] = from[place / 8][place % 8];
    }
}

/// The largest magnitude in the second half.
#[inline(never)]
fn peak(block: &[i16; 64]) -> u16 {
    let mut most = [0; 8];
    for (i, most) in most.iter_mut().enumerate() {
        let magnitude = |eight: usize| block[8 * eight + i].unsigned_abs();
        let (upper, lower) = (
            magnitude(4).max(magnitude(5)),
            magnitude(6).max(magnitude(7)),
        );
        *most = upper.max(lower);
    }
    most.into_iter().fold(0, u16::max)
}

/// One direction of libjpeg's accurate integer DCT on eight lanes at once.
///
/// The first direction keeps two fraction bits, the second one drops them; both keep libjpeg's scaling by 8.
/// Its products are regrouped as `a * k + b * l` of 16-bit factors, which is the same integer.
/// Source: libjpeg's jfdctint.c, after Loeffler, Ligtenberg and Moschytz, 1989.
#[inline(never)]
fn dct<const SECOND: bool>(d: &Block, out: &mut Block) {
    let shift = if SECOND { 15 } else { 11 };
    for i in 0..8 {
        let madd = |a: i16, k: i16, b: i16, l: i16| {
            i32::from(a) * i32::from(k) + i32::from(b) * i32::from(l)
        };
        let descale = |x: i32| ((x + (1 << (shift - 1))) >> shift) as i16;

        let (s07, d07) = (d[0][i].wrapping_add(d[7][i]), d[0][i].wrapping_sub(d[7][i]));
        let (s16, d16) = (d[1][i].wrapping_add(d[6][i]), d[1][i].wrapping_sub(d[6][i]));
        let (s25, d25) = (d[2][i].wrapping_add(d[5][i]), d[2][i].wrapping_sub(d[5][i]));
        let (s34, d34) = (d[3][i].wrapping_add(d[4][i]), d[3][i].wrapping_sub(d[4][i]));

        let (t10, t13) = (s07.wrapping_add(s34), s07.wrapping_sub(s34));
        let (t11, t12) = (s16.wrapping_add(s25), s16.wrapping_sub(s25));
        let (sum, difference) = (t10.wrapping_add(t11), t10.wrapping_sub(t11));
        if SECOND {
            out[0][i] = sum.wrapping_add(2) >> 2;
            out[4][i] = difference.wrapping_add(2) >> 2;
        } else {
            out[0][i] = sum << 2;
            out[4][i] = difference << 2;
        }
        out[2][i] = descale(madd(t13, 4433 + 6270, t12, 4433));
        out[6][i] = descale(madd(t13, 4433, t12, 4433 - 15137));

        let (z3, z4) = (d34.wrapping_add(d16), d25.wrapping_add(d07));
        let z3_sum = madd(z3, 9633 - 16069, z4, 9633);
        let z4_sum = madd(z3, 9633, z4, 9633 - 3196);
        out[7][i] = descale(madd(d34, 2446 - 7373, d07, -7373) + z3_sum);
        out[5][i] = descale(madd(d25, 16819 - 20995, d16, -20995) + z4_sum);
        out[3][i] = descale(madd(d25, -20995, d16, 25172 - 20995) + z3_sum);
        out[1][i] = descale(madd(d34, -7373, d07, 12299 - 7373) + z4_sum);
    }
}
