//! Who may watch: token, login, places.

use std::time::Duration;

use testkit::http::{get, request};
use testkit::{NatsServer, Process, Refused, Viewer, eventually};

use crate::support::TEST_DEADLINE;

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
async fn in_a_frame_the_cookie_is_kept_with_the_page_around_it_where_one_may_have_it() {
    let nats = NatsServer::start().await;
    let token = ("GATEWAY_AUTH_TOKEN", TOKEN);
    let embed = ("GATEWAY_EMBED_ORIGINS", "https://portal.example.org");
    for (settings, kept) in [
        (&[token, embed][..], "SameSite=None; Secure; Partitioned"),
        (&[token], "SameSite=Strict"),
    ] {
        let gateway = Process::gateway(&nats, settings).await;
        let login = format!("{{\"token\":\"{TOKEN}\",\"framed\":true}}");
        let answer = request("POST", gateway.public(), "/api/login", &[], &login).await;
        let answer = answer.unwrap();
        let cookie = answer.header("set-cookie").unwrap();
        assert!(cookie.ends_with(&format!("; HttpOnly; {kept}")), "{cookie}");
        let pair = cookie.split(';').next().unwrap();
        let status = get(gateway.public(), "/api/status", &[("Cookie", pair)]).await;
        assert_eq!(status.unwrap().status, 200);
    }
}

#[tokio::test]
async fn a_page_that_may_only_frame_ours_may_not_read_the_stream() {
    let nats = NatsServer::start().await;
    let embed = ("GATEWAY_EMBED_ORIGINS", "https://portal.example.org");
    let gateway = Process::gateway(&nats, &[("GATEWAY_AUTH_TOKEN", TOKEN), embed]).await;
    let bearer = format!("Bearer {TOKEN}");
    let origin = ("Origin", "https://portal.example.org");
    let asks = [origin, ("Authorization", bearer.as_str())];
    let answer = get(gateway.public(), "/api/status", &asks).await.unwrap();
    assert_eq!(answer.status, 403);
}

#[tokio::test]
async fn a_cookie_is_for_its_path_and_port_and_a_logout_takes_it_away() {
    let nats = NatsServer::start().await;
    let gateway = guarded(&nats).await;
    let login = format!("{{\"token\":\"{TOKEN}\"}}");
    let under = ("X-Forwarded-Prefix", "/cam");
    let set = async |path: &str, body: &str| {
        let answer = request("POST", gateway.public(), path, &[under], body).await;
        let answer = answer.unwrap();
        assert_eq!(answer.status, 204, "{path}");
        answer.header("set-cookie").expect(path).to_owned()
    };
    let name = format!("rero_session_{}=", gateway.public().port());
    let cookie = set("/api/login", &login).await;
    assert!(
        cookie.starts_with(&name) && cookie.contains("; Path=/cam/; "),
        "{cookie}"
    );
    let gone = set("/api/logout", "").await;
    assert!(
        gone.starts_with(&format!("{name}; Path=/cam/; Max-Age=0; ")),
        "{gone}"
    );
    // The cookie of another gateway of this host is nothing here, and no guess.
    let others = cookie.replacen("rero_session_", "rero_session_1", 1);
    for _ in 0..30 {
        let answer = get(gateway.public(), "/api/status", &[("Cookie", &others)]).await;
        assert_eq!(answer.unwrap().status, 401);
    }
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
async fn who_finds_no_place_is_told_to_try_later_and_gets_one_when_it_is_free() {
    let nats = NatsServer::start().await;
    let gateway = Process::gateway(&nats, &[("GATEWAY_MAX_VIEWERS", "2")]).await;
    let first = Viewer::watch(gateway.public(), 80).await.unwrap();
    let _second = Viewer::watch(gateway.public(), 40).await.unwrap();
    let full = Viewer::watch(gateway.public(), 80)
        .await
        .unwrap()
        .closed(TEST_DEADLINE)
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
    first.leave(TEST_DEADLINE).await;
    eventually(TEST_DEADLINE, || async {
        let mut viewer = Viewer::watch(gateway.public(), 80).await.unwrap();
        viewer.next(Duration::from_millis(200)).await.is_none()
    })
    .await;
}
