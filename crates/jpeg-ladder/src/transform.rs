//! From samples to coefficients, batch after batch: of a frame's pixels, and of the smaller pictures made of it.

use crate::batch::{BatchSink, Workspace};
use crate::block::{Coefficients, Mcu, Pairs};
use crate::interval::Picture;
use crate::kernel::{Job, Loops};
use crate::samples::Samples;
use crate::source::{Range, Source};
use crate::strip::{View, Window};

/// A picture to coefficients, and to the samples of half of it; those beyond its sides are not padded yet.
pub(crate) struct Transform<'a, 'b, S> {
    pub(crate) work: &'a mut Workspace,
    pub(crate) input: Input<'a, 'b>,
    pub(crate) picture: Picture,
    /// Where the half picture is to go, if one is wanted.
    pub(crate) half: Option<&'a mut Samples>,
    /// `None`: only the half picture is wanted.
    pub(crate) sink: Option<S>,
}

/// Where a picture's samples come from.
#[derive(Clone, Copy)]
pub(crate) enum Input<'a, 'b> {
    /// A frame.
    Pixels(&'a Source<'b>, Range),
    /// A smaller picture.
    Samples(&'a Samples),
}

impl<S: BatchSink> Job for Transform<'_, '_, S> {
    type Output = ();

    #[inline(always)]
    fn run<K: Loops>(self, kernel: K) {
        let Self {
            work,
            input,
            picture,
            mut half,
            mut sink,
        } = self;
        let (mcu, geometry) = (picture.mcu, picture.geometry);
        let per_batch = picture.strip_mcus();
        for row in 0..geometry.mcus_down {
            for column in (0..geometry.mcus_across).step_by(per_batch) {
                let window = window(picture, row, column, per_batch);
                let Workspace {
                    strip,
                    coefficients,
                    ..
                } = &mut *work;
                let (coefficients, transforms) = (&mut **coefficients, sink.is_some());
                // Twice: a strip's rows are at distances that the compiler knows.
                match input {
                    Input::Pixels(source, range) => {
                        strip.fill(kernel, source, range, mcu, window);
                        if let Some(half) = &mut half {
                            half.take(strip.view(), mcu, window);
                        }
                        if transforms {
                            transform(kernel, strip.view(), mcu, window, coefficients);
                        }
                    }
                    Input::Samples(samples) => {
                        let view = samples.view(mcu, row, column);
                        if let Some(half) = &mut half {
                            half.take(view, mcu, window);
                        }
                        if transforms {
                            transform(kernel, view, mcu, window, coefficients);
                        }
                    }
                }
                if let Some(sink) = &mut sink {
                    let first = row * geometry.mcus_across + column;
                    sink.take(kernel, work, first..first + window.mcus);
                }
            }
        }
    }
}

/// At most `most` MCUs of a row.
#[inline(always)]
fn window(picture: Picture, row: usize, column: usize, most: usize) -> Window {
    Window {
        width: picture.width.into(),
        height: picture.height.into(),
        row,
        column,
        mcus: most.min(picture.geometry.mcus_across - column),
    }
}

/// Transforms the samples of a window, MCU after MCU.
#[inline(always)]
pub(crate) fn transform<K: Loops>(
    kernel: K,
    view: View,
    mcu: Mcu,
    window: Window,
    coefficients: &mut Coefficients,
) {
    let (per_mcu, mcus) = (mcu.blocks(), window.mcus);
    match (mcu.across, mcu.down) {
        (2, 1 | 2) => {
            // Neighbours follow each other: they are in the same lines.
            let pairs = Pairs {
                count: mcus * mcu.down,
                down: mcu.down,
                row: 8 * view.luma_stride,
                first: 0,
                column: per_mcu,
                right: 1,
            };
            kernel.transform(view.luma, view.luma_stride, pairs, coefficients);
        }
        (1, 1) => kernel.transform(
            view.luma,
            view.luma_stride,
            of_neighbours(mcus, per_mcu),
            coefficients,
        ),
        _ => unusual(kernel, view, mcu, mcus, coefficients),
    }
    if mcu.colour {
        let pairs = Pairs {
            count: mcus,
            down: 1,
            row: 0,
            first: per_mcu - 2,
            column: per_mcu,
            right: 1,
        };
        kernel.transform(view.chroma, view.chroma_stride, pairs, coefficients);
    }
    fill_dummies(mcu, window, coefficients);
}

/// Pairs of one block of each MCU. The second of the last pair may be surplus: past the batch, where nobody looks.
#[inline(always)]
fn of_neighbours(mcus: usize, per_mcu: usize) -> Pairs {
    Pairs {
        count: mcus.div_ceil(2),
        down: 1,
        row: 0,
        first: 0,
        column: 2 * per_mcu,
        right: per_mcu,
    }
}

/// Luma of MCUs that only compressed frames have, pair by pair: cameras of 4:1:1, and frames of 4:2:2 that were turned.
#[inline(always)]
fn unusual<K: Loops>(
    kernel: K,
    view: View,
    mcu: Mcu,
    mcus: usize,
    coefficients: &mut Coefficients,
) {
    let place = |y: usize, x: usize| {
        let (column, across) = (x / mcu.across, x % mcu.across);
        column * mcu.blocks() + y * mcu.across + across
    };
    for y in 0..mcu.down {
        for x in (0..mcus * mcu.across).step_by(2) {
            let (left, right) = (place(y, x), place(y, x + 1));
            let pair = Pairs {
                count: 1,
                down: 1,
                row: 0,
                first: left,
                column: 0,
                right: right - left,
            };
            let samples = &view.luma[8 * (y * view.luma_stride + x)..];
            kernel.transform(samples, view.luma_stride, pair, coefficients);
        }
    }
}

/// Blocks of an MCU that lie beyond the picture: the DC of the one before and nothing else, as libjpeg has it.
#[inline(always)]
fn fill_dummies(mcu: Mcu, window: Window, coefficients: &mut Coefficients) {
    let blocks_across = window.width.div_ceil(8);
    let blocks_down = window.height.div_ceil(8);
    let last = window.column + window.mcus - 1;
    // How many blocks of the last MCU of this row, and how many rows of blocks of each, the picture has.
    let across = mcu.across.min(blocks_across - last * mcu.across);
    let down = mcu.down.min(blocks_down - window.row * mcu.down);
    let mut copy_dc = |block: usize| {
        let dc = coefficients.blocks[block - 1][0];
        coefficients.blocks[block] = [0; 64];
        coefficients.blocks[block][0] = dc;
        coefficients.peaks[block] = 0;
    };
    let per_mcu = mcu.blocks();
    if across < mcu.across {
        let first = (window.mcus - 1) * per_mcu;
        for y in 0..down {
            for x in across..mcu.across {
                copy_dc(first + y * mcu.across + x);
            }
        }
    }
    if down < mcu.down {
        for m in 0..window.mcus {
            for block in down * mcu.across..mcu.down * mcu.across {
                copy_dc(m * per_mcu + block);
            }
        }
    }
}
