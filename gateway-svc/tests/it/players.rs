//! What players are told when there is no picture, and how a stream ends for them.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use testkit::{NatsServer, Process, eventually, http};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use wire::{CameraState, Stamp};

use crate::support::{Camera, TEST_DEADLINE, status};

/// A stream over HTTP/1.0, so that nothing is chunked, behind its head.
async fn stream(address: SocketAddr, path: &str, agent: &str) -> BufReader<TcpStream> {
    let mut socket = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.0\r\nHost: localhost\r\nUser-Agent: {agent}\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut socket = BufReader::new(socket);
    let mut line = String::new();
    while line != "\r\n" {
        line.clear();
        let read = tokio::time::timeout(TEST_DEADLINE, socket.read_line(&mut line)).await;
        assert!(read.expect("a head comes").unwrap() > 0, "the head ended");
    }
    socket
}

/// What came until `end` did.
async fn until(socket: &mut BufReader<TcpStream>, end: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(end) {
        let byte = tokio::time::timeout(TEST_DEADLINE, socket.read_u8()).await;
        bytes.push(byte.expect("it comes").expect("the stream goes on"));
    }
    bytes
}

#[tokio::test]
async fn a_camera_that_nobody_has_heard_of_is_404_with_those_that_there_are() {
    let nats = NatsServer::start().await;
    let camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    eventually(TEST_DEADLINE, || async {
        camera.say("status", &status(CameraState::Idle)).await;
        let report = http::get(gateway.public(), "/api/status", &[]).await;
        report.unwrap().text().contains("\"idle\"")
    })
    .await;
    for path in ["/stream.mjpg?camera=nobody", "/snapshot.jpg?camera=nobody"] {
        let answer = http::get(gateway.public(), path, &[]).await.unwrap();
        assert_eq!(answer.status, 404, "{path}");
        let words = answer.text();
        assert!(
            words.contains("\"nobody\"") && words.contains("default"),
            "{words}"
        );
    }
}

#[tokio::test]
async fn a_stream_of_a_camera_that_does_not_deliver_is_503_with_the_reason() {
    let nats = NatsServer::start().await;
    let _camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let answer = http::get(gateway.public(), "/stream.mjpg", &[])
        .await
        .unwrap();
    assert_eq!(answer.status, 503);
    assert!(answer.header("retry-after").is_some());
    assert!(answer.text().contains("offline"), "{}", answer.text());
    eventually(TEST_DEADLINE, || async {
        gateway.metric("gateway_leases", &[]).await == 0.0
    })
    .await;
}

#[tokio::test]
async fn a_stream_whose_camera_falls_silent_ends() {
    let nats = NatsServer::start().await;
    let camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let streaming = camera.stream("frames.q80", 20_000);
    let mut socket = stream(gateway.public(), "/stream.mjpg", "test").await;
    until(&mut socket, b"\r\n--frame\r\n").await;
    drop(streaming);
    let mut rest = Vec::new();
    let end = tokio::time::timeout(TEST_DEADLINE, socket.read_to_end(&mut rest)).await;
    end.expect("it ends").unwrap();
    eventually(TEST_DEADLINE, || async {
        let silent = [("reason", "silent")];
        gateway.metric("gateway_closed_total", &silent).await == 1.0
    })
    .await;
}

#[tokio::test]
async fn the_next_headers_stand_right_behind_each_picture_for_blink_and_who_asks() {
    let nats = NatsServer::start().await;
    let camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let _streaming = camera.stream("frames.q80", 20_000);
    let chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";
    let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0";
    for (path, agent, advanced) in [
        ("/stream.mjpg", chrome, true),
        ("/stream.mjpg", firefox, false),
        ("/stream.mjpg?advance_headers=1", firefox, true),
        ("/?action=stream_0&advance_headers=0", chrome, false),
    ] {
        let mut socket = stream(gateway.public(), path, agent).await;
        let opening = until(&mut socket, b"\r\n\r\n").await;
        let opening = String::from_utf8(opening).unwrap();
        assert!(
            opening.starts_with("--frame\r\nContent-Type: image/jpeg\r\n"),
            "{opening}"
        );
        assert_ne!(
            opening.contains("Content-Length"),
            advanced,
            "{agent} {path}"
        );
        let picture = until(&mut socket, b"\r\n--frame\r\nContent-Type: image/jpeg\r\n").await;
        assert!(picture.starts_with(&[0xff, 0xd8]));
        let behind = until(&mut socket, b"\r\n").await;
        assert_eq!(behind == b"\r\n", advanced, "{agent} {path}");
    }
}

