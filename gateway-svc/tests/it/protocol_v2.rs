//! `?v=2`: hello, status, switching in place, acks, reports; and what no client may do.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{NatsServer, Process, Said, Viewer, eventually};
use wire::{CameraState, CameraStatus, Stamp};

use crate::support::{Camera, TEST_DEADLINE, status};

async fn talking(gateway: &Process, quality: u8) -> Viewer {
    let path = format!("/websocket/{quality}");
    Viewer::at(gateway.public(), &path)
        .query("v", "2")
        .connect()
        .await
        .unwrap()
}

async fn hear(viewer: &mut Viewer, kind: &str) -> Value {
    loop {
        let message: Value = serde_json::from_str(&viewer.text(TEST_DEADLINE).await).unwrap();
        if message["type"] == kind {
            return message;
        }
    }
}

#[tokio::test]
async fn the_first_message_is_the_hello_and_the_status_follows_at_every_change() {
    let nats = NatsServer::start().await;
    let camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let mut viewer = talking(&gateway, 83).await;
    let Some(Said::Text(first)) = viewer.next(TEST_DEADLINE).await else {
        panic!("no text first")
    };
    let hello: Value = serde_json::from_str(&first).unwrap();
    assert_eq!(
        (&hello["type"], &hello["quality"], &hello["version"]),
        (&json!("hello"), &json!(80), &json!(2))
    );
    assert_eq!(
        (&hello["acks"], &hello["inband"]),
        (&json!(true), &json!(true))
    );
    // Of a camera that nobody has spoken for yet, what one is asked for by default.
    assert_eq!(hello["fps"], 34.0);
    assert_eq!(hear(&mut viewer, "status").await["state"], "offline");
    camera.wanted(&[80]).await;
    let live = loop {
        camera.say("status", &status(CameraState::Live)).await;
        let heard = hear(&mut viewer, "status").await;
        // On a machine that stands still for three seconds it is offline again before it is told.
        if heard["state"] == "live" {
            break heard;
        }
    };
    assert_eq!(
        (&live["state"], &live["width"]),
        (&json!("live"), &json!(1280))
    );
    assert_eq!(
        hear(&mut viewer, "status").await["state"],
        "offline",
        "after three seconds of silence"
    );
}

#[tokio::test]
async fn a_status_that_changes_right_after_a_viewer_came_is_told_to_it() {
    let nats = NatsServer::start().await;
    let camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    // Somebody else's words show that the gateway has heard.
    let mut witness = talking(&gateway, 80).await;
    let trouble = |detail: &str| CameraStatus {
        detail: Some(detail.to_owned()),
        ..status(CameraState::Error)
    };
    for round in 0..5 {
        let [before, after] = ["before", "after"].map(|when| format!("{when} {round}"));
        // As a camera does, again and again: at first the gateway may not listen yet.
        loop {
            camera.say("status", &trouble(&before)).await;
            let told = async { while hear(&mut witness, "status").await["detail"] != before {} };
            if tokio::time::timeout(Duration::from_secs(1), told)
                .await
                .is_ok()
            {
                break;
            }
        }
        let mut viewer = talking(&gateway, 80).await;
        while hear(&mut viewer, "status").await["detail"] != before {}
        camera.say("status", &trouble(&after)).await;
        while hear(&mut viewer, "status").await["detail"] != after {}
        while hear(&mut witness, "status").await["detail"] != after {}
    }
}

#[tokio::test]
async fn a_switch_takes_effect_with_the_first_newer_frame_of_the_new_rung() {
    let nats = NatsServer::start().await;
    let mut camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let mut viewer = talking(&gateway, 80).await;
    camera.wanted(&[80]).await;
    let (first, _) = camera.frame(1000);
    camera.send("frames.q80", &first).await;
    assert_eq!(viewer.frame(TEST_DEADLINE).await, first);
    viewer.send("{\"type\":\"ack\",\"seq\":1}").await.unwrap();
    viewer
        .send("{\"type\":\"quality\",\"quality\":72}")
        .await
        .unwrap();
    camera.wanted(&[70, 80]).await;
    // The same picture at the new quality is nothing new; until a newer one comes, the old rung goes on.
    camera.send("frames.q70", &first).await;
    let second = camera.publish("frames.q80").await;
    assert_eq!(viewer.frame(TEST_DEADLINE).await, second);
    viewer.send("{\"type\":\"ack\",\"seq\":2}").await.unwrap();
    let third = camera.publish("frames.q70").await;
    assert_eq!(hear(&mut viewer, "quality").await["quality"], 70);
    assert_eq!(viewer.frame(TEST_DEADLINE).await, third);
    camera.wanted(&[70]).await;
    assert_eq!(
        gateway
            .metric("gateway_quality_changes_total", &[("direction", "down")])
            .await,
        1.0
    );
    assert_eq!(
        gateway
            .metric("gateway_viewers", &[("quality", "70")])
            .await,
        1.0
    );
    assert_eq!(gateway.metric("gateway_viewers", &[]).await, 1.0);
}

