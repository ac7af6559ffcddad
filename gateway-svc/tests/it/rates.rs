//! Rates: a viewer gets as many frames a second as it asked for, and capture is asked for no more than the fastest.

use std::time::{Duration, Instant};

use testkit::{NatsServer, Process, Said, Viewer, eventually};
use wire::{Rate, Stamp};

use crate::support::{Camera, TEST_DEADLINE};

fn fps(fps: f64) -> Rate {
    Rate::at_most(fps).unwrap()
}

async fn paced(gateway: &Process, query: &[(&str, &str)]) -> Viewer {
    let mut request = Viewer::at(gateway.public(), "/websocket/80");
    for (name, value) in query {
        request = request.query(name, value);
    }
    request.connect().await.unwrap()
}

/// When the frames that come within `time` were captured, in µs.
async fn captured(viewer: &mut Viewer, time: Duration) -> Vec<u64> {
    let ends = Instant::now() + time;
    let mut captured = Vec::new();
    while let Some(left) = ends.checked_duration_since(Instant::now()) {
        if let Some(Said::Frame(jpeg)) = viewer.next(left).await {
            captured.push(Stamp::read(&jpeg).unwrap().captured_at_us);
        }
    }
    captured
}

/// Frames a second, by their times of capture.
fn rate_of(captured: &[u64]) -> f64 {
    let passed = captured.last().unwrap() - captured.first().unwrap();
    (captured.len() - 1) as f64 / (passed as f64 / 1e6)
}

#[tokio::test]
async fn viewers_of_one_stream_each_get_the_rate_that_they_asked_for() {
    let nats = NatsServer::start().await;
    let camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let mut all = paced(&gateway, &[]).await;
    let mut five = paced(&gateway, &[("fps", "5")]).await;
    let mut fast = paced(&gateway, &[("fps", "500")]).await;
    camera.wanted(&[80]).await;
    let _streaming = camera.stream("frames.q80", 5000);
    let time = Duration::from_secs(4);
    let (all, five, fast) = tokio::join!(
        captured(&mut all, time),
        captured(&mut five, time),
        captured(&mut fast, time)
    );
    // A machine that stands still costs frames; more than were asked for can never come, but for the one at the start.
    let five = rate_of(&five);
    assert!((3.0..=5.6).contains(&five), "{five} of 5");
    for (name, rate) in [("all", rate_of(&all)), ("500", rate_of(&fast))] {
        assert!(rate > 17.0, "{rate} of {name}");
    }
    let skipped = |reason| {
        let gateway = &gateway;
        async move {
            let labels = [("reason", reason)];
            gateway
                .metric("gateway_frames_skipped_total", &labels)
                .await
        }
    };
    let paced = skipped("paced").await;
    assert!((50.0..150.0).contains(&paced), "{paced} of about 117");
}

