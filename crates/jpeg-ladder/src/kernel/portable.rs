//! Plain Rust, written so that the compiler makes vectors of it on whatever the target has: 32-bit ARM and RISC-V have no
//! other kernel.
//!
//! Whoever changes a loop here, in `transform` or in `packed` should look at `cargo xtask bench encode portable` afterwards.

mod transform;

use self::transform::{gather, peak, transform};
use super::loops::{Divide, Loops};
use crate::bits::Packed;
use crate::block::{Batch, Coefficients, Pairs, Quantised};
use crate::symbols::Symbols;
use crate::tables::Quant;

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
            let mut two = [[[0; 8]; 8]; 2];
            gather(&samples[at..], stride, &mut two);
            for (samples, block) in two.iter_mut().zip([left, right]) {
                let out = &mut coefficients.blocks[block];
                transform(samples, out);
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
