//! A smaller picture of what is shown, kept in step with it where it is wanted.
//!
//! There is one decision, of the intervals in full size. An interval of a smaller picture has changed when one of those
//! that it shows has; so a size that becomes wanted later shows what the others show, and nothing is compared twice.

use std::ops::RangeInclusive;

use super::code::Shown;
use super::kept_files::KeptFiles;
use crate::batch::Workspace;
use crate::interval::{Geometry, Picture};
use crate::kernel::{Job, Kernel, Loops};
use crate::request::Rungs;
use crate::samples::Samples;
use crate::shrink::Shrink;
use crate::size::Size;
use crate::strip::Window;
use crate::transform::transform;

/// A smaller picture.
pub(super) struct Layer {
    picture: Picture,
    samples: Samples,
    /// The number of the frame that the samples are of, and that the blocks are; 0 if of none.
    sampled: u64,
    transformed: u64,
    /// In the order of the scan; empty until they are wanted.
    blocks: Vec<[i16; 64]>,
    /// By interval: the number of the frame that it was last encoded of.
    changed_at: Vec<u64>,
    files: KeptFiles,
}

/// The larger picture that one is half of.
#[derive(Clone, Copy)]
pub(super) struct Larger<'a> {
    pub(super) picture: Picture,
    pub(super) changed_at: &'a [u64],
    pub(super) content: Content<'a>,
}

/// What is there of the larger picture.
#[derive(Clone, Copy)]
pub(super) enum Content<'a> {
    Blocks(&'a [[i16; 64]]),
    Samples(&'a Samples),
}

impl Layer {
    /// One of no frame.
    pub(super) fn of(picture: Picture) -> Box<Self> {
        let mut samples = Samples::default();
        samples.prepare(picture);
        Box::new(Self {
            picture,
            samples,
            sampled: 0,
            transformed: 0,
            blocks: Vec::new(),
            changed_at: vec![0; picture.geometry.intervals],
            files: KeptFiles::new(),
        })
    }

    /// Becomes half of the larger picture, which is of frame `number`.
    pub(super) fn follow(&mut self, kernel: Kernel, larger: Larger, number: u64) {
        kernel.run(Follow {
            layer: self,
            larger,
        });
        self.sampled = number;
    }

    /// Itself as what a still smaller picture is half of.
    pub(super) fn as_larger(&self) -> Larger<'_> {
        Larger {
            picture: self.picture,
            changed_at: &self.changed_at,
            content: Content::Samples(&self.samples),
        }
    }

    /// Writes the scans of its renditions behind their headers, if there are any.
    pub(super) fn code(
        &mut self,
        kernel: Kernel,
        work: &mut Workspace,
        size: Size,
        rungs: Rungs,
        out: &mut [Vec<u8>],
    ) {
        if !rungs.wants(size) {
            return;
        }
        let geometry = self.picture.geometry;
        self.blocks
            .resize(geometry.mcus() * geometry.blocks_per_mcu, [0; 64]);
        kernel.run(TransformChanged { layer: self, work });
        self.transformed = self.sampled;
        let shown = Shown {
            picture: self.picture,
            size,
            blocks: &self.blocks,
            changed_at: &self.changed_at,
            number: self.sampled,
        };
        self.files
            .code(kernel, [Some(work), None], shown, rungs, out);
    }
}

#[cfg(test)]
impl Layer {
    /// Whether any of its intervals is older than the frame of this number.
    pub(super) fn holds(&self, number: u64) -> bool {
        self.changed_at
            .iter()
            .any(|&changed_at| changed_at < number)
    }
}

/// The MCUs of a row that an interval is: row, first, count.
#[inline(always)]
fn place(geometry: Geometry, interval: usize) -> (usize, usize, usize) {
    let first = interval * geometry.interval_mcus;
    let across = geometry.mcus_across;
    (first / across, first % across, geometry.interval_mcus)
}

/// The intervals of half a picture that show some of an interval of the picture.
#[inline(always)]
fn showing((row, column, mcus): (usize, usize, usize), half: Geometry) -> RangeInclusive<usize> {
    let first = row / 2 * (half.mcus_across / half.interval_mcus);
    let interval = |column: usize| first + column / 2 / half.interval_mcus;
    interval(column)..=interval(column + mcus - 1)
}

