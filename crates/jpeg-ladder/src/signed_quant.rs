//! Division of coefficients with their sign, for kernels whose instruction set multiplies words that way.
//!
//! libjpeg rounds halves away from zero. For a value and a half step added that is the quotient rounded down, but for
//! negative halves, which are exact multiples and must go one further down: a reciprocal that is a little too large sends
//! all of them there but zero, and zero is made -1 before. Compiled everywhere, since its test wants no such machine.

/// What one component's steps become at one quality, all in zigzag order.
///
/// A value `c` becomes `(2 * n * reciprocal >> 16) >> -shift`, rounded down, with `n = c + half`, or -1 where that is zero.
#[repr(C, align(64))]
#[derive(Clone)]
pub(crate) struct SignedQuant {
    pub(crate) half: [i16; 64],
    pub(crate) reciprocal: [i16; 64],
    /// Negative: to the right.
    pub(crate) shift: [i16; 64],
}

impl SignedQuant {
    pub(crate) fn new(steps: &[u8; 64]) -> Self {
        let mut quant = Self {
            half: [0; 64],
            reciprocal: [0; 64],
            shift: [0; 64],
        };
        for (i, &step) in steps.iter().enumerate() {
            let divisor = u32::from(step) << 3;
            // So that the reciprocal has fifteen bits, as many as there is room for.
            let bits = 15 + (divisor - 1).ilog2();
            quant.half[i] = (divisor / 2) as i16;
            quant.reciprocal[i] = ((1 << bits) / divisor + 1) as i16;
            quant.shift[i] = 15 - bits as i16;
        }
        quant
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As NEON computes it.
    fn divided(quant: &SignedQuant, i: usize, value: i16) -> i16 {
        let sum = value + quant.half[i];
        let sum = sum - i16::from(sum == 0);
        let product = ((2 * i32::from(sum) * i32::from(quant.reciprocal[i])) >> 16) as i16;
        product >> -quant.shift[i]
    }

    #[test]
    fn the_quotient_is_rounded_as_libjpeg_does_for_all_that_a_frame_may_hold() {
        for step in 1..=255u8 {
            let quant = SignedQuant::new(&[step; 64]);
            let divisor = i32::from(step) * 8;
            for value in -16376..=16376i16 {
                let magnitude = (i32::from(value).abs() + divisor / 2) / divisor;
                let exact = magnitude * i32::from(value.signum());
                assert_eq!(
                    i32::from(divided(&quant, 0, value)),
                    exact,
                    "{value} by {step}"
                );
            }
        }
    }
}
