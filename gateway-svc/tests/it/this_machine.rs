//! Without a token a gateway is for this machine alone, for browsers too: no other name, no other site's page, no proxy.

use testkit::http::{Response, get, request};
use testkit::{NatsServer, Process};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::HANDSHAKE;

const TOKEN: &str = "0123456789abcdef";

/// As a browser asks for a picture of a page elsewhere.
const IMAGE: [(&str, &str); 2] = [
    ("Sec-Fetch-Site", "cross-site"),
    ("Sec-Fetch-Mode", "no-cors"),
];

/// A request under another name than the address it goes to, as after DNS rebinding.
async fn named(address: std::net::SocketAddr, host: &str, path: &str) -> Response {
    let stream = TcpStream::connect(address).await.unwrap();
    testkit::http::over(stream, "GET", host, path, &[], "")
        .await
        .unwrap()
}

#[tokio::test]
async fn no_port_answers_under_a_name_that_is_not_this_machines() {
    let nats = NatsServer::start().await;
    let gateway = Process::gateway(&nats, &[]).await;
    for (address, path, setting) in [
        (gateway.public(), "/", "GATEWAY_ALLOWED_HOSTS"),
        (gateway.public(), "/api/status", "GATEWAY_ALLOWED_HOSTS"),
        (gateway.public(), "/snapshot.jpg", "GATEWAY_ALLOWED_HOSTS"),
        (gateway.public(), "/readyz", "GATEWAY_ALLOWED_HOSTS"),
        (gateway.admin(), "/metrics", "GATEWAY_ALLOWED_HOSTS"),
    ] {
        let evil = format!("evil.example:{}", address.port());
        let answer = named(address, &evil, path).await;
        assert_eq!(answer.status, 421, "{path}");
        assert!(answer.text().contains(setting), "{}", answer.text());
        let here = format!("localhost:{}", address.port());
        assert_ne!(named(address, &here, path).await.status, 421, "{path}");
    }
    let mut rebound = TcpStream::connect(gateway.public()).await.unwrap();
    let handshake = HANDSHAKE.replace("localhost", "evil.example");
    rebound.write_all(handshake.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    rebound.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 421");
}

#[tokio::test]
async fn a_name_that_is_allowed_is_answered_and_with_a_token_or_in_public_any() {
    let nats = NatsServer::start().await;
    for (setting, host) in [
        (("GATEWAY_ALLOWED_HOSTS", "cam.lan, other"), "cam.lan:6732"),
        (("GATEWAY_ALLOW_ANONYMOUS", "true"), "any.example"),
    ] {
        let gateway = Process::gateway(&nats, &[setting]).await;
        assert_eq!(
            named(gateway.public(), host, "/api/status").await.status,
            200
        );
    }
    let guarded = Process::gateway(&nats, &[("GATEWAY_AUTH_TOKEN", TOKEN)]).await;
    let answer = named(guarded.public(), "any.example", "/api/status").await;
    assert_eq!(answer.status, 401);
}

#[tokio::test]
async fn a_picture_on_another_sites_page_opens_no_camera_and_a_link_shows_the_page() {
    let nats = NatsServer::start().await;
    let gateway = Process::gateway(&nats, &[]).await;
    let address = gateway.public();
    for path in [
        "/snapshot.jpg",
        "/stream.mjpg",
        "/?action=stream",
        "/api/status",
    ] {
        for site in ["cross-site", "same-site"] {
            let headers = [("Sec-Fetch-Site", site), IMAGE[1]];
            let answer = get(address, path, &headers).await.unwrap();
            assert_eq!(answer.status, 403, "{path} {site}");
            assert!(answer.text().contains("GATEWAY_ALLOWED_ORIGINS"));
        }
    }
    assert_eq!(gateway.metric("gateway_leases", &[]).await, 0.0);
    let link = [IMAGE[0], ("Sec-Fetch-Mode", "navigate")];
    let stream = get(address, "/stream.mjpg", &link).await.unwrap();
    assert_eq!(stream.status, 403, "a camera is no page");
    assert_eq!(
        get(address, "/", &link).await.unwrap().status,
        503,
        "not built"
    );
    let script = get(address, "/assets/x.js", &IMAGE).await.unwrap();
    assert_eq!(script.status, 403);
    for site in ["same-origin", "none"] {
        let headers = [("Sec-Fetch-Site", site)];
        let answer = get(address, "/api/status", &headers).await.unwrap();
        assert_eq!(answer.status, 200, "{site}");
    }
}

#[tokio::test]
async fn an_allowed_page_and_a_public_gateway_may_show_pictures_elsewhere() {
    let nats = NatsServer::start().await;
    let allowed = [("GATEWAY_ALLOWED_ORIGINS", "https://shop.example")];
    let gateway = Process::gateway(&nats, &allowed).await;
    for (page, status) in [
        ("https://shop.example/some/page", 200),
        ("https://evil.example/", 403),
    ] {
        let headers = [IMAGE[0], IMAGE[1], ("Referer", page)];
        let answer = get(gateway.public(), "/api/status", &headers).await;
        let answer = answer.unwrap();
        assert_eq!(answer.status, status, "{page}");
        let policy = answer.header("cross-origin-resource-policy");
        let expected = if status == 200 {
            "cross-origin"
        } else {
            "same-origin"
        };
        assert_eq!(policy, Some(expected), "{page}");
    }
    let public = Process::gateway(&nats, &[("GATEWAY_ALLOW_ANONYMOUS", "true")]).await;
    let answer = get(public.public(), "/api/status", &IMAGE).await.unwrap();
    assert_eq!(answer.status, 200);
    let policy = answer.header("cross-origin-resource-policy");
    assert_eq!(policy, Some("cross-origin"));
    let script = [IMAGE[0], ("Origin", "https://evil.example")];
    let script = get(public.public(), "/api/status", &script).await.unwrap();
    assert_eq!(script.status, 403, "scripts read, pictures only show");
}

#[tokio::test]
async fn pictures_of_other_sites_are_refused_before_they_count_as_guesses() {
    let nats = NatsServer::start().await;
    let gateway = Process::gateway(&nats, &[("GATEWAY_AUTH_TOKEN", TOKEN)]).await;
    for _ in 0..20 {
        let guess = "/snapshot.jpg?access_token=x";
        let answer = get(gateway.public(), guess, &IMAGE).await.unwrap();
        assert_eq!(answer.status, 403);
    }
    let login = format!("{{\"token\":\"{TOKEN}\"}}");
    let login = request("POST", gateway.public(), "/api/login", &[], &login);
    assert_eq!(login.await.unwrap().status, 204);
}

#[tokio::test]
async fn every_answer_tells_browsers_to_show_it_to_no_other_site_and_whether_to_keep_it() {
    let nats = NatsServer::start().await;
    let gateway = Process::gateway(&nats, &[]).await;
    for (address, path) in [
        (gateway.public(), "/"),
        (gateway.public(), "/nothing"),
        (gateway.public(), "/healthz"),
        (gateway.public(), "/api/status"),
        (gateway.public(), "/websocket/80"),
        (gateway.public(), "/snapshot.jpg?quality=1"),
        (gateway.admin(), "/metrics"),
        (gateway.admin(), "/nothing"),
    ] {
        let answer = get(address, path, &[]).await.unwrap();
        let policy = answer.header("cross-origin-resource-policy");
        assert_eq!(policy, Some("same-origin"), "{path}");
        let sniff = answer.header("x-content-type-options");
        assert_eq!(sniff, Some("nosniff"), "{path}");
        // The page's files are asked for anew; everything else is of its moment.
        let of_a_file = address == gateway.public() && ["/", "/nothing"].contains(&path);
        let kept = if of_a_file { "no-cache" } else { "no-store" };
        assert_eq!(answer.header("cache-control"), Some(kept), "{path}");
    }
}

#[tokio::test]
async fn what_came_through_a_proxy_is_refused_with_words() {
    let nats = NatsServer::start().await;
    let gateway = Process::gateway(&nats, &[]).await;
    for header in [
        "X-Forwarded-For",
        "X-Forwarded-Proto",
        "Forwarded",
        "Via",
        "X-Real-IP",
    ] {
        for path in ["/", "/api/status"] {
            let headers = [(header, "203.0.113.9"), ("Sec-Fetch-Mode", "navigate")];
            let answer = get(gateway.public(), path, &headers).await.unwrap();
            assert_eq!(answer.status, 403, "{header} {path}");
            assert!(answer.text().contains("GATEWAY_AUTH_TOKEN"), "{header}");
        }
    }
    let public = Process::gateway(&nats, &[("GATEWAY_ALLOW_ANONYMOUS", "true")]).await;
    let forwarded = [("X-Forwarded-For", "203.0.113.9")];
    let answer = get(public.public(), "/api/status", &forwarded).await;
    assert_eq!(answer.unwrap().status, 200);
}

#[tokio::test]
async fn the_development_server_is_no_page_of_a_release() {
    let nats = NatsServer::start().await;
    let gateway = Process::gateway(&nats, &[]).await;
    let vite = [("Origin", "http://localhost:5173")];
    let answer = get(gateway.public(), "/api/status", &vite).await.unwrap();
    assert_eq!(answer.status, 403);
}
