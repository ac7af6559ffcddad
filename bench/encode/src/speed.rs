//! How long each encoder takes for the same frame and the same qualities: the tables.
//!
//! All of them run in turns within one cell, so that what else the machine does hits all alike; a figure is the median
//! of thread CPU time, so that being preempted does not count. OpenCV runs in a Python of its own, in the same turns.

use jpeg_ladder::{Kernel, Ladder, Plane, Race, Sampling, Source};

use crate::common::full;
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
        "{}: {} chosen ({})",
        processor(),
        Kernel::best(),
        Race::get()
    );
    println!(
        "ms of CPU time, median of {rounds}; jpeg-encoder and turbo RGB get RGB for nothing; ratios are the chosen kernel's\n"
    );
    let names = pixels::names();
    println!(
        "| size | scene | chroma | k | {} | of turbo RGB | of OpenCV | bytes | PSNR |",
        names.join(" | ")
    );
    println!("|{}", "---|".repeat(8 + names.len()));
    let summary = LADDERS.map(|ladder| {
        let mut ratios = Ratios::new();
        for (w, h) in SIZES {
            for (scene, detail) in SCENES {
                let frame = Frame::new(w, h, detail);
                for (chroma, sampling) in [("4:2:0", Sampling::S420), ("4:2:2", Sampling::S422)] {
                    let results = pixels::compare(&frame, sampling, ladder, cv, rounds);
                    let (rgb, opencv) = ratios.add(&results, sampling);
                    println!(
                        "| {w}x{h} | {scene} | {chroma} | {} | {} | {rgb:.2} | {opencv:.2} | {} | {:.2} |",
                        ladder.len(),
                        times(&results),
                        results[ratios.chosen].1,
                        psnr(&last_file(&frame, sampling, ladder), &frame)
                    );
                }
            }
        }
        format!("| {} {} |", ladder.len(), ratios.medians())
    });
    let kernels = &names[..names.len() - pixels::PEERS.len()];
    println!(
        "\n| k | of turbo RGB | of turbo YUV | of OpenCV (4:2:0) | portable of jpeg-encoder | of turbo RGB: {} |",
        kernels.join(" | ")
    );
    println!("|{}", "---|".repeat(5 + kernels.len()));
    summary.iter().for_each(|line| println!("{line}"));
}

/// The processor's name, of which ratios between kernels are.
fn processor() -> String {
    let told = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = |name: &str| {
        let line = told.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    match (line("model name"), line("cpu family"), line("model\t")) {
        (Some(name), Some(family), Some(model)) => {
            format!("{name} (family {family}, model {model})")
        }
        _ => "an unnamed processor".into(),
    }
}

/// What others take beside us, over all cells of a ladder.
struct Ratios {
    /// Where the chosen kernel stands among the results.
    chosen: usize,
    rgb: Vec<f64>,
    yuv: Vec<f64>,
    opencv: Vec<f64>,
    portable: Vec<f64>,
    /// turbo RGB beside each of our kernels.
    kernels: Vec<Vec<f64>>,
}

impl Ratios {
    fn new() -> Self {
        let kernels: Vec<Kernel> = Kernel::available().collect();
        let chosen = kernels.iter().position(|&kernel| kernel == Kernel::best());
        Self {
            chosen: chosen.expect("the chosen kernel is available"),
            rgb: Vec::new(),
            yuv: Vec::new(),
            opencv: Vec::new(),
            portable: Vec::new(),
            kernels: vec![Vec::new(); kernels.len()],
        }
    }

    /// `results` in the order of [`pixels::names`]. Returns how often turbo RGB and OpenCV take the chosen kernel's time.
    fn add(&mut self, results: &[(f64, usize)], sampling: Sampling) -> (f64, f64) {
        let (ours, peers) = results.split_at(self.kernels.len());
        let [(jpeg_encoder, _), (rgb, _), (yuv, _), (opencv, _)] = *peers else {
            unreachable!("as many results as peers");
        };
        let own = ours[self.chosen].0;
        self.rgb.push(rgb / own);
        self.yuv.push(yuv / own);
        // OpenCV's own default.
        if sampling == Sampling::S420 {
            self.opencv.push(opencv / own);
        }
        // The portable kernel is the first one.
        self.portable.push(jpeg_encoder / ours[0].0);
        for (ratios, (ms, _)) in self.kernels.iter_mut().zip(ours) {
            ratios.push(rgb / ms);
        }
        (rgb / own, opencv / own)
    }

    fn medians(self) -> String {
        let all = [self.rgb, self.yuv, self.opencv, self.portable];
        let columns = all.into_iter().chain(self.kernels);
        let columns = columns.map(|mut ratios| format!("| {:.2}", median(&mut ratios)));
        columns.collect::<Vec<_>>().join(" ")
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
            let (frame, renditions) = (&frame, full(qualities));
            Box::new(move || {
                let source = Source::Yuyv(Plane::new(&frame.yuyv, 2 * frame.width));
                ladder
                    .encode_many(&spec, source, &renditions, &mut out, &[])
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
