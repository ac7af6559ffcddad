//! Whatever is held and whichever qualities were wanted before: a file is the one that an encoder without a past makes.

use fastrand::Rng;

use super::code::Shown;
use super::kept_files::KeptFiles;
use super::layer::{Content, Larger, Layer};
use crate::batch::{BatchSink, EncodeNow, Workspace};
use crate::block::Mcu;
use crate::interval::{Length, Picture};
use crate::kernel::{Job, Kernel, Loops};
use crate::request::Rungs;
use crate::size::{Rendition, Size};
use crate::source::Sampling;
use crate::tables::Tables;

const QUALITIES: [u8; 6] = [1, 30, 55, 80, 95, 100];

/// A picture that changes in parts, as a rule says.
struct Scene {
    picture: Picture,
    shown: Vec<[i16; 64]>,
    changed_at: Vec<u64>,
    number: u64,
}

impl Scene {
    fn new(picture: Picture) -> Self {
        let geometry = picture.geometry;
        Self {
            picture,
            shown: vec![[0; 64]; geometry.mcus_across * geometry.mcus_down * picture.mcu.blocks()],
            changed_at: vec![0; geometry.intervals],
            number: 0,
        }
    }

    /// The next frame: each interval anew with this probability.
    fn step(&mut self, probability: f64, rng: &mut Rng) {
        self.number += 1;
        let blocks = self.shown.len() / self.changed_at.len();
        let intervals = self.shown.chunks_exact_mut(blocks);
        for (shown, changed_at) in intervals.zip(&mut self.changed_at) {
            if self.number == 1 || rng.f64() < probability {
                *changed_at = self.number;
                shown.fill_with(|| random(rng));
            }
        }
    }

    fn shown(&self) -> Shown<'_> {
        Shown {
            picture: self.picture,
            size: Size::Full,
            blocks: &self.shown,
            changed_at: &self.changed_at,
            number: self.number,
        }
    }
}

/// A block as a camera gives it: few coefficients or many, now and then as large as they can be.
fn random(rng: &mut Rng) -> [i16; 64] {
    let last = [0, 3, 12, 63][rng.usize(..4)];
    let most = [20, 200, 8000][rng.usize(..3)];
    let mut block = [0; 64];
    block[..=last].fill_with(|| rng.i16(-most..=most));
    block
}

/// The scans that an encoder writes which holds nothing.
struct Anew<'a> {
    work: &'a mut Workspace,
    shown: Shown<'a>,
    sink: EncodeNow<'a>,
}

impl Job for Anew<'_> {
    type Output = ();

    #[inline(always)]
    fn run<K: Loops>(mut self, kernel: K) {
        let geometry = self.shown.picture.geometry;
        let mcus = geometry.mcus_across * geometry.mcus_down;
        let per_batch = geometry.batch(geometry.fitting());
        for first in (0..mcus).step_by(per_batch) {
            let count = per_batch.min(mcus - first);
            let blocks = &self.shown.blocks[first * geometry.blocks_per_mcu..];
            let blocks = &blocks[..count * geometry.blocks_per_mcu];
            self.work.coefficients.blocks[..blocks.len()].copy_from_slice(blocks);
            // Nothing is said to be zero.
            self.work.coefficients.peaks.fill(u16::MAX);
            self.sink.take(kernel, self.work, first..first + count);
        }
    }
}

fn tables() -> Vec<Option<Box<Tables>>> {
    let wanted = |quality: u8| QUALITIES.contains(&quality);
    (0..=100)
        .map(|quality| wanted(quality).then(|| Box::new(Tables::new(quality))))
        .collect()
}

fn pictures() -> Vec<Picture> {
    let mut pictures = Vec::new();
    for sampling in [
        Sampling::S420,
        Sampling::S422,
        Sampling::S444,
        Sampling::Grey,
    ] {
        // Several intervals a row, one that is shorter than a batch, one that is longer, and next to nothing.
        for (width, height) in [(400, 50), (176, 40), (848, 33), (1, 1)] {
            pictures.push(Picture::new(
                Mcu::new(sampling),
                width,
                height,
                Length::Short,
            ));
        }
    }
    pictures
}

