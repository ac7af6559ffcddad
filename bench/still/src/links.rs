//! What a viewer is shown over a thin link: the best rendition that fits, of full size alone and of all sizes.
//!
//! Of pictures alone: how a viewer finds its rendition is the client's matter (`cargo xtask bench adapt`).

use std::fmt;

use jpeg_ladder::{Ladder, Plane, Range, Rendition, Sampling, Size as PictureSize, Source, Spec};

use crate::camera::Camera;
use crate::jpeg::Jpeg;
use crate::measure::ssim;
use crate::scene::Scene;
use crate::trial::Size;

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
}

/// What came of a scene.
pub(crate) struct Row {
    name: String,
    frames: f64,
    rungs: Vec<Rung>,
}

/// Encodes some frames of a scene in every rendition.
pub(crate) fn run(name: &str, mut scene: Scene, noise: f32, size: Size) -> std::io::Result<Row> {
    let mut camera = Camera::new(size.width, size.height, noise, true);
    let mut ladder = Ladder::new();
    let renditions: Vec<Rendition> = QUALITIES
        .iter()
        .flat_map(|(size, all)| all.iter().map(|quality| Rendition::new(*quality, *size)))
        .collect();
    let rung = |rendition: &Rendition| Rung {
        rendition: *rendition,
        bytes: 0,
        ssim: 0.0,
    };
    let mut rungs: Vec<Rung> = renditions.iter().map(rung).collect();
    let mut files = vec![Vec::new(); renditions.len()];
    let spec = Spec {
        width: size.width as u16,
        height: size.height as u16,
        sampling: Sampling::S420,
        range: Range::Full,
    };
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
        }
    }
    if frames == 0.0 {
        return Err(std::io::Error::other(format!("{name}: no frame")));
    }
    Ok(Row {
        name: name.to_owned(),
        frames,
        rungs,
    })
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
    pub(crate) const HEAD: &str = "| scene | Mb/s | full size alone | fps | SSIM | all sizes | fps | SSIM |\n|---|---|---|---|---|---|---|---|";

    /// The best of `rungs` that the link carries at the camera's rate, else the cheapest at the rate that it carries.
    fn shown<'a>(&self, link: f64, rungs: impl Iterator<Item = &'a Rung>) -> Shown {
        let rungs = rungs.map(|rung| Shown {
            rendition: rung.rendition,
            fps: link * 1e6 / 8.0 * self.frames / rung.bytes as f64,
            ssim: rung.ssim / self.frames,
        });
        let rungs: Vec<Shown> = rungs.collect();
        let fits = rungs.iter().rposition(|shown| shown.fps >= FPS);
        let best = rungs[fits.unwrap_or(0)];
        Shown {
            fps: best.fps.min(FPS),
            ..best
        }
    }
}

/// What a viewer is shown.
#[derive(Clone, Copy)]
struct Shown {
    rendition: Rendition,
    fps: f64,
    ssim: f64,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let suffix = match self.rendition.size {
            PictureSize::Full => "",
            PictureSize::Half => "s2",
            PictureSize::Quarter => "s4",
        };
        let Rendition { quality, .. } = self.rendition;
        write!(f, "{quality}{suffix} | {:.1} | {:.3}", self.fps, self.ssim)
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, link) in LINKS.into_iter().enumerate() {
            let full = |rung: &&Rung| rung.rendition.size == PictureSize::Full;
            let full = self.shown(link, self.rungs.iter().filter(full));
            let all = self.shown(link, self.rungs.iter());
            let end = if at + 1 < LINKS.len() { "\n" } else { "" };
            write!(f, "| {} | {link:.0} | {full} | {all} |{end}", self.name)?;
        }
        Ok(())
    }
}
