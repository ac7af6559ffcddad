//! A camera's frames as far as deltas see them: JPEGs with restart intervals, of which a test says which change.
//!
//! Grey pictures of flat 8×8 blocks, baseline and whole, so that every decoder shows them; an interval is one row of
//! blocks. What an interval looks like is drawn from a seed of its own.

use wire::Stamp;

/// A picture that changes where it is told to.
#[derive(Debug, Clone)]
pub struct Scene {
    blocks_per_interval: usize,
    /// Each interval's entropy-coded bytes, without a marker.
    intervals: Vec<Vec<u8>>,
    random: fastrand::Rng,
    /// In the header: another one is another picture to whoever compares headers.
    quantiser: u8,
}

impl Scene {
    /// So many intervals of so many blocks each.
    #[must_use]
    pub fn new(intervals: usize, blocks_per_interval: usize, seed: u64) -> Self {
        let mut scene = Self {
            blocks_per_interval,
            intervals: vec![Vec::new(); intervals],
            random: fastrand::Rng::with_seed(seed),
            quantiser: 8,
        };
        scene.change(0..intervals);
        scene
    }

    /// These intervals look otherwise from now on.
    pub fn change(&mut self, intervals: impl IntoIterator<Item = usize>) {
        for nth in intervals {
            self.intervals[nth] = interval(&mut self.random, self.blocks_per_interval);
        }
    }

    /// The header is another one from now on, as with another quality.
    pub fn change_header(&mut self) {
        self.quantiser += 1;
    }

    /// How many intervals it has.
    #[must_use]
    pub fn intervals(&self) -> usize {
        self.intervals.len()
    }

    /// The frame as it is now.
    #[must_use]
    pub fn jpeg(&self, stamp: Stamp) -> Vec<u8> {
        let [w1, w0] = (self.blocks_per_interval as u16 * 8).to_be_bytes();
        let [h1, h0] = (self.intervals.len() as u16 * 8).to_be_bytes();
        let [r1, r0] = (self.blocks_per_interval as u16).to_be_bytes();
        let mut jpeg = b"\xff\xd8\xff\xe0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0".to_vec();
        jpeg.extend(stamp.segment());
        jpeg.extend([0xff, 0xdb, 0, 67, 0]);
        jpeg.extend([self.quantiser; 64]);
        jpeg.extend([0xff, 0xc0, 0, 11, 8, h1, h0, w1, w0, 1, 1, 0x11, 0]);
        // DC: nine codes of four bits for the sizes 0 to 8. AC: one bit for "no more in this block".
        jpeg.extend([
            0xff, 0xc4, 0, 28, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        ]);
        jpeg.extend([0, 1, 2, 3, 4, 5, 6, 7, 8]);
        jpeg.extend([
            0xff, 0xc4, 0, 20, 0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        ]);
        jpeg.extend([0xff, 0xdd, 0, 4, r1, r0]);
        jpeg.extend([0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0]);
        for (nth, interval) in self.intervals.iter().enumerate() {
            jpeg.extend_from_slice(interval);
            let last = nth + 1 == self.intervals.len();
            jpeg.extend([0xff, if last { 0xd9 } else { 0xd0 | (nth % 8) as u8 }]);
        }
        jpeg
    }
}

/// Blocks of random brightness, coded.
fn interval(random: &mut fastrand::Rng, blocks: usize) -> Vec<u8> {
    let (mut bits, mut count, mut out) = (0_u32, 0, Vec::new());
    let mut before = 0;
    let mut put = |value: u32, width: u32, out: &mut Vec<u8>| {
        bits = bits << width | value;
        count += width;
        while count >= 8 {
            count -= 8;
            let byte = (bits >> count) as u8;
            out.push(byte);
            if byte == 0xff {
                out.push(0);
            }
        }
    };
    for _ in 0..blocks {
        let level = random.i32(-128..128);
        let difference: i32 = level - before;
        before = level;
        let size = 32 - difference.unsigned_abs().leading_zeros();
        put(size, 4, &mut out);
        // A negative difference is coded as one less, in so many bits (T.81 F.1.2.1).
        let value = difference - i32::from(difference < 0);
        put(value as u32 & ((1 << size) - 1), size, &mut out);
        put(0, 1, &mut out);
    }
    // Padding is ones (T.81 F.1.2.3).
    put(0x7f, 7, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Picture;

    #[test]
    fn it_decodes_and_changes_where_it_is_told_to() {
        let stamp = Stamp {
            run: 1,
            seq: 2,
            captured_at_us: 3,
        };
        let mut scene = Scene::new(9, 5, 7);
        let before = Picture::read(&scene.jpeg(stamp)).unwrap();
        assert_eq!((before.stamp, before.width, before.height), (stamp, 40, 72));
        scene.change([4]);
        let after = Picture::read(&scene.jpeg(stamp)).unwrap();
        let rows = before
            .rgb
            .chunks(40 * 3 * 8)
            .zip(after.rgb.chunks(40 * 3 * 8));
        let same: Vec<bool> = rows.map(|(before, after)| before == after).collect();
        let expected: Vec<bool> = (0..9).map(|nth| nth != 4).collect();
        assert_eq!(same, expected);
    }
}
