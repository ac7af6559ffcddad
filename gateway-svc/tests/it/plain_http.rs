//! `/snapshot.jpg`, `/stream.mjpg` and mjpg-streamer's spellings.

use std::time::{Duration, Instant};

use testkit::{NatsServer, Process, eventually, http};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use wire::CameraState;

use crate::support::{Camera, TEST_DEADLINE, status};

#[tokio::test]
async fn a_snapshot_takes_a_lease_of_its_own_and_is_a_frame_from_after_the_request() {
    let nats = NatsServer::start().await;
    let mut camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    // As a capture does: again and again, or a gateway that has just started would not hear it.
    eventually(TEST_DEADLINE, || async {
        camera.say("status", &status(CameraState::Live)).await;
        let report = http::get(gateway.public(), "/api/status", &[])
            .await
            .unwrap();
        report.text().contains("\"live\"")
    })
    .await;
    let address = gateway.public();
    let asking = tokio::task::spawn(async move {
        http::get(address, "/snapshot.jpg?quality=63", &[])
            .await
            .unwrap()
    });
    camera.wanted(&[60]).await;
    let jpeg = camera.publish("frames.q60").await;
    let answer = asking.await.unwrap();
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, Some("image/jpeg"))
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert!(answer.body == jpeg);
    let again = "/?action=snapshot&quality=60&max_age_ms=5000";
    let cached = http::get(address, again, &[]).await.unwrap();
    assert!(cached.body == jpeg);
    let tag = answer.header("etag").unwrap();
    assert_eq!(cached.header("etag"), Some(tag));
    let known = [("If-None-Match", tag)];
    let unchanged = http::get(address, again, &known).await.unwrap();
    assert_eq!((unchanged.status, unchanged.body.len()), (304, 0));
    assert_eq!(unchanged.header("etag"), Some(tag));
    let other = [("If-None-Match", "\"of-another-frame\"")];
    let changed = http::get(address, again, &other).await.unwrap();
    assert_eq!(changed.status, 200);
    camera.wanted(&[]).await;
}

#[tokio::test]
async fn a_shared_cache_may_keep_a_snapshot_only_where_that_is_set() {
    let nats = NatsServer::start().await;
    let camera = Camera::on(&nats).await;
    let _frames = camera.stream("frames.q80", 10_000);
    let cacheable = Process::gateway(&nats, &[("GATEWAY_SNAPSHOT_CACHE", "1s")]).await;
    let asking = Process::gateway(&nats, &[("GATEWAY_AUTH_TOKEN", "a-long-enough-token")]).await;
    let token = [("Authorization", "Bearer a-long-enough-token")];
    for (gateway, headers, expected) in [
        (&cacheable, &[][..], "public, max-age=0, s-maxage=1"),
        (&asking, &token, "no-store"),
    ] {
        let answer = http::get(gateway.public(), "/snapshot.jpg", headers).await;
        let answer = answer.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.header("cache-control"), Some(expected));
    }
}

#[tokio::test]
async fn nobody_sees_more_than_the_gateways_highest_quality() {
    let nats = NatsServer::start().await;
    let camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[("GATEWAY_QUALITY_LIMIT", "60")]).await;
    let plain = testkit::Viewer::watch(gateway.public(), 80).await.unwrap();
    camera.wanted(&[60]).await;
    let _snapshot =
        tokio::task::spawn(http::get(gateway.public(), "/snapshot.jpg?quality=95", &[]));
    let small = testkit::Viewer::at(gateway.public(), "/websocket/95").query("size", "half");
    let _small = small.connect().await.unwrap();
    camera.wanted_renditions(&["60s2", "60"]).await;
    drop(plain);
}

#[tokio::test]
async fn a_snapshot_of_a_camera_that_does_not_deliver_says_so_in_time() {
    let nats = NatsServer::start().await;
    let _camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let asked = Instant::now();
    let answer = http::get(gateway.public(), "/snapshot.jpg", &[])
        .await
        .unwrap();
    assert_eq!(answer.status, 503);
    assert!(answer.header("retry-after").is_some());
    assert!(answer.text().contains("offline"), "{}", answer.text());
    assert!(asked.elapsed() < Duration::from_secs(8));
}