#[tokio::test]
async fn the_lease_says_the_rate_of_the_fastest_viewer_once_each_has_a_picture() {
    let nats = NatsServer::start().await;
    let mut camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let mut slow = paced(&gateway, &[("v", "2"), ("fps", "0.5")]).await;
    camera.wanted_at("80", Rate::ALL).await;
    camera.publish("frames.q80").await;
    slow.frame(TEST_DEADLINE).await;
    camera.wanted_at("80", fps(0.5)).await;
    // A renewal later the picture is too old to be shown to who comes, and who comes does not wait for the slow one's next.
    let key = camera.leases().await.remove(0).to_string();
    let revision = || async {
        let entry = camera.bucket.entry(key.clone()).await.unwrap();
        entry.unwrap().revision
    };
    let first = revision().await;
    eventually(TEST_DEADLINE, || async { revision().await > first }).await;
    let mut fast = paced(&gateway, &[("v", "2"), ("fps", "5")]).await;
    let came = Instant::now();
    camera.wanted_at("80", Rate::ALL).await;
    let told = came.elapsed();
    assert!(
        told < Duration::from_secs(1),
        "not with the next renewal: {told:?}"
    );
    camera.publish("frames.q80").await;
    fast.frame(TEST_DEADLINE).await;
    camera.wanted_at("80", fps(5.0)).await;
    slow.send(r#"{"type":"rate","fps":12.5}"#).await.unwrap();
    camera.wanted_at("80", fps(12.5)).await;
    slow.send(r#"{"type":"rate"}"#).await.unwrap();
    camera.wanted_at("80", Rate::ALL).await;
    // What cannot be is ignored, and closes nothing.
    for nonsense in ["0", "-1", "1e9", "\"5\""] {
        let text = format!(r#"{{"type":"rate","fps":{nonsense}}}"#);
        slow.send(&text).await.unwrap();
    }
    slow.send(r#"{"type":"rate","fps":0.1}"#).await.unwrap();
    camera.wanted_at("80", fps(5.0)).await;
    fast.leave(TEST_DEADLINE).await;
    camera.wanted_at("80", fps(0.1)).await;
    slow.leave(TEST_DEADLINE).await;
    camera.wanted(&[]).await;
}

#[tokio::test]
async fn whoever_asks_for_more_has_the_newest_frame_at_once() {
    let nats = NatsServer::start().await;
    let mut camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let mut viewer = paced(&gateway, &[("v", "2"), ("fps", "0.1")]).await;
    camera.wanted(&[80]).await;
    let first = camera.publish("frames.q80").await;
    assert_eq!(viewer.frame(TEST_DEADLINE).await, first);
    viewer.send(r#"{"type":"ack","seq":1}"#).await.unwrap();
    let second = camera.publish("frames.q80").await;
    let labels = [("reason", "paced")];
    eventually(TEST_DEADLINE, || async {
        gateway
            .metric("gateway_frames_skipped_total", &labels)
            .await
            == 1.0
    })
    .await;
    viewer.send(r#"{"type":"rate","fps":10}"#).await.unwrap();
    // Nothing is published any more.
    assert_eq!(viewer.frame(TEST_DEADLINE).await, second);
}

#[tokio::test]
async fn whoever_switches_to_what_others_watch_has_its_newest_frame_at_once() {
    let nats = NatsServer::start().await;
    let mut camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let mut other = paced(&gateway, &[("v", "2"), ("size", "half")]).await;
    let mut viewer = paced(&gateway, &[("v", "2")]).await;
    camera.wanted_at("80", Rate::ALL).await;
    camera.wanted_at("80s2", Rate::ALL).await;
    camera.publish("frames.q80").await;
    viewer.frame(TEST_DEADLINE).await;
    viewer.send(r#"{"type":"ack","seq":1}"#).await.unwrap();
    let half = camera.publish("frames.q80s2").await;
    assert_eq!(other.frame(TEST_DEADLINE).await, half);
    viewer
        .send(r#"{"type":"quality","quality":80,"size":"half"}"#)
        .await
        .unwrap();
    // Nothing is published any more.
    assert_eq!(viewer.frame(TEST_DEADLINE).await, half);
}

#[tokio::test]
async fn a_switch_is_not_held_up_by_a_low_rate() {
    let nats = NatsServer::start().await;
    let mut camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let mut viewer = paced(&gateway, &[("v", "2"), ("fps", "0.1")]).await;
    camera.wanted(&[80]).await;
    camera.publish("frames.q80").await;
    viewer.frame(TEST_DEADLINE).await;
    camera.wanted_at("80", fps(0.1)).await;
    viewer.send(r#"{"type":"ack","seq":1}"#).await.unwrap();
    let half = r#"{"type":"quality","quality":80,"size":"half"}"#;
    viewer.send(half).await.unwrap();
    camera.wanted_at("80s2", Rate::ALL).await;
    let next = camera.publish("frames.q80s2").await;
    assert_eq!(viewer.frame(TEST_DEADLINE).await, next);
    camera.wanted_at("80s2", fps(0.1)).await;
}

#[tokio::test]
async fn frames_that_nobody_asked_for_are_not_missed() {
    let nats = NatsServer::start().await;
    let mut camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let mut viewer = paced(&gateway, &[("v", "2"), ("fps", "5")]).await;
    camera.wanted(&[80]).await;
    camera.publish("frames.q80").await;
    viewer.frame(TEST_DEADLINE).await;
    camera.wanted_at("80", fps(5.0)).await;
    // As capture does: of seven frames one.
    for _ in 0..6 {
        camera.frame(1000);
    }
    camera.publish("frames.q80").await;
    eventually(TEST_DEADLINE, || async {
        let received = gateway.metric("gateway_frames_received_total", &[]);
        received.await == 2.0
    })
    .await;
    let labels = [("reason", "bus_gap")];
    let missed = gateway.metric("gateway_frames_skipped_total", &labels);
    assert_eq!(missed.await, 0.0);
}
