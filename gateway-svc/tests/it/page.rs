//! The built client's files.

use std::path::PathBuf;

use testkit::http::get;
use testkit::{NatsServer, Process};

/// A gateway with a built client, which goes with its value.
struct Served {
    gateway: Process,
    root: PathBuf,
    _nats: NatsServer,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.root);
    }
}

const SCRIPT: &str = "/assets/app-1a2b3c4d.js";

async fn served(name: &str, settings: &[(&str, &str)]) -> Served {
    let root = std::env::temp_dir().join(format!("gateway-{name}-{}", std::process::id()));
    std::fs::create_dir_all(root.join("assets")).unwrap();
    for (name, text) in [
        ("index.html", "plain"),
        ("index.html.gz", "gzip, as built"),
        ("index.html.br", "brotli, as built"),
        (&SCRIPT[1..], &"export {};".repeat(200)),
    ] {
        std::fs::write(root.join(name), text).unwrap();
    }
    let nats = NatsServer::start().await;
    let mut settings = settings.to_vec();
    settings.push(("GATEWAY_WEB_ROOT", root.to_str().unwrap()));
    let gateway = Process::gateway(&nats, &settings).await;
    Served {
        gateway,
        root,
        _nats: nats,
    }
}

#[tokio::test]
async fn the_page_comes_as_it_was_built_and_nothing_is_compressed_at_a_request() {
    let page = served("compressed", &[]).await;
    let at = page.gateway.public();
    for (accepted, encoding, text) in [
        ("gzip", Some("gzip"), "gzip, as built"),
        ("gzip, deflate, br", Some("br"), "brotli, as built"),
        ("identity", None, "plain"),
    ] {
        let page = get(at, "/", &[("Accept-Encoding", accepted)])
            .await
            .unwrap();
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
    let script = get(at, SCRIPT, &[("Accept-Encoding", "gzip")])
        .await
        .unwrap();
    assert_eq!(
        (script.status, script.header("content-encoding")),
        (200, None)
    );
}

#[tokio::test]
async fn the_page_is_asked_for_again_and_its_files_never() {
    let page = served("cached", &[]).await;
    let at = page.gateway.public();
    let page = get(at, "/", &[]).await.unwrap();
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(page.header("cache-control"), Some("no-cache"));
    let tag = page.header("etag").unwrap();
    let again = get(at, "/", &[("If-None-Match", tag)]).await.unwrap();
    assert_eq!(again.status, 304);
    let script = get(at, SCRIPT, &[]).await.unwrap();
    assert!(
        script
            .header("cache-control")
            .is_some_and(|value| value.contains("immutable"))
    );
}

#[tokio::test]
async fn what_is_no_file_is_not_found_however_it_is_spelled() {
    let page = served("missing", &[]).await;
    let long = format!("/{}", "a".repeat(15_000));
    let part = format!("/assets/{}.js", "a".repeat(253));
    let deep = "/a".repeat(5000);
    // A folder is none either: a redirect to it would lose the path that a proxy took away.
    let paths = [
        "/../Cargo.toml",
        "/%2e%2e/Cargo.toml",
        "/nothing",
        "/assets",
        "/assets/",
        &long,
        &part,
        &deep,
    ];
    for path in paths {
        let answer = get(page.gateway.public(), path, &[]).await.unwrap();
        assert_eq!(answer.status, 404, "{path:.40}");
    }
}

#[tokio::test]
async fn only_allowed_pages_may_embed_the_page_and_only_where_it_is_made_for_that() {
    let settings = [
        ("GATEWAY_ALLOWED_ORIGINS", "https://portal.example.org"),
        ("GATEWAY_EMBED_ORIGINS", "http://10.0.0.7:8123"),
    ];
    let page = served("framed", &settings).await;
    for (path, ancestors) in [
        ("/", "'none'"),
        ("/?embed=0", "'none'"),
        ("/nothing", "'none'"),
        (
            "/?camera=door&embed=1",
            "'self' http://10.0.0.7:8123 https://portal.example.org",
        ),
    ] {
        let policy = policy_of(&page, path, &[]).await;
        assert!(
            policy.ends_with(&format!("; frame-ancestors {ancestors}")),
            "{path}: {policy}"
        );
    }
}

#[tokio::test]
async fn any_page_may_embed_that_of_a_gateway_that_is_public_on_purpose() {
    let page = served("public", &[("GATEWAY_ALLOW_ANONYMOUS", "true")]).await;
    for (path, ancestors) in [("/", "'none'"), ("/?embed", "'self' *")] {
        let policy = policy_of(&page, path, &[]).await;
        assert!(
            policy.ends_with(&format!("; frame-ancestors {ancestors}")),
            "{path}: {policy}"
        );
    }
}

#[tokio::test]
async fn the_page_connects_to_its_own_host_only() {
    let settings = [
        ("GATEWAY_TRUSTED_PROXIES", "127.0.0.1"),
        ("GATEWAY_AUTH_TOKEN", "sixteen-letters-"),
    ];
    let page = served("connecting", &settings).await;
    let own = page.gateway.public().to_string();
    for (host, named) in [
        (None, Some(own.as_str())),
        (Some("cam.example.org:8443"), Some("cam.example.org:8443")),
        (Some("[fd00::7]:6732"), Some("[fd00::7]:6732")),
        (Some("x; script-src *"), None),
        (Some("*"), None),
    ] {
        let forwarded = host.map(|host| ("X-Forwarded-Host", host));
        let policy = policy_of(&page, "/", forwarded.as_slice()).await;
        let sockets = named.map_or(String::new(), |host| format!(" ws://{host} wss://{host}"));
        let expected = format!("; connect-src 'self'{sockets};");
        assert!(policy.contains(&expected), "{host:?}: {policy}");
        assert!(
            policy.starts_with("default-src 'self';") && policy.matches("-src").count() == 3,
            "{policy}"
        );
    }
}

async fn policy_of(page: &Served, path: &str, headers: &[(&str, &str)]) -> String {
    let answer = get(page.gateway.public(), path, headers).await.unwrap();
    answer
        .header("content-security-policy")
        .expect("a policy")
        .to_owned()
}
