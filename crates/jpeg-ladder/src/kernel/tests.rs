//! Every kernel of this processor against the portable one, loop by loop: rows of every length, random and extreme values.

use super::portable::Portable;
use super::{Job, Kernel, Loops, Squares};

/// What one kernel makes of the same rows.
#[derive(Debug, PartialEq, Eq)]
struct Made {
    rows: Vec<Vec<u8>>,
    squares: Vec<[Squares; 2]>,
    contrasts: Vec<i32>,
}

struct Rows<'a> {
    bytes: &'a [u8],
    words: &'a [[i16; 64]],
}

impl Job for Rows<'_> {
    type Output = Made;

    #[inline(always)]
    fn run<K: Loops>(self, kernel: K) -> Made {
        let mut rows = Vec::new();
        for pixels in 0..100 {
            let row = |bytes: usize| &self.bytes[..bytes * pixels];
            let mut y = vec![7; pixels];
            kernel.rgb_luma::<0>(row(3), &mut y);
            let mut of_bgr = vec![7; pixels];
            kernel.rgb_luma::<2>(row(3), &mut of_bgr);
            let (mut u, mut v) = (vec![7; pixels], vec![7; pixels]);
            kernel.rgb_chroma::<0>(row(3), &mut u, &mut v);
            let (mut u_of_bgr, mut v_of_bgr) = (vec![7; pixels], vec![7; pixels]);
            kernel.rgb_chroma::<2>(row(3), &mut u_of_bgr, &mut v_of_bgr);
            rows.extend([y, of_bgr, u, v, u_of_bgr, v_of_bgr]);
            let (mut luma, mut chroma) = (row(1).to_vec(), row(1).to_vec());
            kernel.expand_luma(&mut luma);
            kernel.expand_chroma(&mut chroma);
            rows.extend([luma, chroma]);
        }
        for groups in 0..6 {
            let (above, below) = self.bytes.split_at(16 * groups);
            for side in [0, 8] {
                let (mut one, mut two) = (vec![7; 16 * groups], vec![7; 16 * groups]);
                kernel.coarsen::<1>(above, below, one.get_mut(side..).unwrap_or_default());
                kernel.coarsen::<2>(above, below, two.get_mut(side..).unwrap_or_default());
                rows.extend([one, two]);
            }
            let (above, below) = self.bytes[..64 * groups].split_at(32 * groups);
            for whole in [true, false] {
                let (mut of_yuyv, mut of_uyvy) = (vec![7; 16 * groups], vec![7; 16 * groups]);
                let less = if whole || groups == 0 { 0 } else { 12 };
                let [above, below] = [above, below].map(|row| &row[..row.len() - less]);
                kernel.chroma::<1>(above, below, &mut of_yuyv);
                kernel.chroma::<0>(above, below, &mut of_uyvy);
                // What stands behind the pixels is padded afterwards.
                for out in [&mut of_yuyv, &mut of_uyvy] {
                    for place in (16 * groups - less / 2)..16 * groups {
                        let in_group = place % 16;
                        let start = place - in_group;
                        out[start + in_group / 2 + 8 * (in_group % 2)] = 0;
                    }
                }
                rows.extend([of_yuyv, of_uyvy]);
            }
        }
        let low: [i16; 16] = std::array::from_fn(|i| if (1..10).contains(&i) { -1 } else { 0 });
        let blocks = self.words.windows(4);
        let squares = blocks.map(|of| {
            let pair = |a: usize, b: usize| [&of[a], &of[b]];
            kernel.squares(pair(0, 2), pair(1, 0), pair(2, 3), &low)
        });
        let contrasts = self.words.iter().map(|block| kernel.contrast(block));
        Made {
            rows,
            squares: squares.collect(),
            contrasts: contrasts.collect(),
        }
    }
}

#[test]
fn every_kernel_makes_of_rows_and_blocks_what_the_portable_one_does() {
    let mut random = fastrand::Rng::with_seed(11);
    for round in 0..40 {
        let byte = |random: &mut fastrand::Rng| match round % 3 {
            0 => random.u8(..),
            1 => [0, 1, 15, 16, 235, 240, 254, 255][random.usize(..8)],
            _ => [0, 255][random.usize(..2)],
        };
        let word = |random: &mut fastrand::Rng| match round % 3 {
            0 => random.i16(-16_376..=16_376),
            1 => random.i16(-60..=60),
            _ => [-16_376, -2048, -2047, 0, 2047, 2048, 16_376][random.usize(..7)],
        };
        let bytes: Vec<u8> = (0..400).map(|_| byte(&mut random)).collect();
        let words: Vec<[i16; 64]> = (0..20)
            .map(|_| std::array::from_fn(|_| word(&mut random)))
            .collect();
        let rows = || Rows {
            bytes: &bytes,
            words: &words,
        };
        let expected = rows().run(Portable);
        for kernel in Kernel::available() {
            let made = kernel.run(rows());
            for (n, (ours, theirs)) in made.rows.iter().zip(&expected.rows).enumerate() {
                assert_eq!(ours, theirs, "{kernel}, row {n} of round {round}");
            }
            assert_eq!(made.squares, expected.squares, "{kernel}, round {round}");
            assert_eq!(
                made.contrasts, expected.contrasts,
                "{kernel}, round {round}"
            );
        }
    }
}