#[tokio::test]
async fn what_mjpg_streamer_can_do_besides_is_404_with_words() {
    let nats = NatsServer::start().await;
    let gateway = Process::gateway(&nats, &[]).await;
    for path in ["/?action=stream_1", "/?action=command&dest=0", "/?action="] {
        let answer = http::get(gateway.public(), path, &[]).await.unwrap();
        assert_eq!(answer.status, 404, "{path}");
        assert!(
            answer.text().contains("stream or snapshot"),
            "{path}: {}",
            answer.text()
        );
    }
}

#[tokio::test]
async fn a_snapshot_of_a_camera_that_opens_waits_as_long_as_it_is_told() {
    let nats = NatsServer::start().await;
    let mut camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let address = gateway.public();
    let asking = tokio::task::spawn(http::get(address, "/snapshot.jpg?warm_up_ms=0", &[]));
    camera.wanted(&[80]).await;
    // The camera is not known to be live, and the first frame is the last.
    let jpeg = camera.publish("frames.q80").await;
    let answer = tokio::time::timeout(Duration::from_secs(4), asking).await;
    let answer = answer
        .expect("it does not wait for another")
        .unwrap()
        .unwrap();
    assert_eq!(answer.status, 200);
    assert!(answer.body == jpeg);
}

/// The next part's JPEG.
async fn picture(socket: &mut BufReader<TcpStream>) -> Vec<u8> {
    let mut part = until(socket, b"\xff\xd9\r\n--frame\r\n").await;
    let start = part.windows(2).position(|bytes| bytes == b"\xff\xd8");
    part.split_off(start.expect("a picture"))
}

#[tokio::test]
async fn who_asks_for_it_gets_a_picture_that_says_why_there_is_none_once_a_second() {
    let nats = NatsServer::start().await;
    let camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let path = "/stream.mjpg?offline=picture";
    let mut socket = stream(gateway.public(), path, "test").await;
    let drawn = picture(&mut socket).await;
    Stamp::read(&drawn).expect_err("it is no frame");
    let began = Instant::now();
    let mut second = picture(&mut socket).await;
    assert!(
        began.elapsed() > Duration::from_millis(500),
        "once a second"
    );
    second.truncate(drawn.len());
    assert_ne!(drawn, second, "it tells another time");

    // Frames in its place as soon as there are some, and it again when there are no more.
    let streaming = camera.stream("frames.q80", 20_000);
    while Stamp::read(&picture(&mut socket).await).is_err() {}
    Stamp::read(&picture(&mut socket).await).expect("a frame behind a frame");
    drop(streaming);
    while Stamp::read(&picture(&mut socket).await).is_ok() {}
    picture(&mut socket).await;
    let sent = gateway.metric("gateway_frames_sent_total", &[]).await;
    assert!(sent >= 2.0, "{sent}");
}

#[tokio::test]
async fn a_misspelt_camera_or_wish_is_not_drawn() {
    let nats = NatsServer::start().await;
    let gateway = Process::gateway(&nats, &[]).await;
    for (query, status, word) in [
        ("camera=nobody&offline=picture", 404, "nobody"),
        ("offline=film", 400, "picture"),
    ] {
        let path = format!("/stream.mjpg?{query}");
        let answer = http::get(gateway.public(), &path, &[]).await.unwrap();
        assert_eq!(answer.status, status, "{query}");
        assert!(answer.text().contains(word), "{query}: {}", answer.text());
    }
}
