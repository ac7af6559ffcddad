//! Links and tokens as the page uses them: the login that keeps them, and what the page is told.

use serde_json::{Value, json};
use testkit::NatsServer;
use testkit::http::{Response, get, request};

use super::requests::{Cameras, Shows};
use super::*;
use crate::support::{Camera, TEST_DEADLINE};

async fn login(gateway: &Process, token: &str) -> Response {
    let body = json!({ "token": token }).to_string();
    let login = request("POST", gateway.public(), "/api/login", &[], &body);
    login.await.unwrap()
}

async fn told(gateway: &Process, shows: &Shows) -> Value {
    let path = shows.path("/api/status");
    let answer = get(gateway.public(), &path, &shows.headers())
        .await
        .unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    serde_json::from_slice(&answer.body).unwrap()
}

/// A link to the front door for the neighbour: its address and the words beside it.
fn neighbours_link(guarded: &Guarded) -> (String, String) {
    let key = guarded.file("link").display().to_string();
    let whose = ["--link-key-file", &key, "--name", "neighbour"];
    let what = [
        "--camera",
        "front-door",
        "--for",
        "2h",
        "--max-quality",
        "60",
    ];
    let page = ["--url", "https://cam.example.org/cam"];
    let output = share(&[&whose[..], &what, &page].concat());
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stdout).trim().to_owned(), text(output.stderr))
}

#[tokio::test]
async fn a_link_is_made_offline_and_its_login_lasts_as_long_as_it() {
    let nats = NatsServer::start().await;
    let guarded = Guarded::start(&nats).await;
    let (url, words) = neighbours_link(&guarded);
    let (page, token) = url.split_once("#link=").unwrap();
    assert_eq!(page, "https://cam.example.org/cam/?camera=front-door");
    for word in ["front-door", "60", "until 2"] {
        assert!(words.contains(word), "{word} in {words}");
    }
    let answer = login(&guarded.gateway, token).await;
    assert_eq!(answer.status, 204);
    let cookie = answer.header("set-cookie").unwrap();
    let (value, attributes) = cookie.split_once("; ").unwrap();
    let (_, lasts) = attributes.split_once("Max-Age=").unwrap();
    let lasts: u64 = lasts.split(';').next().unwrap().parse().unwrap();
    assert!((7100..=7200).contains(&lasts), "{cookie}");
    for attribute in ["HttpOnly", "SameSite=Strict"] {
        assert!(attributes.contains(attribute), "{cookie}");
    }
    let shows = Shows::header(("Cookie".into(), value.into()));
    let mut access = told(&guarded.gateway, &shows).await["access"].take();
    let expires = access["expires"].take().as_u64().unwrap();
    assert!(expires.abs_diff(now_s() + 7200) < 60, "{expires}");
    assert_eq!(
        access,
        json!({"sub": "neighbour", "by": "link", "cameras": ["front-door"], "max_quality": 60, "expires": null})
    );
    assert!(
        !guarded.gateway.log().contains("rl1."),
        "a link is in the log"
    );
}

#[tokio::test]
async fn a_jwt_is_traded_for_a_cookie_and_a_wrong_one_says_what_is_wrong() {
    let nats = NatsServer::start().await;
    let guarded = Guarded::start(&nats).await;
    let answer = login(&guarded.gateway, &issuer("1").token(&claims())).await;
    assert_eq!(answer.status, 204, "{}", answer.text());
    let cookie = answer
        .header("set-cookie")
        .unwrap()
        .split(';')
        .next()
        .unwrap();
    let told = told(
        &guarded.gateway,
        &Shows::header(("Cookie".into(), cookie.into())),
    )
    .await;
    assert_eq!(
        (&told["access"]["sub"], &told["access"]["by"]),
        (&json!("joe"), &json!("jwt"))
    );
    let over = hs256(JWT_SECRET, &with("exp", json!(1)));
    let answer = login(&guarded.gateway, &over).await;
    assert_eq!((answer.status, answer.text().contains("over")), (401, true));
    let mut long = claims();
    long["padding"] = json!("x".repeat(4000));
    let answer = login(&guarded.gateway, &hs256(JWT_SECRET, &long)).await;
    assert_eq!(
        (answer.status, answer.text().contains("too long")),
        (413, true)
    );
}

