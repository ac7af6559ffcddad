//! Who may watch: token, login, origin, places.

use std::time::Duration;

use testkit::http::{self, get, request};
use testkit::{NatsServer, Process, Refused, Viewer};

use crate::support::{Camera, SOON};

const TOKEN: &str = "0123456789abcdef";

async fn guarded(nats: &NatsServer) -> Process {
    Process::gateway(nats, &[("GATEWAY_AUTH_TOKEN", TOKEN)]).await
}

#[tokio::test]
async fn every_route_but_health_and_the_page_asks_for_the_token_and_says_what_to_do() {
    let nats = NatsServer::start().await;
    let gateway = guarded(&nats).await;
    for path in [
        "/api/status",
        "/snapshot.jpg",
        "/stream.mjpg",
        "/?action=stream",
        "/?action=snapshot",
        "/websocket/80",
    ] {
        let answer = get(gateway.public(), path, &[]).await.unwrap();
        assert_eq!(answer.status, 401, "{path}");
        assert!(
            answer
                .header("www-authenticate")
                .is_some_and(|value| value.starts_with("Bearer")),
            "{path}"
        );
        assert!(
            answer.text().contains("GATEWAY_AUTH_TOKEN") && answer.text().contains("log in"),
            "{}",
            answer.text()
        );
    }
    let Refused { status, .. } = Viewer::watch(gateway.public(), 80).await.unwrap_err();
    assert_eq!(status, 401);
    for (path, status) in [("/healthz", 200), ("/", 503), ("/assets/x.js", 404)] {
        assert_eq!(
            get(gateway.public(), path, &[]).await.unwrap().status,
            status,
            "{path}"
        );
    }
}

#[tokio::test]
async fn each_way_of_giving_the_token_lets_a_viewer_in() {
    let nats = NatsServer::start().await;
    let gateway = guarded(&nats).await;
    let login = format!("{{\"token\":\"{TOKEN}\"}}");
    let answer = request("POST", gateway.public(), "/api/login", &[], &login)
        .await
        .unwrap();
    assert_eq!(answer.status, 204);
    let cookie = answer.header("set-cookie").unwrap();
    assert!(
        cookie.contains("HttpOnly")
            && cookie.contains("SameSite=Strict")
            && !cookie.contains(TOKEN),
        "{cookie}"
    );
    let cookie = cookie.split(';').next().unwrap();
    let bearer = format!("Bearer {TOKEN}");
    for header in [("Cookie", cookie), ("Authorization", bearer.as_str())] {
        assert_eq!(
            get(gateway.public(), "/api/status", &[header])
                .await
                .unwrap()
                .status,
            200
        );
        Viewer::at(gateway.public(), "/websocket/80")
            .header(header.0, header.1)
            .connect()
            .await
            .unwrap();
    }
    let path = format!("/api/status?access_token={TOKEN}");
    assert_eq!(get(gateway.public(), &path, &[]).await.unwrap().status, 200);
    Viewer::at(gateway.public(), "/websocket/80")
        .query("access_token", TOKEN)
        .connect()
        .await
        .unwrap();
    assert!(!gateway.log().contains(TOKEN), "the token is in the log");
}

#[tokio::test]
async fn a_wrong_token_is_401_and_guessing_is_stopped() {
    let nats = NatsServer::start().await;
    let gateway = guarded(&nats).await;
    let wrong = || {
        request(
            "POST",
            gateway.public(),
            "/api/login",
            &[],
            "{\"token\":\"guess\"}",
        )
    };
    assert_eq!(wrong().await.unwrap().status, 401);
    assert_eq!(
        request("POST", gateway.public(), "/api/login", &[], "guess")
            .await
            .unwrap()
            .status,
        400
    );
    for _ in 0..9 {
        get(gateway.public(), "/api/status?access_token=guess", &[])
            .await
            .unwrap();
    }
    let stopped = wrong().await.unwrap();
    assert_eq!(stopped.status, 429);
    assert!(stopped.header("retry-after").is_some());
    assert_eq!(
        gateway
            .metric("gateway_refused_total", &[("reason", "token")])
            .await,
        10.0
    );
}

#[tokio::test]
async fn pages_of_other_sites_are_refused_and_the_setting_is_named() {
    let nats = NatsServer::start().await;
    let gateway = Process::gateway(
        &nats,
        &[("GATEWAY_ALLOWED_ORIGINS", "https://shop.example")],
    )
    .await;
    let own = format!("http://{}", gateway.public());
    for (origin, status) in [
        (own.as_str(), 200),
        ("https://shop.example", 200),
        ("https://evil.example", 403),
        ("http://127.0.0.1", 403),
        ("null", 403),
    ] {
        let answer = get(gateway.public(), "/api/status", &[("Origin", origin)])
            .await
            .unwrap();
        assert_eq!(answer.status, status, "{origin}");
        if status == 403 {
            assert!(
                answer.text().contains("GATEWAY_ALLOWED_ORIGINS"),
                "{}",
                answer.text()
            );
        }
        let watching = Viewer::at(gateway.public(), "/websocket/80")
            .header("Origin", origin)
            .connect()
            .await;
        assert_eq!(
            watching.map_or_else(|refused| refused.status, |_| 200),
            status,
            "{origin}"
        );
    }
    let elsewhere = [("Origin", "https://shop.example")];
    let answer = get(gateway.public(), "/api/status", &elsewhere)
        .await
        .unwrap();
    assert_eq!(
        answer.header("access-control-allow-origin"),
        Some("https://shop.example")
    );
    let preflight = request("OPTIONS", gateway.public(), "/api/login", &elsewhere, "")
        .await
        .unwrap();
    assert_eq!(preflight.status, 204);
    assert!(preflight.header("access-control-allow-headers").is_some());
}

