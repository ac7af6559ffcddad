//! capture-svc is killed and started again, or has a double that takes over.

use std::time::{Duration, Instant};

use crate::fault::Fault;
use crate::figure::{Figure, GAP, OLDEST, Seen};
use crate::plan::{Mode, RECOVERY_WITHIN};
use crate::setup::{builder, did, mark, newcomer, watcher};

/// Pictures of four seconds.
const SOME_RUN: usize = 4 * 34;

pub(super) fn faults(mode: Mode) -> Vec<Fault> {
    vec![
        Fault::new(
            "capture-killed",
            "first frame ≤ 300 ms after its start, new run",
            move || killed(mode),
        ),
        Fault::new(
            "capture-doubled-killed",
            "the other takes over ≤ 2 s",
            move || doubled(mode),
        ),
    ]
}

async fn killed(mode: Mode) -> Seen {
    let mut stack = builder(mode).start().await;
    // The new run begins at frame 1: who looks at the number alone waits for as many frames as the old one had.
    let viewer = newcomer(&stack.gateways[0], 80).await.shown(SOME_RUN).await;
    let (run, mark, then) = (viewer.last().run, mark(&stack), Instant::now());
    stack.captures[0].kill();
    let started = Instant::now();
    stack.captures[0].restart().await;
    let back = viewer.of_another_run(run, then, RECOVERY_WITHIN).await;
    // An old run's left-overs would come now.
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(viewer.last().run, back.run, "the old run came back");
    Seen {
        figures: vec![
            Figure::time(GAP, viewer.gap_since(then)),
            Figure::within(OLDEST, viewer.oldest_since(then), 500, 1500),
            Figure::within("first frame", back.at - started, 300, 2000),
        ],
        capture: did(&stack, mark),
    }
}

async fn doubled(mode: Mode) -> Seen {
    let mut stack = builder(mode).start().await;
    let double = stack.start_capture(&[]).await;
    let viewer = watcher(&stack, 0, 80).await;
    let run = viewer.last().run;
    // Long enough for both to be heard: only the first serves.
    let before = Instant::now();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let steady = viewer.gap_since(before);
    assert_eq!(viewer.last().run, run, "the picture changed hands");
    let published = double.metric("capture_frames_published_total", &[]).await;
    assert!(
        published < 1.0,
        "the double has published {published} frames"
    );
    let then = Instant::now();
    stack.captures[0].kill();
    let back = viewer.of_another_run(run, then, RECOVERY_WITHIN).await;
    Seen {
        figures: vec![
            Figure::time(GAP, viewer.gap_since(then)),
            Figure::within(OLDEST, viewer.oldest_since(then), 500, 1500),
            Figure::within("gap while both live", steady, 150, 1000),
            Figure::within("the other's first frame", back.at - then, 2000, 6000),
        ],
        capture: "the second took over".to_owned(),
    }
}
