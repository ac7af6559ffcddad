//! What smaller pictures cost beside the full ones, and what the way they are made does to a picture.
//!
//! Ratios of one interleaved race; CPU time of the thread, as in `speed`.

use jpeg_ladder::{Ladder, Plane, Rendition, Sampling, Size, Source, Spec};

use crate::common::full;
use crate::filters;
use crate::frames::{Frame, LADDERS, SCENES, SIZES, last_file};
use crate::race::{Run, race};
use crate::statistics::median;

/// What a camera's viewers may want beside the fourteen.
const HALF: [u8; 6] = [30, 40, 50, 60, 70, 80];
const QUARTER: [u8; 3] = [30, 60, 80];
/// The quality of a camera that compresses.
const CAMERA: u8 = 90;

/// Prints the tables.
pub fn run(rounds: usize) {
    println!(
        "| source | size | scene | chroma | one full, ms | half alone | quarter alone | fourteen, ms | with six halves and three quarters |\n|---|---|---|---|---|---|---|---|---|"
    );
    let mut ratios = [const { Vec::new() }; 4];
    for (w, h) in SIZES {
        for (scene, detail) in SCENES {
            let frame = Frame::new(w, h, detail);
            for (chroma, sampling) in [("4:2:0", Sampling::S420), ("4:2:2", Sampling::S422)] {
                let yuyv = Source::Yuyv(Plane::new(&frame.yuyv, 2 * w));
                let jpeg = last_file(&frame, sampling, &[CAMERA]);
                for (name, source) in [("YUYV", yuyv), ("MJPEG", Source::Mjpeg(&jpeg))] {
                    let [full, half, quarter, all, with] =
                        times(&frame.spec(sampling), source, rounds);
                    let row = [half / full, quarter / full, with / all];
                    println!(
                        "| {name} | {w}x{h} | {scene} | {chroma} | {full:.2} | {:.2} | {:.2} | {all:.2} | {:.2} |",
                        row[0], row[1], row[2]
                    );
                    let columns = if name == "YUYV" { [0, 1] } else { [2, 3] };
                    ratios[columns[0]].push(row[0]);
                    ratios[columns[1]].push(row[2]);
                }
            }
        }
    }
    let [half, with, half_of_jpeg, with_of_jpeg] = ratios.map(|mut all| median(&mut all));
    println!(
        "\nmedians: YUYV: a half alone {half:.2} of one full, all 23 {with:.2} of the fourteen; MJPEG: {half_of_jpeg:.2}, {with_of_jpeg:.2}\n"
    );
    filters::run();
}

/// ms of one full rendition, of one half and of one quarter alone, of the fourteen and of all 23.
fn times(spec: &Spec, source: Source, rounds: usize) -> [f64; 5] {
    let of = |size: Size, qualities: &[u8]| -> Vec<Rendition> {
        let rendition = |&quality: &u8| Rendition::new(quality, size);
        qualities.iter().map(rendition).collect()
    };
    let fourteen = full(LADDERS[3]);
    let smaller = [of(Size::Half, &HALF), of(Size::Quarter, &QUARTER)].concat();
    let wanted = [
        full(&[80]),
        of(Size::Half, &[80]),
        of(Size::Quarter, &[80]),
        fourteen.clone(),
        [fourteen, smaller].concat(),
    ];
    let mut runs: Vec<Run<'_>> = wanted
        .into_iter()
        .map(|wanted| -> Run<'_> {
            let mut ladder = Ladder::new();
            let mut out = vec![Vec::new(); wanted.len()];
            Box::new(move || {
                ladder
                    .encode_many(spec, source, &wanted, &mut out, &[])
                    .expect("a good frame");
                (out.iter().map(Vec::len).sum(), None)
            })
        })
        .collect();
    let results = race(&mut runs, rounds);
    std::array::from_fn(|i| results[i].0)
}
