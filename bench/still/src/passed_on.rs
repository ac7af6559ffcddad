//! What it would save and cost to recode what a camera compresses itself, at its own quality, instead of passing it on.
//!
//! Passed on, a frame has the camera's own markers and nothing is held: a viewer of deltas gets it whole. Recoded it has
//! ours. The steps of one quality less stand in for the camera's own: the bits differ by some percent, the work is the same.

use std::fmt;

use jpeg_ladder::{HoldSettings, Ladder, Plane, Range, Rendition, Sampling, Source, Spec};

use crate::camera::{Camera, Grain};
use crate::jpeg::Jpeg;
use crate::scene::Scene;
use crate::trial::{FROM, HOLD, Size, cpu_seconds};

/// The camera's quality, and the one that stands in for it.
const CAMERA: u8 = 85;
const RECODED: u8 = CAMERA - 1;

/// What came of a scene.
pub(crate) struct Row {
    name: String,
    frames: f64,
    passed: usize,
    published: usize,
    delta: usize,
    /// Passed on by the markers alone, read whole and passed on, recoded, recoded and held.
    seconds: [f64; 4],
}

/// Runs a scene to its end.
pub(crate) fn run(name: &str, mut scene: Scene, noise: f32, size: Size) -> Row {
    let mut camera = Camera::new(size.width, size.height, noise, Grain::Shared);
    let mut inside = Encoder::new(CAMERA, None);
    let mut unread = Encoder::new(CAMERA, None);
    let mut others = [
        Encoder::new(CAMERA, None),
        Encoder::new(RECODED, None),
        Encoder::new(RECODED, Some(HOLD)),
    ];
    let spec = Spec {
        width: size.width as u16,
        height: size.height as u16,
        sampling: Sampling::S422,
        range: Range::Full,
    };
    let mut row = Row {
        name: name.to_owned(),
        frames: 0.0,
        passed: 0,
        published: 0,
        delta: 0,
        seconds: [0.0; 4],
    };
    let mut before = Jpeg::default();
    for t in 0..size.frames {
        let Some((truth, light)) = scene.frame(t) else {
            break;
        };
        let yuyv = camera.shoot(&truth, &light);
        let of_pixels = Source::Yuyv(Plane::new(&yuyv, 2 * size.width));
        inside.encode(spec, of_pixels);
        let frame = &inside.files[0];
        let began = cpu_seconds();
        let passed = unread
            .ladder
            .pass_through(frame, &unread.renditions, &mut unread.files, &[]);
        assert!(passed, "a frame at its own quality");
        let mut seconds = [cpu_seconds() - began, 0.0, 0.0, 0.0];
        for (encoder, seconds) in others.iter_mut().zip(&mut seconds[1..]) {
            let began = cpu_seconds();
            encoder.encode(spec, Source::Mjpeg(frame));
            *seconds = cpu_seconds() - began;
        }
        let held = Jpeg::new(others[2].files[0].clone());
        if t >= FROM {
            row.frames += 1.0;
            row.passed += unread.files[0].len();
            row.published += held.bytes.len();
            row.delta += held.message(&before);
            for (all, seconds) in row.seconds.iter_mut().zip(seconds) {
                *all += seconds;
            }
        }
        before = held;
    }
    row
}

/// An encoder of one quality.
struct Encoder {
    ladder: Ladder,
    renditions: [Rendition; 1],
    files: [Vec<u8>; 1],
}

impl Encoder {
    fn new(quality: u8, hold: Option<HoldSettings>) -> Self {
        let mut ladder = Ladder::new();
        ladder.hold(hold);
        Self {
            ladder,
            renditions: [Rendition::full(quality)],
            files: [Vec::new()],
        }
    }

    fn encode(&mut self, spec: Spec, source: Source) {
        self.ladder
            .encode_many(&spec, source, &self.renditions, &mut self.files, &[])
            .expect("a whole frame");
    }
}

impl Row {
    pub(crate) const HEAD: &str = "| scene | passed on, Mb/s | recoded and held | as deltas | passed on unread, ms | read | recoded | recoded and held |\n|---|---|---|---|---|---|---|---|";
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let megabits = |bytes: usize| bytes as f64 / self.frames * 34.0 * 8e-6;
        let [unread, read, recoded, held] = self.seconds.map(|seconds| 1e3 * seconds / self.frames);
        write!(
            f,
            "| {} | {:.1} | {:.1} | **{:.2}** | {unread:.2} | {read:.2} | {recoded:.2} | {held:.2} |",
            self.name,
            megabits(self.passed),
            megabits(self.published),
            megabits(self.delta),
        )
    }
}
