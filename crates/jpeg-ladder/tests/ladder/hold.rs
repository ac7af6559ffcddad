//! What a caller relies on where what is still is held, whatever the rule: all qualities show the same picture.

use fastrand::Rng;
use jpeg_ladder::{
    Duo, HoldSettings, Kernel, Ladder, Plane, Range, Rendition, Sampling, Size, Source, Spec,
};

const SETTINGS: HoldSettings = HoldSettings {
    refresh_frames: 9,
    settles: false,
};
/// In no order of sizes.
const RENDITIONS: [Rendition; 9] = [
    Rendition::full(30),
    Rendition::new(30, Size::Quarter),
    Rendition::full(55),
    Rendition::full(70),
    Rendition::new(80, Size::Half),
    Rendition::full(80),
    Rendition::new(40, Size::Half),
    Rendition::new(60, Size::Quarter),
    Rendition::full(95),
];
const WIDTH: usize = 400;
const HEIGHT: usize = 50;
const SPEC: Spec = Spec {
    width: 400,
    height: 50,
    sampling: Sampling::S420,
    range: Range::Full,
};

const SIXTY: [Rendition; 3] = [
    Rendition::full(60),
    Rendition::new(60, Size::Half),
    Rendition::new(60, Size::Quarter),
];

/// Frames of YUYV in which a patch moves, and now and then everything.
fn frames() -> Vec<Vec<u8>> {
    let mut rng = Rng::with_seed(3);
    let mut frame: Vec<u8> = (0..2 * WIDTH * HEIGHT)
        .map(|i| (i % (2 * WIDTH) / 4 + i / (2 * WIDTH)) as u8)
        .collect();
    let mut next = |n: usize| {
        let step = 2 * WIDTH * (n % HEIGHT) + 40 * n % (2 * WIDTH - 40);
        frame[step..step + 40].fill_with(|| rng.u8(..));
        if n == 13 {
            for byte in &mut frame {
                *byte = 255 - *byte;
            }
        }
        frame.clone()
    };
    (0..36).map(&mut next).collect()
}

fn yuyv(frame: &[u8]) -> Source<'_> {
    Source::Yuyv(Plane::new(frame, 2 * WIDTH))
}

/// The same frames as a camera would compress them.
fn jpegs() -> Vec<Vec<u8>> {
    let mut encoder = Ladder::new();
    let compress = |frame: Vec<u8>| {
        let mut out = [Vec::new()];
        encoder
            .encode_many(&SPEC, yuyv(&frame), &[Rendition::full(75)], &mut out, &[])
            .expect("a good frame");
        let [jpeg] = out;
        jpeg
    };
    frames().into_iter().map(compress).collect()
}

fn holding(kernel: Kernel) -> Ladder {
    let mut ladder = Ladder::with_kernel(kernel);
    ladder.hold(Some(SETTINGS));
    ladder
}

