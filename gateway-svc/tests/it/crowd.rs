//! One peer that holds all the connections it can keeps nobody else out.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use testkit::http::get;
use testkit::{NatsServer, Process, Viewer, eventually};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use crate::support::{Camera, HANDSHAKE, TEST_DEADLINE};

/// Connections that are no viewers, at the most.
const PLACES: usize = 512;
/// Loopback addresses are all this machine, and each is a peer of its own.
const CROWD: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

/// A connection from `from`.
async fn connect(from: Ipv4Addr, to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((IpAddr::from(from), 0).into()).unwrap();
    socket.connect(to).await.unwrap()
}

/// Asks for `path`, keeps the connection, and reads the head of the answer; empty when there is none.
async fn ask(socket: &mut TcpStream, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let mut head = Vec::new();
    if socket.write_all(request.as_bytes()).await.is_ok() {
        while !head.ends_with(b"\r\n\r\n") {
            let Ok(byte) = socket.read_u8().await else {
                return String::new();
            };
            head.push(byte);
        }
    }
    String::from_utf8(head).unwrap()
}

async fn crowded(gateway: &Process) -> f64 {
    let reason = [("reason", "crowded")];
    gateway.metric("gateway_refused_total", &reason).await
}

#[tokio::test]
async fn who_holds_all_connections_loses_the_longest_idle_ones_to_who_comes() {
    let nats = NatsServer::start().await;
    let gateway = Process::gateway(&nats, &[]).await;
    let mut crowd = Vec::new();
    for nth in 0..PLACES {
        let mut socket = connect(CROWD, gateway.public()).await;
        // One half is mute, the other is kept alive by requests.
        if nth % 2 == 0 {
            assert!(ask(&mut socket, "/healthz").await.contains("200"));
        }
        crowd.push(socket);
    }
    for _ in 0..3 {
        let answer = get(gateway.public(), "/api/status", &[]).await.unwrap();
        assert_eq!(answer.status, 200);
    }
    eventually(TEST_DEADLINE, || async {
        // From the same address: as soon as the longest idle one is no newcomer itself.
        let mut neighbour = connect(CROWD, gateway.public()).await;
        ask(&mut neighbour, "/api/status").await.contains("200")
    })
    .await;
    assert!(crowded(&gateway).await >= 1.0);
    let mut rest = Vec::new();
    let ended = crowd[0].read_to_end(&mut rest).await;
    assert!(
        ended.is_err() || rest.ends_with(b"alive\n"),
        "the longest idle"
    );
    let log = gateway.log();
    let warnings = log.lines().filter(|line| line.contains("is crowded"));
    assert_eq!(warnings.count(), 1, "{log}");
}

#[tokio::test]
async fn streams_are_viewers_and_take_no_connection_from_others() {
    let nats = NatsServer::start().await;
    let camera = Camera::on(&nats).await;
    let gateway = Process::gateway(&nats, &[]).await;
    // Until its first picture a stream is a request like any other.
    let _streaming = camera.stream("frames.q80", 2_000);
    let mut streams = Vec::new();
    for _ in 0..PLACES + 20 {
        let mut socket = connect(CROWD, gateway.public()).await;
        let head = ask(&mut socket, "/stream.mjpg").await;
        assert!(
            head.contains("200") && head.contains("connection: close"),
            "{head}"
        );
        streams.push(socket);
    }
    assert!(get(gateway.public(), "/readyz", &[]).await.is_ok());
    assert!(Viewer::watch(gateway.public(), 80).await.is_ok());
    assert_eq!(crowded(&gateway).await, 0.0);
    let viewers = gateway.metric("gateway_viewers", &[]).await;
    assert!(viewers >= (PLACES + 20) as f64, "{viewers}");
}

#[tokio::test]
async fn upgrades_that_are_refused_are_bounded_until_their_farewell_is_over() {
    let nats = NatsServer::start().await;
    let gateway = Process::gateway(&nats, &[]).await;
    let bad = HANDSHAKE.replace("/websocket/80", "/websocket/1");
    let mut refused = Vec::new();
    for _ in 0..2 * PLACES {
        let mut socket = connect(CROWD, gateway.public()).await;
        socket.write_all(bad.as_bytes()).await.unwrap();
        refused.push(socket);
        if refused.len() % 256 == 0 {
            let descriptors = gateway.metric("process_open_fds", &[]).await;
            // Some dozens are the process' own, or about to be closed.
            assert!(descriptors < PLACES as f64 + 150.0, "{descriptors}");
        }
    }
    assert!(get(gateway.public(), "/healthz", &[]).await.is_ok());
}

#[tokio::test]
async fn a_snapshot_takes_a_viewers_place_while_it_waits() {
    let nats = NatsServer::start().await;
    let settings = [("GATEWAY_MAX_VIEWERS", "1")];
    let gateway = Process::gateway(&nats, &settings).await;
    let viewer = Viewer::watch(gateway.public(), 80).await.unwrap();
    let full = get(gateway.public(), "/snapshot.jpg", &[]).await.unwrap();
    assert_eq!(full.status, 503);
    assert!(
        full.text().contains("GATEWAY_MAX_VIEWERS"),
        "{}",
        full.text()
    );
    assert!(full.header("retry-after").is_some());
    viewer.leave(TEST_DEADLINE).await;
    eventually(TEST_DEADLINE, || async {
        let status = get(gateway.public(), "/api/status", &[]).await.unwrap();
        status.text().contains("\"viewers\":0")
    })
    .await;
    // Nobody is the camera here, so one of them waits in vain.
    let ask = || get(gateway.public(), "/snapshot.jpg", &[]);
    let (one, two) = tokio::join!(ask(), ask());
    let answers = [one.unwrap().text(), two.unwrap().text()];
    for words in ["GATEWAY_MAX_VIEWERS", "the camera is"] {
        let found = answers.iter().filter(|answer| answer.contains(words));
        assert_eq!(found.count(), 1, "{answers:?}");
    }
}
