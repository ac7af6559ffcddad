//! The same bytes as libjpeg-turbo with the same restart interval, from every layout, in every sampling and size, by every
//! kernel.
//!
//! TurboJPEG's safe interface cannot set a restart interval. But an interval is coded as if there were nothing before it:
//! its bytes are those of a picture that is this part of the picture, so libjpeg-turbo encodes every part by itself, and
//! `intervals` puts them together as T.81 says. The samples of a smaller picture are means taken plainly here, and of a
//! camera's JPEG what libjpeg-turbo's own decoder shows at half size.

use jpeg_ladder::{Kernel, Ladder, Rendition, Sampling, Size, Source};
use turbojpeg::{Compressor, Decompressor, PixelFormat, ScalingFactor, Subsamp, YuvImage};

use crate::common::cases::{Case, SMALL, case, fingerprint};
use crate::common::layouts::LaidOut;
use crate::common::planes::{self, Planes};
use crate::intervals::{self, Picture};

/// What was compared.
#[derive(Default)]
pub struct Tally {
    pub pictures: usize,
    pub files: usize,
    pub differences: usize,
}

/// Of the camera's JPEGs that smaller pictures are made of.
const CAMERA: u8 = 85;

/// Compares every size up to 67×67 and `more` further cases.
pub fn run(more: u64) -> Tally {
    let kernels = Kernel::available();
    let mut ladders: Vec<Ladder> = kernels.map(Ladder::with_kernel).collect();
    let mut turbo = Turbo::new();
    let mut tally = Tally::default();
    for number in 0..SMALL + more {
        let case = case(number);
        let expected = turbo.files(&case);
        let camera = camera(&case);
        let of_camera = turbo.files_of_camera(&case, &camera);
        tally.pictures += 1;
        for ladder in &mut ladders {
            let mut compare = |name: &str, source: Source, expected: &[Vec<u8>]| {
                let renditions = renditions(&case);
                let ours = encode(ladder, &case, source, &renditions);
                for ((ours, expected), rendition) in ours.iter().zip(expected).zip(&renditions) {
                    // A camera's own size is compared by what it was made of.
                    if expected.is_empty() {
                        continue;
                    }
                    tally.files += 1;
                    if ours != expected {
                        tally.differences += 1;
                        eprintln!(
                            "{ladder:?} case {number} {name} {:?} {rendition:?}",
                            case.spec
                        );
                    }
                }
            };
            compare("pixels", case.source.source(), &expected);
            compare("JPEG", Source::Mjpeg(&camera), &of_camera);
        }
    }
    tally
}

/// Every quality of a case in every size.
fn renditions(case: &Case) -> Vec<Rendition> {
    let of = |&quality: &u8| Size::ALL.map(|size| Rendition::new(quality, size));
    case.qualities.iter().flat_map(of).collect()
}

/// Our files of a case.
fn encode(
    ladder: &mut Ladder,
    case: &Case,
    source: Source,
    renditions: &[Rendition],
) -> Vec<Vec<u8>> {
    let mut out = vec![Vec::new(); renditions.len()];
    ladder
        .encode_many(&case.spec, source, renditions, &mut out, &[])
        .expect("a good frame");
    out
}

/// The case as a camera would send it.
fn camera(case: &Case) -> Vec<u8> {
    let wanted = [Rendition::full(CAMERA)];
    encode(&mut Ladder::new(), case, case.source.source(), &wanted).remove(0)
}

fn fingerprints<'a>(files: impl Iterator<Item = &'a Vec<u8>>) -> String {
    let all: Vec<String> = files
        .map(|jpeg| format!("{:016x}", fingerprint(jpeg)))
        .collect();
    all.join(" ")
}

/// Prints the fingerprints of libjpeg-turbo's files for `tests/ladder/identity.txt`: a case in ten of the small, some
/// large.
pub fn golden() {
    let mut turbo = Turbo::new();
    for number in (0..SMALL).step_by(10).chain(SMALL..SMALL + 60) {
        let files = turbo.files(&case(number));
        println!("{number} {}", fingerprints(files.iter().step_by(3)));
    }
}

/// The same of smaller pictures for `tests/ladder/smaller.txt`: the first quality's half and quarter, from pixels and of a
/// camera's JPEG.
pub fn golden_smaller() {
    let mut turbo = Turbo::new();
    for number in (0..SMALL).step_by(40).chain(SMALL..SMALL + 30) {
        let case = case(number);
        let (of_pixels, camera) = (turbo.files(&case), camera(&case));
        let of_camera = turbo.files_of_camera(&case, &camera);
        let four = of_pixels[1..3].iter().chain(&of_camera[1..3]);
        println!("{number} {}", fingerprints(four));
    }
}

/// libjpeg-turbo.
struct Turbo {
    to: Compressor,
    from: Decompressor,
}

impl Turbo {
    fn new() -> Self {
        let mut from = Decompressor::new().expect("a decompressor");
        from.set_scaling_factor(ScalingFactor::ONE_HALF)
            .expect("a scaling factor");
        Self {
            to: Compressor::new().expect("a compressor"),
            from,
        }
    }