/// [`Layer::follow`].
struct Follow<'a> {
    layer: &'a mut Layer,
    larger: Larger<'a>,
}

impl Job for Follow<'_> {
    type Output = ();

    #[inline(always)]
    fn run<K: Loops>(self, kernel: K) {
        let Self { layer, larger } = self;
        let Picture { mcu, geometry, .. } = larger.picture;
        let half = layer.picture.geometry;
        for (interval, &changed_at) in larger.changed_at.iter().enumerate() {
            if changed_at <= layer.sampled {
                continue;
            }
            let at = place(geometry, interval);
            let (row, column, mcus) = at;
            match larger.content {
                Content::Blocks(blocks) => {
                    let first = row * geometry.mcus_across + column;
                    let mut shrink = Shrink {
                        picture: larger.picture,
                        half: &mut layer.samples,
                    };
                    let blocks = &blocks[first * geometry.blocks_per_mcu..];
                    shrink.take(kernel, blocks, first..first + mcus);
                }
                Content::Samples(samples) => {
                    let window = Window {
                        width: larger.picture.width.into(),
                        height: larger.picture.height.into(),
                        row,
                        column,
                        mcus,
                    };
                    layer
                        .samples
                        .take(samples.view(mcu, row, column), mcu, window);
                }
            }
            for interval in showing(at, half) {
                let changed = &mut layer.changed_at[interval];
                *changed = changed_at.max(*changed);
            }
        }
        layer.samples.pad(larger.picture);
    }
}

/// [`Layer::transform`].
struct TransformChanged<'a> {
    layer: &'a mut Layer,
    work: &'a mut Workspace,
}

impl Job for TransformChanged<'_> {
    type Output = ();

    #[inline(always)]
    fn run<K: Loops>(self, kernel: K) {
        let Self { layer, work } = self;
        let Picture { mcu, geometry, .. } = layer.picture;
        for (interval, &changed_at) in layer.changed_at.iter().enumerate() {
            if changed_at <= layer.transformed {
                continue;
            }
            let (row, first, count) = place(geometry, interval);
            let end = first + count;
            for column in (first..end).step_by(geometry.fitting()) {
                let window = Window {
                    width: layer.picture.width.into(),
                    height: layer.picture.height.into(),
                    row,
                    column,
                    mcus: geometry.fitting().min(end - column),
                };
                let view = layer.samples.view(mcu, row, column);
                transform(kernel, view, mcu, window, &mut work.coefficients);
                let per_mcu = geometry.blocks_per_mcu;
                let at = (row * geometry.mcus_across + column) * per_mcu;
                let count = window.mcus * per_mcu;
                layer.blocks[at..][..count].copy_from_slice(&work.coefficients.blocks[..count]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block::Mcu;
    use crate::interval::Length;
    use crate::size::Size;
    use crate::source::Sampling;

    #[test]
    fn every_interval_of_a_half_is_shown_by_those_that_it_shows() {
        for (width, height) in [(1280, 720), (848, 480), (1366, 768), (16, 16), (330, 50)] {
            let full = Picture::new(Mcu::new(Sampling::S420), width, height, Length::Short);
            let half = full.at(Size::Half);
            let mut shown = vec![0; half.geometry.intervals];
            for interval in 0..full.geometry.intervals {
                let at = place(full.geometry, interval);
                for interval in showing(at, half.geometry) {
                    shown[interval] += 1;
                }
            }
            assert!(shown.iter().all(|&count| count > 0), "{width}: {shown:?}");
        }
        let geometry =
            |width, height| Picture::new(Mcu::new(Sampling::S420), width, height, Length::Short);
        let (full, half) = (geometry(1280, 720).geometry, geometry(640, 360).geometry);
        // The second row of intervals of 80x16 pixels, the third and fourth in it: row 0 of the half, the second.
        assert_eq!(showing(place(full, 16 + 2), half), 1..=1);
        assert_eq!(showing(place(full, 16 + 3), half), 1..=1);
        assert_eq!(showing(place(full, 2 * 16), half), 8..=8);
    }
}
