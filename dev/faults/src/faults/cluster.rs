//! Three servers with three replicas: the leader is killed, then a second one.

use std::time::{Duration, Instant};

use async_nats::jetstream::Context;
use testkit::eventually;

use super::Fault;
use crate::bus::Bus;
use crate::figure::{Figure, GAP, OLDEST, Seen};
use crate::plan::Mode;
use crate::world::{SOON, World};

/// Elections of `JetStream` take four to nine seconds each, and one may have to follow another.
const ELECTED: Duration = Duration::from_secs(60);

pub(super) fn faults(mode: Mode) -> Vec<Fault> {
    vec![Fault::new(
        "leaders-killed",
        "no gap > 300 ms; with quorum a new quality ≤ 7 s",
        move || leaders_killed(mode),
    )]
}

async fn leaders_killed(mode: Mode) -> Seen {
    let bus = Bus::start(mode, 3).await;
    let replicas = [("CAPTURE_BUCKET_REPLICAS", "3")];
    let mut world = World::with(bus, 1, &replicas).await;
    let viewer = world.watcher(0, 80).await;
    let context = world.jetstream().await;
    let first = leader(&context).await;
    let (mark, then) = (world.mark(), Instant::now());
    world.bus.servers[first].kill();
    // A quality that nobody had: it waits for the bucket's new leader.
    let new = world.newcomer(0, 40).await;
    let new = new.captured_after(then, ELECTED).await;
    let gap = viewer.gap_since(then);

    let second = leader(&context).await;
    assert_ne!(second, first, "a dead leader");
    let killed = Instant::now();
    world.bus.servers[second].kill();
    // No quorum, so no key can be written; what is watched goes on.
    tokio::time::sleep(mode.lasts(10, 4)).await;
    let gap_alone = viewer.gap_since(killed);
    // Two of three have lost what was in their memory: the server then elects nobody before all three are back.
    world.bus.servers[second].restart().await;
    world.bus.servers[first].restart().await;
    let quorum = Instant::now();
    let again = world.newcomer(0, 60).await;
    let again = again.captured_after(quorum, ELECTED).await;
    Seen {
        figures: vec![
            Figure::within(GAP, gap.max(viewer.gap_since(killed)), 300, 1500),
            Figure::within(OLDEST, viewer.oldest_since(then), 500, 1500),
            Figure::time("gap with one of three left", gap_alone),
            Figure::within("new quality after the first", new.at - then, 7000, 25_000),
            Figure::within("after quorum is back", again.at - quorum, 7000, 25_000),
        ],
        capture: world.did(mark),
    }
}

/// The number of the server that leads the bucket: `n2` is 2.
async fn leader(context: &Context) -> usize {
    eventually(SOON, || async {
        let stream = context.get_stream("KV_demand").await.ok()?;
        let cluster = stream.cached_info().cluster.clone()?;
        cluster.leader?.strip_prefix('n')?.parse().ok()
    })
    .await
}
