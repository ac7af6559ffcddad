//! The same bytes as libjpeg-turbo with the same restart interval, from every layout, in every sampling, by every kernel.
//!
//! TurboJPEG's safe interface cannot set a restart interval. But an interval is coded as if there were nothing before it:
//! its bytes are those of a picture that is this part of the picture, so libjpeg-turbo encodes every part by itself, and
//! `intervals` puts them together as T.81 says.

use jpeg_ladder::{Kernel, Ladder, Range, Sampling, Spec};
use turbojpeg::{Compressor, PixelFormat, Subsamp};

use crate::common::cases::{Case, SMALL, case, fingerprint};
use crate::common::layouts::LaidOut;
use crate::intervals::{self, Picture, Samples};

/// What was compared.
#[derive(Default)]
pub struct Tally {
    pub pictures: usize,
    pub files: usize,
    pub differences: usize,
}

/// Compares every size up to 67×67 and `more` further cases.
pub fn run(more: u64) -> Tally {
    let kernels = Kernel::available();
    let mut ladders: Vec<Ladder> = kernels.map(Ladder::with_kernel).collect();
    let mut turbo = Compressor::new().expect("a compressor");
    let mut tally = Tally::default();
    for number in 0..SMALL + more {
        let case = case(number);
        let expected = by_turbo(&mut turbo, &case);
        tally.pictures += 1;
        for ladder in &mut ladders {
            let out = ours(ladder, &case);
            for ((ours, expected), quality) in out.iter().zip(&expected).zip(&case.qualities) {
                tally.files += 1;
                if ours != expected {
                    tally.differences += 1;
                    eprintln!("{ladder:?} case {number} {:?} quality {quality}", case.spec);
                }
            }
        }
    }
    tally
}

/// Our files of a case.
fn ours(ladder: &mut Ladder, case: &Case) -> Vec<Vec<u8>> {
    let mut out = vec![Vec::new(); case.qualities.len()];
    ladder
        .encode_many(
            &case.spec,
            case.source.source(),
            &case.qualities,
            &mut out,
            &[],
        )
        .expect("a good frame");
    out
}

/// Prints the fingerprints of libjpeg-turbo's files for `tests/identity.txt`: a case in ten of the small, some large.
pub fn golden() {
    let mut turbo = Compressor::new().expect("a compressor");
    for number in (0..SMALL).step_by(10).chain(SMALL..SMALL + 60) {
        let files = by_turbo(&mut turbo, &case(number));
        let fingerprints: Vec<String> = files
            .iter()
            .map(|jpeg| format!("{:016x}", fingerprint(jpeg)))
            .collect();
        println!("{number} {}", fingerprints.join(" "));
    }
}

/// libjpeg-turbo's files of a case, with the restart interval that ours have.
fn by_turbo(turbo: &mut Compressor, case: &Case) -> Vec<Vec<u8>> {
    let interval = intervals::distance(&ours(&mut Ladder::new(), case)[0]);
    let picture = Turbo(&case.source).picture(turbo, &case.spec);
    let encode = |&quality: &u8| {
        turbo.set_quality(quality.into()).expect("a quality");
        intervals::encode(interval, &picture, |part| picture.encode(turbo, part))
    };
    case.qualities.iter().map(encode).collect()
}

/// A layout as libjpeg-turbo can read it.
struct Turbo<'a>(&'a LaidOut);