    /// Its files of a case in every size, with the restart intervals that ours have.
    fn files(&mut self, case: &Case) -> Vec<Vec<u8>> {
        let full = Planes::of(&case.source, case.spec);
        let half = full.half();
        let pictures = [
            Some(picture(&case.source, &full)),
            Some(of_planes(&half)),
            Some(of_planes(&half.half())),
        ];
        self.encode(case, case.source.source(), &pictures)
    }

    /// Its files of half and a quarter of a camera's JPEG; none in full size.
    fn files_of_camera(&mut self, case: &Case, camera: &[u8]) -> Vec<Vec<u8>> {
        let half = self.half(case, camera);
        let pictures = [None, Some(of_planes(&half)), Some(of_planes(&half.half()))];
        self.encode(case, Source::Mjpeg(camera), &pictures)
    }

    fn encode(
        &mut self,
        case: &Case,
        source: Source,
        pictures: &[Option<Picture>; 3],
    ) -> Vec<Vec<u8>> {
        let renditions = renditions(case);
        let ours = encode(&mut Ladder::new(), case, source, &renditions);
        let encode = |(n, rendition): (usize, &Rendition)| {
            let Some(picture) = &pictures[n % 3] else {
                return Vec::new();
            };
            let interval = intervals::distance(&ours[n]);
            let quality = rendition.quality.into();
            self.to.set_quality(quality).expect("a quality");
            intervals::encode(interval, picture, |part| picture.encode(&mut self.to, part))
        };
        renditions.iter().enumerate().map(encode).collect()
    }

    /// What libjpeg-turbo shows of a camera's JPEG at half size.
    fn half(&mut self, case: &Case, camera: &[u8]) -> Planes {
        let full = Planes::of(&case.source, case.spec);
        let (width, height) = (full.width.div_ceil(2), full.height.div_ceil(2));
        let (across, down) = planes::factors(full.sampling);
        // Its planes are as wide as whole MCUs of chroma samples.
        let padded = (
            width.next_multiple_of(across),
            height.next_multiple_of(down),
        );
        let mut pixels = vec![0; 3 * padded.0 * padded.1];
        let image = YuvImage {
            pixels: &mut pixels[..],
            width,
            align: 1,
            height,
            subsamp: subsamp(full.sampling),
        };
        self.from.decompress_to_yuv(camera, image).expect("a JPEG");
        let mut rest = &pixels[..];
        let halves = [0, 1, 2].map(|component| {
            let (stride, rows) = if component == 0 {
                padded
            } else {
                (padded.0 / across, padded.1 / down)
            };
            let (plane, behind) = rest.split_at(stride * rows);
            rest = behind;
            // What lies beyond the picture is the camera's padding.
            let of = &full.components[component];
            planes::Samples {
                width: of.width.div_ceil(2),
                height: of.height.div_ceil(2),
                stride: of.width.div_ceil(2),
                rows: plane
                    .chunks_exact(stride.max(1))
                    .take(of.height.div_ceil(2))
                    .flat_map(|row| &row[..of.width.div_ceil(2)])
                    .copied()
                    .collect(),
            }
        });
        full.smaller(halves)
    }
}

fn subsamp(sampling: Sampling) -> Subsamp {
    match sampling {
        Sampling::S420 => Subsamp::Sub2x2,
        Sampling::S422 => Subsamp::Sub2x1,
        Sampling::S444 => Subsamp::None,
        Sampling::Grey => Subsamp::Gray,
    }
}

/// What libjpeg-turbo encodes in full size: RGB and BGR, which it reads itself, or planes.
fn picture(source: &LaidOut, full: &Planes) -> Picture {
    if source.layout < 7 {
        return of_planes(full);
    }
    // turbojpeg wants whole rows.
    let mut pixels = source.buffers[0].clone();
    pixels.resize(source.strides[0] * full.height, 0);
    Picture {
        width: full.width,
        height: full.height,
        subsamp: subsamp(full.sampling),
        samples: intervals::Samples::Packed {
            pixels,
            pitch: source.strides[0],
            format: if source.layout == 7 {
                PixelFormat::RGB
            } else {
                PixelFormat::BGR
            },
        },
    }
}

/// Planes as libjpeg-turbo reads them: even where chroma is half, the last sample repeated.
fn of_planes(planes: &Planes) -> Picture {
    let (across, down) = planes::factors(planes.sampling);
    let [luma, u, v] = planes.components.clone();
    let luma = luma.padded(
        planes.width.next_multiple_of(across),
        planes.height.next_multiple_of(down),
    );
    let samples = if planes.sampling == Sampling::Grey {
        intervals::Samples::Packed {
            pixels: luma.rows,
            pitch: planes.width,
            format: PixelFormat::GRAY,
        }
    } else {
        intervals::Samples::Planes {
            strides: [luma.stride, u.stride, v.stride],
            planes: [luma.rows, u.rows, v.rows],
        }
    };
    Picture {
        width: planes.width,
        height: planes.height,
        subsamp: subsamp(planes.sampling),
        samples,
    }
}
