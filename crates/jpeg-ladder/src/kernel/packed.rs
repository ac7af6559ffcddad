//! Rows of packed 4:2:2 pixels taken apart, in plain Rust.

#[inline(always)]
pub(crate) fn luma<const FIRST: usize>(packed: &[u8], out: &mut [u8]) {
    for (out, pair) in out.iter_mut().zip(packed.chunks_exact(2)) {
        *out = pair[FIRST];
    }
}

#[inline(always)]
pub(crate) fn chroma<const FIRST: usize>(above: &[u8], below: &[u8], out: &mut [u8]) {
    let rows = above.chunks(32).zip(below.chunks(32));
    for ((above, below), out) in rows.zip(out.chunks_exact_mut(16)) {
        let (u, v) = out.split_at_mut(8);
        let pixels = above.chunks_exact(4).zip(below.chunks_exact(4));
        for (((above, below), u), v) in pixels.zip(u).zip(v) {
            *u = average(above[FIRST], below[FIRST]);
            *v = average(above[FIRST + 2], below[FIRST + 2]);
        }
    }
}

/// The mean, halves rounded up.
#[inline(always)]
pub(crate) fn average(a: u8, b: u8) -> u8 {
    ((u16::from(a) + u16::from(b) + 1) >> 1) as u8
}
