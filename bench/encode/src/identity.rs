//! The same bytes as libjpeg-turbo with the same restart interval, from every layout, in every sampling and size, by every
//! kernel, with the long intervals and with the short ones of an encoder that holds what is still.
//!
//! TurboJPEG's safe interface cannot set a restart interval. But an interval is coded as if there were nothing before it:
//! its bytes are those of a picture that is this part of the picture, so libjpeg-turbo encodes every part by itself, and
//! `intervals` puts them together as T.81 says. The samples of a smaller picture are means taken plainly here, and of a
//! camera's JPEG what libjpeg-turbo's own decoder shows at half size.

mod ours;
mod turbo;

use jpeg_ladder::{Kernel, Ladder, Rendition, Source};

use crate::common::cases::{Case, SMALL, case, fingerprint};
use ours::{encode, ladder, renditions};
use turbo::Turbo;

/// What was compared.
#[derive(Default)]
pub struct Tally {
    pub pictures: usize,
    pub files: usize,
    pub differences: usize,
}

/// Of the camera's JPEGs that smaller pictures are made of.
const CAMERA: u8 = 85;

/// Compares every size up to 67×67 and `more` further cases.
pub fn run(more: u64) -> Tally {
    let mut turbo = Turbo::new();
    let mut tally = Tally::default();
    let mut ladders = [false, true].map(|holds| {
        let kernels = Kernel::available();
        let all: Vec<Ladder> = kernels.map(|kernel| ladder(kernel, holds)).collect();
        (holds, all)
    });
    for number in 0..SMALL + more {
        let case = case(number);
        let camera = camera(&case);
        tally.pictures += 1;
        for (holds, ladders) in &mut ladders {
            let expected = turbo.files(&case, *holds);
            let of_camera = turbo.files_of_camera(&case, &camera, *holds);
            for ladder in ladders {
                let mut compare = |name: &str, source: Source, expected: &[Vec<u8>]| {
                    let (files, differences) = compare(ladder, &case, source, expected);
                    tally.files += files;
                    tally.differences += differences.len();
                    for rendition in differences {
                        eprintln!(
                            "{ladder:?} (holds: {holds}) case {number} {name} {:?} {rendition:?}",
                            case.spec
                        );
                    }
                };
                compare("pixels", case.source.source(), &expected);
                compare("JPEG", Source::Mjpeg(&camera), &of_camera);
            }
        }
    }
    tally
}

/// How many files of a case were compared, and which are others.
fn compare(
    ladder: &mut Ladder,
    case: &Case,
    source: Source,
    expected: &[Vec<u8>],
) -> (usize, Vec<Rendition>) {
    let renditions = renditions(case);
    let ours = encode(ladder, case, source, &renditions);
    let all = ours.iter().zip(expected).zip(renditions);
    // A camera's own size is compared by what it was made of.
    let compared = all.filter(|((_, expected), _)| !expected.is_empty());
    let (mut files, mut differences) = (0, Vec::new());
    for ((ours, expected), rendition) in compared {
        files += 1;
        if ours != expected {
            differences.push(rendition);
        }
    }
    (files, differences)
}

/// The case as a camera would send it.
fn camera(case: &Case) -> Vec<u8> {
    let wanted = [Rendition::full(CAMERA)];
    encode(&mut Ladder::new(), case, case.source.source(), &wanted).remove(0)
}

fn fingerprints<'a>(files: impl Iterator<Item = &'a Vec<u8>>) -> String {
    let all: Vec<String> = files
        .map(|jpeg| format!("{:016x}", fingerprint(jpeg)))
        .collect();
    all.join(" ")
}

/// Prints the fingerprints of libjpeg-turbo's files for `tests/ladder/identity.txt`: a case in ten of the small, some
/// large, and these once more as they are where what is still is held.
pub fn golden() {
    let mut turbo = Turbo::new();
    for number in (0..SMALL).step_by(10).chain(SMALL..SMALL + 60) {
        let files = turbo.files(&case(number), false);
        println!("{number} {}", fingerprints(files.iter().step_by(3)));
    }
    for number in SMALL..SMALL + 60 {
        let files = turbo.files(&case(number), true);
        println!("{number} held {}", fingerprints(files.iter().step_by(3)));
    }
}

/// The same of smaller pictures for `tests/ladder/smaller.txt`: the first quality's half and quarter, from pixels and of a
/// camera's JPEG.
pub fn golden_smaller() {
    let mut turbo = Turbo::new();
    for number in (0..SMALL).step_by(40).chain(SMALL..SMALL + 30) {
        let case = case(number);
        let (of_pixels, camera) = (turbo.files(&case, false), camera(&case));
        let of_camera = turbo.files_of_camera(&case, &camera, false);
        let four = of_pixels[1..3].iter().chain(&of_camera[1..3]);
        println!("{number} {}", fingerprints(four));
    }
}
