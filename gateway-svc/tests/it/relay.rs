//! Frames to viewers and leases to the bus, with a real nats-server and the real process.
use std::time::{Duration, Instant};

use crate::support::{Camera, SOON};
use testkit::{Closed, NatsServer, Process, Said, Viewer, eventually};
use wire::lease;

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
            viewer.frame(SOON).await == jpeg,
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
                viewer.frame(SOON).await == jpeg,
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
    assert_eq!(viewer.frame(SOON).await, jpeg);
}

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
        assert_eq!(viewer.frame(SOON).await, jpeg);
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
    eventually(SOON, || async {
        gateway.metric("gateway_frames_sent_total", &quality).await == 50.0
    })
    .await;
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
        assert_eq!(first.frame(SOON).await, jpeg);
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
    eventually(SOON, || async { revision().await > first + 1 }).await;
    let twice = began.elapsed();
    assert!(
        (Duration::from_millis(1900)..Duration::from_secs(5)).contains(&twice),
        "two renewals in {twice:?}"
    );
    viewer.leave(SOON).await;
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
    eventually(SOON, || async { gateway.ready().await == 200 }).await;
    let camera = Camera::on(&nats).await;
    camera.wanted(&[80]).await;
    assert_eq!(
        gateway.metric("gateway_leases", &[("quality", "80")]).await,
        1.0
    );
}

#[tokio::test]
async fn a_quality_that_is_none_is_told_so() {
    let nats = NatsServer::start().await;
    let gateway = Process::gateway(&nats, &[]).await;
    for quality in ["29", "96", "abc", "80.5", "-80"] {
        let mut viewer = Viewer::watch(gateway.public(), quality).await.unwrap();
        let Closed { code, reason } = viewer.closed(SOON).await;
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
    assert_eq!(viewer.closed(SOON).await.code, 1003);
    assert_eq!(
        gateway
            .metric("gateway_refused_total", &[("reason", "quality")])
            .await,
        5.0
    );
}

#[tokio::test]
async fn a_gateway_that_is_told_to_stop_says_goodbye_and_takes_its_keys_along() {
    let nats = NatsServer::start().await;
    let camera = Camera::on(&nats).await;
    let mut gateway = Process::gateway(&nats, &[]).await;
    let mut viewers = Vec::new();
    for quality in [40, 80, 80] {
        viewers.push(Viewer::watch(gateway.public(), quality).await.unwrap());
    }
    camera.wanted(&[40, 80]).await;
    gateway.terminate();
    for viewer in &mut viewers {
        let Closed { code, reason } = viewer.closed(SOON).await;
        assert_eq!((code, reason.is_empty()), (1012, false), "{reason}");
    }
    let told = Instant::now();
    camera.wanted(&[]).await;
    assert!(
        told.elapsed() + lease::RENEW.mul_f64(1.0 + lease::RENEW_JITTER) < lease::LEASE,
        "the keys may have gone by their age, after {:?}",
        told.elapsed()
    );
    assert!(gateway.exited(SOON).await.success());
}

#[tokio::test]
async fn a_goodbye_ends_the_connection_without_waiting_for_the_viewer() {
    let nats = NatsServer::start().await;
    // Once is enough: a machine may stand still for as long as the gateway waits, but hardly every time.
    for _ in 0..3 {
        if goodbye_came_before_patience_ended(&nats).await {
            return;
        }
    }
    panic!("the gateway was gone with the connection each time");
}

async fn goodbye_came_before_patience_ended(nats: &NatsServer) -> bool {
    let mut gateway = Process::gateway(nats, &[]).await;
    // A viewer that, as browsers do, leaves the end of the connection to the server.
    let mut browser = tokio::net::TcpStream::connect(gateway.public())
        .await
        .unwrap();
    let request = "GET /websocket/80 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                   Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    tokio::io::AsyncWriteExt::write_all(&mut browser, request.as_bytes())
        .await
        .unwrap();
    eventually(SOON, || async {
        gateway.metric("gateway_viewers", &[]).await == 1.0
    })
    .await;
    gateway.terminate();
    let mut heard = Vec::new();
    let end = tokio::io::AsyncReadExt::read_to_end(&mut browser, &mut heard);
    tokio::time::timeout(SOON, end).await.unwrap().unwrap();
    // It still waits for our own end of the connection: so this was its goodbye, and not its patience that ended.
    let gone = tokio::time::timeout(Duration::from_millis(300), gateway.exited(SOON)).await;
    drop(browser);
    assert!(gateway.exited(SOON).await.success());
    gone.is_err()
}

/// While frames flow the kernel keeps what a viewer answers until the walk looks for it; without frames nobody walks.
#[tokio::test]
async fn a_viewer_that_leaves_when_no_frames_come_any_more_is_heard() {
    let nats = NatsServer::start().await;
    let camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let mut viewer = Viewer::watch(gateway.public(), 80).await.unwrap();
    camera.wanted(&[80]).await;
    let streaming = camera.stream("frames.q80", 1000);
    for _ in 0..60 {
        viewer.frame(SOON).await;
    }
    drop(streaming);
    while viewer.next(Duration::from_millis(200)).await.is_some() {}
    viewer.leave(Duration::from_secs(5)).await;
}

/// A proxy closes both ways at the gateway's end of the connection, and a pong that is on its way then resets the
/// viewer's side with the goodbye unread. So the end comes after the viewer's own close, and not with the goodbye.
#[tokio::test]
async fn a_gateway_that_leaves_lets_a_viewer_answer_before_it_ends_the_connection() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    const LEAVING: [u8; 2] = 1012u16.to_be_bytes();
    let nats = NatsServer::start().await;
    let mut gateway = Process::gateway(&nats, &[]).await;
    let mut viewers = Vec::new();
    for _ in 0..5 {
        let mut viewer = tokio::net::TcpStream::connect(gateway.public())
            .await
            .unwrap();
        let request = "GET /websocket/80 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                       Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        viewer.write_all(request.as_bytes()).await.unwrap();
        viewers.push(viewer);
    }
    eventually(SOON, || async {
        gateway.metric("gateway_viewers", &[]).await == 5.0
    })
    .await;
    gateway.terminate();
    let told = |mut viewer: tokio::net::TcpStream| async move {
        let mut heard = Vec::new();
        while !heard.windows(2).any(|bytes| bytes == LEAVING) {
            heard.push(viewer.read_u8().await.unwrap());
        }
        // The words after the code, and then the end, which must not be there.
        let rest = async { while viewer.read_u8().await.is_ok() {} };
        let waits = tokio::time::timeout(Duration::from_millis(100), rest).await;
        viewer
            .write_all(&[0x88, 0x82, 0, 0, 0, 0, LEAVING[0], LEAVING[1]])
            .await
            .unwrap();
        let end = async { while viewer.read_u8().await.is_ok() {} };
        tokio::time::timeout(SOON, end).await.expect("the end");
        waits.is_err()
    };
    let waited = futures_util::future::join_all(viewers.into_iter().map(told)).await;
    // One is enough: a machine that stands still for as long as the gateway waits may miss it for the others.
    assert!(waited.contains(&true), "the end came with the goodbye");
    assert!(gateway.exited(SOON).await.success());
}

