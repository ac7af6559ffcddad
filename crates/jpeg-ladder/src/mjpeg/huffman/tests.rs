//! Huffman tables for reading, held to what the encoder writes.

use super::*;
use crate::tables::{AC_CHROMA, AC_LUMA, Codes, DC_CHROMA, DC_LUMA};

/// Both tables of a component, and what the encoder writes with them.
fn tables() -> [(Huffman, Huffman, Codes); 2] {
    [(&DC_LUMA, &AC_LUMA), (&DC_CHROMA, &AC_CHROMA)].map(|(dc_spec, ac_spec)| {
        let (mut dc, mut ac) = (Huffman::new(), Huffman::new());
        dc.set(&dc_spec.counts, dc_spec.symbols, true)
            .expect("a table");
        ac.set(&ac_spec.counts, ac_spec.symbols, false)
            .expect("a table");
        (dc, ac, Codes::new(dc_spec, ac_spec))
    })
}

/// Words of the encoder as bits, from the top, and how many. Ones behind them: what follows must not matter.
fn bits(words: &[u32]) -> (u64, u32) {
    let mut bits = (0, 0);
    for &word in words {
        let length = word & 63;
        bits = (bits.0 << length | u64::from(word >> 6), bits.1 + length);
    }
    let behind = 64 - bits.1;
    (bits.0 << behind | ((1 << behind) - 1), bits.1)
}

#[test]
fn every_symbol_that_the_encoder_writes_is_read_back() {
    for (dc, ac, codes) in tables() {
        let read = |table: &Huffman, word: u32| {
            let (bits, _) = bits(&[word]);
            let (symbol, length) = table.symbol(bits).expect("a code");
            let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
            (extend(bits << length, size), run, length + size)
        };
        for value in -2047i32..=2047 {
            let word = codes.dc[(value & 0xfff) as usize];
            assert_eq!(read(&dc, word), (value, 0, word & 63));
        }
        for value in (-1023i32..=1023).filter(|&value| value != 0) {
            for run in 0..16u32 {
                let word = codes.ac[((value << 4) as u16 | (run as u16 + 1) & 15) as usize];
                assert_eq!(read(&ac, word), (value, run, word & 63));
            }
        }
        assert_eq!(
            read(&ac, codes.end_of_block),
            (0, 0, codes.end_of_block & 63)
        );
    }
}

#[test]
fn symbols_that_are_short_are_read_together() {
    for (_, ac, codes) in tables() {
        let word = |value: i32, run: u16| codes.ac[((value << 4) as u16 | (run + 1) & 15) as usize];
        let read = |words: &[u32]| {
            let (bits, length) = bits(words);
            let several = ac.several(bits);
            assert_eq!(several.length(), length, "{words:?}");
            (several.places(), several.values())
        };
        let end = codes.end_of_block;
        assert_eq!(read(&[word(1, 0), word(-1, 1)]), (3, [(0, 1), (2, -1)]));
        assert_eq!(read(&[word(-1, 1), end]).0, 2 + ENDED);
        assert_eq!(read(&[word(-1, 1), end]).1, [(1, -1); 2]);
        assert_eq!(read(&[end]), (ENDED, [(0, 0); 2]));
        // A value that does not fit is left for later, whole.
        let (bits, _) = bits(&[word(1, 0), word(900, 3)]);
        let first = ac.several(bits);
        assert_eq!((first.length(), first.places()), (word(1, 0) & 63, 1));
        assert!(ac.several(bits << first.length()).places() > ENDED + 64);
    }
}

#[test]
fn no_number_of_zeros_looks_like_the_end() {
    let (mut counts, mut table) = ([0; 16], Huffman::new());
    counts[..2].fill(1);
    // Sixteen zeros are the bit 0: more of them fit into a look-up than into a block.
    table.set(&counts, &[0xf0, 0], false).expect("a table");
    assert_eq!(table.several(0).places(), 48);
    assert_eq!(table.several(0b0010 << 60).places(), 32 + ENDED);
}

#[test]
fn more_codes_than_fit_are_refused() {
    let mut counts = [0; 16];
    counts[0] = 3;
    assert!(Huffman::new().set(&counts, &[0, 1, 2], true).is_err());
}
