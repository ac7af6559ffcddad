//! Pictures by number: the same number is the same picture, layout, sampling, range and quality everywhere.

use fastrand::Rng;
use jpeg_ladder::{Range, Sampling, Spec};

use super::layouts::{LAYOUTS, LaidOut};
use super::pictures::{self, Picture};

/// One file to be made.
pub(crate) struct Case {
    pub(crate) spec: Spec,
    pub(crate) source: LaidOut,
    pub(crate) qualities: Vec<u8>,
}

/// The case of this number. Sizes go through 1×1 to 67×67; past those they are larger and partly natural.
pub(crate) fn case(number: u64) -> Case {
    let mut rng = Rng::with_seed(number);
    let picture = picture(number, &mut rng);
    let sampling = [
        Sampling::S420,
        Sampling::S422,
        Sampling::S444,
        Sampling::Grey,
    ][rng.usize(..4)];
    let range = if rng.u8(..4) == 0 {
        Range::Limited
    } else {
        Range::Full
    };
    Case {
        spec: Spec {
            width: picture.width as u16,
            height: picture.height as u16,
            sampling,
            range,
        },
        source: LaidOut::new(&picture, rng.u8(..LAYOUTS), &mut rng),
        qualities: (0..rng.usize(1..=4)).map(|_| rng.u8(1..=100)).collect(),
    }
}

/// How many cases go through all small sizes.
pub(crate) const SMALL: u64 = 67 * 67;

fn picture(number: u64, rng: &mut Rng) -> Picture {
    if number < SMALL {
        let (width, height) = (1 + number % 67, 1 + number / 67);
        return pictures::unnatural(width as usize, height as usize, rng);
    }
    // Now and then wider than a batch.
    let longest = if rng.u8(..) < 16 { 1700 } else { 200 };
    let width = rng.usize(1..=longest);
    let height = rng.usize(1..=if width > 400 { 150 } else { 200 });
    if number.is_multiple_of(3) {
        pictures::natural(width, height, rng.f32() * 1.5, rng.u64(..))
    } else {
        pictures::unnatural(width, height, rng)
    }
}

/// FNV-1a, 64 bits: enough to tell two files apart, and four lines.
pub(crate) fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
