//! A running stream allocates nothing. Alone in its program: the count is of all threads.

use std::alloc::System;

use jpeg_ladder::{
    HoldSettings, Kernel, Ladder, Plane, Range, Rendition, Sampling, Size, Source, Spec,
};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static COUNTED: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const RENDITIONS: [Rendition; 7] = [
    Rendition::full(30),
    Rendition::full(60),
    Rendition::full(80),
    Rendition::full(95),
    Rendition::new(40, Size::Half),
    Rendition::new(80, Size::Half),
    Rendition::new(60, Size::Quarter),
];

#[test]
fn after_its_first_frame_an_encoder_allocates_nothing() {
    let (width, height) = (326, 98);
    let spec = Spec {
        width,
        height,
        sampling: Sampling::S420,
        range: Range::Full,
    };
    let row = 2 * usize::from(width);
    let pixels: Vec<u8> = (0..row * usize::from(height))
        .map(|i| (i * i / 7) as u8)
        .collect();
    let yuyv = Source::Yuyv(Plane::new(&pixels, row));
    let mut camera = [Vec::new()];
    Ladder::new()
        .encode_many(&spec, yuyv, &[Rendition::full(85)], &mut camera, &[])
        .expect("a good frame");
    for (kernel, hold) in Kernel::ALL
        .into_iter()
        .flat_map(|kernel| [(kernel, false), (kernel, true)])
    {
        for source in [yuyv, Source::Mjpeg(&camera[0])] {
            let mut ladder = Ladder::with_kernel(kernel);
            // Refreshed now and then, so that something is coded.
            ladder.hold(hold.then_some(HoldSettings {
                refresh_frames: 2,
                settles: true,
            }));
            let mut out = RENDITIONS.map(|_| Vec::new());
            let mut encode = || {
                ladder
                    .encode_many(&spec, source, &RENDITIONS, &mut out, &[])
                    .expect("a good frame");
            };
            encode();
            // The harness's own thread may allocate meanwhile, now and then; an encoder that does, does it every time.
            let quiet = (0..10).any(|_| {
                let frames = Region::new(COUNTED);
                for _ in 0..3 {
                    encode();
                }
                let change = frames.change();
                (change.allocations, change.reallocations) == (0, 0)
            });
            assert!(quiet, "{kernel:?}, held: {hold}");
        }
    }
}
