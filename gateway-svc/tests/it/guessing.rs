//! Who guesses the token is stopped, and nobody else is.

use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use testkit::http::{get, request};
use testkit::{NatsServer, Process, Viewer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const TOKEN: &str = "0123456789abcdef";
/// Wrong tokens that one address may give in a minute.
const ENOUGH: usize = 10;

/// Behind a proxy on loopback, so that a test can be many addresses.
async fn guarded(nats: &NatsServer) -> Process {
    let settings = [
        ("GATEWAY_AUTH_TOKEN", TOKEN),
        ("GATEWAY_TRUSTED_PROXIES", "127.0.0.1"),
    ];
    Process::gateway(nats, &settings).await
}

/// The status of a request for `/api/status` from `address`.
async fn status(gateway: &Process, address: &str, header: (&str, &str)) -> u16 {
    let headers = [("X-Forwarded-For", address), header];
    let answer = get(gateway.public(), "/api/status", &headers).await;
    answer.unwrap().status
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

/// Gives so many wrong tokens from `address` that no more are looked at.
async fn lock(gateway: &Process, address: &str) {
    for _ in 0..ENOUGH {
        let wrong = status(gateway, address, ("Authorization", "Bearer wrong")).await;
        assert_eq!(wrong, 401);
    }
    let enough = status(gateway, address, ("Authorization", "Bearer wrong")).await;
    assert_eq!(enough, 429);
}

async fn login(gateway: &Process, address: &str) -> (u16, String) {
    let body = format!("{{\"token\":\"{TOKEN}\"}}");
    let headers = [("X-Forwarded-For", address)];
    let answer = request("POST", gateway.public(), "/api/login", &headers, &body);
    let answer = answer.await.unwrap();
    let cookie = answer.header("set-cookie").unwrap_or_default();
    let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
    (answer.status, cookie)
}

#[tokio::test]
async fn who_has_a_right_cookie_is_not_locked_out_by_a_neighbour_that_guesses() {
    let nats = NatsServer::start().await;
    let gateway = guarded(&nats).await;
    let (_, cookie) = login(&gateway, "10.0.0.1").await;
    lock(&gateway, "10.0.0.2").await;
    assert_eq!(status(&gateway, "10.0.0.2", ("Cookie", &cookie)).await, 200);
    let viewer = Viewer::at(gateway.public(), "/websocket/80").header("Cookie", &cookie);
    let viewer = viewer.header("X-Forwarded-For", "10.0.0.2");
    assert!(viewer.connect().await.is_ok());
    assert_eq!(
        login(&gateway, "10.0.0.2").await.0,
        429,
        "it would be an oracle"
    );
}

#[tokio::test]
async fn a_token_passes_where_it_was_right_before_and_waits_where_it_never_was() {
    let nats = NatsServer::start().await;
    let gateway = guarded(&nats).await;
    let right = bearer(TOKEN);
    let right = ("Authorization", right.as_str());
    assert_eq!(status(&gateway, "10.0.0.1", right).await, 200);
    for address in ["10.0.0.1", "10.0.0.2"] {
        lock(&gateway, address).await;
    }
    assert_eq!(status(&gateway, "10.0.0.1", right).await, 200);
    assert_eq!(login(&gateway, "10.0.0.1").await.0, 204);
    assert_eq!(status(&gateway, "10.0.0.2", right).await, 429);
    assert_eq!(status(&gateway, "10.0.0.3", right).await, 200);
}

#[tokio::test]
async fn wrong_cookies_are_counted_and_cost_nobody_a_login() {
    let nats = NatsServer::start().await;
    let gateway = guarded(&nats).await;
    let address = "10.0.0.1";
    let name = format!("rero_session_{}", gateway.public().port());
    let forged = format!("{name}=9999999999.{}", "0".repeat(64));
    let forged = ("Cookie", forged.as_str());
    for _ in 0..ENOUGH {
        assert_eq!(status(&gateway, address, forged).await, 401);
    }
    assert_eq!(status(&gateway, address, forged).await, 429);
    let over = format!("{name}=1.00");
    assert_eq!(
        status(&gateway, address, ("Cookie", &over)).await,
        401,
        "no guess"
    );
    let (logged_in, cookie) = login(&gateway, address).await;
    assert_eq!(logged_in, 204);
    assert_eq!(status(&gateway, address, ("Cookie", &cookie)).await, 200);
    let both = format!("{name}=9999999999.00; {cookie}");
    assert_eq!(status(&gateway, address, ("Cookie", &both)).await, 200);
    let refused = [("reason", "attempts")];
    assert_eq!(gateway.metric("gateway_refused_total", &refused).await, 1.0);
}

#[tokio::test]
async fn basic_is_the_token_for_the_user_token_and_no_guess_for_any_other() {
    let nats = NatsServer::start().await;
    let gateway = guarded(&nats).await;
    let basic = |pair: &str| format!("Basic {}", STANDARD.encode(pair));
    let others = basic("operator:their-own-password");
    for _ in 0..3 * ENOUGH {
        let others = ("Authorization", others.as_str());
        assert_eq!(status(&gateway, "10.0.0.1", others).await, 401);
    }
    let ours = basic(&format!("token:{TOKEN}"));
    let ours = ("Authorization", ours.as_str());
    assert_eq!(status(&gateway, "10.0.0.1", ours).await, 200);
    let wrong = basic("token:wrong");
    for _ in 0..ENOUGH {
        let wrong = ("Authorization", wrong.as_str());
        assert_eq!(status(&gateway, "10.0.0.2", wrong).await, 401);
    }
    assert_eq!(status(&gateway, "10.0.0.2", ours).await, 429);
}

#[tokio::test]
async fn addresses_are_told_apart_with_a_port_and_an_ipv6_network_is_one() {
    let nats = NatsServer::start().await;
    let gateway = guarded(&nats).await;
    let right = bearer(TOKEN);
    let right = ("Authorization", right.as_str());
    lock(&gateway, "192.0.2.1:4711").await;
    assert_eq!(status(&gateway, "192.0.2.1:4712", right).await, 429);
    assert_eq!(status(&gateway, "192.0.2.2:4711", right).await, 200);
    for host in 1..=ENOUGH {
        let address = format!("2001:db8::{host}");
        let wrong = ("Authorization", "Bearer wrong");
        assert_eq!(status(&gateway, &address, wrong).await, 401);
    }
    assert_eq!(status(&gateway, "2001:db8::ffff", right).await, 429);
    assert_eq!(status(&gateway, "[2001:db8:0:1::1]:443", right).await, 200);
}

/// A login whose body is still to come.
async fn begin_login(address: SocketAddr) -> TcpStream {
    let mut socket = TcpStream::connect(address).await.unwrap();
    let head = "POST /api/login HTTP/1.0\r\nHost: localhost\r\nContent-Length: 17\r\n\r\n";
    socket.write_all(head.as_bytes()).await.unwrap();
    socket
}

#[tokio::test]
async fn logins_whose_bodies_come_late_are_counted_like_others() {
    let nats = NatsServer::start().await;
    let gateway = guarded(&nats).await;
    let mut sockets = Vec::new();
    for _ in 0..3 * ENOUGH {
        sockets.push(begin_login(gateway.public()).await);
    }
    let mut answers = Vec::new();
    for mut socket in sockets {
        socket.write_all(b"{\"token\":\"wrong\"}").await.unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await.unwrap();
        answers.push(answer.split(' ').nth(1).unwrap().to_owned());
    }
    let looked_at = answers.iter().filter(|status| *status == "401").count();
    let waiting = answers.iter().filter(|status| *status == "429").count();
    assert_eq!((looked_at, waiting), (ENOUGH, 2 * ENOUGH));
}

#[tokio::test]
async fn who_guesses_is_named_once_a_minute_and_the_guess_never() {
    let nats = NatsServer::start().await;
    let gateway = guarded(&nats).await;
    for address in ["10.0.0.1", "2001:db8::1"] {
        for _ in 0..ENOUGH + 5 {
            status(&gateway, address, ("Authorization", "Bearer my-guess")).await;
        }
    }
    let log = gateway.log();
    for address in ["10.0.0.1", "2001:db8::1"] {
        let address = format!("\"address\":\"{address}\"");
        let lines = log.lines().filter(|line| line.contains(&address)).count();
        assert_eq!(lines, 1, "{log}");
    }
    assert!(!log.contains("my-guess"), "{log}");
}

#[tokio::test]
async fn a_token_that_can_be_guessed_is_refused_at_start() {
    let gateway = std::process::Command::new(env!("CARGO_BIN_EXE_gateway-svc"))
        .env("GATEWAY_AUTH_TOKEN", "hunter22hunter2")
        .output()
        .unwrap();
    assert_eq!(gateway.status.code(), Some(64));
    let said = String::from_utf8(gateway.stderr).unwrap();
    assert!(said.contains("openssl rand -hex 16"), "{said}");
    assert!(!said.contains("hunter22"), "{said}");
}
