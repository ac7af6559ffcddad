//! What strangers push at a public port: none of it may stop it, grow it or disturb a good viewer.

mod good_viewer;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use gateway_svc::websocket::{Opcode, encode::put_head};
use testkit::{NatsServer, Process, Viewer, eventually};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use self::good_viewer::GoodViewer;
use crate::support::{Camera, HANDSHAKE, Streaming, TEST_DEADLINE};

struct Scene {
    _nats: NatsServer,
    gateway: Process,
    _streaming: Streaming,
    good: GoodViewer,
}

impl Scene {
    /// A camera that streams, and a good viewer.
    async fn new() -> Self {
        let nats = NatsServer::start().await;
        let camera = Camera::on(&nats).await;
        let gateway = Process::gateway(&nats, &[]).await;
        let good = GoodViewer::watch(gateway.public()).await;
        camera.wanted(&[80]).await;
        let streaming = camera.stream("frames.q80", 60_000);
        Self {
            _nats: nats,
            gateway,
            _streaming: streaming,
            good,
        }
    }

    /// The good viewer still gets at least half of the frames a second has. A machine that stands still for a second is
    /// no fault of the gateway's: what the crowd did to it would still be there in the next.
    async fn good_viewer_is_served(&mut self) {
        let mut took = Vec::new();
        for _ in 0..5 {
            let began = Instant::now();
            self.good.gets(34).await;
            took.push(began.elapsed());
            if began.elapsed() < Duration::from_secs(2) {
                return;
            }
        }
        panic!("34 frames took {took:?}");
    }

    async fn memory(&self) -> f64 {
        self.gateway
            .metric("process_resident_memory_bytes", &[])
            .await
    }

    /// Everybody but the good viewer is gone.
    async fn all_gone(&self) {
        eventually(Duration::from_secs(30), || async {
            let viewers = self.gateway.metric("gateway_viewers", &[]).await;
            let descriptors = self.gateway.metric("process_open_fds", &[]).await;
            (viewers <= 1.0 && descriptors < 40.0)
                .then_some(())
                .ok_or((viewers, descriptors))
        })
        .await;
    }
}

async fn upgraded(address: SocketAddr) -> TcpStream {
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(HANDSHAKE.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(socket.read_u8().await.unwrap());
    }
    assert!(
        head.starts_with(b"HTTP/1.1 101"),
        "{}",
        String::from_utf8_lossy(&head)
    );
    socket
}

/// Sends garbage; whether the other side minds is the other side's business.
async fn push(socket: &mut TcpStream, bytes: &[u8]) {
    let _ = tokio::time::timeout(TEST_DEADLINE, socket.write_all(bytes)).await;
}

fn mutated(valid: &[u8]) -> Vec<u8> {
    let mut bytes = valid.to_vec();
    for _ in 0..fastrand::usize(1..6) {
        let at = fastrand::usize(..bytes.len());
        match fastrand::u8(..3) {
            0 => bytes[at] = fastrand::u8(..),
            1 => bytes.truncate(at.max(1)),
            _ => bytes.insert(at, fastrand::u8(..)),
        }
    }
    bytes
}

#[tokio::test]
async fn five_thousand_broken_handshakes_leave_nothing_behind() {
    let mut scene = Scene::new().await;
    let address = scene.gateway.public();
    for _ in 0..100 {
        let broken = (0..50).map(|_| async move {
            let mut socket = TcpStream::connect(address).await.unwrap();
            push(&mut socket, &mutated(HANDSHAKE.as_bytes())).await;
        });
        futures_util::future::join_all(broken).await;
    }
    scene.good_viewer_is_served().await;
    scene.all_gone().await;
}

#[tokio::test]
async fn five_thousand_viewers_that_send_broken_frames_are_closed() {
    let mut scene = Scene::new().await;
    let address = scene.gateway.public();
    let before = scene.memory().await;
    for _ in 0..100 {
        let broken = (0..50).map(|_| async move {
            let mut socket = upgraded(address).await;
            let mut frame = bytes::BytesMut::new();
            put_head(&mut frame, Opcode::Text, 5);
            frame[1] |= 0x80;
            frame.extend_from_slice(b"maskhello");
            for _ in 0..4 {
                push(&mut socket, &mutated(&frame)).await;
            }
        });
        futures_util::future::join_all(broken).await;
    }
    scene.good_viewer_is_served().await;
    scene.all_gone().await;
    let grown = scene.memory().await - before;
    assert!(grown < 32e6, "grew by {grown} bytes");
}

