//! Frames to viewers, with a real nats-server and the real process.

use std::time::Duration;

use testkit::{Closed, NatsServer, Process, Said, Viewer};

use crate::support::{Camera, TEST_DEADLINE};

#[tokio::test]
async fn a_viewer_gets_every_frame_unchanged_from_the_moment_its_key_is_there() {
    let nats = NatsServer::start().await;
    let mut camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let mut viewer = Viewer::watch(gateway.public(), 80).await.unwrap();
    camera.wanted(&[80]).await;
    for length in [100, 126, 65_536, 300_000] {
        let (jpeg, _) = camera.frame(length);
        camera.send("frames.q80", &jpeg).await;
        assert!(
            viewer.frame(TEST_DEADLINE).await == jpeg,
            "{length} bytes came changed"
        );
    }
}

#[tokio::test]
async fn each_of_a_crowd_gets_every_frame_unchanged_too() {
    let nats = NatsServer::start().await;
    let mut camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let mut crowd = Vec::new();
    for _ in 0..100 {
        crowd.push(Viewer::watch(gateway.public(), 80).await.unwrap());
    }
    camera.wanted(&[80]).await;
    for length in [100, 4096, 60_000, 65_536, 300_000] {
        let (jpeg, _) = camera.frame(length);
        camera.send("frames.q80", &jpeg).await;
        for viewer in &mut crowd {
            assert!(
                viewer.frame(TEST_DEADLINE).await == jpeg,
                "{length} bytes came changed"
            );
        }
    }
}

#[tokio::test]
async fn a_quality_between_rungs_is_served_by_the_lower_one() {
    let nats = NatsServer::start().await;
    let mut camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let mut viewer = Viewer::watch(gateway.public(), 42).await.unwrap();
    camera.wanted(&[40]).await;
    let jpeg = camera.publish("frames.q40").await;
    assert_eq!(viewer.frame(TEST_DEADLINE).await, jpeg);
}

#[tokio::test]
async fn who_joins_sees_the_last_frame_at_once_if_it_is_fresh() {
    let nats = NatsServer::start().await;
    let mut camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let mut first = Viewer::watch(gateway.public(), 80).await.unwrap();
    camera.wanted(&[80]).await;
    // A machine may stand still for the second that makes a frame too old for who joins; hardly every time.
    let mut tries = 0..10;
    loop {
        assert!(
            tries.next().is_some(),
            "nobody who joins sees the last frame"
        );
        let jpeg = camera.publish("frames.q80").await;
        assert_eq!(first.frame(TEST_DEADLINE).await, jpeg);
        let mut second = Viewer::watch(gateway.public(), 80).await.unwrap();
        if let Some(said) = second.next(Duration::from_secs(1)).await {
            assert_eq!(said, Said::Frame(jpeg.into()));
            break;
        }
    }
    assert_eq!(
        first.next(Duration::from_millis(1200)).await,
        None,
        "nobody sees a frame twice"
    );
    let mut third = Viewer::watch(gateway.public(), 80).await.unwrap();
    assert_eq!(
        third.next(Duration::from_millis(300)).await,
        None,
        "more than a second old"
    );
}

#[tokio::test]
async fn a_quality_that_is_none_is_told_so() {
    let nats = NatsServer::start().await;
    let gateway = Process::gateway(&nats, &[]).await;
    for quality in ["29", "96", "abc", "80.5", "-80"] {
        let mut viewer = Viewer::watch(gateway.public(), quality).await.unwrap();
        let Closed { code, reason } = viewer.closed(TEST_DEADLINE).await;
        assert_eq!(code, 1003, "{quality}");
        assert!(
            reason.contains(&format!("{quality:?}")) && reason.contains("30 to 95"),
            "{reason}"
        );
    }
    let mut viewer = Viewer::at(gateway.public(), "/websocket/80")
        .query("camera", "No!")
        .connect()
        .await
        .unwrap();
    assert_eq!(viewer.closed(TEST_DEADLINE).await.code, 1003);
    assert_eq!(
        gateway
            .metric("gateway_refused_total", &[("reason", "quality")])
            .await,
        5.0
    );
}

/// While frames flow the kernel keeps what a viewer answers until the fan-out reads it; without frames nobody does.
#[tokio::test]
async fn a_viewer_that_leaves_when_no_frames_come_any_more_is_heard() {
    let nats = NatsServer::start().await;
    let camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let mut viewer = Viewer::watch(gateway.public(), 80).await.unwrap();
    camera.wanted(&[80]).await;
    let streaming = camera.stream("frames.q80", 1000);
    for _ in 0..60 {
        viewer.frame(TEST_DEADLINE).await;
    }
    drop(streaming);
    while viewer.next(Duration::from_millis(200)).await.is_some() {}
    viewer.leave(Duration::from_secs(5)).await;
}

#[tokio::test]
async fn plain_viewers_may_say_what_they_like() {
    let nats = NatsServer::start().await;
    let mut camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let mut viewer = Viewer::watch(gateway.public(), 80).await.unwrap();
    camera.wanted(&[80]).await;
    for text in ["ping", "{\"type\":\"quality\",\"quality\":30}", ""] {
        viewer.send(text).await.unwrap();
    }
    let jpeg = camera.publish("frames.q80").await;
    assert_eq!(
        viewer.next(TEST_DEADLINE).await,
        Some(Said::Frame(jpeg.into())),
        "binary messages and nothing else"
    );
}

#[tokio::test]
async fn ten_viewers_of_a_live_camera_get_its_frames_in_order() {
    let nats = NatsServer::start().await;
    let camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let mut viewers = Vec::new();
    for _ in 0..10 {
        viewers.push(Viewer::watch(gateway.public(), 80).await.unwrap());
    }
    camera.wanted(&[80]).await;
    let _streaming = camera.stream("frames.q80", 60_000);
    let watching = viewers.into_iter().map(|mut viewer| async move {
        let mut seqs = Vec::new();
        while seqs.len() < 5 * 34 {
            let frame = viewer.frame(TEST_DEADLINE).await;
            seqs.push(wire::Stamp::read(&frame).unwrap().seq);
        }
        seqs
    });
    for seqs in futures_util::future::join_all(watching).await {
        let lost = seqs.last().unwrap() - seqs[0] + 1 - seqs.len() as u64;
        assert!(
            seqs.is_sorted_by(|a, b| a < b),
            "each once and in order: {seqs:?}"
        );
        // None on a quiet machine; one that is busy with other tests holds pongs back.
        assert!(lost < seqs.len() as u64, "{lost} frames lost: {seqs:?}");
    }
}
