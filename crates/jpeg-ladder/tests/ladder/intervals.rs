//! How far apart restart markers are: near where what is still is held, far where it is not, and whoever changes between
//! the two.

use fastrand::Rng;
use jpeg_ladder::{
    Duo, HoldSettings, Ladder, Plane, Range, Rendition, Sampling, Size, Source, Spec,
};

use crate::common::planes::factors;
use crate::sizes::{encode, sides};

const HOLD: HoldSettings = HoldSettings {
    refresh_frames: 9,
    settles: false,
};

/// The MCUs between two restart markers of a file.
fn distance(file: &[u8]) -> u16 {
    let at = file.windows(4).position(|four| four == [0xff, 0xdd, 0, 4]);
    let at = at.expect("DRI") + 4;
    u16::from_be_bytes([file[at], file[at + 1]])
}

#[test]
fn restart_markers_are_as_far_apart_in_every_size_and_divide_its_row() {
    let pixels = vec![90; 1280 * 720];
    for (holds, width, height, sampling, expected) in [
        (false, 1280, 720, Sampling::S420, [20, 20, 20]),
        (true, 1280, 720, Sampling::S420, [5, 5, 5]),
        // Rows of 86, 43 and 22 MCUs.
        (false, 1366, 400, Sampling::S420, [43, 43, 22]),
        (true, 1366, 400, Sampling::S420, [43, 43, 11]),
        (false, 640, 480, Sampling::Grey, [80, 40, 20]),
        (true, 640, 480, Sampling::Grey, [20, 20, 20]),
    ] {
        let mut ladder = Ladder::new();
        ladder.hold(holds.then_some(HOLD));
        let spec = Spec {
            width,
            height,
            sampling,
            range: Range::Full,
        };
        let plane = Plane::new(&pixels, width.into());
        let source = Source::Planar {
            y: plane,
            u: plane,
            v: plane,
            sampling,
        };
        let wanted = Size::ALL.map(|size| Rendition::new(80, size));
        for (file, expected) in encode(&mut ladder, spec, source, &wanted)
            .iter()
            .zip(expected)
        {
            let interval = distance(file);
            assert_eq!(interval, expected, "{holds} {width}x{height} {sampling:?}");
            let (across, down) = factors(sampling);
            let (width, height) = sides(file);
            let mcus =
                usize::from(width).div_ceil(8 * across) * usize::from(height).div_ceil(8 * down);
            let marks = file
                .windows(2)
                .filter(|pair| pair[0] == 0xff && (0xd0..=0xd7).contains(&pair[1]));
            assert_eq!(marks.count() + 1, mcus / usize::from(interval));
        }
    }
}

#[test]
fn who_begins_to_hold_or_ends_it_writes_from_then_on_what_a_new_encoder_of_that_kind_does() {
    // Rows of 80 MCUs, of 40 and of 20.
    let spec = Spec {
        width: 1280,
        height: 50,
        sampling: Sampling::S420,
        range: Range::Full,
    };
    let mut rng = Rng::with_seed(9);
    let pixels: Vec<u8> = (0..2 * 1280 * 50)
        .map(|i| i as u8 / 2 + rng.u8(..9))
        .collect();
    let yuyv = Source::Yuyv(Plane::new(&pixels, 2 * 1280));
    let camera = encode(&mut Ladder::new(), spec, yuyv, &[Rendition::full(75)]).remove(0);
    // Below the camera's own quality: nothing is passed on.
    let wanted = [60, 70].map(|quality| Size::ALL.map(|size| Rendition::new(quality, size)));
    let wanted = wanted.concat();
    let (mut ladder, mut duo) = (Ladder::new(), Duo::always());
    for (n, holds) in [false, true, true, false, true, false]
        .into_iter()
        .enumerate()
    {
        let settings = holds.then_some(HOLD);
        ladder.hold(settings);
        duo.hold(settings);
        for source in [yuyv, Source::Mjpeg(&camera), yuyv] {
            let mut new = Ladder::new();
            new.hold(settings);
            let mut files = [(); 4].map(|()| vec![Vec::new(); wanted.len()]);
            let [ours, of_two, again, expected] = &mut files;
            for done in [
                ladder.encode_many(&spec, source, &wanted, ours, &[]),
                ladder.encode_again(&spec, source, &wanted, again, &[]),
                duo.encode_many(&spec, source, &wanted, of_two, &[]),
                new.encode_many(&spec, source, &wanted, expected, &[]),
            ] {
                done.expect("a good frame");
            }
            let far = if holds { [5, 5, 5] } else { [20, 20, 20] };
            let distances = ours.iter().map(|file| distance(file));
            assert!(distances.eq([far, far].concat()), "{n}, holds: {holds}");
            assert!(ours == expected && again == expected, "{n}, holds: {holds}");
            assert!(of_two == expected, "{n}, holds: {holds}: two threads");
        }
    }
}