impl Turbo<'_> {
    /// What libjpeg-turbo encodes: the pixels where it knows the layout, else planes made here, slowly and plainly.
    fn picture(&self, turbo: &mut Compressor, spec: &Spec) -> Picture {
        let to = coarser(self.sampling(), spec.sampling);
        let subsamp = match to {
            Sampling::S420 => Subsamp::Sub2x2,
            Sampling::S422 => Subsamp::Sub2x1,
            Sampling::S444 => Subsamp::None,
            Sampling::Grey => Subsamp::Gray,
        };
        turbo.set_subsamp(subsamp).expect("a sampling");
        let (width, height) = (usize::from(spec.width), usize::from(spec.height));
        let samples = if self.0.layout >= 7 {
            self.pixels(height)
        } else if to == Sampling::Grey {
            Samples::Packed {
                pixels: self.plane(0, spec, to),
                pitch: width,
                format: PixelFormat::GRAY,
            }
        } else {
            Samples::Planes {
                planes: [0, 1, 2].map(|component| self.plane(component, spec, to)),
                strides: [0, 1, 2].map(|component| plane_size(component, spec, to).0),
            }
        };
        Picture {
            width,
            height,
            subsamp,
            samples,
        }
    }

    /// RGB or BGR, which libjpeg-turbo reads itself.
    fn pixels(&self, height: usize) -> Samples {
        let Self(laid_out) = self;
        // turbojpeg wants whole rows.
        let mut pixels = laid_out.buffers[0].clone();
        pixels.resize(laid_out.strides[0] * height, 0);
        Samples::Packed {
            pixels,
            pitch: laid_out.strides[0],
            format: if laid_out.layout == 7 {
                PixelFormat::RGB
            } else {
                PixelFormat::BGR
            },
        }
    }

    /// A plane of the output, in full range.
    fn plane(&self, component: usize, spec: &Spec, to: Sampling) -> Vec<u8> {
        let (width, height) = (usize::from(spec.width), usize::from(spec.height));
        let own = self.sampling();
        let (w, h) = plane_size(component, spec, to);
        let sample = |i: usize| {
            let (x, y) = (i % w, i / w);
            let value = if component == 0 {
                f64::from(self.sample(0, x.min(width - 1), y.min(height - 1)))
            } else {
                self.averaged(component, (x, y), (width - 1, height - 1), own, to)
            };
            full_range(component, value, spec.range)
        };
        (0..w * h).map(sample).collect()
    }

    /// A chroma sample of the output from those of the source.
    fn averaged(
        &self,
        component: usize,
        (x, y): (usize, usize),
        (last_x, last_y): (usize, usize),
        own: Sampling,
        to: Sampling,
    ) -> f64 {
        let value = |x: usize, y: usize| f64::from(self.sample(component, x, y));
        match (own, to) {
            (Sampling::S422, Sampling::S420) => {
                ((value(x, 2 * y) + value(x, (2 * y + 1).min(last_y)) + 1.0) / 2.0).floor()
            }
            (Sampling::S444, Sampling::S422) => {
                let (a, b) = (value(2 * x, y), value((2 * x + 1).min(last_x), y));
                ((a + b + (x % 2) as f64) / 2.0).floor()
            }
            (Sampling::S444, Sampling::S420) => {
                let (right, below) = ((2 * x + 1).min(last_x), (2 * y + 1).min(last_y));
                let sum = value(2 * x, 2 * y)
                    + value(right, 2 * y)
                    + value(2 * x, below)
                    + value(right, below);
                ((sum + 1.0 + (x % 2) as f64) / 4.0).floor()
            }
            _ => value(x, y),
        }
    }

    /// One sample: component, x, y in the component's own grid.
    fn sample(&self, component: usize, x: usize, y: usize) -> u8 {
        let at =
            |plane: usize, offset: usize| self.0.buffers[plane][y * self.0.strides[plane] + offset];
        match (self.0.layout, component) {
            (0, 0) => at(0, 2 * x),
            (0, c) => at(0, 4 * x + 2 * c - 1),
            (1, 0) => at(0, 2 * x + 1),
            (1, c) => at(0, 4 * x + 2 * c - 2),
            (2, c @ 1..) => at(1, 2 * x + c - 1),
            (_, c) => at(c, x),
        }
    }

    /// How fine the source's own chroma is.
    fn sampling(&self) -> Sampling {
        match self.0.layout {
            0 | 1 | 4 => Sampling::S422,
            2 | 3 => Sampling::S420,
            6 => Sampling::Grey,
            _ => Sampling::S444,
        }
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

/// Width and height of a plane: even where chroma is half, the last sample repeated.
fn plane_size(component: usize, spec: &Spec, to: Sampling) -> (usize, usize) {
    let (across, down) = match to {
        Sampling::S420 => (2, 2),
        Sampling::S422 => (2, 1),
        _ => (1, 1),
    };
    let width = usize::from(spec.width).next_multiple_of(across);
    let height = usize::from(spec.height).next_multiple_of(down);
    if component == 0 {
        (width, height)
    } else {
        (width / across, height / down)
    }
}

/// A sample as JPEG has it.
fn full_range(component: usize, value: f64, range: Range) -> u8 {
    let (zero, span, centre) = if component == 0 {
        (16.0, 219.0, 0.0)
    } else {
        (128.0, 224.0, 128.0)
    };
    if range == Range::Limited {
        (((value - zero) * 255.0 / span).round() + centre) as u8
    } else {
        value as u8
    }
}
