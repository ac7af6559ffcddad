//! What the bus may refuse, and cameras that nobody has.

use std::time::Duration;

use testkit::{NatsServer, Process, Viewer, eventually, http};

use wire::Stamp;
use wire::subject::SKIPPED_HEADER;

use crate::support::{Camera, TEST_DEADLINE, status};

/// A server on which the gateway's user lacks `missing`, given as lines of its permissions.
async fn strict(permissions: &str) -> NatsServer {
    NatsServer::with_config(&format!(
        "accounts {{ VIDEO {{ jetstream: enabled, users: [
            {{ user: capture, password: capture-secret }}
            {{ user: gateway, password: gateway-secret, permissions: {{ {permissions} }} }} ] }} }}"
    ))
    .await
}

const LOGIN: [(&str, &str); 2] = [
    ("NATS_USER", "gateway"),
    ("NATS_PASSWORD", "gateway-secret"),
];
/// All that a gateway needs.
const ENOUGH: &str = "publish: [\"$KV.demand.>\"], subscribe: [\"frames.>\", \"status\", \"status.*\", \"_INBOX_gateway.>\"]";

async fn ready(gateway: &Process) -> String {
    http::get(gateway.admin(), "/readyz", &[])
        .await
        .unwrap()
        .text()
}

#[tokio::test]
async fn a_user_with_the_least_permissions_is_enough() {
    let nats = strict(ENOUGH).await;
    let gateway = Process::gateway(&nats, &LOGIN).await;
    let mut camera = Camera::of(nats_client(&nats).await).await;
    let mut viewer = Viewer::watch(gateway.public(), 80).await.unwrap();
    camera.wanted(&[80]).await;
    let jpeg = camera.publish("frames.q80").await;
    assert_eq!(viewer.frame(TEST_DEADLINE).await, jpeg);
    assert_eq!(gateway.ready().await, 200);
}

#[tokio::test]
async fn a_missing_permission_is_named_with_its_subject() {
    for (taken, subject) in [
        ("\"frames.>\", ", "frames.q80"),
        ("\"$KV.demand.>\"", "$KV.demand.q80."),
        ("\"status\", ", "status"),
    ] {
        let nats = strict(&ENOUGH.replace(
            taken,
            if taken.contains("KV") {
                "\"nothing\""
            } else {
                ""
            },
        ))
        .await;
        let _camera = Camera::of(nats_client(&nats).await).await;
        let gateway = Process::gateway(&nats, &LOGIN).await;
        let _viewer = Viewer::watch(gateway.public(), 80).await.unwrap();
        eventually(TEST_DEADLINE, || async {
            let reason = ready(&gateway).await;
            let named = reason.contains("Permissions Violation") && reason.contains(subject);
            named.then_some(()).ok_or(reason)
        })
        .await;
        assert_eq!(gateway.ready().await, 503);
        assert!(gateway.log().contains("permissions"), "{}", gateway.log());
    }
}

#[tokio::test]
async fn a_wrong_password_is_waited_out_and_said() {
    let nats = strict(ENOUGH).await;
    let wrong = [LOGIN[0], ("NATS_PASSWORD", "guess-guess")];
    let gateway = Process::gateway(&nats, &wrong).await;
    assert_eq!(gateway.ready().await, 503);
    eventually(TEST_DEADLINE, || async {
        gateway.log().contains("refuses the login")
    })
    .await;
}

#[tokio::test]
async fn cameras_that_nobody_has_are_few_and_soon_forgotten() {
    let nats = NatsServer::start().await;
    let camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let mut waiting = Vec::new();
    for number in 0..20 {
        let request = Viewer::at(gateway.public(), "/websocket/80")
            .query("camera", &format!("ghost-{number}"));
        waiting.push(request.connect().await.unwrap());
    }
    // Four are told so; when all four have been, nobody else is.
    for _ in 0..4 {
        let told = waiting
            .iter_mut()
            .map(|viewer| Box::pin(viewer.closed(TEST_DEADLINE)));
        let (closed, refused, _) = futures_util::future::select_all(told).await;
        assert_eq!(closed.code, 1013, "{}", closed.reason);
        waiting.remove(refused);
    }
    for viewer in &mut waiting {
        assert_eq!(viewer.next(Duration::from_millis(50)).await, None);
    }
    Viewer::watch(gateway.public(), 80)
        .await
        .unwrap()
        .leave(TEST_DEADLINE)
        .await;
    drop(waiting);
    camera.wanted(&[]).await;
    eventually(TEST_DEADLINE, || async {
        let status = http::get(gateway.public(), "/api/status", &[])
            .await
            .unwrap()
            .text();
        !status.contains("ghost")
    })
    .await;
}

