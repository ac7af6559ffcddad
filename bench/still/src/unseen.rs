//! Whether the rule keeps its promise before scenes, cameras and clips that it was not tuned on.

use std::collections::VecDeque;
use std::fmt;

use jpeg_ladder::{HoldSettings, Ladder, Rendition};

use crate::camera::Camera;
use crate::cases::Case;
use crate::delivery::{Coded, Delivery, Format};
use crate::flaw::{Flaw, Flawed, weave};
use crate::jpeg::Jpeg;
use crate::measure::{Ghosts, Quality};
use crate::scene::Scene;
use crate::trial::{EVERY, FROM, HOLD, Size, cpu_seconds};
use crate::truth::Truth;

/// The promise: dB, share of SSIM, and frames that a ghost may stay.
const PSNR_LESS: f64 = 0.2;
const SSIM_LESS: f64 = 0.002;
const GHOST_FRAMES: u32 = 17;

/// What came of a case.
pub(crate) struct Row {
    name: String,
    frames: f64,
    plain_bytes: usize,
    delta: usize,
    fresh: usize,
    intervals: usize,
    plain: Quality,
    held: Quality,
    ghosts: Ghosts,
    /// Thread time without holding and with it.
    seconds: [f64; 2],
    grey: bool,
}

/// An encoder of quality 80.
struct Encoder {
    ladder: Ladder,
    files: [Vec<u8>; 1],
    before: Jpeg,
}

impl Encoder {
    fn new(hold: Option<HoldSettings>) -> Self {
        let mut ladder = Ladder::new();
        ladder.hold(hold);
        Self {
            ladder,
            files: [Vec::new()],
            before: Jpeg::default(),
        }
    }
}

/// A case as it runs.
struct Trial {
    size: Size,
    case: Case,
    encoders: [Encoder; 2],
    delivery: Delivery,
    row: Row,
}

/// Runs a case to its end.
pub(crate) fn run(name: &str, case: Case, mut scene: Scene, size: Size) -> std::io::Result<Row> {
    let mut camera = Camera::new(size.width, size.height, case.sigma, case.grain);
    let mut flawed = Flawed::new(case.flaw, size.width, size.height);
    let mut coded = match case.flaw {
        Flaw::Codec(factor, group) => Some(Coded::new(size, factor, group)?),
        _ => None,
    };
    let mut on_the_way: VecDeque<(usize, Truth)> = VecDeque::new();
    let mut trial = None;
    let mut shown = |t: usize, yuyv: &[u8], truth: &Truth| {
        let trial = trial.get_or_insert_with(|| Trial::new(name, case, size, truth));
        trial.frame(t, yuyv, truth);
    };
    for t in 0..size.frames * case.times {
        let Some((mut truth, light)) = scene.frame(t) else {
            break;
        };
        if case.flaw == Flaw::Interlace
            && let Some((earlier, _)) = scene.at((t as f32 - 0.5).max(0.0))
        {
            weave(&mut truth, &earlier);
        }
        camera.amplify(case.flaw.gain(t));
        let mut yuyv = camera.shoot(&truth, &light);
        flawed.apply(&mut yuyv, &mut truth);
        let Some(coded) = &mut coded else {
            shown(t, &yuyv, &truth);
            continue;
        };
        coded.add(&yuyv)?;
        on_the_way.push_back((t, truth));
        while let Some(yuyv) = coded.next(false) {
            if let Some((t, truth)) = on_the_way.pop_front() {
                shown(t, &yuyv, &truth);
            }
        }
    }
    if let Some(coded) = &mut coded {
        while let Some(yuyv) = coded.next(true) {
            if let Some((t, truth)) = on_the_way.pop_front() {
                shown(t, &yuyv, &truth);
            }
        }
    }
    let trial = trial.ok_or_else(|| std::io::Error::other(format!("{name}: no frame")))?;
    Ok(trial.row)
}

impl Trial {
    fn new(name: &str, case: Case, size: Size, truth: &Truth) -> Self {
        Self {
            size,
            case,
            encoders: [Encoder::new(None), Encoder::new(Some(HOLD))],
            delivery: Delivery::new(case.format, size),
            row: Row {
                name: name.to_owned(),
                frames: 0.0,
                plain_bytes: 0,
                delta: 0,
                fresh: 0,
                intervals: 0,
                plain: Quality::default(),
                held: Quality::default(),
                ghosts: Ghosts::new(truth, case.format.lines()),
                seconds: [0.0; 2],
                grey: case.format == Format::Grey,
            },
        }
    }

