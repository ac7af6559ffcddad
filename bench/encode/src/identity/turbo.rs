//! libjpeg-turbo's files of a case.

use jpeg_ladder::{Kernel, Rendition, Sampling, Source};
use turbojpeg::{Compressor, Decompressor, PixelFormat, ScalingFactor, Subsamp, YuvImage};

use super::ours::{encode, ladder, renditions};
use crate::common::cases::Case;
use crate::common::layouts::LaidOut;
use crate::common::planes::{self, Planes};
use crate::intervals::{self, Picture};

/// libjpeg-turbo.
pub(super) struct Turbo {
    to: Compressor,
    from: Decompressor,
}

impl Turbo {
    pub(super) fn new() -> Self {
        let mut from = Decompressor::new().expect("a decompressor");
        from.set_scaling_factor(ScalingFactor::ONE_HALF)
            .expect("a scaling factor");
        Self {
            to: Compressor::new().expect("a compressor"),
            from,
        }
    }

    /// Its files of a case in every size, with the restart intervals that ours have; in full size alone if ours `holds`,
    /// for then a smaller picture is made of what is shown.
    pub(super) fn files(&mut self, case: &Case, holds: bool) -> Vec<Vec<u8>> {
        let full = Planes::of(&case.source, case.spec);
        let smaller = |planes: &Planes| (!holds).then(|| of_planes(planes));
        let half = full.half();
        let pictures = [
            Some(picture(&case.source, &full)),
            smaller(&half),
            smaller(&half.half()),
        ];
        self.encode(case, case.source.source(), holds, &pictures)
    }

    /// Its files of half and a quarter of a camera's JPEG; none in full size.
    pub(super) fn files_of_camera(
        &mut self,
        case: &Case,
        camera: &[u8],
        holds: bool,
    ) -> Vec<Vec<u8>> {
        let half = self.half(case, camera);
        let pictures = [None, Some(of_planes(&half)), Some(of_planes(&half.half()))];
        self.encode(case, Source::Mjpeg(camera), holds, &pictures)
    }

    fn encode(
        &mut self,
        case: &Case,
        source: Source,
        holds: bool,
        pictures: &[Option<Picture>; 3],
    ) -> Vec<Vec<u8>> {
        let renditions = renditions(case);
        let mut ladder = ladder(Kernel::best(), holds);
        let ours = encode(&mut ladder, case, source, &renditions);
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
