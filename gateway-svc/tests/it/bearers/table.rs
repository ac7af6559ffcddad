//! What everybody gets who shows something: requests and answers, in the order of `requests::REQUESTS`.

use serde_json::json;
use testkit::http::get;
use testkit::{NatsServer, eventually};

use super::requests::{Cameras, Shows, answers};
use super::*;
use crate::support::{Camera, TEST_DEADLINE};

/// Everything.
const ALL: &str = "200 95 95 95 40 95 95 95 95 95 95 95 40";
/// The hall and the yard, at no more than 60.
const SOME: &str = "200 60 60 403 40 60 60 60 403 60 60 1008 40";
/// Let in, and no camera.
const NONE: &str = "200 403 403 403 403 403 403 403 403 1008 1008 1008 1008";
/// Not let in.
const OUT: &str = "401 401 401 401 401 401 401 401 401 401 401 401 401";

/// A gateway whose cameras are all on.
async fn table(rows: impl AsyncFn(&Guarded) -> Vec<(String, Shows, &'static str)>) {
    let nats = NatsServer::start().await;
    let camera = Camera::on(&nats).await;
    let guarded = Guarded::start(&nats).await;
    let _cameras = Cameras::stream(camera);
    let token = Shows::header(bearer(TOKEN));
    // Until the first frames and statuses are there.
    eventually(TEST_DEADLINE, || async {
        let all = answers(&guarded.gateway, &token).await;
        (all == ALL).then_some(()).ok_or(all)
    })
    .await;
    let rows = rows(&guarded).await;
    assert!(rows.len() * 13 >= 40);
    for (what, mut shows, expected) in rows {
        // A cookie is called by the port where there is one.
        let named = format!("rero_session_{}=", guarded.gateway.public().port());
        for (_, value) in &mut shows.headers {
            *value = value.replacen("rero_session=", &named, 1);
        }
        assert_eq!(answers(&guarded.gateway, &shows).await, expected, "{what}");
    }
}

/// The same shown in each way, with the same answers.
fn each_way(what: &str, token: &str, expected: &'static str) -> Vec<(String, Shows, &'static str)> {
    let row = |way: &str, shows| (format!("{what} by {way}"), shows, expected);
    vec![
        row("header", Shows::header(bearer(token))),
        row("query", Shows::query(token)),
        row("cookie", Shows::header(cookie(token))),
        row("password", Shows::header(basic("token", token))),
    ]
}

#[tokio::test]
async fn the_token_lets_see_everything() {
    table(async |guarded| {
        let login = format!("{{\"token\":\"{TOKEN}\"}}");
        let login =
            testkit::http::request("POST", guarded.gateway.public(), "/api/login", &[], &login);
        let login = login.await.unwrap();
        let session = login
            .header("set-cookie")
            .unwrap()
            .split(';')
            .next()
            .unwrap();
        let session = ("Cookie".to_owned(), session.to_owned());
        let row = |what: &str, shows, expected| (what.to_owned(), shows, expected);
        vec![
            row("header", Shows::header(bearer(TOKEN)), ALL),
            row("query", Shows::query(TOKEN), ALL),
            row("cookie", Shows::header(session), ALL),
            row("password", Shows::header(basic("token", TOKEN)), ALL),
            row("nothing", Shows::default(), OUT),
            row(
                "another's password",
                Shows::header(basic("admin", TOKEN)),
                OUT,
            ),
            row("the token as a cookie", Shows::header(cookie(TOKEN)), OUT),
        ]
    })
    .await;
}

#[tokio::test]
async fn a_link_lets_see_its_cameras_at_its_quality() {
    table(async |guarded| {
        let some = [
            "--camera",
            "hall,yard-*",
            "--for",
            "1h",
            "--max-quality",
            "64",
        ];
        let link = guarded.link(&some);
        let mut rows = each_way("link", &link, SOME);
        let all = guarded.link(&["--camera", "*", "--for", "1h"]);
        rows.extend(each_way("link to everything", &all, ALL).drain(..1));
        let other = guarded.link(&["--camera", "attic", "--for", "1h"]);
        rows.extend(each_way("link to another camera", &other, NONE).drain(..1));
        let (signed, _) = link.rsplit_once('.').unwrap();
        let (_, mac) = all.rsplit_once('.').unwrap();
        rows.extend(each_way("forged link", &format!("{signed}.{mac}"), OUT));
        rows.extend(each_way("cut link", signed, OUT).drain(..1));
        // More is shown than one thing: what stands in the request counts before the cookie.
        let both = Shows {
            headers: vec![cookie(&all)],
            query: format!("access_token={link}"),
        };
        rows.push(("link before cookie".into(), both, SOME));
        let wrong = Shows {
            headers: vec![cookie(&all)],
            query: format!("access_token={signed}"),
        };
        rows.push(("wrong link and right cookie".into(), wrong, ALL));
        rows
    })
    .await;
}

#[tokio::test]
async fn a_jwt_lets_see_what_its_issuer_says() {
    table(async |_| {
        let issuer = issuer("1");
        let hs256 = |claims: &Value| hs256(JWT_SECRET, claims);
        let mut rows = each_way("ES256", &issuer.token(&claims()), SOME);
        rows.extend(each_way("HS256", &hs256(&claims()), SOME).drain(..2));
        let now_s = now_s();
        for (what, claims, expected) in [
            (
                "everything",
                with("cameras", json!("*")),
                "200 60 60 60 40 60 60 60 60 60 60 60 40",
            ),
            ("no camera", with("cameras", json!([])), NONE),
            ("over", with("exp", json!(now_s - 1)), OUT),
            ("not yet", with("nbf", json!(now_s + 60)), OUT),
            ("no end", with("exp", json!(null)), OUT),
            (
                "another issuer",
                with("iss", json!("https://evil.example.org")),
                OUT,
            ),
            ("another audience", with("aud", json!("account")), OUT),
            (
                "a limit that is none",
                with("max_quality", json!("low")),
                OUT,
            ),
        ] {
            rows.extend(each_way(what, &hs256(&claims), expected).drain(..1));
            rows.extend(each_way(what, &issuer.token(&claims), expected).drain(..1));
        }
        let unsigned = signed(&json!({"alg": "none"}), &claims(), |_| Vec::new());
        let confused = super::hs256(&issuer.jwks(), &claims());
        let stranger = super::issuer("2").token(&claims());
        let pretender = Issuer {
            id: "1",
            ..super::issuer("2")
        }
        .token(&claims());
        for (what, token) in [
            ("none", unsigned),
            ("algorithm confusion", confused),
            ("unknown key", stranger),
            ("another key of that name", pretender),
        ] {
            rows.extend(each_way(what, &token, OUT).drain(..3));
        }
        rows
    })
    .await;
}

#[tokio::test]
async fn a_trusted_proxys_word_lets_see_what_the_map_grants() {
    table(async |_| {
        let named = |user: &str, groups: &str| {
            let mut headers = vec![("Remote-User".to_owned(), user.to_owned())];
            if !groups.is_empty() {
                headers.push(("Remote-Groups".to_owned(), groups.to_owned()));
            }
            Shows {
                headers,
                query: String::new(),
            }
        };
        let mut groups_alone = named("", "family");
        groups_alone.headers.remove(0);
        let bob = "200 403 403 40 403 403 403 403 40 1008 1008 40 1008";
        [
            ("alice", named("alice", ""), ALL),
            ("alice and a group", named("alice", "family"), ALL),
            ("bob", named("bob", ""), bob),
            ("a group", named("carol", "family"), SOME),
            ("one group of some", named("carol", "staff, family"), SOME),
            ("groups with bars", named("carol", "staff|family"), SOME),
            (
                "bob and a group",
                named("bob", "family"),
                "200 60 60 40 40 60 60 60 40 60 60 40 40",
            ),
            ("a stranger", named("mallory", "staff"), NONE),
            ("nobody", named("", "family"), OUT),
            ("groups without a user", groups_alone, OUT),
        ]
        .into_iter()
        .map(|(what, shows, expected)| (what.to_owned(), shows, expected))
        .collect()
    })
    .await;
}

#[tokio::test]
async fn two_users_are_nobody() {
    let nats = NatsServer::start().await;
    let guarded = Guarded::start(&nats).await;
    let both = [("Remote-User", "alice"), ("Remote-User", "bob")];
    for (headers, status) in [(&both[..1], 200), (&both[..], 401)] {
        let answer = get(guarded.gateway.public(), "/api/status", headers).await;
        assert_eq!(answer.unwrap().status, status, "{headers:?}");
    }
}

#[tokio::test]
async fn the_header_of_somebody_who_is_no_trusted_proxy_is_not_believed() {
    let nats = NatsServer::start().await;
    let guarded = Guarded::with(&nats, &[("GATEWAY_TRUSTED_PROXIES", "10.9.9.9")]).await;
    for forged in [
        vec![("Remote-User".to_owned(), "alice".to_owned())],
        vec![
            ("Remote-User".to_owned(), "alice".to_owned()),
            ("X-Forwarded-For".to_owned(), "10.9.9.9".to_owned()),
        ],
    ] {
        let shows = Shows {
            headers: forged,
            query: String::new(),
        };
        assert_eq!(answers(&guarded.gateway, &shows).await, OUT);
    }
}
