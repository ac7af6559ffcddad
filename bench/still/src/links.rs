//! What a viewer is shown over a thin link: the best rendition that fits, of full size alone and of all sizes.
//!
//! Of pictures alone: how a viewer finds its rendition is the client's matter (`cargo xtask bench adapt`).

use std::fmt;
use std::path::Path;

use jpeg_ladder::{Ladder, Plane, Range, Rendition, Sampling, Size as PictureSize, Source, Spec};

use crate::camera::{Camera, Grain};
use crate::jpeg::Jpeg;
use crate::measure::ssim;
use crate::scene::Scene;
use crate::trial::Size;
use crate::vmaf::{Luma, Vmaf};

/// What the links carry, in Mb/s.
const LINKS: [f64; 4] = [1.0, 2.0, 4.0, 8.0];
/// Frames a second of the camera.
const FPS: f64 = 34.0;
/// One frame in so many is encoded; no multiple of a clip's own intra period.
const EVERY: usize = 7;
/// The renditions that there are, in order of bit rate. Source: docs/protocol.md.
const QUALITIES: [(PictureSize, &[u8]); 3] = [
    (PictureSize::Quarter, &[30, 60, 80]),
    (PictureSize::Half, &[30, 40, 50, 60, 70, 80]),
    (
        PictureSize::Full,
        &[30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95],
    ),
];

/// Sums over the frames of one rendition.
struct Rung {
    rendition: Rendition,
    bytes: usize,
    ssim: f64,
    /// As they are shown; kept until their VMAF is measured.
    pictures: Vec<Luma>,
    vmaf: Option<f64>,
}

/// What came of a scene.
pub(crate) struct Row {
    name: String,
    frames: f64,
    rungs: Vec<Rung>,
    truths: Vec<Luma>,
}

/// Encodes some frames of a scene in every rendition.
pub(crate) fn run(name: &str, mut scene: Scene, noise: f32, size: Size) -> std::io::Result<Row> {
    let mut camera = Camera::new(size.width, size.height, noise, Grain::Shared);
    let mut ladder = Ladder::new();
    let renditions: Vec<Rendition> = QUALITIES
        .iter()
        .flat_map(|(size, all)| all.iter().map(|quality| Rendition::new(*quality, *size)))
        .collect();
    let rung = |rendition: &Rendition| Rung {
        rendition: *rendition,
        bytes: 0,
        ssim: 0.0,
        pictures: Vec::new(),
        vmaf: None,
    };
    let mut rungs: Vec<Rung> = renditions.iter().map(rung).collect();
    let mut files = vec![Vec::new(); renditions.len()];
    let spec = Spec {
        width: size.width as u16,
        height: size.height as u16,
        sampling: Sampling::S420,
        range: Range::Full,
    };
    let mut truths = Vec::new();
    let mut frames = 0.0;
    for t in 0..size.frames {
        let Some((truth, light)) = scene.frame(t) else {
            break;
        };
        if !t.is_multiple_of(EVERY) {
            continue;
        }
        let yuyv = camera.shoot(&truth, &light);
        let source = Source::Yuyv(Plane::new(&yuyv, 2 * size.width));
        ladder
            .encode_many(&spec, source, &renditions, &mut files, &[])
            .expect("a whole frame");
        frames += 1.0;
        for (rung, file) in rungs.iter_mut().zip(&files) {
            let sides = rung.rendition.size.sides((spec.width, spec.height));
            let shown = Jpeg::new(file.clone()).decode(usize::from(sides.0)).y;
            let shown = enlarged(&shown, sides, (size.width, size.height));
            rung.bytes += file.len();
            rung.ssim += ssim(&shown, &truth.y, size.width);
            rung.pictures.push(rounded(&shown));
        }
        truths.push(rounded(&truth.y));
    }
    if frames == 0.0 {
        return Err(std::io::Error::other(format!("{name}: no frame")));
    }
    Ok(Row {
        name: name.to_owned(),
        frames,
        rungs,
        truths,
    })
}

fn rounded(samples: &[f32]) -> Luma {
    samples.iter().map(|sample| (sample + 0.5) as u8).collect()
}

