//! What happens when one of the three dies, leaves or is late.

use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use testkit::{NatsServer, Process, Viewer, eventually, read_stamp};

use crate::house::{House, SOON};

/// A service that waits says so every ten seconds or so.
const A_WORD_WITHIN: Duration = Duration::from_secs(40);

#[tokio::test]
async fn a_killed_gateways_demand_ends_with_its_lease() {
    let mut house = House::with(&[("CAPTURE_LINGER", "0s")], &[]).await;
    let _viewer = house.viewer(80).await;
    let mut frames = house.frames().await;
    let killed = now();
    house.gateway.kill();
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
    house.await_camera(false, SOON).await;
    house.await_no_demand(SOON).await;
}

#[tokio::test]
async fn a_restarted_capture_serves_the_viewers_that_are_there() {
    let mut house = House::start().await;
    let mut viewer = house.viewer(80).await;
    let before = read_stamp(&viewer.frame(SOON).await)
        .expect("a good frame")
        .run;
    house.capture.kill();
    let started = now();
    house.capture.restart().await;
    while read_stamp(&viewer.frame(SOON).await)
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
        let mut house = House::start().await;
        let (mut one, mut two) = (house.viewer(80).await, house.viewer(40).await);
        let told = now();
        house.gateway.terminate();
        for viewer in [&mut one, &mut two] {
            let closed = viewer.closed(SOON).await;
            assert_eq!(closed.code, 1012, "{closed:?}");
            assert!(!closed.reason.is_empty(), "1012 without words");
        }
        house.await_no_demand(SOON).await;
        let this = told.elapsed();
        println!("viewers away and keys gone after {this:?} (promised: 200 ms)");
        let status = house.gateway.exited(SOON).await;
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
    let mut house = House::start().await;
    let _viewer = house.viewer(80).await;
    house.capture.terminate();
    let status = house.capture.exited(SOON).await;
    assert!(status.success(), "capture ended with {status}");
}

#[tokio::test]
async fn both_services_wait_for_nats_and_work_when_it_comes() {
    let mut nats = NatsServer::start().await;
    nats.kill();
    let (capture, gateway) =
        tokio::join!(Process::capture(&nats, &[]), Process::gateway(&nats, &[]));
    for service in [&capture, &gateway] {
        eventually(SOON, || async { service.ready().await == 503 }).await;
        eventually(A_WORD_WITHIN, || async { says_why(&service.log()) }).await;
        let log = service.log();
        assert!(
            log.lines().count() < 20,
            "once in a while is enough:\n{log}"
        );
    }
    nats.restart().await;
    let mut house = House {
        gateway,
        capture,
        nats,
    };
    house.await_ready().await;
    house.viewer(80).await;
    assert!(house.gateway.is_running() && house.capture.is_running());
}

#[tokio::test]
async fn a_nats_server_that_is_killed_and_comes_back_costs_a_pause_and_no_viewer() {
    let mut house = House::start().await;
    let mut viewer = house.viewer(80).await;
    house.nats.kill();
    house.nats.restart().await;
    let back = now();
    // The bucket was in memory and is gone; both the viewer that was there and a new quality must come through.
    let seen = read_stamp(&viewer.frame(SOON).await)
        .expect("a good frame")
        .seq;
    eventually(SOON, || async { house.gateway.ready().await == 200 }).await;
    let mut other = Viewer::watch(house.gateway.public(), 40)
        .await
        .expect("an upgrade");
    other.frame(SOON).await;
    println!(
        "a new quality {:?} after the server's return (promised: 1 s)",
        back.elapsed()
    );
    assert!(
        back.elapsed() < Duration::from_secs(5),
        "a new quality took {:?}",
        back.elapsed()
    );
    eventually(SOON, || async { house.capture.ready().await == 200 }).await;
    while read_stamp(&viewer.frame(SOON).await)
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
