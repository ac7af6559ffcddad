//! What libjpeg-turbo shows of the odd and the broken frames that the crate's test has in its table.

use turbojpeg::{Decompressor, Image, PixelFormat};

use crate::common::frames::{picture, with_restarts};
use crate::common::oddities::{broken, shown};

/// The crate turbojpeg asks for the size first and takes this frame's warning ("extraneous bytes before marker") for an
/// error. libjpeg passes over them: `next_marker` in jdmarker.c; djpeg shows the picture.
const UNREADABLE: &str = "junk before every segment";

/// Compares each row's picture with the clean frame's; gives the number of rows and of those that are not as the table
/// says.
pub fn run() -> (usize, usize) {
    let mut turbo = Decompressor::new().expect("one");
    let (mut rows, mut wrong) = (0, 0);
    for interval in [1, 3, 7] {
        let frame = with_restarts(interval);
        let clean = decoded(&mut turbo, &frame);
        let harmless = shown(&frame)
            .into_iter()
            .filter(|(name, _)| *name != UNREADABLE)
            .map(|row| (row, true));
        let harmful = broken(&frame).into_iter().map(|row| (row, false));
        for ((name, odd), same) in harmless.chain(harmful) {
            rows += 1;
            if (decoded(&mut turbo, &odd) == clean) != same {
                wrong += 1;
                let as_what = if same { "broken" } else { "without harm" };
                eprintln!("{name}, interval {interval}: libjpeg-turbo shows it {as_what}");
            }
        }
    }
    (rows, wrong)
}

/// The picture's pixels. A warning is an error to this crate, but the picture is there; after an error it is what it was.
fn decoded(turbo: &mut Decompressor, jpeg: &[u8]) -> Vec<u8> {
    let picture = picture();
    let mut pixels = vec![0x55; 3 * picture.width * picture.height];
    let image = Image {
        pixels: &mut pixels[..],
        width: picture.width,
        pitch: 3 * picture.width,
        height: picture.height,
        format: PixelFormat::RGB,
    };
    let _ = turbo.decompress(jpeg, image);
    pixels
}