/// A picture as large as the camera's, by the cubic of Catmull and Rom, about as a canvas draws it smoothly.
fn enlarged(from: &[f32], (width, height): (u16, u16), to: (usize, usize)) -> Vec<f32> {
    let (width, height) = (usize::from(width), usize::from(height));
    if (width, height) == to {
        return from.to_vec();
    }
    let rows: Vec<f32> = from
        .chunks_exact(width)
        .flat_map(|row| (0..to.0).map(|x| between(x, to.0, width, |at| row[at])))
        .collect();
    let column = |x: usize, y: usize| between(y, to.1, height, |at| rows[at * to.0 + x]);
    (0..to.1)
        .flat_map(|y| (0..to.0).map(move |x| (x, y)))
        .map(|(x, y)| column(x, y).clamp(0.0, 255.0))
        .collect()
}

/// The value at place `at` of `wide` places, where there are `samples`.
fn between(at: usize, wide: usize, samples: usize, value: impl Fn(usize) -> f32) -> f32 {
    let place = (at as f32 + 0.5) * samples as f32 / wide as f32 - 0.5;
    let first = place.floor();
    let t = place - first;
    let weights = [
        ((-0.5 * t + 1.0) * t - 0.5) * t,
        (1.5 * t - 2.5) * t * t + 1.0,
        ((-1.5 * t + 2.0) * t + 0.5) * t,
        (0.5 * t - 0.5) * t * t,
    ];
    let sample = |i: isize| value((first as isize + i).clamp(0, samples as isize - 1) as usize);
    (-1..).zip(weights).map(|(i, w)| sample(i) * w).sum()
}

impl Row {
    pub(crate) const HEAD: &str = "| scene | Mb/s | full size alone | fps | SSIM | VMAF | all sizes | fps | SSIM | VMAF |\n|---|---|---|---|---|---|---|---|---|---|";

    /// The same with the VMAF of what the links show, if there is an ffmpeg that can measure it.
    pub(crate) fn with_vmaf(mut self, ffmpeg: Option<&Path>, size: Size) -> std::io::Result<Self> {
        let Some(ffmpeg) = ffmpeg else {
            return Ok(self);
        };
        let vmaf = Vmaf::new(ffmpeg, size.width, size.height)?;
        for at in self.all_shown() {
            let rung = &mut self.rungs[at];
            if rung.vmaf.is_none() {
                rung.vmaf = Some(vmaf.score(&rung.pictures, &self.truths)?);
            }
        }
        Ok(self)
    }

    /// Which of the rungs, of full size alone or of all, a link carries at the camera's rate; else the cheapest.
    fn best(&self, link: f64, full_alone: bool) -> usize {
        let is_of = |at: &usize| !full_alone || self.rungs[*at].rendition.size == PictureSize::Full;
        let mut rungs = (0..self.rungs.len()).filter(is_of);
        let cheapest = rungs.clone().next().expect("there is always one");
        rungs
            .rfind(|at| self.fps(link, *at) >= FPS)
            .unwrap_or(cheapest)
    }

    /// How many frames of a rung a link carries.
    fn fps(&self, link: f64, at: usize) -> f64 {
        link * 1e6 / 8.0 * self.frames / self.rungs[at].bytes as f64
    }

    /// The rungs that any link shows.
    fn all_shown(&self) -> Vec<usize> {
        let both = |link: f64| [true, false].map(|full_alone| self.best(link, full_alone));
        LINKS.into_iter().flat_map(both).collect()
    }

    fn shown(&self, link: f64, full_alone: bool) -> String {
        let at = self.best(link, full_alone);
        let rung = &self.rungs[at];
        let suffix = match rung.rendition.size {
            PictureSize::Full => "",
            PictureSize::Half => "s2",
            PictureSize::Quarter => "s4",
        };
        let vmaf = rung
            .vmaf
            .map_or("–".to_owned(), |vmaf| format!("{vmaf:.0}"));
        format!(
            "{}{suffix} | {:.1} | {:.3} | {vmaf}",
            rung.rendition.quality,
            self.fps(link, at).min(FPS),
            rung.ssim / self.frames
        )
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, link) in LINKS.into_iter().enumerate() {
            let (full, all) = (self.shown(link, true), self.shown(link, false));
            let end = if at + 1 < LINKS.len() { "\n" } else { "" };
            write!(f, "| {} | {link:.0} | {full} | {all} |{end}", self.name)?;
        }
        Ok(())
    }
}
