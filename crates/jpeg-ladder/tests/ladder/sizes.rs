//! Smaller pictures: the files that the means of the larger picture's samples give, whatever the source is.

use jpeg_ladder::{
    Kernel, Ladder, Orientation, Plane, Range, Rendition, Sampling, Size, Source, Spec, Turner,
};

use crate::common::cases::{SMALL, case, fingerprint};
use crate::common::frames::with_restarts;
use crate::common::full;
use crate::common::planes::Planes;
use crate::mjpeg::{SPEC, camera};

pub(crate) fn encode(
    ladder: &mut Ladder,
    spec: Spec,
    source: Source,
    wanted: &[Rendition],
) -> Vec<Vec<u8>> {
    let mut out = vec![vec![7]; wanted.len()];
    ladder
        .encode_many(&spec, source, wanted, &mut out, &[])
        .expect("a good frame");
    out
}

/// Every quality in every size, in no order of sizes.
fn in_every_size(qualities: &[u8]) -> Vec<Rendition> {
    let of = |&quality: &u8| {
        [Size::Quarter, Size::Full, Size::Half].map(|size| Rendition::new(quality, size))
    };
    qualities.iter().flat_map(of).collect()
}

/// The file of planes in full size.
fn of_planes(ladder: &mut Ladder, planes: &Planes, quality: u8) -> Vec<u8> {
    let spec = Spec {
        width: planes.width as u16,
        height: planes.height as u16,
        sampling: planes.sampling,
        range: Range::Full,
    };
    let [y, u, v] = planes
        .components
        .each_ref()
        .map(|plane| Plane::new(&plane.rows, plane.stride));
    let source = Source::Planar {
        y,
        u,
        v,
        sampling: planes.sampling,
    };
    encode(ladder, spec, source, &full(&[quality])).remove(0)
}

/// Width and height that a file says it has.
pub(crate) fn sides(jpeg: &[u8]) -> (u16, u16) {
    let mut decoder = jpeg_decoder::Decoder::new(jpeg);
    decoder.decode().expect("a JPEG");
    let info = decoder.info().expect("decoded");
    (info.width, info.height)
}

#[test]
fn a_smaller_picture_is_the_file_of_the_means_from_every_layout() {
    for kernel in Kernel::available() {
        let mut ladder = Ladder::with_kernel(kernel);
        for number in (0..SMALL).step_by(23).chain(SMALL..SMALL + 40) {
            let case = case(number);
            let wanted = in_every_size(&case.qualities);
            let files = encode(&mut ladder, case.spec, case.source.source(), &wanted);
            let of_full = Planes::of(&case.source, case.spec);
            let pictures = [of_full.half().half(), of_full.clone(), of_full.half()];
            for (n, file) in files.iter().enumerate() {
                // RGB has its own file in full size, whose edges are not those of its planes.
                if n % 3 == 1 && case.source.layout >= 7 {
                    continue;
                }
                let picture = &pictures[n % 3];
                let expected = of_planes(&mut ladder, picture, wanted[n].quality);
                assert!(
                    *file == expected,
                    "{kernel}, case {number}, layout {}, {:?}: {:?}",
                    case.source.layout,
                    case.spec,
                    wanted[n]
                );
            }
        }
    }
}

#[test]
fn a_size_is_the_same_file_alone_and_among_others() {
    let (frame, mut ladder) = (case(SMALL + 3), Ladder::new());
    let jpeg = camera(Sampling::S422);
    for source in [frame.source.source(), Source::Mjpeg(&jpeg)] {
        let all = in_every_size(&[40, 75, 95]);
        let files = encode(&mut ladder, frame.spec, source, &all);
        for (&rendition, file) in all.iter().zip(&files) {
            let alone = encode(&mut ladder, frame.spec, source, &[rendition]);
            assert!(alone[0] == *file, "{rendition:?}");
        }
    }
}

#[test]
fn sides_are_divided_and_rounded_up_to_even_numbers() {
    let mut ladder = Ladder::new();
    let pixels = vec![90; 4 * 70 * 70];
    for (width, height) in [(64, 48), (1, 1), (2, 70), (33, 17), (66, 10), (70, 69)] {
        let spec = Spec {
            width,
            height,
            ..SPEC
        };
        let source = Source::Grey(Plane::new(&pixels, width.into()));
        let wanted = in_every_size(&[80]);
        let files = encode(&mut ladder, spec, source, &wanted);
        let own = encode(&mut ladder, spec, source, &full(&[90])).remove(0);
        let of_jpeg = encode(&mut ladder, spec, Source::Mjpeg(&own), &wanted);
        for ((rendition, file), of_jpeg) in wanted.iter().zip(&files).zip(&of_jpeg) {
            let expected = rendition.size.sides((width, height));
            assert_eq!(sides(file), expected, "{width}x{height}");
            assert_eq!(sides(of_jpeg), expected, "{width}x{height} of a JPEG");
        }
    }
}

