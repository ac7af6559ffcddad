//! `events`: what is told on NATS.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use async_nats::Subscriber;
use futures_util::StreamExt;
use testkit::{NatsServer, Process, Scratch, eventually};
use wire::{CameraEvent, EventKind};

use crate::service::{REACTION_MAX, Service};

/// The next event, its name and its reason.
async fn next_event(events: &mut Subscriber) -> (CameraEvent, String) {
    let message = tokio::time::timeout(REACTION_MAX, events.next()).await;
    let message = message.expect("an event comes").expect("a live server");
    let event: CameraEvent = serde_json::from_slice(&message.payload).expect("an event");
    let reason = event.reason.clone().unwrap_or_default();
    let told = format!("{} {reason}", event.event.as_str());
    (event, told.trim_end().to_owned())
}

#[tokio::test]
async fn that_somebody_looks_and_nobody_does_any_more_is_told_on_nats() {
    let service = Service::start(&[]).await;
    let mut events = service.subscribe("events").await;
    let (started, told) = next_event(&mut events).await;
    assert_eq!(told, "unwatched started");
    let first = service.frames(1).await[0];
    let (watched, told) = next_event(&mut events).await;
    assert_eq!(told, "watched viewer");
    assert_eq!((watched.camera.as_str(), watched.gateways), ("default", 1));
    assert_eq!(watched.run, format!("{:08x}", first.run));
    assert!(started.t < watched.t && watched.t <= testkit::now_us());
    service.leave().await;
    let (unwatched, told) = next_event(&mut events).await;
    assert_eq!((told.as_str(), unwatched.gateways), ("unwatched left", 0));
    service.watch().await;
    next_event(&mut events).await;
    service.privacy("on").await;
    assert_eq!(next_event(&mut events).await.1, "unwatched privacy");
}

#[tokio::test]
async fn a_named_camera_has_a_subject_of_its_own() {
    let nats = NatsServer::start().await;
    let mut events = nats.client().await.subscribe("events.*").await.unwrap();
    let settings = [("CAPTURE_CAMERA_ID", "front-door")];
    let _capture = Process::capture(&nats, &settings).await;
    let (event, told) = next_event(&mut events).await;
    assert_eq!(
        (event.camera.as_str(), told.as_str()),
        ("front-door", "unwatched started")
    );
}

#[tokio::test]
async fn a_camera_that_is_gone_is_offline_and_back_with_its_first_picture() {
    let scratch = Scratch::new("offline");
    let path = |name: &str| scratch.path().join(name);
    let mut frame = Vec::new();
    jpeg_encoder::Encoder::new(&mut frame, 90)
        .encode(&[128; 64 * 48], 64, 48, jpeg_encoder::ColorType::Luma)
        .expect("a picture of fitting size");
    fs::write(path("frame"), frame).unwrap();
    let text = "#!/bin/sh\ncd $(dirname $0)\n[ -e plugged ] || { echo no camera >&2; exit 1; }\n\
                while cat frame; do sleep 0.03; done\n";
    fs::write(path("camera"), text).unwrap();
    fs::set_permissions(path("camera"), fs::Permissions::from_mode(0o755)).unwrap();
    let source = format!("exec:{}", path("camera").display());
    let service = Service::start(&[("CAPTURE_SOURCE", &source)]).await;
    let mut events = service.subscribe("events").await;
    let offline = async {
        loop {
            service.watch().await;
            let (event, told) = next_event(&mut events).await;
            if event.event == EventKind::Offline {
                return (event, told);
            }
        }
    };
    let (event, told) = offline.await;
    assert_eq!(told, "offline exited");
    assert!(event.detail.expect("words").contains("no camera"));
    fs::write(path("plugged"), "").unwrap();
    service.frames(1).await;
    loop {
        let (event, _) = next_event(&mut events).await;
        match event.event {
            EventKind::Back => break,
            // A lease that ran out on a busy machine.
            EventKind::Watched | EventKind::Unwatched => {}
            _ => panic!("{event:?}"),
        }
    }
}

#[tokio::test]
async fn motion_is_told_while_somebody_looks_and_is_over_with_the_last_one() {
    let service = Service::start(&[("CAPTURE_HOLD", "auto")]).await;
    let mut events = service.subscribe("events").await;
    assert_eq!(next_event(&mut events).await.1, "unwatched started");
    service.frames(5).await;
    assert_eq!(next_event(&mut events).await.1, "watched viewer");
    // The test picture moves.
    let (motion, told) = next_event(&mut events).await;
    assert_eq!(told, "motion");
    assert!(motion.changed_ratio.expect("compared") >= 0.02);
    service.leave().await;
    let mut last = [
        next_event(&mut events).await.1,
        next_event(&mut events).await.1,
    ];
    last.sort();
    assert_eq!(last, ["still unwatched", "unwatched left"]);
}

#[tokio::test]
async fn of_a_pair_the_one_that_takes_over_tells_what_is_then() {
    let mut service = Service::start(&[]).await;
    let mut events = service.subscribe("events").await;
    let (first, _) = next_event(&mut events).await;
    let second = Process::capture(&service.nats, &[]).await;
    eventually(REACTION_MAX, || async { second.ready().await == 200 }).await;
    service.frames(1).await;
    let (watched, told) = next_event(&mut events).await;
    assert_eq!(
        (told.as_str(), watched.run),
        ("watched viewer", first.run.clone())
    );
    service.capture.kill();
    let taken_over = async {
        loop {
            service.watch().await;
            let next = tokio::time::timeout(std::time::Duration::from_secs(1), events.next());
            if let Ok(Some(message)) = next.await {
                return serde_json::from_slice::<CameraEvent>(&message.payload).expect("an event");
            }
        }
    };
    let event = tokio::time::timeout(REACTION_MAX, taken_over).await;
    let event = event.expect("the other one tells");
    assert_eq!(event.event, EventKind::Watched);
    assert_ne!(event.run, first.run);
}
