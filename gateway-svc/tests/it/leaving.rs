//! A gateway that is told to stop: goodbye to its viewers, its keys back, and nobody new.

use std::time::{Duration, Instant};

use testkit::{Closed, NatsServer, Process, Viewer, eventually};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use wire::lease;

use crate::support::{Camera, HANDSHAKE, TEST_DEADLINE};

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
        let Closed { code, reason } = viewer.closed(TEST_DEADLINE).await;
        assert_eq!((code, reason.is_empty()), (1012, false), "{reason}");
    }
    let told = Instant::now();
    camera.wanted(&[]).await;
    assert!(
        told.elapsed() + lease::RENEW.mul_f64(1.0 + lease::RENEW_JITTER) < lease::LEASE,
        "the keys may have gone by their age, after {:?}",
        told.elapsed()
    );
    assert!(gateway.exited(TEST_DEADLINE).await.success());
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
    let mut browser = TcpStream::connect(gateway.public()).await.unwrap();
    browser.write_all(HANDSHAKE.as_bytes()).await.unwrap();
    eventually(TEST_DEADLINE, || async {
        gateway.metric("gateway_viewers", &[]).await == 1.0
    })
    .await;
    gateway.terminate();
    let mut heard = Vec::new();
    let end = browser.read_to_end(&mut heard);
    tokio::time::timeout(TEST_DEADLINE, end)
        .await
        .unwrap()
        .unwrap();
    // It still waits for our own end of the connection: so this was its goodbye, and not its patience that ended.
    let gone =
        tokio::time::timeout(Duration::from_millis(300), gateway.exited(TEST_DEADLINE)).await;
    drop(browser);
    assert!(gateway.exited(TEST_DEADLINE).await.success());
    gone.is_err()
}

/// A proxy closes both ways at the gateway's end of the connection, and a pong that is on its way then resets the
/// viewer's side with the goodbye unread. So the end comes after the viewer's own close, and not with the goodbye.
#[tokio::test]
async fn a_gateway_that_leaves_lets_a_viewer_answer_before_it_ends_the_connection() {
    const LEAVING: [u8; 2] = 1012u16.to_be_bytes();
    let nats = NatsServer::start().await;
    let mut gateway = Process::gateway(&nats, &[]).await;
    let mut viewers = Vec::new();
    for _ in 0..5 {
        let mut viewer = TcpStream::connect(gateway.public()).await.unwrap();
        viewer.write_all(HANDSHAKE.as_bytes()).await.unwrap();
        viewers.push(viewer);
    }
    eventually(TEST_DEADLINE, || async {
        gateway.metric("gateway_viewers", &[]).await == 5.0
    })
    .await;
    gateway.terminate();
    let told = |mut viewer: TcpStream| async move {
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
        tokio::time::timeout(TEST_DEADLINE, end)
            .await
            .expect("the end");
        waits.is_err()
    };
    let waited = futures_util::future::join_all(viewers.into_iter().map(told)).await;
    // One is enough: a machine that stands still for as long as the gateway waits may miss it for the others.
    assert!(waited.contains(&true), "the end came with the goodbye");
    assert!(gateway.exited(TEST_DEADLINE).await.success());
}

#[tokio::test]
async fn a_gateway_that_leaves_is_not_ready_and_lets_nobody_in() {
    let nats = NatsServer::start().await;
    let mut gateway = Process::gateway(&nats, &[("GATEWAY_DRAIN", "3s")]).await;
    // A viewer that does not read keeps the gateway from being gone too soon for this test.
    let mut stuck = TcpStream::connect(gateway.public()).await.unwrap();
    stuck.write_all(HANDSHAKE.as_bytes()).await.unwrap();
    eventually(TEST_DEADLINE, || async {
        gateway.metric("gateway_viewers", &[]).await == 1.0
    })
    .await;
    gateway.terminate();
    eventually(TEST_DEADLINE, || async { gateway.ready().await == 503 }).await;
    let mut late = Viewer::watch(gateway.public(), 80).await.unwrap();
    assert_eq!(late.closed(TEST_DEADLINE).await.code, 1012);
    assert!(gateway.exited(TEST_DEADLINE).await.success());
}
