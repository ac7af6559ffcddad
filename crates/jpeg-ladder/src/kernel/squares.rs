//! How far a block is from what is shown of it, in plain Rust, written so that the compiler can make vectors of it.

/// Bounds that keep 16 bits from overflowing in the difference and 32 in the sums; what reaches them has changed anyway.
pub(crate) const FARTHEST: i16 = 2047;
pub(crate) const MOST: i16 = 1023;

/// A block's DC difference with its sign, and squares: of the low frequencies without it, and of all with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Squares {
    pub(crate) dc: i32,
    pub(crate) low: i32,
    pub(crate) all: i32,
}

/// Two blocks.
pub(crate) type Pair<'a> = [&'a [i16; 64]; 2];

/// As [`super::Loops::squares`] has it, of one block.
#[inline(always)]
pub(crate) fn squares(
    now: &[i16; 64],
    shown: &[i16; 64],
    reciprocals: &[i16; 64],
    low: &[i16; 16],
) -> Squares {
    let mut scaled = [0i16; 64];
    for i in 0..64 {
        let difference = now[i].wrapping_sub(shown[i]).clamp(-FARTHEST, FARTHEST) << 4;
        let product = i32::from(difference) * i32::from(reciprocals[i]);
        scaled[i] = ((product >> 16) as i16).clamp(-MOST, MOST);
    }
    let mut lows = [0i16; 16];
    for i in 0..16 {
        lows[i] = scaled[i] & low[i];
    }
    let mut all = [0; 8];
    for sixteen in scaled.chunks_exact(16) {
        let sums = pairs(sixteen.try_into().expect("sixteen of them"));
        for i in 0..8 {
            all[i] += sums[i];
        }
    }
    Squares {
        dc: scaled[0].into(),
        low: pairs(&lows).iter().sum(),
        all: all.iter().sum(),
    }
}

/// As [`super::Loops::contrast`] has it.
#[inline(always)]
pub(crate) fn contrast(block: &[i16; 64]) -> i32 {
    block[1..].iter().map(|&c| i32::from(c >> 2).pow(2)).sum()
}

/// Squares, summed by twos: one instruction where there are vectors.
#[inline(always)]
fn pairs(values: &[i16; 16]) -> [i32; 8] {
    std::array::from_fn(|i| {
        let [a, b] = [values[2 * i], values[2 * i + 1]].map(i32::from);
        a * a + b * b
    })
}