#[tokio::test]
async fn a_gateway_that_leaves_is_not_ready_and_lets_nobody_in() {
    let nats = NatsServer::start().await;
    let mut gateway = Process::gateway(&nats, &[("GATEWAY_DRAIN", "3s")]).await;
    // A viewer that does not read keeps the gateway from being gone too soon for this test.
    let mut stuck = tokio::net::TcpStream::connect(gateway.public())
        .await
        .unwrap();
    let request = "GET /websocket/80 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                   Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    tokio::io::AsyncWriteExt::write_all(&mut stuck, request.as_bytes())
        .await
        .unwrap();
    eventually(SOON, || async {
        gateway.metric("gateway_viewers", &[]).await == 1.0
    })
    .await;
    gateway.terminate();
    eventually(SOON, || async { gateway.ready().await == 503 }).await;
    let mut late = Viewer::watch(gateway.public(), 80).await.unwrap();
    assert_eq!(late.closed(SOON).await.code, 1012);
    assert!(gateway.exited(SOON).await.success());
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
    assert_eq!(viewer.frame(SOON).await, jpeg);
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
    assert_eq!(viewer.frame(SOON).await, jpeg);
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
    eventually(SOON, || async { camera.leases().await.len() == 1 }).await;
    assert_eq!(camera.leases().await[0].camera.name(), "door");
    camera.publish("frames.q80").await;
    let jpeg = camera.publish("frames.door.q80").await;
    assert_eq!(viewer.next(SOON).await, Some(Said::Frame(jpeg.into())));
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
        viewer.next(SOON).await,
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
            let frame = viewer.frame(SOON).await;
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
