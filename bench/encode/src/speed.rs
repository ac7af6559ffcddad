//! How long each encoder takes for the same frame and the same qualities.
//!
//! All of them run in turns within one cell, so that what else the machine does hits all alike; a figure is the median
//! of thread CPU time, so that being preempted does not count. OpenCV runs in a Python of its own, in the same turns.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use jpeg_ladder::{Kernel, Ladder, Plane, Race, Range, Sampling, Source, Spec};
use turbojpeg::{Compressor, Decompressor, Image, PixelFormat, Subsamp, YuvImage, YuvPlanesImage};

use crate::common::pictures;

const SIZES: [(usize, usize); 3] = [(640, 480), (1280, 720), (1920, 1080)];
/// How much there is to see: about 0.9, 1.3 and 1.9 bits a pixel at quality 80.
pub const SCENES: [(&str, f32); 3] = [("calm", 1.0), ("room", 2.0), ("busy", 3.5)];
/// The qualities of k = 1, 2, 4, 14.
pub const LADDERS: [&[u8]; 4] = [
    &[80],
    &[60, 80],
    &[40, 60, 80, 95],
    &[30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95],
];

/// A frame in every form that some encoder wants.
pub struct Frame {
    width: usize,
    height: usize,
    pub yuyv: Vec<u8>,
    rgb: Vec<u8>,
}

impl Frame {
    pub fn new(width: usize, height: usize, detail: f32) -> Self {
        let picture = pictures::natural(width, height, detail, 1);
        let [y, u, v] = &picture.planes;
        let mean = |a: u8, b: u8| ((u16::from(a) + u16::from(b) + 1) / 2) as u8;
        let yuyv: Vec<u8> = (0..width * height)
            .step_by(2)
            .flat_map(|i| [y[i], mean(u[i], u[i + 1]), y[i + 1], mean(v[i], v[i + 1])])
            .collect();
        // What a decoder of YUYV gives an encoder that wants RGB.
        let rgb = yuyv
            .chunks_exact(4)
            .flat_map(|p| {
                let (u, v) = (f32::from(p[1]) - 128.0, f32::from(p[3]) - 128.0);
                [p[0], p[2]].into_iter().flat_map(move |y| {
                    let y = f32::from(y);
                    [
                        y + 1.402 * v,
                        y - 0.344_136 * u - 0.714_136 * v,
                        y + 1.772 * u,
                    ]
                    .map(|c| c.round().clamp(0.0, 255.0) as u8)
                })
            })
            .collect();
        Self {
            width,
            height,
            yuyv,
            rgb,
        }
    }

    pub fn spec(&self, sampling: Sampling) -> Spec {
        Spec {
            width: self.width as u16,
            height: self.height as u16,
            sampling,
            range: Range::Full,
        }
    }
}

/// YUYV to planes, chroma averaged over two rows for 4:2:0; part of what an encoder of planes costs.
fn to_planes(frame: &Frame, sampling: Sampling, planes: &mut [Vec<u8>; 3]) {
    let (w, h) = (frame.width, frame.height);
    let rows = if sampling == Sampling::S420 { h / 2 } else { h };
    planes[0].clear();
    planes[0].extend(frame.yuyv.chunks_exact(2).map(|p| p[0]));
    for (c, plane) in planes[1..].iter_mut().enumerate() {
        plane.resize(w / 2 * rows, 0);
        for (y, out) in plane.chunks_exact_mut(w / 2).enumerate() {
            let step = h / rows;
            let row = |y: usize| frame.yuyv[y * 2 * w..][..2 * w].chunks_exact(4);
            for ((out, a), b) in out
                .iter_mut()
                .zip(row(y * step))
                .zip(row(y * step + step - 1))
            {
                *out = ((u16::from(a[1 + 2 * c]) + u16::from(b[1 + 2 * c]) + 1) / 2) as u8;
            }
        }
    }
}

fn subsamp(sampling: Sampling) -> Subsamp {
    if sampling == Sampling::S420 {
        Subsamp::Sub2x2
    } else {
        Subsamp::Sub2x1
    }
}

/// CPU time of this thread in ms.
fn cpu_ms() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

/// One competitor: does the work once and gives the bytes it wrote and, if it is elsewhere, the time it took there.
type Run<'a> = Box<dyn FnMut() -> (usize, Option<f64>) + 'a>;