#[tokio::test]
async fn a_header_that_announces_a_gigabyte_gets_none() {
    let scene = Scene::new().await;
    let before = scene.memory().await;
    let mut sockets = Vec::new();
    for _ in 0..100 {
        let mut socket = upgraded(scene.gateway.public()).await;
        push(
            &mut socket,
            &[0x82, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 1, 2, 3, 4],
        )
        .await;
        sockets.push(socket);
    }
    scene.all_gone().await;
    assert!(scene.memory().await - before < 32e6);
    eventually(TEST_DEADLINE, || async {
        let closed = scene
            .gateway
            .metric("gateway_closed_total", &[("reason", "violation")])
            .await;
        closed == 100.0
    })
    .await;
}

#[tokio::test]
async fn a_flood_of_pings_ends_for_who_sends_it() {
    flood(&[0x89, 0x84, 0, 0, 0, 0, 1, 2, 3, 4].repeat(100_000)).await;
}

#[tokio::test]
async fn a_message_of_empty_parts_without_end_ends_for_who_sends_it() {
    let begun = [0x01, 0x80, 0, 0, 0, 0];
    let part = [0x00, 0x80, 0, 0, 0, 0];
    flood(&[&begun[..], &part.repeat(100_000)].concat()).await;
}

async fn flood(bytes: &[u8]) {
    let mut scene = Scene::new().await;
    let mut socket = upgraded(scene.gateway.public()).await;
    push(&mut socket, bytes).await;
    scene.good_viewer_is_served().await;
    eventually(TEST_DEADLINE, || async {
        scene
            .gateway
            .metric("gateway_closed_total", &[("reason", "violation")])
            .await
            == 1.0
    })
    .await;
}

#[tokio::test]
async fn peers_that_never_read_or_have_half_closed_disturb_nobody() {
    let mut scene = Scene::new().await;
    let before = scene.memory().await;
    let mut frozen = Vec::new();
    for _ in 0..50 {
        frozen.push(upgraded(scene.gateway.public()).await);
    }
    for _ in 0..50 {
        let mut socket = upgraded(scene.gateway.public()).await;
        socket.shutdown().await.unwrap();
    }
    scene.good_viewer_is_served().await;
    scene.good_viewer_is_served().await;
    assert!(scene.memory().await - before < 32e6);
    assert!(
        scene
            .gateway
            .metric("gateway_frames_skipped_total", &[("reason", "slow_viewer")])
            .await
            > 50.0
    );
    drop(frozen);
    scene.all_gone().await;
}

#[tokio::test]
async fn a_peer_that_reads_nothing_for_twenty_seconds_is_gone() {
    let mut scene = Scene::new().await;
    let _frozen = upgraded(scene.gateway.public()).await;
    let mut answering = Viewer::watch(scene.gateway.public(), 80).await.unwrap();
    answering.frame(TEST_DEADLINE).await;
    // From here on neither reads: one has answered a ping once, the other never did.
    let began = Instant::now();
    let count = ["dead", "lost"];
    loop {
        let mut gone = 0.0;
        for reason in count {
            gone += scene
                .gateway
                .metric("gateway_closed_total", &[("reason", reason)])
                .await;
        }
        if gone == 2.0 {
            break;
        }
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "{gone} gone after {:?}",
            began.elapsed()
        );
        scene.good.gets(1).await;
    }
}

#[tokio::test]
async fn who_does_not_finish_a_request_is_disconnected() {
    let mut scene = Scene::new().await;
    let mut sockets = Vec::new();
    for beginning in [
        "",
        "GET / HT",
        "GET /websocket/80 HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
    ] {
        let mut socket = TcpStream::connect(scene.gateway.public()).await.unwrap();
        socket.write_all(beginning.as_bytes()).await.unwrap();
        sockets.push(socket);
    }
    scene.good_viewer_is_served().await;
    for mut socket in sockets {
        let mut answer = Vec::new();
        let ended =
            tokio::time::timeout(Duration::from_secs(30), socket.read_to_end(&mut answer)).await;
        assert!(ended.is_ok(), "still open after 30 s");
    }
    let mut socket = TcpStream::connect(scene.gateway.public()).await.unwrap();
    let long = format!(
        "GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: {}\r\n\r\n",
        "x".repeat(100_000)
    );
    push(&mut socket, long.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(TEST_DEADLINE, socket.read_to_end(&mut answer)).await;
    assert!(
        answer.is_empty() || answer.starts_with(b"HTTP/1.1 431"),
        "{}",
        String::from_utf8_lossy(&answer)
    );
}
