//! The NATS server is killed and comes back empty, or stands still.

use std::time::{Duration, Instant};

use crate::fault::Fault;
use crate::figure::{Figure, GAP, OLDEST, Seen};
use crate::plan::{Mode, RECOVERY_WITHIN};
use crate::setup::{builder, did, mark, newcomer, watcher};

pub(super) fn faults(mode: Mode) -> Vec<Fault> {
    let away: &[u64] = if mode.quick { &[1, 3] } else { &[1, 8, 70] };
    // After 2 s the gateway has not yet given its connection up: what was under way reaches it, and must not be shown.
    let frozen: &[u64] = if mode.quick { &[2] } else { &[2, 3, 10] };
    let away = away.iter().map(|&seconds| {
        let fault = Fault::new(
            format!("nats-killed-{seconds}s"),
            "picture and a new quality ≤ 500 ms after its return, none stale",
            move || killed(mode, Duration::from_secs(seconds)),
        );
        if seconds > 30 { fault.waiting() } else { fault }
    });
    let frozen = frozen.iter().map(|&seconds| {
        Fault::new(
            format!("nats-frozen-{seconds}s"),
            "oldest frame shown after SIGCONT ≤ 500 ms",
            move || frozen_for(mode, Duration::from_secs(seconds)),
        )
    });
    away.chain(frozen).collect()
}

async fn killed(mode: Mode, away: Duration) -> Seen {
    let mut stack = builder(mode).start().await;
    let viewer = watcher(&stack, 0, 80).await;
    let (mark, then) = (mark(&stack), Instant::now());
    stack.servers[0].kill();
    tokio::time::sleep(away).await;
    stack.servers[0].restart().await;
    let back = Instant::now();
    // Nobody watches it yet, and the bucket is gone with the server's memory.
    let newcomer = newcomer(&stack.gateways[0], 40).await;
    let seen = viewer.captured_after(back, RECOVERY_WITHIN).await;
    let new = newcomer.captured_after(back, RECOVERY_WITHIN).await;
    stack.await_ready().await;
    Seen {
        figures: vec![
            Figure::time(GAP, viewer.gap_since(then)),
            Figure::within(OLDEST, viewer.oldest_since(then), 500, 1500),
            Figure::within("picture back", seen.at - back, 500, 3000),
            Figure::within("new quality", new.at - back, 500, 4000),
        ],
        capture: did(&stack, mark),
    }
}

async fn frozen_for(mode: Mode, seconds: Duration) -> Seen {
    let stack = builder(mode).start().await;
    let viewer = watcher(&stack, 0, 80).await;
    let (mark, then) = (mark(&stack), Instant::now());
    stack.servers[0].pause();
    tokio::time::sleep(seconds).await;
    let resumed = Instant::now();
    stack.servers[0].resume();
    let back = viewer.captured_after(resumed, RECOVERY_WITHIN).await;
    // A burst of the past would come now.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let stale = stack.gateways[0]
        .metric("gateway_frames_skipped_total", &[("reason", "stale")])
        .await;
    Seen {
        figures: vec![
            Figure::time(GAP, viewer.gap_since(then)),
            Figure::within(OLDEST, viewer.oldest_since(resumed), 500, 1500),
            Figure::within("picture back", back.at - resumed, 500, 3000),
            Figure::number("stale ones dropped", stale, "", f64::INFINITY),
        ],
        capture: did(&stack, mark),
    }
}
