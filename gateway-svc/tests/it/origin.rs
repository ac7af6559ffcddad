//! Whose page may watch, and whose address it is, directly and through proxies.

use testkit::http::{get, request};
use testkit::{NatsServer, Process, Viewer};

use crate::support::TEST_DEADLINE;

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
}

#[tokio::test]
async fn an_allowed_page_may_read_the_answers_and_our_own_needs_no_leave() {
    let nats = NatsServer::start().await;
    let settings = [("GATEWAY_ALLOWED_ORIGINS", "https://shop.example")];
    let gateway = Process::gateway(&nats, &settings).await;
    let address = gateway.public();
    let own = format!("http://{address}");
    let elsewhere = [("Origin", "https://shop.example")];
    for (path, headers) in [("/api/status", &elsewhere), ("/nothing", &elsewhere)] {
        let answer = get(address, path, headers).await.unwrap();
        let header = |name: &str| answer.header(name);
        let origin = header("access-control-allow-origin");
        assert_eq!(origin, Some("https://shop.example"), "{path}");
        assert_eq!(header("access-control-allow-credentials"), Some("true"));
        let vary = header("vary").map(str::to_ascii_lowercase);
        assert_eq!(vary.as_deref(), Some("origin"), "caches tell pages apart");
    }
    let preflight = request("OPTIONS", address, "/api/login", &elsewhere, "");
    let preflight = preflight.await.unwrap();
    assert_eq!((preflight.status, &*preflight.text()), (204, ""));
    let allowed = preflight.header("access-control-allow-headers");
    let allowed = allowed.unwrap().replace(' ', "");
    assert_eq!(allowed, "authorization,content-type");
    let origin = preflight.header("access-control-allow-origin");
    assert_eq!(origin, Some("https://shop.example"));

    let own = [("Origin", own.as_str())];
    for (method, status) in [("GET", 200), ("OPTIONS", 204)] {
        let answer = request(method, address, "/api/status", &own, "");
        let answer = answer.await.unwrap();
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
    let plain = request("OPTIONS", address, "/api/status", &[], "");
    assert_eq!(plain.await.unwrap().status, 405, "no page asks");
}

#[tokio::test]
async fn a_proxy_is_believed_when_it_is_trusted_and_only_then() {
    let nats = NatsServer::start().await;
    let forwarded = [
        ("Origin", "https://cam.example"),
        ("X-Forwarded-Host", "cam.example"),
    ];
    let anybody = ("GATEWAY_ALLOW_ANONYMOUS", "true");
    let distrusting = Process::gateway(&nats, &[anybody]).await;
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
        anybody,
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
    assert_eq!(
        again
            .connect()
            .await
            .unwrap()
            .closed(TEST_DEADLINE)
            .await
            .code,
        1013
    );
}