    fn frame(&mut self, t: usize, yuyv: &[u8], truth: &Truth) {
        let counts = t >= FROM;
        let source = self.delivery.make(yuyv);
        let spec = self.case.format.spec(self.size);
        let quality = self.case.format.published();
        let row = &mut self.row;
        for (encoder, seconds) in self.encoders.iter_mut().zip(&mut row.seconds) {
            let (ladder, files) = (&mut encoder.ladder, &mut encoder.files);
            let began = cpu_seconds();
            ladder
                .encode_many(&spec, source, &[Rendition::full(quality)], files, &[])
                .expect("a whole frame");
            if counts {
                *seconds += cpu_seconds() - began;
            }
        }
        let [plain, held] = [0, 1].map(|i: usize| Jpeg::new(self.encoders[i].files[0].clone()));
        let changed = held.changed(&self.encoders[1].before);
        if matches!(self.case.flaw, Flaw::Codec(..) | Flaw::Denoise(_)) {
            // What the camera itself shows late is no fault of holding.
            let y = yuyv.iter().step_by(2).map(|&y| f32::from(y)).collect();
            let delivered = Truth { y, ..truth.clone() };
            row.ghosts.add(&delivered, &changed);
        } else {
            row.ghosts.add(truth, &changed);
        }
        if counts {
            row.frames += 1.0;
            row.plain_bytes += plain.bytes.len();
            row.delta += held.message(&self.encoders[1].before);
            row.fresh += changed.iter().filter(|changed| **changed).count();
            row.intervals += changed.len();
        }
        if counts && (t - FROM).is_multiple_of(EVERY) {
            let grey = row.grey;
            for (quality, file) in [(&mut row.plain, &plain), (&mut row.held, &held)] {
                let planes = if grey {
                    file.decode_grey(truth)
                } else {
                    file.decode(self.size.width)
                };
                quality.add(&planes, truth);
            }
        }
        self.encoders[1].before = held;
    }
}

impl Row {
    pub(crate) const HEAD: &str = "| scene | plain | delta | encoded % | luma PSNR | chroma PSNR | SSIM | ghosts % | longest | CPU | promise |\n|---|---|---|---|---|---|---|---|---|---|---|";

    /// What of the promise is broken.
    fn broken(&self) -> Vec<String> {
        let (plain, held) = (&self.plain, &self.held);
        let mut broken = Vec::new();
        let luma = plain.luma_psnr() - held.luma_psnr();
        if luma > PSNR_LESS {
            broken.push(format!("luma −{luma:.2} dB"));
        }
        let chroma = plain.chroma_psnr() - held.chroma_psnr();
        if chroma > PSNR_LESS {
            broken.push(format!("chroma −{chroma:.2} dB"));
        }
        let ssim = plain.ssim() - held.ssim();
        if ssim > SSIM_LESS {
            broken.push(format!("SSIM −{ssim:.4}"));
        }
        if self.ghosts.longest > GHOST_FRAMES {
            broken.push(format!("ghosts of {} frames", self.ghosts.longest));
        }
        broken
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let megabits = |bytes: usize| bytes as f64 / self.frames * 34.0 * 8e-6;
        let (plain, held) = (&self.plain, &self.held);
        write!(
            f,
            "| {} | {:.1} | **{:.2}** | {:.1} | {:.2} / {:.2} | ",
            self.name,
            megabits(self.plain_bytes),
            megabits(self.delta),
            100.0 * self.fresh as f64 / self.intervals as f64,
            plain.luma_psnr(),
            held.luma_psnr(),
        )?;
        if self.grey {
            write!(f, "–")?;
        } else {
            write!(f, "{:.2} / {:.2}", plain.chroma_psnr(), held.chroma_psnr())?;
        }
        let broken = self.broken();
        write!(
            f,
            " | {:.4} / {:.4} | {:.3} | {} | {:.2} | {} |",
            plain.ssim(),
            held.ssim(),
            self.ghosts.percent(),
            self.ghosts.longest,
            self.seconds[1] / self.seconds[0],
            if broken.is_empty() {
                "kept".to_owned()
            } else {
                broken.join(", ")
            }
        )
    }
}