#[tokio::test]
async fn a_proxy_is_believed_when_it_is_trusted_and_only_then() {
    let nats = NatsServer::start().await;
    let forwarded = [
        ("Origin", "https://cam.example"),
        ("X-Forwarded-Host", "cam.example"),
    ];
    let distrusting = Process::gateway(&nats, &[]).await;
    let answer = get(distrusting.public(), "/api/status", &forwarded)
        .await
        .unwrap();
    assert_eq!(answer.status, 403);
    assert!(
        answer.text().contains("GATEWAY_TRUSTED_PROXIES"),
        "{}",
        answer.text()
    );
    let limits = [
        ("GATEWAY_TRUSTED_PROXIES", "127.0.0.0/8"),
        ("GATEWAY_MAX_VIEWERS_PER_IP", "1"),
    ];
    let trusting = Process::gateway(&nats, &limits).await;
    assert_eq!(
        get(trusting.public(), "/api/status", &forwarded)
            .await
            .unwrap()
            .status,
        200
    );
    let mut inside = Vec::new();
    for address in ["10.0.0.1", "10.0.0.2"] {
        let from =
            Viewer::at(trusting.public(), "/websocket/80").header("X-Forwarded-For", address);
        inside.push(from.connect().await.unwrap());
    }
    let again =
        Viewer::at(trusting.public(), "/websocket/80").header("X-Forwarded-For", "10.0.0.1");
    assert_eq!(again.connect().await.unwrap().closed(SOON).await.code, 1013);
}

#[tokio::test]
async fn who_finds_no_place_is_told_to_try_later_and_gets_one_when_it_is_free() {
    let nats = NatsServer::start().await;
    let gateway = Process::gateway(&nats, &[("GATEWAY_MAX_VIEWERS", "2")]).await;
    let first = Viewer::watch(gateway.public(), 80).await.unwrap();
    let _second = Viewer::watch(gateway.public(), 40).await.unwrap();
    let full = Viewer::watch(gateway.public(), 80)
        .await
        .unwrap()
        .closed(SOON)
        .await;
    assert_eq!(full.code, 1013);
    assert!(
        full.reason.contains("GATEWAY_MAX_VIEWERS"),
        "{}",
        full.reason
    );
    let stream = get(gateway.public(), "/stream.mjpg", &[]).await.unwrap();
    assert_eq!(
        (stream.status, stream.header("retry-after").is_some()),
        (503, true)
    );
    assert_eq!(
        gateway
            .metric("gateway_refused_total", &[("reason", "full")])
            .await,
        2.0
    );
    first.leave(SOON).await;
    testkit::eventually(SOON, || async {
        let mut viewer = Viewer::watch(gateway.public(), 80).await.unwrap();
        viewer.next(Duration::from_millis(200)).await.is_none()
    })
    .await;
}

#[tokio::test]
async fn the_page_comes_compressed_cacheable_and_with_the_usual_headers() {
    let nats = NatsServer::start().await;
    let _camera = Camera::on(&nats).await;
    let root = std::env::temp_dir().join(format!("gateway-page-{}", std::process::id()));
    std::fs::create_dir_all(root.join("assets")).unwrap();
    std::fs::write(root.join("index.html"), "<!doctype html>".repeat(200)).unwrap();
    std::fs::write(
        root.join("assets/app-1a2b3c4d.js"),
        "export {};".repeat(200),
    )
    .unwrap();
    let gateway = Process::gateway(&nats, &[("GATEWAY_WEB_ROOT", root.to_str().unwrap())]).await;
    let page = get(gateway.public(), "/", &[("Accept-Encoding", "gzip")])
        .await
        .unwrap();
    assert_eq!(
        (page.status, page.header("content-encoding")),
        (200, Some("gzip"))
    );
    assert!(
        page.header("content-security-policy")
            .is_some_and(|policy| policy.contains("default-src 'self'"))
    );
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(page.header("cache-control"), Some("no-cache"));
    let tag = page.header("etag").unwrap();
    let again = get(gateway.public(), "/", &[("If-None-Match", tag)])
        .await
        .unwrap();
    assert_eq!(again.status, 304);
    let script = get(gateway.public(), "/assets/app-1a2b3c4d.js", &[])
        .await
        .unwrap();
    assert!(
        script
            .header("cache-control")
            .is_some_and(|value| value.contains("immutable"))
    );
    for path in ["/../Cargo.toml", "/%2e%2e/Cargo.toml", "/nothing"] {
        assert_eq!(
            http::get(gateway.public(), path, &[]).await.unwrap().status,
            404,
            "{path}"
        );
    }
    std::fs::remove_dir_all(root).unwrap();
}
