//! Sizes beside qualities: names on the bus, every route, refusals, older camera hosts.

use std::net::SocketAddr;

use serde_json::{Value, json};
use testkit::{NatsServer, Process, Viewer, eventually, http};
use wire::{CameraState, CameraStatus};

use crate::support::{Camera, TEST_DEADLINE, status};

/// The words of a refusal of this size.
const NO_SIZE: &str = "size must be full, half or quarter, not \"tiny\"";

async fn hear(viewer: &mut Viewer, kind: &str) -> Value {
    loop {
        let message: Value = serde_json::from_str(&viewer.text(TEST_DEADLINE).await).unwrap();
        if message["type"] == kind {
            return message;
        }
    }
}

pub(crate) async fn watching(address: SocketAddr, path: &str, query: &[(&str, &str)]) -> Viewer {
    let mut request = Viewer::at(address, path);
    for (name, value) in query {
        request = request.query(name, value);
    }
    request.connect().await.unwrap()
}

#[tokio::test]
async fn a_size_is_a_stream_of_its_own_with_a_key_of_its_own() {
    let nats = NatsServer::start().await;
    let mut camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let address = gateway.public();
    let mut full = watching(address, "/websocket/80", &[]).await;
    let mut also_full = watching(address, "/websocket/80", &[("size", "full")]).await;
    let mut half = watching(address, "/websocket/95", &[("size", "half")]).await;
    let mut quarter = watching(address, "/websocket/59", &[("size", "quarter")]).await;
    camera.wanted_renditions(&["30s4", "80s2", "80"]).await;
    for (subject, viewers) in [
        ("frames.q30s4", vec![&mut quarter]),
        ("frames.q80s2", vec![&mut half]),
        ("frames.q80", vec![&mut full, &mut also_full]),
    ] {
        let jpeg = camera.publish(subject).await;
        for viewer in viewers {
            assert_eq!(viewer.frame(TEST_DEADLINE).await, jpeg, "{subject}");
        }
    }
    let counted = |name: &'static str, quality: &'static str| {
        let gateway = &gateway;
        async move { gateway.metric(name, &[("quality", quality)]).await }
    };
    for (quality, viewers) in [("30s4", 1.0), ("80s2", 1.0), ("80", 2.0), ("30", 0.0)] {
        assert_eq!(counted("gateway_viewers", quality).await, viewers);
        let received = counted("gateway_frames_received_total", quality).await;
        assert_eq!(received, viewers.min(1.0), "{quality}");
        assert_eq!(counted("gateway_leases", quality).await, viewers.min(1.0));
    }
    // As a capture does: again and again, or a gateway that has just started would not hear it.
    let report = eventually(TEST_DEADLINE, || async {
        camera.say("status", &status(CameraState::Live)).await;
        let report = http::get(address, "/api/status", &[]).await.unwrap();
        let report: Value = serde_json::from_str(&report.text()).unwrap();
        (report["cameras"][0]["state"] == "live").then_some(report)
    })
    .await;
    let camera = &report["cameras"][0];
    let viewers = json!({ "30s4": 1, "80s2": 1, "80": 2 });
    assert_eq!(camera["viewers"], viewers);
    assert_eq!(camera["renditions"], json!(["80s2", "40", "80"]));
}

#[tokio::test]
async fn a_named_camera_has_sizes_too_and_none_has_the_name_of_one() {
    let nats = NatsServer::start().await;
    let mut camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let query = [("camera", "door"), ("size", "half")];
    let mut viewer = watching(gateway.public(), "/websocket/60", &query).await;
    camera.wanted_renditions(&["60s2"]).await;
    let key = camera.leases().await.remove(0).to_string();
    assert!(key.starts_with("door.q60s2."), "{key}");
    camera.publish("frames.q60s2").await;
    let jpeg = camera.publish("frames.door.q60s2").await;
    assert_eq!(viewer.frame(TEST_DEADLINE).await, jpeg);
    for name in ["q80s2", "q1s4"] {
        let mut viewer = watching(gateway.public(), "/websocket/60", &[("camera", name)]).await;
        let closed = viewer.closed(TEST_DEADLINE).await;
        assert_eq!(closed.code, 1003);
        assert!(closed.reason.contains(name), "{}", closed.reason);
    }
}

