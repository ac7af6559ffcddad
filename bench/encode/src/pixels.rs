//! From a frame of pixels: our kernels beside the peers, cell by cell, and the medians.

use jpeg_ladder::{Kernel, Ladder, Plane, Sampling, Source};

use crate::frames::{Frame, LADDERS, SCENES, SIZES, last_file};
use crate::opencv::OpenCv;
use crate::race::{Run, median, race};
use crate::turbo;

/// The competitors behind our kernels.
const PEERS: [&str; 4] = ["jpeg-encoder", "turbo RGB", "turbo YUV", "OpenCV"];

/// Where everyone stands in a cell's results.
struct Places {
    kernels: Vec<Kernel>,
    chosen: usize,
    jpeg_encoder: usize,
    rgb: usize,
    yuv: usize,
    opencv: usize,
}

impl Places {
    fn new() -> Self {
        let kernels: Vec<Kernel> = Kernel::available().collect();
        let chosen = kernels.iter().position(|&kernel| kernel == Kernel::best());
        let [jpeg_encoder, rgb, yuv, opencv] = std::array::from_fn(|i| kernels.len() + i);
        Self {
            chosen: chosen.expect("it is available"),
            kernels,
            jpeg_encoder,
            rgb,
            yuv,
            opencv,
        }
    }

    fn kernel_names(&self) -> String {
        let names: Vec<&str> = self.kernels.iter().map(|kernel| kernel.as_str()).collect();
        names.join(" | ")
    }
}

/// Ratios of all cells of one set of qualities.
#[derive(Default)]
struct Ratios {
    rgb: Vec<f64>,
    yuv: Vec<f64>,
    opencv: Vec<f64>,
    portable: Vec<f64>,
    kernels: Vec<Vec<f64>>,
}

impl Ratios {
    fn add(&mut self, results: &[(f64, usize)], places: &Places, sampling: Sampling) {
        let ratio = |i: usize| results[i].0 / results[places.chosen].0;
        self.rgb.push(ratio(places.rgb));
        self.yuv.push(ratio(places.yuv));
        // OpenCV's own default.
        if sampling == Sampling::S420 {
            self.opencv.push(ratio(places.opencv));
        }
        self.portable
            .push(results[places.jpeg_encoder].0 / results[0].0);
        self.kernels.resize(places.kernels.len(), Vec::new());
        for (ratios, (ms, _)) in self.kernels.iter_mut().zip(results) {
            ratios.push(results[places.rgb].0 / ms);
        }
    }

    fn line(&mut self, qualities: usize) -> String {
        let kernels = self.kernels.iter_mut();
        let columns: Vec<String> = [
            &mut self.rgb,
            &mut self.yuv,
            &mut self.opencv,
            &mut self.portable,
        ]
        .into_iter()
        .chain(kernels)
        .map(|ratios| format!("{:.2}", median(ratios)))
        .collect();
        format!("| {qualities} | {} |", columns.join(" | "))
    }
}

/// Prints a line for each cell and the medians of each set of qualities.
pub fn table(cv: &mut OpenCv, rounds: usize) {
    let places = Places::new();
    println!(
        "| size | scene | chroma | k | {} | {} | of turbo RGB | of OpenCV | bytes | PSNR |",
        places.kernel_names(),
        PEERS.join(" | ")
    );
    println!("|{}", "---|".repeat(8 + places.kernels.len() + PEERS.len()));
    let mut summary = Vec::new();
    for qualities in LADDERS {
        let mut ratios = Ratios::default();
        for (w, h) in SIZES {
            for (scene, detail) in SCENES {
                let frame = Frame::new(w, h, detail);
                for (chroma, sampling) in [("4:2:0", Sampling::S420), ("4:2:2", Sampling::S422)] {
                    let results = race_all(&frame, sampling, qualities, cv, rounds);
                    let times: Vec<String> =
                        results.iter().map(|(ms, _)| format!("{ms:.3}")).collect();
                    let (ours, bytes) = results[places.chosen];
                    println!(
                        "| {w}x{h} | {scene} | {chroma} | {} | {} | {:.2} | {:.2} | {bytes} | {:.2} |",
                        qualities.len(),
                        times.join(" | "),
                        results[places.rgb].0 / ours,
                        results[places.opencv].0 / ours,
                        turbo::psnr(&last_file(&frame, sampling, qualities), &frame)
                    );
                    ratios.add(&results, &places, sampling);
                }
            }
        }
        summary.push(ratios.line(qualities.len()));
    }
    println!(
        "\n| k | of turbo RGB | of turbo YUV | of OpenCV (4:2:0) | portable of jpeg-encoder | of turbo RGB: {} |",
        places.kernel_names()
    );
    println!("|{}", "---|".repeat(5 + places.kernels.len()));
    summary.iter().for_each(|line| println!("{line}"));
}

/// Races all encoders on one YUYV frame.
fn race_all(
    frame: &Frame,
    sampling: Sampling,
    qualities: &[u8],
    cv: &mut OpenCv,
    rounds: usize,
) -> Vec<(f64, usize)> {
    cv.load("yuyv", frame.width, frame.height, &frame.yuyv);
    let mut runs: Vec<Run<'_>> = Kernel::available()
        .map(|kernel| ours(kernel, frame, sampling, qualities))
        .collect();
    let peers: [Run<'_>; 4] = [
        by_jpeg_encoder(frame, sampling, qualities),
        turbo::from_rgb(frame, sampling, qualities),
        turbo::from_yuyv(frame, sampling, qualities),
        Box::new(|| cv.encode(qualities)),
    ];
    runs.extend(peers);
    race(&mut runs, rounds)
}

/// Our encoder with a kernel.
pub fn ours<'a>(
    kernel: Kernel,
    frame: &'a Frame,
    sampling: Sampling,
    qualities: &'a [u8],
) -> Run<'a> {
    let mut ladder = Ladder::with_kernel(kernel);
    let mut out = vec![Vec::new(); qualities.len()];
    let spec = frame.spec(sampling);
    Box::new(move || {
        let source = Source::Yuyv(Plane::new(&frame.yuyv, 2 * frame.width));
        ladder
            .encode_many(&spec, source, qualities, &mut out, &[])
            .expect("a good frame");
        (out.iter().map(Vec::len).sum(), None)
    })
}

/// The crate, from RGB, which it gets for nothing.
fn by_jpeg_encoder<'a>(frame: &'a Frame, sampling: Sampling, qualities: &'a [u8]) -> Run<'a> {
    let mut file = Vec::new();
    let (w, h) = (frame.width as u16, frame.height as u16);
    Box::new(move || {
        let mut total = 0;
        for &quality in qualities {
            file.clear();
            let mut encoder = jpeg_encoder::Encoder::new(&mut file, quality);
            encoder.set_sampling_factor(match sampling {
                Sampling::S420 => jpeg_encoder::SamplingFactor::F_2_2,
                _ => jpeg_encoder::SamplingFactor::F_2_1,
            });
            encoder
                .encode(&frame.rgb, w, h, jpeg_encoder::ColorType::Rgb)
                .expect("it encodes");
            total += file.len();
        }
        (total, None)
    })
}
