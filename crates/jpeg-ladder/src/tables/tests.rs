//! What the tables must be whatever the quality: the exact division, the threshold, whole symbols.

use super::*;

#[test]
fn multiplying_by_the_reciprocal_is_the_rounded_division() {
    for quality in 1..=100 {
        let tables = Tables::new(quality);
        for quant in [&tables.luma, &tables.chroma] {
            for i in 0..64 {
                let divisor = u32::from(quant.steps[i]) * 8;
                for magnitude in 0..=8 * 1100u32 {
                    let sum = magnitude + u32::from(quant.bias[i]);
                    let product = (sum * u32::from(quant.reciprocal[i])) >> 16;
                    let fast = (product * u32::from(quant.scale[i])) >> 16;
                    assert_eq!(
                        fast,
                        (magnitude + divisor / 2) / divisor,
                        "{quality} {i} {magnitude}"
                    );
                }
            }
        }
    }
}

#[test]
fn below_the_threshold_the_second_half_of_a_block_is_zero() {
    for quality in 1..=100 {
        let quant = Tables::new(quality).chroma;
        let largest = u32::from(quant.threshold) - 1;
        assert!(quant.steps[32..].iter().all(|&step| {
            let divisor = u32::from(step) * 8;
            (largest + divisor / 2) / divisor == 0
        }));
    }
}

#[test]
fn a_symbol_carries_its_value_bits() {
    let codes = Codes::new(&DC_LUMA, &AC_LUMA);
    // Run 0, value 1: category 1 has the code 00, then a one.
    assert_eq!(codes.ac[1 << 4 | 1], 0b001 << 6 | 3);
    // Run 0, value -1: the same code, then a zero.
    assert_eq!(codes.ac[usize::from((-1i16 << 4) as u16 | 1)], 3);
    // Run 15 stands at index 0 of its value's line: code 1111111111110101, then a one.
    assert_eq!(codes.ac[1 << 4], 0b1_1111_1111_1110_1011 << 6 | 17);
    assert_eq!(codes.end_of_block, 0b1010 << 6 | 4);
    assert_eq!(codes.dc[0], 2);
}
