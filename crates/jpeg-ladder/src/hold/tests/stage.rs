//! A camera before a picture that is a function, with noise that neighbours share, as coefficients.

use std::collections::HashMap;

use crate::block::Mcu;
use crate::hold::{Hold, HoldSettings, Verdict};
use crate::interval::{Geometry, Length, Picture};
use crate::kernel::portable::Portable;
use crate::source::Sampling;
use crate::tables::ZIGZAG;

pub(super) const WIDTH: u16 = 320;
pub(super) const HEIGHT: u16 = 176;
/// Blocks of noise of which each frame draws.
const NOISES: usize = 512;

/// Brightness at a place.
pub(super) type Scene<'a> = &'a dyn Fn(f32, f32) -> f32;

/// A room: a slope, cloth, and boards with edges.
pub(super) fn room(x: f32, y: f32) -> f32 {
    let cloth = 9.0 * (x * 0.7).sin() * (y * 0.9).cos() + 5.0 * (x * 0.21 + y * 0.33).sin();
    let boards = if (x / 37.0).floor() as i32 % 2 == 0 {
        25.0
    } else {
        0.0
    };
    70.0 + x * 0.2 + boards + if y > 60.0 { cloth } else { 0.0 }
}

/// The camera, what it sees, and the rule that looks at it.
pub(super) struct Stage {
    pub(super) hold: Hold,
    pub(super) geometry: Geometry,
    pub(super) verdicts: Vec<Verdict>,
    /// Without noise, and as the camera delivers it.
    pub(super) truth: Vec<[f32; 64]>,
    pub(super) frame: Vec<[i16; 64]>,
    /// By a scene's number: it looks the same again.
    seen: HashMap<u32, Vec<[f32; 64]>>,
    /// Luma's, as demosaicing leaves it, and chroma's.
    noises: [Vec<[f32; 64]>; 2],
    sigma: f32,
    random: fastrand::Rng,
    /// The steps of a camera that compresses.
    step: Option<u16>,
}

impl Stage {
    pub(super) fn new(sigma: f32) -> Self {
        Self::sized(sigma, WIDTH, HEIGHT)
    }

    pub(super) fn sized(sigma: f32, width: u16, height: u16) -> Self {
        let mut random = fastrand::Rng::with_seed(11);
        let picture = Picture::new(Mcu::new(Sampling::S420), width, height, Length::Short);
        let geometry = picture.geometry;
        let noises = [[1.0, 4.0, 6.0, 4.0, 1.0], [0.0, 0.3, 0.8, 0.3, 0.0]]
            .map(|shared| (0..NOISES).map(|_| noise(shared, &mut random)).collect());
        Self {
            hold: Hold::new(HoldSettings {
                refresh_frames: 340,
                settles: false,
            }),
            geometry,
            verdicts: vec![Verdict::Fresh; geometry.intervals],
            truth: Vec::new(),
            frame: Vec::new(),
            seen: HashMap::new(),
            noises,
            sigma,
            random,
            step: None,
        }
    }

    pub(super) fn refreshing(mut self, refresh_frames: u32) -> Self {
        self.hold = Hold::new(HoldSettings {
            refresh_frames,
            settles: false,
        });
        self
    }

    pub(super) fn settling(mut self, settles: bool) -> Self {
        self.hold = Hold::new(HoldSettings {
            refresh_frames: 340,
            settles,
        });
        self
    }

    pub(super) fn compressing(mut self, step: u16) -> Self {
        self.step = Some(step);
        self.hold.quantised_by(Some([&[step; 64]; 2]));
        self
    }

    /// One frame of a scene; scenes of one number look the same.
    pub(super) fn shoot(&mut self, number: u32, scene: Scene) -> &[Verdict] {
        let (across, per_mcu) = (self.geometry.mcus_across, self.geometry.blocks_per_mcu);
        let blocks = self.geometry.mcus() * per_mcu;
        let luma = self.geometry.luma_blocks;
        let truth = self.seen.entry(number).or_insert_with(|| {
            let block = |b: usize| {
                let (mcu, place) = (b / per_mcu, b % per_mcu);
                if place >= luma {
                    return [0.0; 64];
                }
                let left = (mcu % across * 16 + place % 2 * 8) as f32;
                let top = (mcu / across * 16 + place / 2 * 8) as f32;
                transformed(|x, y| scene(left + x as f32, top + y as f32) - 128.0)
            };
            (0..blocks).map(block).collect()
        });
        self.truth.clone_from(truth);
        self.frame.clear();
        for (b, truth) in self.truth.iter().enumerate() {
            let noises = &self.noises[usize::from(b % per_mcu >= luma)];
            let noise = &noises[self.random.usize(..NOISES)];
            let sign = if self.random.bool() {
                self.sigma
            } else {
                -self.sigma
            };
            let noisy = |i: usize| (truth[i] + noise[i] * sign).round();
            self.frame.push(std::array::from_fn(|i| match self.step {
                Some(step) => {
                    let step = f32::from(step) * 8.0;
                    ((noisy(i) / step).round() * step) as i16
                }
                None => noisy(i) as i16,
            }));
        }
        let mut frame = self.frame.clone();
        self.hold
            .decide(Portable, &mut frame, self.geometry, &mut self.verdicts);
        &self.verdicts
    }

