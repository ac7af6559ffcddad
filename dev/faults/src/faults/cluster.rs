//! Three servers with three replicas: the leader is killed, then a second one.

use std::time::{Duration, Instant};

use async_nats::jetstream::Context;
use testkit::eventually;

use crate::fault::Fault;
use crate::figure::{Figure, GAP, OLDEST, Seen};
use crate::plan::{Mode, RECOVERY_WITHIN};
use crate::setup::{builder, did, jetstream, mark, newcomer, watcher};

/// Elections of `JetStream` take four to nine seconds each, and one may have to follow another.
const ELECTION_WITHIN: Duration = Duration::from_secs(60);

pub(super) fn faults(mode: Mode) -> Vec<Fault> {
    vec![Fault::new(
        "leaders-killed",
        "no gap > 300 ms; with quorum a new quality ≤ 7 s",
        move || leaders_killed(mode),
    )]
}

async fn leaders_killed(mode: Mode) -> Seen {
    let replicas = [("CAPTURE_BUCKET_REPLICAS", "3")];
    let mut stack = builder(mode).nodes(3).capture(&replicas).start().await;
    let viewer = watcher(&stack, 0, 80).await;
    let context = jetstream(&stack).await;
    let first = leader(&context).await;
    let (mark, then) = (mark(&stack), Instant::now());
    stack.servers[first].kill();
    // A quality that nobody had: it waits for the bucket's new leader.
    let new = newcomer(&stack.gateways[0], 40).await;
    let new = new.captured_after(then, ELECTION_WITHIN).await;
    let gap = viewer.gap_since(then);

    let second = leader(&context).await;
    assert_ne!(second, first, "a dead leader");
    let killed = Instant::now();
    stack.servers[second].kill();
    // No quorum, so no key can be written; what is watched goes on.
    tokio::time::sleep(mode.lasts(10, 4)).await;
    let gap_alone = viewer.gap_since(killed);
    // Two of three have lost what was in their memory: the server then elects nobody before all three are back.
    stack.servers[second].restart().await;
    stack.servers[first].restart().await;
    let quorum = Instant::now();
    let again = newcomer(&stack.gateways[0], 60).await;
    let again = again.captured_after(quorum, ELECTION_WITHIN).await;
    Seen {
        figures: vec![
            Figure::within(GAP, gap.max(viewer.gap_since(killed)), 300, 1500),
            Figure::within(OLDEST, viewer.oldest_since(then), 500, 1500),
            Figure::time("gap with one of three left", gap_alone),
            Figure::within("new quality after the first", new.at - then, 7000, 25_000),
            Figure::within("after quorum is back", again.at - quorum, 7000, 25_000),
        ],
        capture: did(&stack, mark),
    }
}

/// The number of the server that leads the bucket: `n2` is 2.
async fn leader(context: &Context) -> usize {
    eventually(RECOVERY_WITHIN, || async {
        let stream = context.get_stream("KV_demand").await.ok()?;
        let cluster = stream.cached_info().cluster.clone()?;
        cluster.leader?.strip_prefix('n')?.parse().ok()
    })
    .await
}
