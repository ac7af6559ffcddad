//! How long each encoder takes for the same frame and the same qualities.

use jpeg_ladder::{Kernel, Race, Sampling};

use crate::camera_jpeg;
use crate::frames::{Frame, LADDERS, SCENES, SIZES};
use crate::opencv::OpenCv;
use crate::pixels::{self, ours};
use crate::race::race;

/// Prints all tables.
pub fn run(python: &str, rounds: usize) {
    let mut cv = OpenCv::start(python);
    println!(
        "{}: {} chosen ({})",
        processor(),
        Kernel::best(),
        Race::get()
    );
    println!(
        "ms of CPU time, median of {rounds}; jpeg-encoder and turbo RGB get RGB for nothing; ratios are the chosen kernel's\n"
    );
    pixels::table(&mut cv, rounds);
    marginal(rounds);
    camera_jpeg::table(&mut cv, rounds);
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

/// Prints what one quality more costs, fourteen less one in turns, and how much of a core fourteen take.
fn marginal(rounds: usize) {
    println!();
    for (w, h) in SIZES {
        let frame = Frame::new(w, h, SCENES[1].1);
        let run = |qualities| ours(Kernel::best(), &frame, Sampling::S420, qualities);
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