#[tokio::test]
async fn without_acks_the_next_frame_waits_and_is_the_newest_when_the_ack_comes() {
    let nats = NatsServer::start().await;
    let mut camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let mut viewer = talking(&gateway, 80).await;
    camera.wanted(&[80]).await;
    camera.publish("frames.q80").await;
    viewer.frame(TEST_DEADLINE).await;
    viewer.send("{\"type\":\"ack\",\"seq\":1}").await.unwrap();
    let mut last = 1;
    for _ in 0..40 {
        camera.publish("frames.q80").await;
        // The pings behind the frames are answered all the while.
        if let Some(Said::Frame(frame)) = viewer.next(Duration::from_millis(15)).await {
            last = Stamp::read(&frame).unwrap().seq;
        }
    }
    // A second after a frame arrived it counts as thrown away by the script: on a slow machine that lets a few more go.
    let sent = gateway.metric("gateway_frames_sent_total", &[]).await;
    assert!(sent < 25.0, "{sent} of 41 frames without an ack");
    while last < 41 {
        let ack = format!("{{\"type\":\"ack\",\"seq\":{last}}}");
        viewer.send(&ack).await.unwrap();
        last = Stamp::read(&viewer.frame(TEST_DEADLINE).await).unwrap().seq;
    }
    let skipped = [("reason", "slow_viewer")];
    assert!(
        gateway
            .metric("gateway_frames_skipped_total", &skipped)
            .await
            > 15.0
    );
}

#[tokio::test]
async fn reports_and_questions_are_taken_and_nonsense_is_ignored() {
    let nats = NatsServer::start().await;
    let gateway = Process::gateway(&nats, &[]).await;
    let mut viewer = talking(&gateway, 80).await;
    for text in [
        "",
        "nonsense",
        "{}",
        "{\"type\":\"weather\"}",
        "[1]",
        "{\"type\":\"ack\",\"seq\":99}",
    ] {
        viewer.send(text).await.unwrap();
    }
    viewer
        .send("{\"type\":\"report\",\"fps\":30.0,\"age_ms\":120.0,\"skipped\":1}")
        .await
        .unwrap();
    viewer
        .send("{\"type\":\"clock\",\"t\":12.5}")
        .await
        .unwrap();
    let clock = hear(&mut viewer, "clock").await;
    assert_eq!(clock["t"], 12.5);
    assert!(clock["now_us"].as_u64().unwrap() > 1_600_000_000_000_000);
    eventually(TEST_DEADLINE, || async {
        gateway
            .metric("gateway_viewer_frame_age_seconds_count", &[])
            .await
            == 1.0
    })
    .await;
}

#[tokio::test]
async fn what_no_client_may_send_closes_with_its_code() {
    let nats = NatsServer::start().await;
    let gateway = Process::gateway(&nats, &[]).await;
    let mut viewer = talking(&gateway, 80).await;
    viewer.send(&"x".repeat(5000)).await.unwrap();
    assert_eq!(viewer.closed(TEST_DEADLINE).await.code, 1009);
    let mut viewer = talking(&gateway, 80).await;
    viewer
        .send("{\"type\":\"quality\",\"quality\":29}")
        .await
        .unwrap();
    let closed = viewer.closed(TEST_DEADLINE).await;
    assert_eq!(closed.code, 1003);
    assert!(
        closed.reason.contains("29") && closed.reason.contains("30 to 95"),
        "{}",
        closed.reason
    );
    let mut viewer = talking(&gateway, 80).await;
    for _ in 0..3000 {
        if viewer.send("{}").await.is_err() {
            break;
        }
    }
    assert_eq!(viewer.closed(TEST_DEADLINE).await.code, 1008);
    eventually(TEST_DEADLINE, || async {
        gateway
            .metric("gateway_closed_total", &[("reason", "violation")])
            .await
            == 3.0
    })
    .await;
}

#[tokio::test]
async fn a_burst_of_the_past_is_not_shown() {
    let nats = NatsServer::start().await;
    let mut camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let mut viewer = Viewer::watch(gateway.public(), 80).await.unwrap();
    camera.wanted(&[80]).await;
    camera.publish("frames.q80").await;
    viewer.frame(TEST_DEADLINE).await;
    for ago in [4000, 2000, 900] {
        let (old, _) = camera.frame_of(Duration::from_millis(ago), 1000);
        camera.send("frames.q80", &old).await;
    }
    // On a machine that stands still for half a second a frame is old before the gateway has it.
    let mut old = 3.0;
    let fresh = loop {
        let fresh = camera.publish("frames.q80").await;
        match viewer.next(TEST_DEADLINE / 4).await {
            Some(Said::Frame(frame)) if frame == fresh => break fresh,
            None if old < 10.0 => old += 1.0,
            said => panic!("{said:?} and no fresh frame"),
        }
    };
    camera.send("frames.q80", &fresh).await;
    assert_eq!(
        viewer.next(Duration::from_millis(200)).await,
        None,
        "the same frame again"
    );
    assert_eq!(
        gateway
            .metric("gateway_frames_skipped_total", &[("reason", "stale")])
            .await,
        old + 1.0
    );
    let (_, _) = camera.frame(1000);
    let next = camera.publish("frames.q80").await;
    assert_eq!(viewer.frame(TEST_DEADLINE).await, next);
    assert_eq!(
        gateway
            .metric("gateway_frames_skipped_total", &[("reason", "bus_gap")])
            .await,
        1.0
    );
}
