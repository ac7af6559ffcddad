//! The samples that a JPEG of a picture is to have, and of its half and quarter: slowly and plainly.

use jpeg_ladder::{Range, Sampling, Spec};

use super::layouts::LaidOut;

/// Planes as fine as a JPEG's, in full range.
#[derive(Clone, Debug)]
pub(crate) struct Planes {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) sampling: Sampling,
    pub(crate) components: [Samples; 3],
}

/// One component.
#[derive(Clone, Debug, Default)]
pub(crate) struct Samples {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Samples in a row: of chroma made of RGB there is one more where the width is odd. libjpeg repeats the last pixel
    /// before it takes means, and their rounding alternates.
    pub(crate) stride: usize,
    pub(crate) rows: Vec<u8>,
}

impl Samples {
    fn new(width: usize, height: usize, sample: impl Fn(usize, usize) -> u8) -> Self {
        let all = (0..width * height).map(|i| sample(i % width, i / width));
        Self {
            width,
            height,
            stride: width,
            rows: all.collect(),
        }
    }

    /// One sample; beyond the sides the last ones.
    fn at(&self, x: usize, y: usize) -> u8 {
        self.rows[y.min(self.height - 1) * self.stride + x.min(self.stride - 1)]
    }

    /// As large as this, the last samples repeated.
    pub(crate) fn padded(&self, width: usize, height: usize) -> Self {
        Self::new(width, height, |x, y| self.at(x.min(self.width - 1), y))
    }

    fn half(&self) -> Self {
        Self::new(self.width.div_ceil(2), self.height.div_ceil(2), |x, y| {
            let four = [(0, 0), (1, 0), (0, 1), (1, 1)];
            let four = four.map(|(u, v)| u16::from(self.at(2 * x + u, 2 * y + v)));
            ((four.iter().sum::<u16>() + 2) / 4) as u8
        })
    }
}

/// How many samples of luma there are for one of chroma, across and down.
pub(crate) fn factors(sampling: Sampling) -> (usize, usize) {
    match sampling {
        Sampling::S420 => (2, 2),
        Sampling::S422 => (2, 1),
        _ => (1, 1),
    }
}

impl Planes {
    /// Of a picture in its layout, as coarse as the spec says.
    pub(crate) fn of(source: &LaidOut, spec: Spec) -> Self {
        let sampling = coarser(own(source), spec.sampling);
        let (width, height) = (usize::from(spec.width), usize::from(spec.height));
        let (across, down) = factors(sampling);
        let from = Pixels { source, spec };
        let chroma = |component: usize| {
            if sampling == Sampling::Grey {
                return Samples::default();
            }
            let (width, height) = (width.div_ceil(across), height.div_ceil(down));
            let stride = if source.layout < 7 {
                width
            } else {
                width.next_multiple_of(2)
            };
            Samples {
                width,
                ..Samples::new(stride, height, |x, y| {
                    from.chroma(component, (x, y), sampling)
                })
            }
        };
        Self {
            width,
            height,
            sampling,
            components: [
                Samples::new(width, height, |x, y| from.luma(x, y)),
                chroma(1),
                chroma(2),
            ],
        }
    }

    /// Half as wide and high, rounded up to even numbers.
    pub(crate) fn half(&self) -> Self {
        let halves = self.components.each_ref().map(Samples::half);
        self.smaller(halves)
    }

    /// A picture of half the size of this one with these samples, which may be fewer than it has.
    pub(crate) fn smaller(&self, planes: [Samples; 3]) -> Self {
        let even = |side: usize| side.div_ceil(2).next_multiple_of(2);
        let (width, height) = (even(self.width), even(self.height));
        let (across, down) = factors(self.sampling);
        let [luma, u, v] = planes;
        let chroma = |plane: Samples| {
            if self.sampling == Sampling::Grey {
                plane
            } else {
                plane.padded(width.div_ceil(across), height.div_ceil(down))
            }
        };
        Self {
            width,
            height,
            sampling: self.sampling,
            components: [luma.padded(width, height), chroma(u), chroma(v)],
        }
    }
}

/// How fine a source's own chroma is.
fn own(source: &LaidOut) -> Sampling {
    match source.layout {
        0 | 1 | 4 => Sampling::S422,
        2 | 3 => Sampling::S420,
        6 => Sampling::Grey,
        _ => Sampling::S444,
    }
}

