//! Keys and rights that change while the gateway runs.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::http::get;
use testkit::{NatsServer, eventually};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::requests::{Cameras, Shows, viewer};
use super::*;
use crate::support::{Camera, TEST_DEADLINE};

async fn status(guarded: &Guarded, shows: &Shows) -> u16 {
    let path = shows.path("/api/status");
    let answer = get(guarded.gateway.public(), &path, &shows.headers()).await;
    answer.unwrap().status
}

/// Waits until `shows` gets this status.
async fn becomes(guarded: &Guarded, shows: &Shows, wanted: u16) {
    eventually(TEST_DEADLINE, || async {
        let status = status(guarded, shows).await;
        (status == wanted).then_some(()).ok_or(status)
    })
    .await;
}

#[tokio::test]
async fn a_new_link_key_ends_every_link_and_who_watches_by_one() {
    let nats = NatsServer::start().await;
    let camera = Camera::on(&nats).await;
    let guarded = Guarded::start(&nats).await;
    let _cameras = Cameras::stream(camera);
    let link = Shows::header(bearer(&guarded.link(&["--camera", "hall", "--for", "1h"])));
    let token = Shows::header(bearer(TOKEN));
    let path = "/websocket/60?camera=hall";
    let mut watching = viewer(&guarded.gateway, &link, path).await.unwrap();
    let mut other = viewer(&guarded.gateway, &token, path).await.unwrap();
    watching.frame(TEST_DEADLINE).await;
    guarded.replace("link", "too short");
    assert_eq!(
        status(&guarded, &link).await,
        200,
        "the last good one counts"
    );
    guarded.replace("link", "another-key-another-key-another-key");
    let closed = watching.closed(TEST_DEADLINE).await;
    assert_eq!(closed.code, 1008, "{closed:?}");
    assert!(closed.reason.contains("not valid any more"), "{closed:?}");
    assert_eq!(status(&guarded, &link).await, 401);
    let new = guarded.link(&["--camera", "hall", "--for", "1h"]);
    assert_eq!(status(&guarded, &Shows::header(bearer(&new))).await, 200);
    other.frame(TEST_DEADLINE).await;
}

#[tokio::test]
async fn keys_of_an_issuer_change_in_their_file() {
    let nats = NatsServer::start().await;
    let guarded = Guarded::start(&nats).await;
    let (old, new) = (issuer("1"), issuer("2"));
    let [before, after] = [&old, &new].map(|key| Shows::header(bearer(&key.token(&claims()))));
    assert_eq!(status(&guarded, &before).await, 200);
    assert_eq!(status(&guarded, &after).await, 401);
    guarded.replace("jwks", &new.jwks());
    becomes(&guarded, &after, 200).await;
    assert_eq!(status(&guarded, &before).await, 401);
    guarded.replace("jwt", "another-secret-another-secret-another");
    let secret = hs256("another-secret-another-secret-another", &claims());
    becomes(&guarded, &Shows::header(bearer(&secret)), 200).await;
}

