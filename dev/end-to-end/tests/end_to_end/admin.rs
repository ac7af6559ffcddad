//! What a stranger can do to the admin port, and what an operator cannot read any more.

use std::time::Duration;

use testkit::http::{get, over};
use testkit::{NatsServer, Process, Viewer, eventually};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// More than a port serves at the same time.
const MANY: usize = 600;
/// A head that is not there after ten seconds ends its connection; several times that on a busy machine.
const HUNG_UP_WITHIN: Duration = Duration::from_secs(60);
/// Long before that, as soon as what is held is no newcomer any more.
const SERVED_WITHIN: Duration = Duration::from_secs(5);
/// A first picture, on a busy machine.
const PICTURE_WITHIN: Duration = Duration::from_secs(20);

/// Ends when the other side hangs up.
async fn hung_up(mut socket: TcpStream) {
    let mut rest = Vec::new();
    // A reset is an end as well.
    let _ = socket.read_to_end(&mut rest).await;
}

/// Opens connections that begin a request and never end it.
async fn half_requests(service: &Process) -> Vec<TcpStream> {
    let mut held = Vec::new();
    for _ in 0..MANY {
        let mut socket = TcpStream::connect(service.admin())
            .await
            .expect("the port listens");
        // One that was hung up on at once may be gone already.
        let _ = socket
            .write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n")
            .await;
        held.push(socket);
    }
    held
}

#[tokio::test]
async fn half_requests_at_either_admin_port_shut_nobody_out() {
    let nats = NatsServer::start().await;
    let capture = Process::capture(&nats, &[]).await;
    let gateway = Process::gateway(&nats, &[]).await;
    let mut held = half_requests(&capture).await;
    held.extend(half_requests(&gateway).await);
    let mut viewer = Viewer::watch(gateway.public(), 80)
        .await
        .expect("viewers are let in meanwhile");
    viewer.frame(PICTURE_WITHIN).await;
    for service in [&capture, &gateway] {
        eventually(SERVED_WITHIN, || async { service.ready().await == 200 }).await;
    }
    let ends = futures_util::future::join_all(held.into_iter().map(hung_up));
    let ended = timeout(HUNG_UP_WITHIN, ends).await;
    assert!(ended.is_ok(), "half a request is held for ever");
}

#[tokio::test]
async fn admin_ports_answer_under_no_strangers_name_and_to_no_page() {
    let nats = NatsServer::start().await;
    let capture = Process::capture(&nats, &[]).await;
    let gateway = Process::gateway(&nats, &[]).await;
    for (service, setting) in [
        (&capture, "CAPTURE_ALLOWED_HOSTS"),
        (&gateway, "GATEWAY_ALLOWED_HOSTS"),
    ] {
        let address = service.admin();
        for path in ["/metrics", "/readyz"] {
            let stream = TcpStream::connect(address).await.expect("it listens");
            let evil = over(stream, "GET", "evil.example", path, &[], "").await;
            let evil = evil.expect("an answer");
            assert_eq!(evil.status, 421, "{path}");
            assert!(evil.text().contains(setting), "{}", evil.text());
        }
        let own = format!("http://{address}");
        let elsewhere = ("Sec-Fetch-Site", "cross-site");
        for page in [elsewhere, ("Origin", own.as_str())] {
            let answer = get(address, "/metrics", &[page]).await;
            assert_eq!(answer.expect("an answer").status, 403, "{page:?}");
        }
        let link = [elsewhere, ("Sec-Fetch-Mode", "navigate")];
        let answer = get(address, "/metrics", &link).await;
        assert_eq!(answer.expect("an answer").status, 200);
    }
}