/// Of two samplings the one with less chroma.
fn coarser(one: Sampling, other: Sampling) -> Sampling {
    const FROM_COARSE: [Sampling; 4] = [
        Sampling::Grey,
        Sampling::S420,
        Sampling::S422,
        Sampling::S444,
    ];
    let rank = |sampling| FROM_COARSE.iter().position(|&known| known == sampling);
    if rank(one) < rank(other) { one } else { other }
}

/// A source, sample by sample.
struct Pixels<'a> {
    source: &'a LaidOut,
    spec: Spec,
}

impl Pixels<'_> {
    fn luma(&self, x: usize, y: usize) -> u8 {
        self.full_range(0, self.sample(0, x, y).into())
    }

    /// A chroma sample of the output from those of the source.
    fn chroma(&self, component: usize, (x, y): (usize, usize), to: Sampling) -> u8 {
        let last = (
            usize::from(self.spec.width) - 1,
            usize::from(self.spec.height) - 1,
        );
        let value = |x: usize, y: usize| f64::from(self.sample(component, x.min(last.0), y));
        let mean = match (own(self.source), to) {
            (Sampling::S422, Sampling::S420) => {
                ((value(x, 2 * y) + value(x, (2 * y + 1).min(last.1)) + 1.0) / 2.0).floor()
            }
            (Sampling::S444, Sampling::S422) => {
                let (a, b) = (value(2 * x, y), value(2 * x + 1, y));
                ((a + b + (x % 2) as f64) / 2.0).floor()
            }
            (Sampling::S444, Sampling::S420) => {
                let (right, below) = (2 * x + 1, (2 * y + 1).min(last.1));
                let sum = value(2 * x, 2 * y)
                    + value(right, 2 * y)
                    + value(2 * x, below)
                    + value(right, below);
                ((sum + 1.0 + (x % 2) as f64) / 4.0).floor()
            }
            _ => value(x, y),
        };
        self.full_range(component, mean)
    }

    /// One sample: component, x, y in the component's own grid.
    fn sample(&self, component: usize, x: usize, y: usize) -> u8 {
        let LaidOut {
            layout,
            buffers,
            strides,
        } = self.source;
        let at = |plane: usize, offset: usize| buffers[plane][y * strides[plane] + offset];
        match (*layout, component) {
            (0, 0) => at(0, 2 * x),
            (0, c) => at(0, 4 * x + 2 * c - 1),
            (1, 0) => at(0, 2 * x + 1),
            (1, c) => at(0, 4 * x + 2 * c - 2),
            (2, c @ 1..) => at(1, 2 * x + c - 1),
            (7, c) => ycbcr([0, 1, 2].map(|i| at(0, 3 * x + i)), c),
            (8, c) => ycbcr([2, 1, 0].map(|i| at(0, 3 * x + i)), c),
            (_, c) => at(c, x),
        }
    }

    /// A sample as JPEG has it.
    fn full_range(&self, component: usize, value: f64) -> u8 {
        let (zero, span, centre) = if component == 0 {
            (16.0, 219.0, 0.0)
        } else {
            (128.0, 224.0, 128.0)
        };
        if self.spec.range == Range::Limited && self.source.layout < 7 {
            (((value - zero) * 255.0 / span).round() + centre) as u8
        } else {
            value as u8
        }
    }
}

/// Y, Cb or Cr of R, G, B. Source: libjpeg's jccolor.c.
fn ycbcr(rgb: [u8; 3], component: usize) -> u8 {
    let weights = [
        ([0.299, 0.587, 0.114], 0.5),
        ([-0.168_735_892, -0.331_264_108, 0.5], 128.5 - 1.0 / 65536.0),
        ([0.5, -0.418_687_589, -0.081_312_411], 128.5 - 1.0 / 65536.0),
    ];
    let (weights, offset) = weights[component];
    let fixed = |weight: f64| (weight * 65536.0).round();
    let sum: f64 = rgb
        .iter()
        .zip(weights)
        .map(|(&sample, weight)| f64::from(sample) * fixed(weight))
        .sum();
    (sum / 65536.0 + offset).floor() as u8
}
