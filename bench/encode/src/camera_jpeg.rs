//! From a camera's JPEG to a lower quality: by coefficients beside the peers' ways over pixels.

use jpeg_ladder::{Ladder, Sampling, Source};

use crate::frames::{Frame, SCENES, SIZES, last_file};
use crate::opencv::OpenCv;
use crate::race::{Run, median, race};
use crate::turbo;

/// The competitors, ours first.
const NAMES: [&str; 4] = ["ours", "turbo YUV to YUV", "turbo RGB to RGB", "OpenCV"];

/// Prints a line for each cell and the medians.
pub fn table(cv: &mut OpenCv, rounds: usize) {
    println!(
        "\n| size | camera's quality | scene | to | {} | of the best turbo | of OpenCV | bytes |",
        NAMES.join(" | ")
    );
    println!("|{}", "---|".repeat(7 + NAMES.len()));
    for to in [&[60][..], &[40, 60, 70, 80]] {
        let mut ratios = Vec::new();
        for (w, h) in SIZES {
            for (own, (scene, detail)) in [(90, SCENES[0]), (85, SCENES[1]), (90, SCENES[1])] {
                let frame = Frame::new(w, h, detail);
                let jpeg = last_file(&frame, Sampling::S422, &[own]);
                let results = race_all(&frame, &jpeg, to, cv, rounds);
                let times: Vec<String> = results.iter().map(|(ms, _)| format!("{ms:.3}")).collect();
                let best = results[1].0.min(results[2].0) / results[0].0;
                println!(
                    "| {w}x{h} | {own} | {scene} | {to:?} | {} | {best:.2} | {:.2} | {} |",
                    times.join(" | "),
                    results[3].0 / results[0].0,
                    results[0].1
                );
                ratios.push(best);
            }
        }
        println!(
            "k = {}: median {:.2} of the best libjpeg-turbo path",
            to.len(),
            median(&mut ratios)
        );
    }
}

/// Races all on one 4:2:2 JPEG of a camera.
fn race_all(
    frame: &Frame,
    jpeg: &[u8],
    qualities: &[u8],
    cv: &mut OpenCv,
    rounds: usize,
) -> Vec<(f64, usize)> {
    cv.load("mjpeg", frame.width, frame.height, jpeg);
    let mut runs: [Run<'_>; 4] = [
        ours(frame, jpeg, qualities),
        turbo::jpeg_by_yuv(frame, jpeg, qualities),
        turbo::jpeg_by_rgb(frame, jpeg, qualities),
        Box::new(|| cv.encode(qualities)),
    ];
    race(&mut runs, rounds)
}

/// Our encoder, with the kernel that it chose.
fn ours<'a>(frame: &'a Frame, jpeg: &'a [u8], qualities: &'a [u8]) -> Run<'a> {
    let mut ladder = Ladder::new();
    let mut out = vec![Vec::new(); qualities.len()];
    let spec = frame.spec(Sampling::S422);
    Box::new(move || {
        ladder
            .encode_many(&spec, Source::Mjpeg(jpeg), qualities, &mut out, &[])
            .expect("a good frame");
        (out.iter().map(Vec::len).sum(), None)
    })
}