#[test]
fn a_rendition_shows_the_same_picture_whenever_it_became_wanted() {
    let (pixels, compressed) = (frames(), jpegs());
    let sources: [Vec<Source>; 2] = [
        pixels.iter().map(|frame| yuyv(frame)).collect(),
        compressed.iter().map(|jpeg| Source::Mjpeg(jpeg)).collect(),
    ];
    for kernel in Kernel::available() {
        for frames in &sources {
            let mut rng = Rng::with_seed(5);
            let (mut always, mut sometimes, mut duo) =
                (holding(kernel), holding(kernel), Duo::always());
            duo.hold(Some(SETTINGS));
            let mut held = 0;
            for &frame in frames {
                let mut all = RENDITIONS.map(|_| Vec::new());
                let intervals = always
                    .encode_many(&SPEC, frame, &RENDITIONS, &mut all, &[])
                    .expect("a good frame")
                    .expect("it was decided upon");
                held += intervals.held;
                assert_eq!(intervals.fresh + intervals.held + intervals.refreshed, 20);
                // One always, for a frame that nobody is shown is not compared.
                let at_first = |rng: &mut Rng| {
                    let wanted = RENDITIONS.into_iter();
                    wanted
                        .filter(|rendition| rendition.quality == 40 || rng.bool())
                        .collect::<Vec<Rendition>>()
                };
                let first = at_first(&mut rng);
                let later: Vec<Rendition> = RENDITIONS
                    .into_iter()
                    .filter(|rendition| !first.contains(rendition))
                    .collect();
                let mut out = vec![Vec::new(); first.len()];
                let decided = sometimes.encode_many(&SPEC, frame, &first, &mut out, &[]);
                assert_eq!(decided, Ok(Some(intervals)));
                let mut more = vec![Vec::new(); later.len()];
                let decided = sometimes.encode_again(&SPEC, frame, &later, &mut more, &[]);
                assert_eq!(decided, Ok(None));
                let file = |rendition: Rendition| {
                    let place = RENDITIONS.iter().position(|&known| known == rendition);
                    &all[place.expect("one of them")]
                };
                for (&rendition, ours) in first.iter().zip(&out).chain(later.iter().zip(&more)) {
                    assert!(ours == file(rendition), "{kernel} {rendition:?}");
                }
                let mut out = RENDITIONS.map(|_| Vec::new());
                let decided = duo.encode_many(&SPEC, frame, &RENDITIONS, &mut out, &[]);
                assert_eq!(decided, Ok(Some(intervals)));
                assert!(out == all, "{kernel}: two threads");
            }
            assert!(held > 0, "nothing was ever held");
        }
    }
}

#[test]
fn where_a_quarter_is_wanted_all_that_one_of_its_intervals_shows_is_refreshed_at_once() {
    let still = &frames()[0];
    let refreshed = |wanted: Rendition| {
        let mut ladder = holding(Kernel::best());
        let encode = |_| {
            let mut out = [Vec::new()];
            ladder
                .encode_many(&SPEC, yuyv(still), &[wanted], &mut out, &[])
                .expect("a good frame")
                .expect("it was decided upon")
                .refreshed
        };
        (0..60).map(encode).collect::<Vec<usize>>()
    };
    // Of 5 intervals in each of 4 rows: 4 by 4, and the last column.
    let of_quarter = refreshed(Rendition::new(60, Size::Quarter));
    assert!(of_quarter.iter().any(|&count| count > 0));
    assert!(
        of_quarter
            .iter()
            .all(|count| [0, 4, 16, 20].contains(count)),
        "{of_quarter:?}"
    );
    let of_full = refreshed(Rendition::full(60));
    assert!(
        of_full.iter().any(|count| (1..4).contains(count)),
        "{of_full:?}"
    );
}

#[test]
fn what_is_forgotten_or_of_another_size_is_in_no_file() {
    let (frames, camera) = (frames(), jpegs());
    let mut ladder = holding(Kernel::best());
    let mut encode = |spec: &Spec, source: Source<'_>| {
        let mut out = [Vec::new(), Vec::new(), Vec::new()];
        let intervals = ladder
            .encode_many(spec, source, &SIXTY, &mut out, &[])
            .expect("a good frame")
            .expect("it was decided upon");
        let mut anew = [Vec::new(), Vec::new(), Vec::new()];
        holding(Kernel::best())
            .encode_many(spec, source, &SIXTY, &mut anew, &[])
            .expect("a good frame");
        (intervals.held + intervals.refreshed, out == anew)
    };
    assert_eq!(encode(&SPEC, yuyv(&frames[0])), (0, true));
    let lower = Spec { height: 33, ..SPEC };
    assert_eq!(encode(&lower, yuyv(&frames[1])), (0, true));
    assert_eq!(encode(&SPEC, yuyv(&frames[2])), (0, true));
    let finer = Spec {
        sampling: Sampling::S422,
        ..SPEC
    };
    assert_eq!(encode(&finer, yuyv(&frames[2])), (0, true));
    assert_eq!(encode(&SPEC, Source::Mjpeg(&camera[2])), (0, true));
    let mut ladder = holding(Kernel::best());
    let mut held = || {
        let mut out = [Vec::new()];
        let frame = Source::Mjpeg(&camera[0]);
        let intervals = ladder.encode_many(&SPEC, frame, &[Rendition::full(60)], &mut out, &[]);
        let held = intervals.expect("a good frame").expect("decided").held;
        ladder.forget();
        held
    };
    assert_eq!((held(), held()), (0, 0));
}