#[test]
fn every_kernel_writes_the_smaller_files_of_libjpeg_turbo() {
    for kernel in Kernel::available() {
        let mut ladder = Ladder::with_kernel(kernel);
        let mut lines = 0;
        for line in include_str!("smaller.txt").lines() {
            let fields: Vec<&str> = line.split(' ').collect();
            let [number, fingerprints @ ..] = &fields[..] else {
                panic!("smaller.txt: a line without a number");
            };
            let case = case(number.parse().expect("a number"));
            let quality = case.qualities[0];
            let wanted = [Size::Half, Size::Quarter].map(|size| Rendition::new(quality, size));
            let of_pixels = encode(&mut ladder, case.spec, case.source.source(), &wanted);
            let own = encode(&mut ladder, case.spec, case.source.source(), &full(&[85]));
            let of_jpeg = encode(&mut ladder, case.spec, Source::Mjpeg(&own[0]), &wanted);
            let ours: Vec<String> = of_pixels
                .iter()
                .chain(&of_jpeg)
                .map(|jpeg| format!("{:016x}", fingerprint(jpeg)))
                .collect();
            assert_eq!(
                ours, fingerprints,
                "{kernel}, case {number}: {:?}",
                case.spec
            );
            lines += 1;
        }
        assert!(
            lines >= 100,
            "smaller.txt has {lines} lines: `cargo xtask bench encode golden smaller` makes it"
        );
    }
}

#[test]
fn a_turned_frame_has_its_smaller_sizes_too() {
    // Of 4:2:2 that is turned by a quarter, an MCU is two blocks on top of each other.
    for sampling in [
        Sampling::S420,
        Sampling::S422,
        Sampling::S444,
        Sampling::Grey,
    ] {
        let mut jpeg = Vec::new();
        let (width, height) = Turner::new()
            .turn(&camera(sampling), Orientation::QUARTER, &mut jpeg)
            .expect("a good frame");
        for kernel in Kernel::available() {
            let mut ladder = Ladder::with_kernel(kernel);
            let wanted = in_every_size(&[95]);
            let files = encode(&mut ladder, SPEC, Source::Mjpeg(&jpeg), &wanted);
            let luma = |jpeg: &[u8]| {
                let mut decoder = jpeg_decoder::Decoder::new(jpeg);
                let pixels = decoder.decode().expect("a JPEG");
                let bytes = pixels.len() / {
                    let info = decoder.info().expect("decoded");
                    usize::from(info.width) * usize::from(info.height)
                };
                pixels.iter().step_by(bytes).copied().collect::<Vec<u8>>()
            };
            let [quarter, own, half] = [0, 1, 2].map(|n| luma(&files[n]));
            let (w, h) = Size::Half.sides((width, height));
            assert_eq!(sides(&files[2]), (w, h));
            assert_eq!(sides(&files[0]), Size::Quarter.sides((width, height)));
            // Reds; the means of four, but for what two encodings and interpolated chroma do.
            let (wide, across) = (usize::from(width), usize::from(w));
            let mut off = 0.0;
            for y in 0..usize::from(height) / 2 {
                for x in 0..wide / 2 {
                    let at = 2 * y * wide + 2 * x;
                    let four = [at, at + 1, at + wide, at + wide + 1];
                    let mean = four.iter().map(|&i| f64::from(own[i])).sum::<f64>() / 4.0;
                    off += (mean - f64::from(half[y * across + x])).abs();
                }
            }
            let mean = off / f64::from(width / 2) / f64::from(height / 2);
            assert!(mean < 3.0, "{sampling:?} {kernel}: {mean}");
            assert!(!quarter.is_empty());
        }
    }
}

#[test]
fn damage_is_an_error_for_every_size() {
    let mut ladder = Ladder::new();
    let frame = with_restarts(3);
    for size in Size::ALL {
        let wanted = [Rendition::new(60, size)];
        let mut out = [vec![7]];
        let cut = Source::Mjpeg(&frame[..frame.len() / 2]);
        let alone = ladder.encode_many(&SPEC, cut, &wanted, &mut out, &[]);
        assert!(alone.is_err() && out[0].is_empty(), "{size:?}");
        let mut second = frame.clone();
        let at = second.windows(2).position(|pair| pair == [0xff, 0xd1]);
        second.drain(at.expect("RST1")..).take(2).for_each(drop);
        let broken = ladder.encode_many(&SPEC, Source::Mjpeg(&second), &wanted, &mut out, &[]);
        assert!(broken.is_err() && out[0].is_empty(), "{size:?}");
        // Nothing of it shows in the next frame.
        let good = encode(&mut ladder, SPEC, Source::Mjpeg(&frame), &wanted);
        let fresh = encode(&mut Ladder::new(), SPEC, Source::Mjpeg(&frame), &wanted);
        assert!(good == fresh, "{size:?}");
    }
}
