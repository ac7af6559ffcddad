//! How long each encoder takes for the same frame and the same qualities: the tables.
//!
//! All of them run in turns within one cell, so that what else the machine does hits all alike; a figure is the median
//! of thread CPU time, so that being preempted does not count. OpenCV runs in a Python of its own, in the same turns.

use jpeg_ladder::{Kernel, Ladder, Plane, Sampling, Source};

use crate::frames::{Frame, LADDERS, SCENES, SIZES, last_file, psnr};
use crate::opencv::OpenCv;
use crate::race::{Run, race};
use crate::statistics::median;
use crate::{pixels, recode};

/// Prints the tables of all cells and the medians.
pub fn run(python: &str, rounds: usize) {
    let mut cv = OpenCv::start(python);
    from_pixels(&mut cv, rounds);
    marginal(rounds);
    from_jpeg(&mut cv, rounds);
}

fn from_pixels(cv: &mut OpenCv, rounds: usize) {
    println!(
        "{:?}; ms of CPU time, median of {rounds}; jpeg-encoder and turbo RGB get RGB for nothing\n",
        Kernel::best()
    );
    println!(
        "| size | scene | chroma | k | {} | of turbo RGB | of OpenCV | bytes | PSNR |",
        pixels::NAMES.join(" | ")
    );
    println!("|{}", "---|".repeat(8 + pixels::NAMES.len()));
    let summary = LADDERS.map(|ladder| {
        let mut ratios = Ratios::default();
        for (w, h) in SIZES {
            for (scene, detail) in SCENES {
                let frame = Frame::new(w, h, detail);
                for (chroma, sampling) in [("4:2:0", Sampling::S420), ("4:2:2", Sampling::S422)] {
                    let results = pixels::compare(&frame, sampling, ladder, cv, rounds);
                    let ratio = |i: usize| results[i].0 / results[0].0;
                    println!(
                        "| {w}x{h} | {scene} | {chroma} | {} | {} | {:.2} | {:.2} | {} | {:.2} |",
                        ladder.len(),
                        times(&results),
                        ratio(3),
                        ratio(5),
                        results[0].1,
                        psnr(&last_file(&frame, sampling, ladder), &frame)
                    );
                    ratios.add(&results, sampling);
                }
            }
        }
        format!("| {} {} |", ladder.len(), ratios.medians())
    });
    println!(
        "\n| k | of turbo RGB | of turbo YUV | of OpenCV (4:2:0) | portable of jpeg-encoder |\n|---|---|---|---|---|"
    );
    summary.iter().for_each(|line| println!("{line}"));
}

/// What others take beside us, over all cells of a ladder.
#[derive(Default)]
struct Ratios {
    rgb: Vec<f64>,
    yuv: Vec<f64>,
    opencv: Vec<f64>,
    portable: Vec<f64>,
}

impl Ratios {
    /// `results` in the order of [`pixels::NAMES`].
    fn add(&mut self, results: &[(f64, usize)], sampling: Sampling) {
        let ratio = |i: usize| results[i].0 / results[0].0;
        self.rgb.push(ratio(3));
        self.yuv.push(ratio(4));
        // OpenCV's own default.
        if sampling == Sampling::S420 {
            self.opencv.push(ratio(5));
        }
        self.portable.push(results[2].0 / results[1].0);
    }

    fn medians(self) -> String {
        let all = [self.rgb, self.yuv, self.opencv, self.portable];
        all.map(|mut ratios| format!("| {:.2}", median(&mut ratios)))
            .join(" ")
    }
}

fn from_jpeg(cv: &mut OpenCv, rounds: usize) {
    println!(
        "\n| size | camera's quality | scene | to | {} | of the best turbo | of OpenCV | bytes |",
        recode::NAMES.join(" | ")
    );
    println!("|{}", "---|".repeat(7 + recode::NAMES.len()));
    for to in [&[60][..], &[40, 60, 70, 80]] {
        let mut ratios = Vec::new();
        for (w, h) in SIZES {
            for (own, (scene, detail)) in [(90, SCENES[0]), (85, SCENES[1]), (90, SCENES[1])] {
                let frame = Frame::new(w, h, detail);
                let jpeg = last_file(&frame, Sampling::S422, &[own]);
                let results = recode::compare(&frame, &jpeg, to, cv, rounds);
                let best = results[1].0.min(results[2].0) / results[0].0;
                println!(
                    "| {w}x{h} | {own} | {scene} | {to:?} | {} | {best:.2} | {:.2} | {} |",
                    times(&results),
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

fn times(results: &[(f64, usize)]) -> String {
    let times: Vec<String> = results.iter().map(|(ms, _)| format!("{ms:.3}")).collect();
    times.join(" | ")
}

/// Prints what one quality more costs, fourteen less one in turns, and how much of a core fourteen take.
fn marginal(rounds: usize) {
    println!();
    for (w, h) in SIZES {
        let frame = Frame::new(w, h, SCENES[1].1);
        let spec = frame.spec(Sampling::S420);
        let run = |qualities: &'static [u8]| -> Run<'_> {
            let mut ladder = Ladder::new();
            let mut out = vec![Vec::new(); qualities.len()];
            let frame = &frame;
            Box::new(move || {
                let source = Source::Yuyv(Plane::new(&frame.yuyv, 2 * frame.width));
                ladder
                    .encode_many(&spec, source, qualities, &mut out, &[])
                    .expect("a good frame");
                (0, None)
            })
        };
        let results = race(&mut [run(LADDERS[0]), run(LADDERS[3])], rounds.max(15));
        let each = (results[1].0 - results[0].0) / 13.0;
        println!(
            "{w}x{h} 4:2:0: one quality more {each:.3} ms, {:.2} ns a pixel; all fourteen {:.2} ms, {:.0} % of one core at 34 frames a second",
            each * 1e6 / (w * h) as f64,
            results[1].0,
            results[1].0 * 3.4
        );
    }
}
