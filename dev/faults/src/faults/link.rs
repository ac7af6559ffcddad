//! The network between NATS and a service is gone for a while, and nobody is told.

use std::time::Instant;

use testkit::{Stack, Viewer};

use crate::cable::Cable;
use crate::fault::Fault;
use crate::figure::{Figure, GAP, OLDEST, Seen};
use crate::plan::{Mode, RECOVERY_WITHIN};
use crate::setup::{builder, did, mark, watcher};
use crate::watcher::Watcher;

pub(super) fn faults(mode: Mode) -> Vec<Fault> {
    vec![
        Fault::new(
            "capture-link-cut",
            "back ≤ 500 ms after repair; nobody else affected",
            move || capture(mode),
        ),
        Fault::new(
            "gateway-link-cut",
            "back ≤ 500 ms after repair; nobody else affected",
            move || gateway(mode),
        ),
    ]
}

/// Two cameras on one bus; the link of one is cut.
async fn capture(mode: Mode) -> Seen {
    let door = [("CAPTURE_CAMERA_ID", "door")];
    let mut stack = builder(mode).capture(&door).start().await;
    let cable = Cable::to(&stack, mode).await;
    let capture = cable.capture(&stack, &[]).await;
    stack.captures.insert(0, capture);
    stack.await_ready().await;
    let viewer = watcher(&stack, 0, 80).await;
    let request = Viewer::at(stack.gateways[0].public(), "/websocket/80").query("camera", "door");
    let other = Watcher::of(request.connect().await.expect("a viewer"));
    let other = other.settled().await;
    cut_and_repair(mode, &stack, &cable, &viewer, &other).await
}

/// Two gateways on one bus; the link of one is cut.
async fn gateway(mode: Mode) -> Seen {
    let mut stack = builder(mode).start().await;
    let cable = Cable::to(&stack, mode).await;
    let beyond = cable.gateway(&stack).await;
    stack.gateways.push(beyond);
    stack.await_ready().await;
    let (viewer, other) = (watcher(&stack, 1, 80).await, watcher(&stack, 0, 80).await);
    cut_and_repair(mode, &stack, &cable, &viewer, &other).await
}

/// What `viewer` sees, whose frames come through `cable`, and `other`, whose do not.
async fn cut_and_repair(
    mode: Mode,
    stack: &Stack,
    cable: &Cable,
    viewer: &Watcher,
    other: &Watcher,
) -> Seen {
    let (mark, then) = (mark(stack), Instant::now());
    cable.cut();
    tokio::time::sleep(mode.lasts(10, 4)).await;
    let repaired = Instant::now();
    cable.repair();
    let back = viewer.captured_after(repaired, RECOVERY_WITHIN).await;
    stack.await_ready().await;
    Seen {
        figures: vec![
            Figure::time(GAP, viewer.gap_since(then)),
            Figure::within(OLDEST, viewer.oldest_since(then), 500, 1500),
            Figure::within("back", back.at - repaired, 500, 2000),
            Figure::within("others' gap", other.gap_since(then), 150, 1000),
        ],
        capture: did(stack, mark),
    }
}