#[tokio::test]
async fn a_size_or_a_rate_that_is_none_is_refused_by_every_route_in_the_same_words() {
    let nats = NatsServer::start().await;
    let gateway = Process::gateway(&nats, &[]).await;
    let address = gateway.public();
    let no_rate = |fps| format!("fps must be a number from 0.01 to 1000, not \"{fps}\"");
    for (name, value, words) in [
        ("size", "tiny", NO_SIZE.to_owned()),
        ("size", "", NO_SIZE.replace("tiny", "")),
        ("fps", "0", no_rate("0")),
        ("fps", "1001", no_rate("1001")),
        ("fps", "fast", no_rate("fast")),
    ] {
        let mut viewer = watching(address, "/websocket/80", &[(name, value)]).await;
        let closed = viewer.closed(TEST_DEADLINE).await;
        assert_eq!((closed.code, closed.reason), (1003, words.clone()));
        for path in ["/snapshot.jpg", "/stream.mjpg"] {
            let path = format!("{path}?{name}={value}");
            let answer = http::get(address, &path, &[]).await.unwrap();
            assert_eq!((answer.status, answer.text().trim()), (400, &*words));
        }
    }
    let refused = [("reason", "quality")];
    let refused = gateway.metric("gateway_refused_total", &refused).await;
    assert_eq!(refused, 15.0);
    let mut viewer = watching(address, "/websocket/80", &[("v", "2")]).await;
    let tiny = r#"{"type":"quality","quality":80,"size":"tiny"}"#;
    viewer.send(tiny).await.unwrap();
    let closed = viewer.closed(TEST_DEADLINE).await;
    assert_eq!((closed.code, closed.reason), (1003, NO_SIZE.to_owned()));
}

#[tokio::test]
async fn a_snapshot_and_an_mjpeg_stream_have_the_size_that_was_asked_for() {
    let nats = NatsServer::start().await;
    let camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let address = gateway.public();
    let streaming = tokio::task::spawn(async move {
        let query = "/stream.mjpg?size=half&quality=50";
        http::get(address, query, &[]).await
    });
    camera.wanted_renditions(&["50s2"]).await;
    streaming.abort();
    camera.wanted_renditions(&[]).await;
    let ask = |path| {
        tokio::task::spawn(async move {
            let live = http::get(address, path, &[]).await;
            live.unwrap()
        })
    };
    let asking = [
        ask("/snapshot.jpg?size=quarter"),
        ask("/?action=snapshot&size=quarter"),
    ];
    camera.wanted_renditions(&["80s4"]).await;
    let _streaming = camera.stream("frames.q80s4", 10_000);
    for answer in asking {
        let answer = answer.await.unwrap();
        assert_eq!((answer.status, answer.body.len()), (200, 10_000));
    }
}

#[tokio::test]
async fn hello_and_the_word_of_a_switch_say_the_size() {
    let nats = NatsServer::start().await;
    let mut camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let query = [("v", "2"), ("size", "half")];
    let mut viewer = watching(gateway.public(), "/websocket/77", &query).await;
    let hello = hear(&mut viewer, "hello").await;
    assert_eq!(
        (&hello["quality"], &hello["size"]),
        (&json!(70), &json!("half"))
    );
    let ladder = hello["ladder"].as_array().unwrap();
    assert_eq!(ladder.len(), 23);
    assert_eq!(ladder[0], json!({ "quality": 30, "size": "quarter" }));
    assert_eq!(ladder[22], json!({ "quality": 95, "size": "full" }));
    camera.wanted_renditions(&["70s2"]).await;
    // Without a size it is the full one, as for clients from before there were sizes.
    viewer
        .send(r#"{"type":"quality","quality":70}"#)
        .await
        .unwrap();
    camera.wanted_renditions(&["70s2", "70"]).await;
    camera.publish("frames.q70").await;
    let switched = hear(&mut viewer, "quality").await;
    assert_eq!(
        switched,
        json!({ "type": "quality", "quality": 70, "size": "full" })
    );
    camera.wanted_renditions(&["70"]).await;
    let up = [("direction", "up")];
    let up = gateway.metric("gateway_quality_changes_total", &up).await;
    assert_eq!(
        up, 1.0,
        "a larger picture at the same quality has more bits"
    );
}

#[tokio::test]
async fn of_a_camera_whose_host_knows_no_sizes_the_full_picture_is_served() {
    let nats = NatsServer::start().await;
    let camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let address = gateway.public();
    let old = CameraStatus {
        renditions: None,
        ..status(CameraState::Live)
    };
    eventually(TEST_DEADLINE, || async {
        camera.say("status", &old).await;
        let report = http::get(address, "/api/status", &[]).await.unwrap();
        report.text().contains("\"live\"")
    })
    .await;
    let query = [("v", "2"), ("size", "half")];
    let mut viewer = watching(address, "/websocket/70", &query).await;
    let hello = hear(&mut viewer, "hello").await;
    assert_eq!(
        (&hello["quality"], &hello["size"]),
        (&json!(70), &json!("full"))
    );
    let ladder = hello["ladder"].as_array().unwrap();
    assert!(ladder.len() == 14 && ladder.iter().all(|rung| rung["size"] == "full"));
    camera.wanted_renditions(&["70"]).await;
    let quarter = r#"{"type":"quality","quality":60,"size":"quarter"}"#;
    viewer.send(quarter).await.unwrap();
    camera.wanted_renditions(&["60", "70"]).await;
}
