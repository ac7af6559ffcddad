//! Frames that are larger than the server takes.

use std::time::Instant;

use testkit::eventually;

use crate::fault::Fault;
use crate::figure::{Figure, GAP, OLDEST, Seen};
use crate::plan::{Mode, RECOVERY_WITHIN};
use crate::setup::{builder, did, mark, newcomer, watcher};

/// The test pattern fits at quality 30 and does not at 95.
const MAX_PAYLOAD: &str = "max_payload: 40KB";

pub(super) fn faults(mode: Mode) -> Vec<Fault> {
    vec![Fault::new(
        "frame-too-large",
        "skipped, counted, one warning a second; others' gap ≤ 150 ms",
        move || too_large(mode),
    )]
}

async fn too_large(mode: Mode) -> Seen {
    let stack = builder(mode).nats_config(MAX_PAYLOAD).start().await;
    assert!(
        said(&stack.capture().log(), "may be larger than NATS takes").count() > 0,
        "no warning at the start"
    );
    let viewer = watcher(&stack, 0, 30).await;
    let dropped = async || {
        let labels = [("reason", "too_large")];
        stack
            .capture()
            .metric("capture_frames_dropped_total", &labels)
            .await
    };
    let (mark, then) = (mark(&stack), Instant::now());
    let _starved = newcomer(&stack.gateways[0], 95).await;
    eventually(RECOVERY_WITHIN, || async { dropped().await >= 1.0 }).await;
    tokio::time::sleep(mode.lasts(10, 3)).await;
    let took = then.elapsed().as_secs_f64();
    let dropped = dropped().await;
    assert!(
        dropped > 10.0 * took,
        "only {dropped} frames dropped in {took} s"
    );
    let log = stack.capture().log();
    let warnings: Vec<&str> = said(&log[mark..], "frame dropped").collect();
    for named in ["\"size\":", "\"max_payload\":40960", "raise max_payload"] {
        assert!(warnings[0].contains(named), "no {named} in {}", warnings[0]);
    }
    let again = stack.capture().metric("nats_reconnects_total", &[]).await;
    Seen {
        figures: vec![
            Figure::within(GAP, viewer.gap_since(then), 150, 1000),
            Figure::within(OLDEST, viewer.oldest_since(then), 500, 1500),
            Figure::number("warnings a second", warnings.len() as f64 / took, "", 1.5),
            Figure::number("frames skipped", dropped, "", f64::INFINITY),
            Figure::number("connections made anew", again, "", 0.0),
        ],
        capture: did(&stack, mark),
    }
}

fn said<'a>(log: &'a str, words: &'a str) -> impl Iterator<Item = &'a str> {
    log.lines().filter(move |line| line.contains(words))
}