#[test]
fn a_file_of_held_and_new_intervals_is_the_file_of_what_is_shown() {
    let tables = tables();
    let mut rng = Rng::with_seed(17);
    for picture in pictures() {
        for kernel in Kernel::available() {
            let (mut work, mut other) = (Workspace::new(), Workspace::new());
            let (mut scene, mut kept) = (Scene::new(picture), KeptFiles::new());
            for _ in 0..12 {
                let probability = [0.0, 0.05, 0.5, 1.0][rng.usize(..4)];
                scene.step(probability, &mut rng);
                // Now and then the same frame again for others, as when a viewer joins between two frames.
                for _ in 0..=rng.usize(..2) {
                    let wanted = QUALITIES.into_iter().filter(|_| rng.u8(..3) > 0);
                    let wanted: Vec<Rendition> = wanted.map(Rendition::full).collect();
                    let rungs = Rungs {
                        renditions: &wanted,
                        tables: &tables,
                        own: if rng.bool() { u8::MAX } else { 90 },
                    };
                    let header = vec![vec![9; rng.usize(..50)]; wanted.len()];
                    let (mut ours, mut theirs) = (header.clone(), header);
                    let second = rng.bool().then_some(&mut other);
                    let threads = [Some(&mut work), second];
                    kept.code(kernel, threads, scene.shown(), rungs, &mut ours);
                    kernel.run(Anew {
                        work: &mut work,
                        shown: scene.shown(),
                        sink: EncodeNow {
                            picture,
                            size: Size::Full,
                            rungs,
                            out: &mut theirs,
                        },
                    });
                    assert!(ours == theirs, "{kernel} {picture:?} {wanted:?}");
                }
            }
        }
    }
}

#[test]
fn what_was_kept_of_another_picture_is_in_no_file() {
    let tables = tables();
    let mut rng = Rng::with_seed(18);
    let picture = Picture::new(Mcu::new(Sampling::S420), 160, 32, Length::Short);
    let (mut work, mut kept) = (Workspace::new(), KeptFiles::new());
    let rungs = Rungs {
        renditions: &[Rendition::full(80)],
        tables: &tables,
        own: u8::MAX,
    };
    let mut code = |kept: &mut KeptFiles, scene: &Scene| {
        let mut out = [Vec::new()];
        let threads = [Some(&mut work), None];
        kept.code(Kernel::Portable, threads, scene.shown(), rungs, &mut out);
        let [file] = out;
        file
    };
    let (mut first, mut second) = (Scene::new(picture), Scene::new(picture));
    first.step(1.0, &mut rng);
    second.step(1.0, &mut rng);
    let of_first = code(&mut kept, &first);
    kept.forget();
    let of_second = code(&mut kept, &second);
    assert!(of_first != of_second);
    assert!(of_second == code(&mut KeptFiles::new(), &second));
}

/// The files of a half picture and of a quarter of what is shown.
fn smaller(
    layers: &mut [Box<Layer>; 2],
    work: &mut Workspace,
    kernel: Kernel,
    scene: &Scene,
    rungs: Rungs,
) -> [Vec<u8>; 2] {
    let mut out = [Vec::new(), Vec::new()];
    let larger = Larger {
        picture: scene.picture,
        changed_at: &scene.changed_at,
        content: Content::Blocks(&scene.shown),
    };
    let [half, quarter] = layers;
    half.follow(kernel, larger, scene.number);
    half.code(kernel, work, Size::Half, rungs, &mut out);
    if rungs.wants(Size::Quarter) {
        quarter.follow(kernel, half.as_larger(), scene.number);
        quarter.code(kernel, work, Size::Quarter, rungs, &mut out);
    }
    out
}

#[test]
fn a_smaller_picture_is_that_of_what_is_shown_whenever_it_was_wanted_last() {
    let tables = tables();
    let mut rng = Rng::with_seed(19);
    let mut held = 0;
    for picture in pictures() {
        let new = || [Size::Half, Size::Quarter].map(|size| Layer::of(picture.at(size)));
        for kernel in Kernel::available() {
            let (mut work, mut scene, mut kept) = (Workspace::new(), Scene::new(picture), new());
            for _ in 0..12 {
                scene.step([0.0, 0.05, 0.5, 1.0][rng.usize(..4)], &mut rng);
                let wanted = [Size::Half, Size::Quarter].map(|size| {
                    let quality = if rng.bool() { 30 } else { 80 };
                    Rendition::new(quality, size)
                });
                let from = rng.usize(..2);
                let rungs = Rungs {
                    renditions: &wanted[from..rng.usize(from..=2)],
                    tables: &tables,
                    own: 50,
                };
                let ours = smaller(&mut kept, &mut work, kernel, &scene, rungs);
                let anew = smaller(&mut new(), &mut work, kernel, &scene, rungs);
                assert!(ours == anew, "{kernel} {picture:?} {wanted:?}");
                held += usize::from(kept[0].holds(scene.number));
            }
        }
    }
    assert!(held > 20, "of the half something was held in {held} frames");
}
