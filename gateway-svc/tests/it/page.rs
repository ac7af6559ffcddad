//! The built client's files.

use testkit::http::get;
use testkit::{NatsServer, Process};

use crate::support::Camera;

#[tokio::test]
async fn the_page_comes_compressed_cacheable_and_with_the_usual_headers() {
    let nats = NatsServer::start().await;
    let _camera = Camera::on(&nats).await;
    let root = std::env::temp_dir().join(format!("gateway-page-{}", std::process::id()));
    std::fs::create_dir_all(root.join("assets")).unwrap();
    for (name, text) in [
        ("index.html", "plain"),
        ("index.html.gz", "gzip, as built"),
        ("index.html.br", "brotli, as built"),
    ] {
        std::fs::write(root.join(name), text).unwrap();
    }
    std::fs::write(
        root.join("assets/app-1a2b3c4d.js"),
        "export {};".repeat(200),
    )
    .unwrap();
    let gateway = Process::gateway(&nats, &[("GATEWAY_WEB_ROOT", root.to_str().unwrap())]).await;
    for (accepted, encoding, text) in [
        ("gzip", Some("gzip"), "gzip, as built"),
        ("gzip, deflate, br", Some("br"), "brotli, as built"),
        ("identity", None, "plain"),
    ] {
        let page = get(gateway.public(), "/", &[("Accept-Encoding", accepted)]).await;
        let page = page.unwrap();
        assert_eq!(
            (page.status, page.header("content-encoding")),
            (200, encoding)
        );
        assert_eq!(page.header("vary"), Some("accept-encoding"));
        assert!(
            page.header("content-type")
                .is_some_and(|kind| kind.starts_with("text/html"))
        );
        assert_eq!(page.text(), text);
    }
    let page = get(gateway.public(), "/", &[]).await.unwrap();
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
    let script = get(
        gateway.public(),
        "/assets/app-1a2b3c4d.js",
        &[("Accept-Encoding", "gzip")],
    );
    let script = script.await.unwrap();
    assert_eq!(
        script.header("content-encoding"),
        None,
        "nothing is compressed at a request"
    );
    assert!(
        script
            .header("cache-control")
            .is_some_and(|value| value.contains("immutable"))
    );
    for path in ["/../Cargo.toml", "/%2e%2e/Cargo.toml", "/nothing"] {
        assert_eq!(
            get(gateway.public(), path, &[]).await.unwrap().status,
            404,
            "{path}"
        );
    }
    std::fs::remove_dir_all(root).unwrap();
}
