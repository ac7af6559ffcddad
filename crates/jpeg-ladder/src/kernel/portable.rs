//! Plain Rust, written so that the compiler can turn it into whatever vectors the target has.

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
                let mut lanes = [[0; 8]; 8];
                for (y, lane) in lanes.iter_mut().enumerate() {
                    for (out, &sample) in lane.iter_mut().zip(&samples[at + y * stride..][..8]) {
                        *out = i16::from(sample) - 128;
                    }
                }
                let lanes = dct::<false>(&transposed(&lanes));
                let lanes = dct::<true>(&transposed(&lanes));
                let out = &mut coefficients.blocks[block];
                for (out, &place) in out.iter_mut().zip(&ZIGZAG) {
                    *out = lanes[usize::from(place >> 3)][usize::from(place & 7)];
                }
                let peak = out[32..]
                    .iter()
                    .fold(0, |peak, c| c.unsigned_abs().max(peak));
                coefficients.peaks[block] = peak;
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
        // The second half is often zero altogether, the more so the lower the quality.
        let halves = if coefficients.peaks[block] < quant.threshold {
            1
        } else {
            2
        };
        let mut nonzero = 0;
        for eight in 0..4 * halves {
            let mut flags = [0u8; 8];
            for (i, flag) in (8 * eight..).zip(&mut flags) {
                let sum = from[i].unsigned_abs().wrapping_add(quant.bias[i]);
                let product = ((u32::from(sum) * u32::from(quant.reciprocal[i])) >> 16) as i16;
                // Signed, as in `avx2`.
                let scale = i32::from(quant.scale[i] as i16);
                let magnitude = ((i32::from(product) * scale) >> 16) as i16;
                let sign = from[i] >> 15;
                to[i] = ((magnitude ^ sign) - sign) << 4;
                *flag = u8::from(magnitude != 0);
            }
            // Gathers the lowest bit of every byte into the top byte.
            let bits = u64::from_le_bytes(flags).wrapping_mul(0x0102_0408_1020_4080) >> 56;
            nonzero |= bits << (8 * eight);
        }
        out.dc[block] = to[0] >> 4;
        out.nonzero[block] = nonzero & !1;
    }
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

#[inline(always)]
fn transposed(lanes: &[[i16; 8]; 8]) -> [[i16; 8]; 8] {
    let mut out = [[0; 8]; 8];
    for (y, lane) in lanes.iter().enumerate() {
        for (x, &value) in lane.iter().enumerate() {
            out[x][y] = value;
        }
    }
    out
}

/// One direction of libjpeg's accurate integer DCT on eight lanes at once.
///
/// The first direction keeps two fraction bits, the second one drops them; both keep libjpeg's scaling by 8.
/// Its products are regrouped as `a * k + b * l` of 16-bit factors, which is the same integer.
/// Source: libjpeg's jfdctint.c, after Loeffler, Ligtenberg and Moschytz, 1989.
#[inline(always)]
fn dct<const SECOND: bool>(d: &[[i16; 8]; 8]) -> [[i16; 8]; 8] {
    let shift = if SECOND { 15 } else { 11 };
    let mut out = [[0; 8]; 8];
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
    out
}