#[test]
fn a_damaged_frame_leaves_no_trace_and_a_camera_that_is_passed_on_is_not_compared() {
    let frames = jpegs();
    let mut ladder = holding(Kernel::best());
    let mut encode = |frame: &[u8], quality: u8| {
        let mut out = [Vec::new()];
        let frame = Source::Mjpeg(frame);
        let done = ladder.encode_many(&SPEC, frame, &[Rendition::full(quality)], &mut out, &[]);
        done.map(|intervals| (intervals.map(|intervals| intervals.fresh), out))
    };
    let (fresh, first) = encode(&frames[0], 60).expect("a good frame");
    assert_eq!(fresh, Some(20));
    let cut = &frames[1][..frames[1].len() / 2];
    assert!(encode(cut, 60).is_err());
    let (_, again) = encode(&frames[0], 60).expect("a good frame");
    assert!(again == first);
    let (fresh, own) = encode(&frames[0], 90).expect("a good frame");
    assert_eq!(fresh, None);
    assert!(own[0].ends_with(&frames[0][700..]));
    // Nobody saw what came meanwhile.
    let (fresh, _) = encode(&frames[0], 60).expect("a good frame");
    assert_eq!(fresh, Some(20));
}

#[test]
fn while_the_camera_moves_who_joins_between_two_frames_gets_what_the_others_have() {
    // So many intervals that but some of them are compared while everything changes.
    let spec = Spec {
        width: 1280,
        height: 208,
        ..SPEC
    };
    let row = 2 * usize::from(spec.width);
    let mut rng = Rng::with_seed(8);
    let mut frame = vec![128u8; row * usize::from(spec.height)];
    for kernel in Kernel::available() {
        let (mut ladder, mut plain) = (holding(kernel), holding(kernel));
        let mut held = [0, 0];
        for t in 0..60 {
            // Still until the noise is known, and at the end.
            let turns = (36..50).contains(&t);
            for byte in &mut frame {
                if turns {
                    *byte = rng.u8(..);
                }
            }
            let source = Source::Yuyv(Plane::new(&frame, row));
            let [mut ours, mut theirs] = [(); 2].map(|()| [Vec::new()]);
            let wanted = [Rendition::full(70)];
            let intervals = ladder
                .encode_many(&spec, source, &wanted, &mut ours, &[])
                .expect("a good frame")
                .expect("it was decided upon");
            plain.forget();
            plain
                .encode_many(&spec, source, &wanted, &mut theirs, &[])
                .expect("a good frame");
            // Without noise what is held is what it would be.
            assert!(ours == theirs, "{kernel}, {t}");
            held[usize::from(t >= 50)] += intervals.held;
            assert!(!turns || intervals.held == 0, "{kernel}, {t}");
            if t % 3 == 0 {
                let wanted = [Rendition::full(40), Rendition::new(40, Size::Half)];
                let [mut ours, mut theirs] = [(); 2].map(|()| [Vec::new(), Vec::new()]);
                let decided = ladder.encode_again(&spec, source, &wanted, &mut ours, &[]);
                assert_eq!(decided, Ok(None));
                let mut anew = holding(kernel);
                anew.encode_many(&spec, source, &wanted, &mut theirs, &[])
                    .expect("a good frame");
                assert!(ours == theirs, "{kernel}, {t}: again");
            }
        }
        assert!(held[0] > 0 && held[1] > 0, "{kernel}: {held:?}");
    }
}