#[tokio::test]
async fn a_wish_that_is_none_is_400_with_words() {
    let nats = NatsServer::start().await;
    let gateway = Process::gateway(&nats, &[]).await;
    for (path, word) in [
        ("/snapshot.jpg?quality=29", "\"29\""),
        ("/stream.mjpg?quality=abc", "\"abc\""),
        ("/snapshot.jpg?camera=No!", "No!"),
        ("/stream.mjpg?fps=0", "fps"),
        ("/?action=snapshot&quality=96", "30 to 95"),
    ] {
        let answer = http::get(gateway.public(), path, &[]).await.unwrap();
        assert_eq!(answer.status, 400, "{path}");
        assert!(answer.text().contains(word), "{path}: {}", answer.text());
    }
}

/// A stream over HTTP/1.0, so that nothing is chunked, read for a while.
async fn read_stream(address: std::net::SocketAddr, path: &str, time: Duration) -> Vec<u8> {
    let mut socket = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    let _ = tokio::time::timeout(time, socket.read_to_end(&mut bytes)).await;
    bytes
}

#[tokio::test]
async fn a_stream_is_parts_with_the_boundary_right_behind_each() {
    let nats = NatsServer::start().await;
    let camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let _streaming = camera.stream("frames.q80", 20_000);
    for path in ["/stream.mjpg?quality=80", "/?action=stream"] {
        let bytes = read_stream(gateway.public(), path, Duration::from_secs(2)).await;
        let text = String::from_utf8_lossy(&bytes);
        assert!(
            text.contains("multipart/x-mixed-replace;boundary=frame"),
            "{path}"
        );
        let whole = bytes
            .windows(11)
            .filter(|window| window == b"\r\n--frame\r\n")
            .count();
        assert!(whole > 30, "{path}: {whole} parts in 2 s");
    }
    let bytes = read_stream(
        gateway.public(),
        "/stream.mjpg?fps=5",
        Duration::from_secs(3),
    )
    .await;
    let few = bytes
        .windows(11)
        .filter(|window| window == b"\r\n--frame\r\n")
        .count();
    // With the opening boundary, the first part and one that may be early.
    assert!((9..=18).contains(&few), "{few} parts in 3 s at 5 a second");
    eventually(TEST_DEADLINE, || async {
        gateway.metric("gateway_viewers", &[]).await == 0.0
    })
    .await;
}

#[tokio::test]
async fn a_stream_ends_when_its_gateway_leaves() {
    let nats = NatsServer::start().await;
    let camera = Camera::on(&nats).await;
    let mut gateway = Process::gateway(&nats, &[]).await;
    let _streaming = camera.stream("frames.q80", 20_000);
    let address = gateway.public();
    let reading = tokio::task::spawn(read_stream(address, "/stream.mjpg", TEST_DEADLINE));
    eventually(TEST_DEADLINE, || async {
        gateway.metric("gateway_viewers", &[]).await == 1.0
    })
    .await;
    gateway.terminate();
    assert!(gateway.exited(TEST_DEADLINE).await.success());
    assert!(!reading.await.unwrap().is_empty());
}

#[tokio::test]
async fn a_camera_that_says_of_itself_what_cannot_be_is_streamed_all_the_same() {
    let nats = NatsServer::start().await;
    let camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let mut slow = status(CameraState::Live);
    slow.nominal_fps = 1e-300;
    eventually(TEST_DEADLINE, || async {
        camera.say("status", &slow).await;
        let report = http::get(gateway.public(), "/api/status", &[]).await;
        report.unwrap().text().contains("1e-300")
    })
    .await;
    let _streaming = camera.stream("frames.q80", 20_000);
    let bytes = read_stream(gateway.public(), "/stream.mjpg", Duration::from_secs(1)).await;
    assert!(bytes.len() > 40_000, "{}", bytes.len());
    assert!(!gateway.log().contains("panicked"), "{}", gateway.log());
}
