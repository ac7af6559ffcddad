//! What a second thread gains, by size and number of qualities: the measurement behind `Duo`'s threshold.
//!
//! Wall time, in turns, each frame starting when a camera of 34 a second would bring it: a thread that has to be woken
//! costs what it costs there.
#![expect(clippy::disallowed_methods, reason = "it measures time")]

use std::time::{Duration, Instant};

use jpeg_ladder::{Duo, Ladder, Plane, Sampling, Source};

use crate::common::full;
use crate::frames::{Frame, LADDERS, SCENES};
use crate::statistics::median;

const SIZES: [(usize, usize); 4] = [(640, 480), (1280, 720), (1920, 1080), (3840, 2160)];
const ROUNDS: usize = 31;
const INTERVAL: Duration = Duration::from_micros(29_412);

/// Prints the table.
pub fn run() {
    println!(
        "| size | k | one thread, ms | two, ms | gain | one thread at 34 a second | shared |\n|---|---|---|---|---|---|---|"
    );
    for (w, h) in SIZES {
        let frame = Frame::new(w, h, SCENES[1].1);
        let spec = frame.spec(Sampling::S420);
        let source = Source::Yuyv(Plane::new(&frame.yuyv, 2 * w));
        for qualities in LADDERS {
            let renditions = full(qualities);
            let (mut alone, mut both, mut chosen) = (Ladder::new(), Duo::always(), Duo::new());
            let mut out =
                [const { Vec::new() }; 3].map(|_: Vec<u8>| vec![Vec::new(); qualities.len()]);
            let mut times = [const { Vec::new() }; 2];
            let mut due = Instant::now();
            for _ in 0..=ROUNDS {
                for (i, times) in times.iter_mut().enumerate() {
                    due = due.max(Instant::now()) + INTERVAL;
                    std::thread::sleep(due.saturating_duration_since(Instant::now()));
                    let start = Instant::now();
                    let out = &mut out[i];
                    let done = match i {
                        0 => alone.encode_many(&spec, source, &renditions, out, &[]),
                        _ => both.encode_many(&spec, source, &renditions, out, &[]),
                    };
                    done.expect("a good frame");
                    times.push(start.elapsed().as_secs_f64() * 1e3);
                }
            }
            chosen
                .encode_many(&spec, source, &renditions, &mut out[2], &[])
                .expect("a good frame");
            assert!(
                out[0] == out[1] && out[0] == out[2],
                "the bytes are the same"
            );
            // The first made the tables.
            let [one, two] = times.map(|mut times| median(&mut times[1..]));
            println!(
                "| {w}x{h} | {} | {one:.2} | {two:.2} | {:.2} | {:.0} % | {} |",
                qualities.len(),
                one / two,
                one * 3.4,
                if chosen.shares(&spec, &renditions) {
                    "yes"
                } else {
                    "no"
                }
            );
        }
    }
}