/// A frame of the running run that says what it likes about its number and time.
async fn rogue(camera: &mut Camera, change: impl Fn(&mut Stamp)) {
    let (mut jpeg, _) = camera.frame(10_000);
    let mut stamp = Stamp::read(&jpeg).unwrap();
    let own = stamp.segment();
    change(&mut stamp);
    let at = jpeg
        .windows(own.len())
        .position(|part| part == own)
        .unwrap();
    jpeg[at..at + own.len()].copy_from_slice(&stamp.segment());
    camera.send("frames.q80", &jpeg).await;
}

#[tokio::test]
async fn one_frame_with_a_huge_number_or_a_far_time_takes_the_picture_from_nobody() {
    let nats = NatsServer::start().await;
    let mut camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let mut viewer = Viewer::watch(gateway.public(), 80).await.unwrap();
    camera.wanted(&[80]).await;
    for _ in 0..10 {
        let jpeg = camera.publish("frames.q80").await;
        assert_eq!(viewer.frame(TEST_DEADLINE).await, jpeg);
    }
    rogue(&mut camera, |stamp| stamp.seq = 999_999_999_999).await;
    rogue(&mut camera, |stamp| {
        stamp.captured_at_us = 9_999_999_999_999_999;
    })
    .await;
    let jpeg = camera.publish("frames.q80").await;
    assert!(
        viewer.frame(TEST_DEADLINE).await == jpeg,
        "the next picture, and none of the rogues"
    );
    let missed = gateway
        .metric("gateway_frames_skipped_total", &[("reason", "bus_gap")])
        .await;
    assert!(missed < 10.0, "{missed} frames counted as missed");
}

#[tokio::test]
async fn frames_that_capture_passed_over_are_not_counted_as_lost_on_the_bus() {
    let nats = NatsServer::start().await;
    let mut camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let mut viewer = Viewer::watch(gateway.public(), 80).await.unwrap();
    camera.wanted(&[80]).await;
    // Of five that are missing capture passed over three, and of two none.
    for (missing, skipped) in [(0, None), (5, Some(3)), (2, None)] {
        for _ in 0..missing {
            camera.frame(1000);
        }
        let (jpeg, _) = camera.frame(1000);
        let mut headers = async_nats::HeaderMap::new();
        if let Some(skipped) = skipped {
            headers.insert(SKIPPED_HEADER, skipped.to_string());
        }
        let sent = camera
            .client
            .publish_with_headers("frames.q80", headers, jpeg.clone().into());
        sent.await.unwrap();
        assert_eq!(viewer.frame(TEST_DEADLINE).await, jpeg);
    }
    let labels = [("reason", "bus_gap")];
    let lost = gateway
        .metric("gateway_frames_skipped_total", &labels)
        .await;
    assert_eq!(lost, 4.0);
}

#[tokio::test]
async fn a_status_that_is_too_long_is_not_read() {
    let nats = NatsServer::start().await;
    let camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let known = || async {
        let status = http::get(gateway.public(), "/api/status", &[]).await;
        status.unwrap().text()
    };
    let long = wire::CameraStatus {
        detail: Some("x".repeat(5000)),
        ..status(wire::CameraState::Live)
    };
    eventually(TEST_DEADLINE, || async {
        camera.say("status.long", &long).await;
        camera
            .say("status.short", &status(wire::CameraState::Live))
            .await;
        known().await.contains("default").then_some(())
    })
    .await;
    assert!(!known().await.contains("xxxx"));
}

async fn nats_client(nats: &NatsServer) -> async_nats::Client {
    let options = async_nats::ConnectOptions::new()
        .user_and_password("capture".into(), "capture-secret".into());
    options.connect(nats.url()).await.unwrap()
}

#[tokio::test]
async fn of_many_cameras_that_speak_at_the_same_moment_each_is_heard() {
    let nats = NatsServer::start().await;
    let camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let told = |name: &str| {
        let named = format!("\"camera\":\"{name}\"");
        let asked = http::get(gateway.public(), "/api/status", &[]);
        async move {
            asked
                .await
                .is_ok_and(|answer| answer.text().contains(&named))
        }
    };
    let live = status(wire::CameraState::Live);
    // Until it listens.
    eventually(TEST_DEADLINE, || async {
        camera.say("status.first", &named("first", &live)).await;
        told("first").await
    })
    .await;
    let names: Vec<_> = (0..200).map(|nth| format!("yard-{nth}")).collect();
    for name in &names {
        let status = serde_json::to_vec(&named(name, &live)).unwrap();
        let subject = format!("status.{name}");
        let said = camera.client.publish(subject, status.into());
        said.await.unwrap();
    }
    for name in &names {
        eventually(TEST_DEADLINE, || told(name)).await;
    }
}

fn named(camera: &str, status: &wire::CameraStatus) -> wire::CameraStatus {
    wire::CameraStatus {
        camera: camera.to_owned(),
        ..status.clone()
    }
}