/// Median ms and bytes of each, taken in turns.
fn race(runs: &mut [Run<'_>], rounds: usize) -> Vec<(f64, usize)> {
    let mut times = vec![Vec::with_capacity(rounds); runs.len()];
    let mut sizes = vec![0; runs.len()];
    for _ in 0..rounds {
        for (i, run) in runs.iter_mut().enumerate() {
            // Twice, and the second time counts: what ran before must not decide whose caches are warm.
            run();
            let start = cpu_ms();
            let (bytes, elsewhere) = run();
            times[i].push(elsewhere.unwrap_or_else(|| cpu_ms() - start));
            sizes[i] = bytes;
        }
    }
    times
        .iter_mut()
        .zip(sizes)
        .map(|(times, size)| (median(times), size))
        .collect()
}

pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// OpenCV in its own Python: YUYV to BGR, then `imencode` for each quality.
struct OpenCv {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl OpenCv {
    fn start(python: &str) -> Self {
        let mut child = Command::new(python)
            .args(["-c", include_str!("../opencv.py")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{python} with cv2 is needed: {error}"));
        let (to, from) = (
            child.stdin.take().expect("piped"),
            child.stdout.take().expect("piped"),
        );
        Self {
            child,
            to,
            from: BufReader::new(from),
        }
    }

    fn say(&mut self, line: &str, bytes: &[u8]) -> String {
        writeln!(self.to, "{line}").expect("Python lives");
        self.to.write_all(bytes).expect("Python lives");
        self.to.flush().expect("Python lives");
        let mut answer = String::new();
        self.from.read_line(&mut answer).expect("Python lives");
        assert!(
            !answer.is_empty(),
            "OpenCV's Python ended: has it numpy and opencv-python-headless?"
        );
        answer
    }

    fn load(&mut self, what: &str, width: usize, height: usize, bytes: &[u8]) {
        self.say(&format!("{what} {width} {height} {}", bytes.len()), bytes);
    }

    fn encode(&mut self, qualities: &[u8]) -> (usize, Option<f64>) {
        let list: Vec<String> = qualities.iter().map(u8::to_string).collect();
        let answer = self.say(&format!("encode {}", list.join(",")), &[]);
        let (size, ms) = answer.trim().split_once(' ').expect("two numbers");
        (size.parse().expect("bytes"), Some(ms.parse().expect("ms")))
    }
}

impl Drop for OpenCv {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The names of the competitors from pixels, behind our kernels.
const PIXEL_NAMES: [&str; 4] = ["jpeg-encoder", "turbo RGB", "turbo YUV", "OpenCV"];

/// Races all encoders on one YUYV frame.
fn race_pixels(
    frame: &Frame,
    sampling: Sampling,
    qualities: &[u8],
    cv: &mut OpenCv,
    rounds: usize,
) -> Vec<(f64, usize)> {
    let (w, h) = (frame.width, frame.height);
    let spec = frame.spec(sampling);
    let ours = |kernel| {
        let mut ladder = Ladder::with_kernel(kernel);
        let mut out = vec![Vec::new(); qualities.len()];
        move || {
            let source = Source::Yuyv(Plane::new(&frame.yuyv, 2 * w));
            ladder
                .encode_many(&spec, source, qualities, &mut out, &[])
                .expect("a good frame");
            (out.iter().map(Vec::len).sum(), None)
        }
    };
    let mut by_crate = Vec::new();
    let (mut turbo, mut turbo_yuv) = (
        Compressor::new().expect("one"),
        Compressor::new().expect("one"),
    );
    let (mut rgb_out, mut yuv_out) = (vec![0; 8 << 20], vec![0; 8 << 20]);
    let mut planes = [Vec::new(), Vec::new(), Vec::new()];
    cv.load("yuyv", w, h, &frame.yuyv);
    let mut runs: Vec<Run<'_>> = Kernel::available()
        .map(|kernel| Box::new(ours(kernel)) as Run<'_>)
        .collect();
    let peers: [Run<'_>; 4] = [
        Box::new(|| {
            let mut total = 0;
            for &quality in qualities {
                by_crate.clear();
                let mut encoder = jpeg_encoder::Encoder::new(&mut by_crate, quality);
                encoder.set_sampling_factor(match sampling {
                    Sampling::S420 => jpeg_encoder::SamplingFactor::F_2_2,
                    _ => jpeg_encoder::SamplingFactor::F_2_1,
                });
                encoder
                    .encode(&frame.rgb, w as u16, h as u16, jpeg_encoder::ColorType::Rgb)
                    .expect("it encodes");
                total += by_crate.len();
            }
            (total, None)
        }),
        Box::new(|| {
            turbo.set_subsamp(subsamp(sampling)).expect("a sampling");
            let mut total = 0;
            for &quality in qualities {
                turbo.set_quality(quality.into()).expect("a quality");
                let image = Image {
                    pixels: &frame.rgb[..],
                    width: w,
                    pitch: 3 * w,
                    height: h,
                    format: PixelFormat::RGB,
                };
                total += turbo
                    .compress_to_slice(image, &mut rgb_out)
                    .expect("it encodes");
            }
            (total, None)
        }),
        Box::new(|| {
            to_planes(frame, sampling, &mut planes);
            turbo_yuv
                .set_subsamp(subsamp(sampling))
                .expect("a sampling");
            let mut total = 0;
            for &quality in qualities {
                turbo_yuv.set_quality(quality.into()).expect("a quality");
                let image = YuvPlanesImage {
                    y_plane: &planes[0][..],
                    u_plane: &planes[1][..],
                    v_plane: &planes[2][..],
                    width: w,
                    height: h,
                    y_stride: w,
                    u_stride: w / 2,
                    v_stride: w / 2,
                    subsamp: subsamp(sampling),
                };
                total += turbo_yuv
                    .compress_yuv_planes_to_slice(&image, &mut yuv_out)
                    .expect("it encodes");
            }
            (total, None)
        }),
        Box::new(|| cv.encode(qualities)),
    ];
    runs.extend(peers);
    race(&mut runs, rounds)
}

/// The names of the competitors from a camera's JPEG, ours first.
const JPEG_NAMES: [&str; 4] = ["ours", "turbo YUV to YUV", "turbo RGB to RGB", "OpenCV"];

/// Races all on one 4:2:2 JPEG of a camera.
fn race_jpeg(
    frame: &Frame,
    jpeg: &[u8],
    qualities: &[u8],
    cv: &mut OpenCv,
    rounds: usize,
) -> Vec<(f64, usize)> {
    let (w, h) = (frame.width, frame.height);
    let spec = frame.spec(Sampling::S422);
    let mut ladder = Ladder::new();
    let mut out = vec![Vec::new(); qualities.len()];
    let (mut from_yuv, mut from_rgb) = (
        Decompressor::new().expect("one"),
        Decompressor::new().expect("one"),
    );
    let (mut to_yuv, mut to_rgb) = (
        Compressor::new().expect("one"),
        Compressor::new().expect("one"),
    );
    for turbo in [&mut to_yuv, &mut to_rgb] {
        turbo.set_subsamp(Subsamp::Sub2x1).expect("a sampling");
    }
    let (mut yuv, mut rgb) = (vec![0; 2 * w * h], vec![0; 3 * w * h]);
    let (mut yuv_out, mut rgb_out) = (vec![0; 8 << 20], vec![0; 8 << 20]);
    cv.load("mjpeg", w, h, jpeg);
    let mut runs: Vec<Run<'_>> = vec![
        Box::new(|| {
            ladder
                .encode_many(&spec, Source::Mjpeg(jpeg), qualities, &mut out, &[])
                .expect("a good frame");
            (out.iter().map(Vec::len).sum(), None)
        }),
        Box::new(|| {
            let image = YuvImage {
                pixels: &mut yuv[..],
                width: w,
                align: 1,
                height: h,
                subsamp: Subsamp::Sub2x1,
            };
            from_yuv.read_header(jpeg).expect("a JPEG");
            from_yuv.decompress_to_yuv(jpeg, image).expect("a JPEG");
            let mut total = 0;
            for &quality in qualities {
                to_yuv.set_quality(quality.into()).expect("a quality");
                let image = YuvImage {
                    pixels: &yuv[..],
                    width: w,
                    align: 1,
                    height: h,
                    subsamp: Subsamp::Sub2x1,
                };
                total += to_yuv
                    .compress_yuv_to_slice(image, &mut yuv_out)
                    .expect("it encodes");
            }
            (total, None)
        }),
        Box::new(|| {
            let image = Image {
                pixels: &mut rgb[..],
                width: w,
                pitch: 3 * w,
                height: h,
                format: PixelFormat::RGB,
            };
            from_rgb.decompress(jpeg, image).expect("a JPEG");
            let mut total = 0;
            for &quality in qualities {
                to_rgb.set_quality(quality.into()).expect("a quality");
                let image = Image {
                    pixels: &rgb[..],
                    width: w,
                    pitch: 3 * w,
                    height: h,
                    format: PixelFormat::RGB,
                };
                total += to_rgb
                    .compress_to_slice(image, &mut rgb_out)
                    .expect("it encodes");
            }
            (total, None)
        }),
        Box::new(|| cv.encode(qualities)),
    ];
    race(&mut runs, rounds)
}

/// Luma PSNR of a file against the frame that it was made from, in dB.
fn psnr(jpeg: &[u8], frame: &Frame) -> f64 {
    let picture = turbojpeg::decompress_to_yuv(jpeg).expect("a JPEG");
    let stride = frame.width.next_multiple_of(picture.align);
    let rows = picture
        .pixels
        .chunks_exact(stride)
        .zip(frame.yuyv.chunks_exact(2 * frame.width));
    let squares: f64 = rows
        .flat_map(|(row, yuyv)| row.iter().zip(yuyv.chunks_exact(2)))
        .map(|(&a, pair)| (f64::from(a) - f64::from(pair[0])).powi(2))
        .sum();
    let count = (frame.width * frame.height) as f64;
    10.0 * (255.0 * 255.0 * count / squares).log10()
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

/// Prints the tables of all cells and the medians.
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
    let kernels: Vec<Kernel> = Kernel::available().collect();
    let names = || {
        kernels
            .iter()
            .map(|kernel| kernel.as_str())
            .collect::<Vec<_>>()
            .join(" | ")
    };
    let chosen = kernels
        .iter()
        .position(|&kernel| kernel == Kernel::best())
        .expect("it is available");
    let [jpeg_encoder, rgb, yuv, opencv] = std::array::from_fn(|i| kernels.len() + i);
    println!(
        "| size | scene | chroma | k | {} | {} | of turbo RGB | of OpenCV | bytes | PSNR |",
        names(),
        PIXEL_NAMES.join(" | ")
    );
    println!("|{}", "---|".repeat(8 + kernels.len() + PIXEL_NAMES.len()));
    let mut summary = Vec::new();
    for ladder in LADDERS {
        let mut ratios = [const { Vec::new() }; 4];
        let mut of_kernels = vec![Vec::new(); kernels.len()];
        for (w, h) in SIZES {
            for (scene, detail) in SCENES {
                let frame = Frame::new(w, h, detail);
                for (chroma, sampling) in [("4:2:0", Sampling::S420), ("4:2:2", Sampling::S422)] {
                    let results = race_pixels(&frame, sampling, ladder, &mut cv, rounds);
                    let times: Vec<String> =
                        results.iter().map(|(ms, _)| format!("{ms:.3}")).collect();
                    let ratio = |i: usize| results[i].0 / results[chosen].0;
                    println!(
                        "| {w}x{h} | {scene} | {chroma} | {} | {} | {:.2} | {:.2} | {} | {:.2} |",
                        ladder.len(),
                        times.join(" | "),
                        ratio(rgb),
                        ratio(opencv),
                        results[chosen].1,
                        psnr(&last_file(&frame, sampling, ladder), &frame)
                    );
                    ratios[0].push(ratio(rgb));
                    ratios[1].push(ratio(yuv));
                    // OpenCV's own default.
                    if sampling == Sampling::S420 {
                        ratios[2].push(ratio(opencv));
                    }
                    ratios[3].push(results[jpeg_encoder].0 / results[0].0);
                    for (ratios, (ms, _)) in of_kernels.iter_mut().zip(&results) {
                        ratios.push(results[rgb].0 / ms);
                    }
                }
            }
        }
        let [rgb, yuv, opencv, portable] = ratios.map(|mut ratios| median(&mut ratios));
        let of_kernels: Vec<String> = of_kernels
            .iter_mut()
            .map(|ratios| format!("{:.2}", median(ratios)))
            .collect();
        summary.push(format!(
            "| {} | {rgb:.2} | {yuv:.2} | {opencv:.2} | {portable:.2} | {} |",
            ladder.len(),
            of_kernels.join(" | ")
        ));
    }
    println!(
        "\n| k | of turbo RGB | of turbo YUV | of OpenCV (4:2:0) | portable of jpeg-encoder | of turbo RGB: {} |",
        names()
    );
    println!("|{}", "---|".repeat(5 + kernels.len()));
    summary.iter().for_each(|line| println!("{line}"));
    marginal(rounds);
    println!(
        "\n| size | camera's quality | scene | to | {} | of the best turbo | of OpenCV | bytes |",
        JPEG_NAMES.join(" | ")
    );
    println!("|{}", "---|".repeat(7 + JPEG_NAMES.len()));
    for to in [&[60][..], &[40, 60, 70, 80]] {
        let mut ratios = Vec::new();
        for (w, h) in SIZES {
            for (own, (scene, detail)) in [(90, SCENES[0]), (85, SCENES[1]), (90, SCENES[1])] {
                let frame = Frame::new(w, h, detail);
                let jpeg = last_file(&frame, Sampling::S422, &[own]);
                let results = race_jpeg(&frame, &jpeg, to, &mut cv, rounds);
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

/// Our file of the last quality.
fn last_file(frame: &Frame, sampling: Sampling, qualities: &[u8]) -> Vec<u8> {
    let mut out = [Vec::new()];
    let source = Source::Yuyv(Plane::new(&frame.yuyv, 2 * frame.width));
    let last = &qualities[qualities.len() - 1..];
    Ladder::new()
        .encode_many(&frame.spec(sampling), source, last, &mut out, &[])
        .expect("a good frame");
    let [file] = out;
    file
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