#[tokio::test]
async fn who_may_see_what_changes_for_those_that_watch_too() {
    let nats = NatsServer::start().await;
    let camera = Camera::on(&nats).await;
    let guarded = Guarded::start(&nats).await;
    let _cameras = Cameras::stream(camera);
    let bob = Shows::header(("Remote-User".into(), "bob".into()));
    let mut watching = viewer(&guarded.gateway, &bob, "/websocket/40")
        .await
        .unwrap();
    watching.frame(TEST_DEADLINE).await;
    guarded.replace("map", r#"{"users":{"bob":{"cameras":["hall"]}}}"#);
    let closed = watching.closed(TEST_DEADLINE).await;
    assert_eq!(closed.code, 1012, "connect again: {closed:?}");
    let mut again = viewer(&guarded.gateway, &bob, "/websocket/40")
        .await
        .unwrap();
    assert_eq!(again.closed(TEST_DEADLINE).await.code, 1008);
    let mut hall = viewer(&guarded.gateway, &bob, "/websocket/40?camera=hall")
        .await
        .unwrap();
    hall.frame(TEST_DEADLINE).await;
}

#[tokio::test]
async fn clocks_that_differ_are_allowed_for_as_far_as_the_operator_says() {
    let nats = NatsServer::start().await;
    let leeway = Guarded::with(&nats, &[("GATEWAY_JWT_LEEWAY", "30s")]).await;
    let strict = Guarded::start(&nats).await;
    let now_s = now_s();
    for (claims, lenient) in [
        (with("nbf", json!(now_s + 20)), 200),
        (with("exp", json!(now_s - 5)), 200),
        (with("nbf", json!(now_s + 300)), 401),
        (with("exp", json!(now_s - 300)), 401),
    ] {
        let shows = Shows::header(bearer(&hs256(JWT_SECRET, &claims)));
        assert_eq!(status(&leeway, &shows).await, lenient, "{claims}");
        assert_eq!(status(&strict, &shows).await, 401, "{claims}");
    }
}

/// Takes a key away, and gives back whether who watches by a token of it, and who by another key's, is sent away.
async fn watching_while(guarded: &Guarded, tokens: [&str; 2], change: impl FnOnce()) -> [u16; 2] {
    let shows = tokens.map(|token| Shows::header(bearer(token)));
    let path = "/websocket/60?camera=hall";
    let mut watching = Vec::new();
    for shows in &shows {
        let mut viewer = viewer(&guarded.gateway, shows, path).await.unwrap();
        viewer.frame(TEST_DEADLINE).await;
        watching.push(viewer);
    }
    change();
    let mut again = [0, 0];
    for (at, mut old) in watching.into_iter().enumerate() {
        let closed = old.closed(TEST_DEADLINE).await;
        assert_eq!(closed.code, 1012, "connect again: {closed:?}");
        again[at] = match viewer(&guarded.gateway, &shows[at], path).await {
            Ok(mut new) => {
                new.frame(TEST_DEADLINE).await;
                200
            }
            Err(refused) => refused.status,
        };
    }
    again
}

#[tokio::test]
async fn a_key_that_is_taken_away_ends_who_watches_by_its_tokens() {
    let nats = NatsServer::start().await;
    let camera = Camera::on(&nats).await;
    let guarded = Guarded::start(&nats).await;
    let _cameras = Cameras::stream(camera);
    let (public, secret) = (issuer("1").token(&claims()), hs256(JWT_SECRET, &claims()));
    let other = "another-secret-another-secret-another";
    let change = || guarded.replace("jwt", other);
    let again = watching_while(&guarded, [&public, &secret], change).await;
    assert_eq!(again, [200, 401], "only the secret's is over");

    let secret = hs256(other, &claims());
    let change = || guarded.replace("jwks", &issuer("2").jwks());
    let again = watching_while(&guarded, [&public, &secret], change).await;
    assert_eq!(again, [401, 200], "only the issuer's is over");

    // One more takes nothing away.
    let shows = Shows::header(bearer(&secret));
    let path = "/websocket/60?camera=hall";
    let mut watching = viewer(&guarded.gateway, &shows, path).await.unwrap();
    let both = [issuer("1"), issuer("2")].map(|issuer| issuer.jwks());
    let keys = both.map(|jwks| serde_json::from_str::<Value>(&jwks).unwrap()["keys"][0].clone());
    guarded.replace("jwks", &json!({ "keys": keys }).to_string());
    becomes(&guarded, &Shows::header(bearer(&public)), 200).await;
    watching.frame(TEST_DEADLINE).await;
}

/// Publishes one issuer's keys.
struct Publisher {
    url: String,
    task: JoinHandle<()>,
}

impl Publisher {
    async fn of(keys: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/certs", listener.local_addr().unwrap());
        let task = tokio::task::spawn(Self::serve(listener, keys));
        Self { url, task }
    }

    async fn serve(listener: TcpListener, keys: String) {
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            // One small request a connection.
            let _ = socket.read(&mut [0; 4096]).await;
            let length = keys.len();
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{keys}"
            );
            let _ = socket.write_all(answer.as_bytes()).await;
        }
    }

    /// From now on others.
    async fn publish(&mut self, keys: String) {
        self.task.abort();
        let address = self.url.split('/').nth(2).unwrap().to_owned();
        let listener = eventually(TEST_DEADLINE, || TcpListener::bind(&address)).await;
        self.task = tokio::task::spawn(Self::serve(listener, keys));
    }
}

impl Drop for Publisher {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[tokio::test]
async fn keys_of_an_issuer_are_fetched_and_again_when_a_token_names_a_new_one() {
    let nats = NatsServer::start().await;
    let (old, new) = (issuer("1"), issuer("2"));
    let mut publisher = Publisher::of(old.jwks()).await;
    let settings = [
        ("GATEWAY_JWT_JWKS_URL", publisher.url.as_str()),
        ("GATEWAY_JWT_AUDIENCE", "cameras"),
    ];
    let gateway = Process::gateway(&nats, &settings).await;
    let asks = |shows: Shows| {
        let address = gateway.public();
        async move {
            let answer = get(address, "/api/status", &shows.headers()).await;
            answer.unwrap().status
        }
    };
    let becomes = |shows: Shows, wanted: u16, within: Duration| {
        eventually(within, move || {
            let status = asks(shows.clone());
            async move {
                let status = status.await;
                (status == wanted).then_some(()).ok_or(status)
            }
        })
    };
    let [before, after] = [&old, &new].map(|key| Shows::header(bearer(&key.token(&claims()))));
    becomes(before.clone(), 200, TEST_DEADLINE).await;
    assert_eq!(asks(after.clone()).await, 401);
    publisher.publish(new.jwks()).await;
    becomes(after, 200, 2 * TEST_DEADLINE).await;
    assert_eq!(asks(before).await, 401);
}
