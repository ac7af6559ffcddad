//! Leases to the bus: when a key is put, renewed and deleted.

use std::time::{Duration, Instant};

use testkit::{NatsServer, Process, Said, Viewer, eventually};

use crate::support::{Camera, TEST_DEADLINE};

#[tokio::test]
async fn fifty_viewers_cost_the_bus_what_one_costs() {
    let nats = NatsServer::start().await;
    let mut camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let mut viewers = Vec::new();
    for _ in 0..50 {
        viewers.push(Viewer::watch(gateway.public(), 80).await.unwrap());
    }
    camera.wanted(&[80]).await;
    assert_eq!(camera.leases().await.len(), 1);
    let jpeg = camera.publish("frames.q80").await;
    for viewer in &mut viewers {
        assert_eq!(viewer.frame(TEST_DEADLINE).await, jpeg);
    }
    let quality = [("quality", "80")];
    assert_eq!(
        gateway
            .metric("gateway_frames_received_total", &quality)
            .await,
        1.0
    );
    assert_eq!(gateway.metric("gateway_viewers", &quality).await, 50.0);
    // They are counted when the last has been sent.
    eventually(TEST_DEADLINE, || async {
        gateway.metric("gateway_frames_sent_total", &quality).await == 50.0
    })
    .await;
}

#[tokio::test]
async fn the_key_is_renewed_while_somebody_watches_and_goes_after_the_last_one() {
    let nats = NatsServer::start().await;
    let camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let viewer = Viewer::watch(gateway.public(), 80).await.unwrap();
    camera.wanted(&[80]).await;
    let key = camera.leases().await[0].to_string();
    let revision = || async {
        camera
            .bucket
            .entry(key.clone())
            .await
            .unwrap()
            .unwrap()
            .revision
    };
    let first = revision().await;
    let began = Instant::now();
    eventually(TEST_DEADLINE, || async { revision().await > first + 1 }).await;
    let twice = began.elapsed();
    assert!(
        (Duration::from_millis(1900)..Duration::from_secs(5)).contains(&twice),
        "two renewals in {twice:?}"
    );
    viewer.leave(TEST_DEADLINE).await;
    let left = Instant::now();
    camera.wanted(&[]).await;
    assert!(
        left.elapsed() > Duration::from_millis(700),
        "it lingers for who reloads the page"
    );
}

#[tokio::test]
async fn a_gateway_that_finds_no_bucket_waits_for_capture_to_make_it() {
    let nats = NatsServer::start().await;
    let gateway = Process::gateway(&nats, &[]).await;
    let _viewer = Viewer::watch(gateway.public(), 80).await.unwrap();
    eventually(TEST_DEADLINE, || async { gateway.ready().await == 200 }).await;
    let camera = Camera::on(&nats).await;
    camera.wanted(&[80]).await;
    assert_eq!(
        gateway.metric("gateway_leases", &[("quality", "80")]).await,
        1.0
    );
}

#[tokio::test]
async fn a_bus_that_is_away_at_start_is_waited_for() {
    let mut nats = NatsServer::start().await;
    nats.kill();
    let gateway = Process::gateway(&nats, &[]).await;
    assert_eq!(gateway.ready().await, 503);
    let mut viewer = Viewer::watch(gateway.public(), 80).await.unwrap();
    nats.restart().await;
    let mut camera = Camera::on(&nats).await;
    camera.wanted(&[80]).await;
    assert_eq!(gateway.ready().await, 200);
    let jpeg = camera.publish("frames.q80").await;
    assert_eq!(viewer.frame(TEST_DEADLINE).await, jpeg);
}

#[tokio::test]
async fn a_bus_that_restarts_with_nothing_gets_every_key_again_at_once() {
    let mut nats = NatsServer::start().await;
    let camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let mut viewer = Viewer::watch(gateway.public(), 80).await.unwrap();
    camera.wanted(&[80]).await;
    nats.restart().await;
    let back = Instant::now();
    let mut camera = Camera::on(&nats).await;
    camera.wanted(&[80]).await;
    assert!(
        back.elapsed() < Duration::from_secs(2),
        "back after {:?}",
        back.elapsed()
    );
    let jpeg = camera.publish("frames.q80").await;
    assert_eq!(viewer.frame(TEST_DEADLINE).await, jpeg);
    assert_eq!(gateway.metric("nats_reconnects_total", &[]).await, 1.0);
    assert_eq!(gateway.ready().await, 200);
}

#[tokio::test]
async fn a_camera_with_a_name_has_subjects_and_keys_of_its_own() {
    let nats = NatsServer::start().await;
    let mut camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let mut viewer = Viewer::at(gateway.public(), "/websocket/80")
        .query("camera", "door")
        .connect()
        .await
        .unwrap();
    eventually(TEST_DEADLINE, || async { camera.leases().await.len() == 1 }).await;
    assert_eq!(camera.leases().await[0].camera.name(), "door");
    camera.publish("frames.q80").await;
    let jpeg = camera.publish("frames.door.q80").await;
    assert_eq!(
        viewer.next(TEST_DEADLINE).await,
        Some(Said::Frame(jpeg.into()))
    );
    let counted = async |series: &str, camera: &str| {
        let labels = [("camera", camera), ("quality", "80")];
        gateway.metric(series, &labels).await
    };
    for series in [
        "gateway_viewers",
        "gateway_leases",
        "gateway_frames_sent_total",
    ] {
        eventually(TEST_DEADLINE, || async {
            counted(series, "door").await == 1.0 && counted(series, "default").await == 0.0
        })
        .await;
    }
    drop(viewer);
    eventually(TEST_DEADLINE, || async {
        counted("gateway_viewers", "door").await + counted("gateway_leases", "door").await == 0.0
    })
    .await;
}