#[tokio::test]
async fn links_and_tokens_that_are_over_are_no_guesses() {
    let nats = NatsServer::start().await;
    let guarded = Guarded::start(&nats).await;
    let over = hs256(JWT_SECRET, &with("exp", json!(1)));
    for _ in 0..20 {
        assert_eq!(login(&guarded.gateway, &over).await.status, 401);
        assert_eq!(login(&guarded.gateway, "rl1.a.b").await.status, 401);
    }
    assert_eq!(login(&guarded.gateway, TOKEN).await.status, 204);
    for _ in 0..20 {
        login(&guarded.gateway, "a-guess-that-is-wrong").await;
    }
    assert_eq!(
        login(&guarded.gateway, "another-wrong-guess").await.status,
        429
    );
    let right = login(&guarded.gateway, &hs256(JWT_SECRET, &claims())).await;
    assert_eq!(
        right.status, 204,
        "nobody waits with a JWT because others guess"
    );
}

#[tokio::test]
async fn the_status_tells_only_the_cameras_that_may_be_seen() {
    let nats = NatsServer::start().await;
    let camera = Camera::on(&nats).await;
    let guarded = Guarded::start(&nats).await;
    let _cameras = Cameras::stream(camera);
    let names = |told: &Value| -> Vec<String> {
        let cameras = told["cameras"].as_array().unwrap().iter();
        let mut names: Vec<_> = cameras
            .map(|one| one["camera"].as_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    };
    let all = Shows::header(bearer(TOKEN));
    testkit::eventually(TEST_DEADLINE, || async {
        let names = names(&told(&guarded.gateway, &all).await);
        (names == ["default", "hall", "yard-1"])
            .then_some(())
            .ok_or(names)
    })
    .await;
    for (user, groups, cameras) in [
        ("bob", "", vec![("default", 40)]),
        ("carol", "family", vec![("hall", 60), ("yard-1", 60)]),
        ("mallory", "", vec![]),
    ] {
        let shows = Shows {
            headers: vec![
                ("Remote-User".into(), user.into()),
                ("Remote-Groups".into(), groups.into()),
            ],
            query: String::new(),
        };
        let told = told(&guarded.gateway, &shows).await;
        let seen = told["cameras"].as_array().unwrap().iter();
        let mut seen: Vec<_> = seen
            .map(|one| {
                (
                    one["camera"].as_str().unwrap(),
                    one["max_quality"].as_u64().unwrap(),
                )
            })
            .collect();
        seen.sort_unstable();
        assert_eq!(seen, cameras, "{user}");
    }
}

#[tokio::test]
async fn a_gateway_that_asks_for_nothing_says_so() {
    let nats = NatsServer::start().await;
    let gateway = Process::gateway(&nats, &[]).await;
    let told = told(&gateway, &Shows::default()).await;
    assert_eq!(
        told["access"],
        json!({"sub": "anonymous", "by": "anonymous", "cameras": ["*"], "max_quality": 95, "expires": null})
    );
}

#[test]
fn what_is_wrong_with_a_link_is_told_at_once() {
    let output = share(&[
        "--camera",
        "Front",
        "--for",
        "2",
        "--url",
        "cam.example.org",
    ]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(64), "{told}");
    for word in ["GATEWAY_LINK_KEY_FILE", "--camera", "--for", "--url"] {
        assert!(told.contains(word), "{word} in {told}");
    }
    assert!(output.stdout.is_empty());
    let long = share(&["--camera", "*", "--for", "2years", "--max-quality", "29"]);
    assert_eq!(long.status.code(), Some(64));
}
