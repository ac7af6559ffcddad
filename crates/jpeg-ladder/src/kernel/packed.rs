//! Rows of packed 4:2:2 pixels taken apart, and chroma made coarser, in plain Rust.

#[inline(always)]
pub(crate) fn luma<const FIRST: usize>(packed: &[u8], out: &mut [u8]) {
    // By words and shifts: of bytes at every second place compilers make no vectors.
    for (out, pair) in out.iter_mut().zip(packed.as_chunks::<2>().0) {
        *out = (u16::from_le_bytes(*pair) >> (8 * FIRST)) as u8;
    }
}

#[inline(always)]
pub(crate) fn chroma<const FIRST: usize>(above: &[u8], below: &[u8], out: &mut [u8]) {
    let rows = above
        .as_chunks::<2>()
        .0
        .iter()
        .zip(below.as_chunks::<2>().0);
    for ((above, below), out) in rows.zip(&mut *out) {
        let chroma = |pair: &[u8; 2]| u16::from_le_bytes(*pair) >> (8 * FIRST) & 0xff;
        *out = ((chroma(above) + chroma(below) + 1) >> 1) as u8;
    }
    sort(out);
}

/// Pairs U V to groups of 8 U and 8 V, in place.
#[inline(always)]
pub(crate) fn sort(pairs: &mut [u8]) {
    for group in pairs.as_chunks_mut::<16>().0 {
        let from = *group;
        *group = std::array::from_fn(|i| from[2 * (i % 8) + i / 8]);
    }
}

#[inline(always)]
pub(crate) fn coarsen<const DOWN: usize>(above: &[u8], below: &[u8], out: &mut [u8]) {
    let rows = above.chunks_exact(16).zip(below.chunks_exact(16));
    for ((above, below), group) in rows.zip(out.chunks_mut(16)) {
        let pairs = above.chunks_exact(2).zip(below.chunks_exact(2));
        for ((k, out), (above, below)) in group[..8].iter_mut().enumerate().zip(pairs) {
            let odd = (k & 1) as u16;
            let sum = |pair: &[u8]| u16::from(pair[0]) + u16::from(pair[1]);
            *out = if DOWN == 1 {
                (sum(above) + odd) >> 1
            } else {
                (sum(above) + sum(below) + 1 + odd) >> 2
            } as u8;
        }
    }
}

/// The mean, halves rounded up.
#[inline(always)]
pub(crate) fn average(a: u8, b: u8) -> u8 {
    ((u16::from(a) + u16::from(b) + 1) >> 1) as u8
}
