//! What happens when one of the three dies, leaves or is late.

use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use testkit::{NatsServer, Stack, Viewer, eventually, read_stamp};

use crate::observe::{REACTION_WITHIN, await_camera, await_no_demand, frames};

/// A service that waits says so every ten seconds or so.
const WORD_WITHIN: Duration = Duration::from_secs(40);

#[tokio::test]
async fn a_killed_gateways_demand_ends_with_its_lease() {
    let mut stack = Stack::builder()
        .capture(&[("CAPTURE_LINGER", "0s")])
        .start()
        .await;
    let _viewer = stack.viewer(80).await;
    let mut frames = frames(&stack).await;
    let killed = now();
    stack.gateways[0].kill();
    // Its frames go on until the lease is over, then there are none for longer than any gap between two.
    let mut last = killed;
    while let Ok(Some(_)) = tokio::time::timeout(Duration::from_secs(2), frames.next()).await {
        last = now();
        assert!(
            killed.elapsed() < Duration::from_secs(20),
            "the dead gateway's quality is still published"
        );
    }
    println!(
        "demand of a killed gateway gone after {:?} (promised: 6.5 s)",
        last - killed
    );
    assert!(
        last - killed < Duration::from_secs(13),
        "its demand lasted {:?}",
        last - killed
    );
    await_camera(&stack, false).await;
    await_no_demand(&stack).await;
}

#[tokio::test]
async fn a_restarted_capture_serves_the_viewers_that_are_there() {
    let mut stack = Stack::start().await;
    let mut viewer = stack.viewer(80).await;
    let before = read_stamp(&viewer.frame(REACTION_WITHIN).await)
        .expect("a good frame")
        .run;
    stack.captures[0].kill();
    let started = now();
    stack.captures[0].restart().await;
    while read_stamp(&viewer.frame(REACTION_WITHIN).await)
        .expect("a good frame")
        .run
        == before
    {}
    println!(
        "frames {:?} after capture's start (promised: 1 s)",
        started.elapsed()
    );
    assert!(
        started.elapsed() < Duration::from_secs(5),
        "frames took {:?}",
        started.elapsed()
    );
}

#[tokio::test]
async fn a_gateway_told_to_stop_sends_its_viewers_away_in_words_and_takes_its_keys_back() {
    // Once within time is enough: a fault of ours would be there every time, a machine that stands still is not.
    let mut took = Vec::new();
    for _ in 0..3 {
        let mut stack = Stack::start().await;
        let (mut one, mut two) = (stack.viewer(80).await, stack.viewer(40).await);
        let told = now();
        stack.gateway().terminate();
        for viewer in [&mut one, &mut two] {
            let closed = viewer.closed(REACTION_WITHIN).await;
            assert_eq!(closed.code, 1012, "{closed:?}");
            assert!(!closed.reason.is_empty(), "1012 without words");
        }
        await_no_demand(&stack).await;
        let this = told.elapsed();
        println!("viewers away and keys gone after {this:?} (promised: 200 ms)");
        let status = stack.gateways[0].exited(REACTION_WITHIN).await;
        assert!(status.success(), "the gateway ended with {status}");
        // Less than the second for which a rung lingers when its last viewer leaves a gateway that stays.
        if this < Duration::from_millis(900) {
            return;
        }
        took.push(this);
    }
    panic!("it took {took:?}");
}

#[tokio::test]
async fn a_capture_told_to_stop_ends_with_success() {
    let mut stack = Stack::start().await;
    let _viewer = stack.viewer(80).await;
    stack.capture().terminate();
    let status = stack.captures[0].exited(REACTION_WITHIN).await;
    assert!(status.success(), "capture ended with {status}");
}

#[tokio::test]
async fn both_services_wait_for_nats_and_work_when_it_comes() {
    let mut nats = NatsServer::start().await;
    nats.kill();
    let mut stack = Stack::builder()
        .servers(vec![nats])
        .without_waiting()
        .start()
        .await;
    for service in [stack.capture(), stack.gateway()] {
        eventually(REACTION_WITHIN, || async { service.ready().await == 503 }).await;
        eventually(WORD_WITHIN, || async { says_why(&service.log()) }).await;
        let log = service.log();
        assert!(
            log.lines().count() < 20,
            "once in a while is enough:\n{log}"
        );
    }
    stack.servers[0].restart().await;
    stack.await_ready().await;
    stack.viewer(80).await;
    assert!(stack.gateways[0].is_running() && stack.captures[0].is_running());
}

#[tokio::test]
async fn a_nats_server_that_is_killed_and_comes_back_costs_a_pause_and_no_viewer() {
    let mut stack = Stack::start().await;
    let mut viewer = stack.viewer(80).await;
    stack.servers[0].kill();
    stack.servers[0].restart().await;
    let back = now();
    // The bucket was in memory and is gone; both the viewer that was there and a new quality must come through.
    let seen = read_stamp(&viewer.frame(REACTION_WITHIN).await)
        .expect("a good frame")
        .seq;
    eventually(REACTION_WITHIN, || async {
        stack.gateway().ready().await == 200
    })
    .await;
    let mut other = Viewer::watch(stack.gateway().public(), 40)
        .await
        .expect("an upgrade");
    other.frame(REACTION_WITHIN).await;
    println!(
        "a new quality {:?} after the server's return (promised: 1 s)",
        back.elapsed()
    );
    assert!(
        back.elapsed() < Duration::from_secs(5),
        "a new quality took {:?}",
        back.elapsed()
    );
    eventually(REACTION_WITHIN, || async {
        stack.capture().ready().await == 200
    })
    .await;
    while read_stamp(&viewer.frame(REACTION_WITHIN).await)
        .expect("a good frame")
        .seq
        <= seen + 34
    {}
}

/// A line above INFO that names NATS: what a person looks for who wonders why nothing happens.
fn says_why(log: &str) -> bool {
    log.lines().any(|line| {
        let line = line.to_ascii_lowercase();
        line.contains("nats") && (line.contains("\"warn\"") || line.contains("\"error\""))
    })
}

#[expect(clippy::disallowed_methods, reason = "a test measures real time")]
fn now() -> Instant {
    Instant::now()
}