    /// So many frames of what stands still.
    pub(super) fn wait(&mut self, frames: u32, number: u32, scene: Scene) {
        for _ in 0..frames {
            self.shoot(number, scene);
        }
    }

    /// The share of intervals that have a verdict, in percent.
    pub(super) fn percent(&self, verdict: Verdict) -> usize {
        100 * self.verdicts.iter().filter(|v| **v == verdict).count() / self.verdicts.len()
    }

    /// By luma block: how many grey levels what is shown is off on average over the MCU.
    pub(super) fn off(&self) -> impl Iterator<Item = f32> {
        let luma = self.geometry.luma_blocks;
        let mcus = self.hold.shown().chunks_exact(self.geometry.blocks_per_mcu);
        mcus.zip(self.truth.chunks_exact(self.geometry.blocks_per_mcu))
            .map(move |(shown, truth)| {
                let dc = |i: usize| (f32::from(shown[i][0]) - truth[i][0]) / 64.0;
                (0..luma).map(dc).sum::<f32>() / luma as f32
            })
    }

    /// By luma block, of an MCU one after the other: how many grey levels what is shown is off on average.
    pub(super) fn blocks_off(&self) -> impl Iterator<Item = f32> {
        let (luma, per_mcu) = (self.geometry.luma_blocks, self.geometry.blocks_per_mcu);
        let pairs = self.hold.shown().iter().zip(&self.truth).enumerate();
        pairs
            .filter(move |(i, _)| i % per_mcu < luma)
            .map(|(_, (shown, truth))| (f32::from(shown[0]) - truth[0]) / 64.0)
    }

    /// Mean square errors in luma of what is shown and of what the camera delivers.
    pub(super) fn errors(&self) -> [f32; 2] {
        [self.hold.shown(), &self.frame].map(|blocks| {
            let squares = |(block, truth): (&[i16; 64], &[f32; 64])| -> f32 {
                let pairs = block.iter().zip(truth);
                pairs.map(|(c, t)| (f32::from(*c) - t).powi(2)).sum()
            };
            let all: f32 = blocks.iter().zip(&self.truth).map(squares).sum();
            all / 64.0 / 64.0 / blocks.len() as f32
        })
    }
}

/// An 8 by 8 block's coefficients in zigzag order, scaled by 8.
fn transformed(pixel: impl Fn(usize, usize) -> f32) -> [f32; 64] {
    let wave = |u: usize, x: usize| {
        let scale = if u == 0 { 0.125f32.sqrt() } else { 0.5 };
        scale * ((2 * x + 1) as f32 * u as f32 * std::f32::consts::PI / 16.0).cos()
    };
    let waves: [[f32; 8]; 8] = std::array::from_fn(|u| std::array::from_fn(|x| wave(u, x)));
    let rows: [[f32; 8]; 8] = std::array::from_fn(|y| {
        let row: [f32; 8] = std::array::from_fn(|x| pixel(x, y));
        std::array::from_fn(|u| (0..8).map(|x| row[x] * waves[u][x]).sum())
    });
    ZIGZAG.map(|place| {
        let (v, u) = (usize::from(place) / 8, usize::from(place) % 8);
        8.0 * (0..8).map(|y| rows[y][u] * waves[v][y]).sum::<f32>()
    })
}

/// Noise that neighbours share, in both directions: of unit deviation, or smaller.
fn noise(shared: [f32; 5], random: &mut fastrand::Rng) -> [f32; 64] {
    let white: [[f32; 12]; 12] = std::array::from_fn(|_| {
        std::array::from_fn(|_| (0..12).map(|_| random.f32()).sum::<f32>() - 6.0)
    });
    let squares: f32 = shared.iter().map(|share| share * share).sum();
    transformed(|x, y| {
        let row = |dy: usize| -> f32 { (0..5).map(|dx| white[y + dy][x + dx] * shared[dx]).sum() };
        (0..5).map(|dy| row(dy) * shared[dy]).sum::<f32>() / squares
    })
}
