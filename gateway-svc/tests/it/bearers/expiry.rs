//! A live stream ends with what let it in.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::{NatsServer, Said, eventually};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use super::requests::{Cameras, Shows, viewer};
use super::*;
use crate::support::{Camera, TEST_DEADLINE};

/// How long after its end a stream may live.
const WITHIN: Duration = Duration::from_secs(1);

/// Waits until the wall clock shows `end_s`.
fn until(end_s: u64) -> Duration {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    Duration::from_secs(end_s).saturating_sub(now.unwrap())
}

#[tokio::test]
async fn a_live_socket_ends_within_a_second_of_its_end_and_says_why() {
    let nats = NatsServer::start().await;
    let camera = Camera::on(&nats).await;
    let guarded = Guarded::start(&nats).await;
    let _cameras = Cameras::stream(camera);
    let end_s = now_s() + 4;
    let token = hs256(JWT_SECRET, &with("exp", json!(end_s)));
    let shows = Shows::header(bearer(&token));
    for path in ["/websocket/60?camera=hall&v=2", "/websocket/60?camera=hall"] {
        let mut viewer = viewer(&guarded.gateway, &shows, path).await.unwrap();
        viewer.frame(TEST_DEADLINE).await;
        if path.ends_with("v=2") {
            continue;
        }
        let began = Instant::now();
        let left = until(end_s);
        let closed = viewer.closed(TEST_DEADLINE).await;
        let lasted = began.elapsed();
        assert_eq!(closed.code, 1008, "{closed:?}");
        assert!(closed.reason.contains("log in again"), "{closed:?}");
        assert!(
            lasted >= left && lasted < left + WITHIN,
            "{lasted:?} of {left:?}"
        );
    }
    let again = viewer(&guarded.gateway, &shows, "/websocket/60?camera=hall").await;
    let refused = again.unwrap_err();
    assert_eq!(refused.status, 401);
    assert!(
        refused.body.contains("over") && refused.body.contains("log in"),
        "{refused:?}"
    );
    let expired = guarded
        .gateway
        .metric("gateway_closed_total", &[("reason", "expired")]);
    assert!(expired.await >= 1.0);
}

#[tokio::test]
async fn an_mjpeg_stream_ends_with_a_link() {
    let nats = NatsServer::start().await;
    let camera = Camera::on(&nats).await;
    let guarded = Guarded::start(&nats).await;
    let _cameras = Cameras::stream(camera);
    let link = guarded.link(&["--camera", "hall", "--for", "3s"]);
    let end_s = now_s() + 3;
    let mut socket = TcpStream::connect(guarded.gateway.public()).await.unwrap();
    let host = guarded.gateway.public();
    let path = format!("/stream.mjpg?camera=hall&quality=60&access_token={link}");
    let request = format!("GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut stream = Vec::new();
    let read = tokio::time::timeout(until(end_s) + WITHIN, socket.read_to_end(&mut stream));
    read.await.expect("it ends").unwrap();
    assert!(stream.starts_with(b"HTTP/1.0 200"));
    assert!(stream.len() > 50_000, "{}", stream.len());
}

#[tokio::test]
async fn an_mjpeg_stream_that_nobody_reads_ends_with_its_link_as_well() {
    let nats = NatsServer::start().await;
    let camera = Camera::on(&nats).await;
    let guarded = Guarded::start(&nats).await;
    // More than kernels keep, so that the picture stands half sent.
    let _streaming = camera.stream("frames.hall.q60", 500_000);
    let link = guarded.link(&["--camera", "hall", "--for", "3s"]);
    let end_s = now_s() + 3;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut socket = socket.connect(guarded.gateway.public()).await.unwrap();
    let path = format!("/stream.mjpg?camera=hall&quality=60&access_token={link}");
    let request = format!("GET {path} HTTP/1.1\r\nHost: cam\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut begun = [0; 15];
    socket.read_exact(&mut begun).await.unwrap();
    assert_eq!(&begun, b"HTTP/1.1 200 OK");
    let expired = || async {
        let reason = [("reason", "expired")];
        guarded
            .gateway
            .metric("gateway_closed_total", &reason)
            .await
    };
    assert_eq!(expired().await, 0.0);
    let within = until(end_s) + 2 * WITHIN;
    eventually(within, || async { expired().await == 1.0 }).await;
    // And its connection is gone, or one like it would be in nobody's count.
    let mut left = Vec::new();
    let read = tokio::time::timeout(TEST_DEADLINE, socket.read_to_end(&mut left));
    let _ = read.await.expect("it ends");
    assert!(left.len() < 500_000, "{}", left.len());
}

#[tokio::test]
async fn quality_in_place_goes_no_higher_than_may_be_seen() {
    let nats = NatsServer::start().await;
    let camera = Camera::on(&nats).await;
    let guarded = Guarded::start(&nats).await;
    let _cameras = Cameras::stream(camera);
    let link = guarded.link(&["--camera", "hall", "--for", "1h", "--max-quality", "60"]);
    let shows = Shows::header(bearer(&link));
    let path = "/websocket/40?camera=hall&v=2";
    let mut viewer = viewer(&guarded.gateway, &shows, path).await.unwrap();
    let hello: Value = serde_json::from_str(&viewer.text(TEST_DEADLINE).await).unwrap();
    assert_eq!(hello["quality"], 40);
    let ladder = hello["ladder"].as_array().unwrap();
    let best = |size: &str| {
        let of_size = ladder.iter().filter(|rung| rung["size"] == size);
        of_size.map(|rung| rung["quality"].as_u64().unwrap()).max()
    };
    let best = ["quarter", "half", "full"].map(best);
    assert_eq!(best, [Some(60); 3], "of every size");
    viewer
        .send(r#"{"type":"quality","quality":95}"#)
        .await
        .unwrap();
    let mut lengths = Vec::new();
    while lengths.last() != Some(&2060) {
        match viewer.next(TEST_DEADLINE).await.unwrap() {
            Said::Frame(frame) => {
                assert!(frame.len() <= 2060, "better than may be seen");
                lengths.push(frame.len());
            }
            Said::Text(_) => {}
            Said::Closed(closed) => panic!("{closed:?}"),
        }
    }
    for _ in 0..20 {
        assert_eq!(viewer.frame(TEST_DEADLINE).await.len(), 2060);
    }
}
