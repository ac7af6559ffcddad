//! The audit log of a running gateway.

use serde_json::Value;
use testkit::http::get;
use testkit::{NatsServer, Scratch, eventually};

use super::requests::{Cameras, Shows, viewer};
use super::*;
use crate::support::{Camera, TEST_DEADLINE};

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

/// Watches five frames, is refused another camera and takes a snapshot, all by a link; the bytes of the frames.
async fn visit(guarded: &Guarded) -> u64 {
    let token = guarded.link(&["--camera", "hall", "--for", "1h", "--name", "neighbour"]);
    let from = ("X-Forwarded-For".to_owned(), "203.0.113.9".to_owned());
    let mut shows = Shows::header(bearer(&token));
    shows.headers.push(from);
    let path = "/websocket/60?camera=hall";
    let mut watching = viewer(&guarded.gateway, &shows, path).await.unwrap();
    let mut bytes = 0;
    for _ in 0..5 {
        bytes += watching.frame(TEST_DEADLINE).await.len() as u64;
    }
    watching.leave(TEST_DEADLINE).await;
    let other = viewer(&guarded.gateway, &shows, "/websocket/60").await;
    assert_eq!(other.unwrap().closed(TEST_DEADLINE).await.code, 1008);
    let path = "/snapshot.jpg?camera=hall&quality=60";
    let snapshot = get(guarded.gateway.public(), path, &shows.headers()).await;
    assert_eq!(snapshot.unwrap().status, 200);
    bytes
}

#[tokio::test]
async fn who_came_left_and_was_refused_is_written_with_what_proved_it() {
    let nats = NatsServer::start().await;
    let camera = Camera::on(&nats).await;
    let folder = Scratch::new("audit");
    let file = folder.path().join("audit.jsonl");
    let audit = format!("file:{}", file.display());
    let mut guarded = Guarded::with(&nats, &[("GATEWAY_AUDIT", &audit)]).await;
    let _cameras = Cameras::stream(camera);
    let bytes = visit(&guarded).await;
    let wrong = get(
        guarded.gateway.public(),
        "/snapshot.jpg?access_token=wrong",
        &[],
    )
    .await;
    assert_eq!(wrong.unwrap().status, 401);
    guarded.gateway.terminate();
    assert!(guarded.gateway.exited(TEST_DEADLINE).await.success());

    let text = std::fs::read_to_string(&file).unwrap();
    assert!(!text.contains("rl1."), "a secret is in it");
    let lines = lines(&text);
    let of = |event: &str, by: Value| {
        let found = lines
            .iter()
            .filter(|line| line["event"] == event && line["by"] == by);
        let found: Vec<_> = found.collect();
        assert_eq!(found.len(), 1, "{event} by {by} in {lines:#?}");
        found[0]
    };
    let [came, left, refused, _] = ["came", "left", "refused", "snapshot"].map(|event| {
        let line = of(event, "link".into());
        assert_eq!(
            (&line["sub"], &line["address"]),
            (&"neighbour".into(), &"203.0.113.9".into())
        );
        line
    });
    assert_eq!(lines.len(), 5, "{lines:#?}");
    assert_eq!(
        (&came["camera"], &came["quality"]),
        (&"hall".into(), &60.into())
    );
    assert_eq!(
        (&came["viewer"], &came["via"]),
        (&left["viewer"], &"websocket".into())
    );
    assert!(left["bytes"].as_u64().unwrap() >= bytes, "{left}");
    assert!(left["duration_s"].as_f64().unwrap() > 0.0, "{left}");
    assert_eq!(
        (&left["reason"], &refused["reason"]),
        (&"viewer".into(), &"claims".into())
    );
    let stranger = of("refused", Value::Null);
    assert_eq!(
        (&stranger["path"], &stranger["reason"]),
        (&"/snapshot.jpg".into(), &"token".into())
    );
}

#[tokio::test]
async fn the_audit_log_may_go_to_standard_output_and_names_are_no_labels() {
    let nats = NatsServer::start().await;
    let camera = Camera::on(&nats).await;
    let guarded = Guarded::with(&nats, &[("GATEWAY_AUDIT", "stdout")]).await;
    let _cameras = Cameras::stream(camera);
    let alice = Shows::header(("Remote-User".into(), "alice".into()));
    let mut watching = viewer(&guarded.gateway, &alice, "/websocket/60?camera=hall")
        .await
        .unwrap();
    watching.frame(TEST_DEADLINE).await;
    eventually(TEST_DEADLINE, || async {
        let lines = lines(&guarded.gateway.log());
        let came = |line: &&Value| line["event"] == "came" && line["sub"] == "alice";
        lines.iter().find(came).map(drop)
    })
    .await;
    let metrics = get(guarded.gateway.admin(), "/metrics", &[]).await.unwrap();
    assert!(!metrics.text().contains("alice"), "a name is a label");
}

#[tokio::test]
async fn an_audit_log_that_cannot_be_begun_ends_the_start_and_one_that_fails_later_does_not() {
    let nats = NatsServer::start().await;
    let full = Guarded::with(&nats, &[("GATEWAY_AUDIT", "file:/dev/full")]).await;
    for _ in 0..5 {
        let answer = get(full.gateway.public(), "/api/status", &[])
            .await
            .unwrap();
        assert_eq!(answer.status, 401);
    }
    eventually(TEST_DEADLINE, || async {
        full.gateway.log().contains("GATEWAY_AUDIT").then_some(())
    })
    .await;
    assert_eq!(full.gateway.ready().await, 200);
    let output = Command::new(env!("CARGO_BIN_EXE_gateway-svc"))
        .env_clear()
        .env("NATS_URL", nats.url())
        .env("GATEWAY_LISTEN", "127.0.0.1:0")
        .env("GATEWAY_ADMIN_LISTEN", "127.0.0.1:0")
        .env("GATEWAY_AUDIT", "file:/no/such/folder/audit")
        .output()
        .unwrap();
    assert!(!output.status.success());
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("GATEWAY_AUDIT"), "{told}");
}
