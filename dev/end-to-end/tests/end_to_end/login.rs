//! A NATS that wants another login: who runs the services is told once, with the setting to look at.

use std::time::Duration;

use testkit::{NatsServer, Process, eventually, http};

/// Several attempts to log in; each one is refused.
const TOLD_WITHIN: Duration = Duration::from_secs(20);
const ENDED_WITHIN: Duration = Duration::from_secs(20);
/// What the server's log says of each login that it refuses.
const REFUSED_BY_SERVER: &str = "authentication error";

async fn nats_with_a_login() -> NatsServer {
    NatsServer::with_config("authorization { user: door, password: the-right-one }").await
}

/// What `/readyz` says when `refused` attempts at the least were made, and then the whole log.
async fn told_by(mut service: Process, nats: &NatsServer, refused: usize) -> (String, String) {
    let readyz = eventually(TOLD_WITHIN, || async {
        let answer = http::get(service.admin(), "/readyz", &[]).await.ok()?;
        let attempts = nats.log().matches(REFUSED_BY_SERVER).count();
        let enough = answer.text().contains("login") && attempts >= refused;
        (answer.status == 503 && enough).then(|| answer.text())
    })
    .await;
    service.terminate();
    service.exited(ENDED_WITHIN).await;
    (readyz, service.log())
}

fn one_line_and_none_of_the_library(log: &str, setting: &str) {
    let told = log
        .lines()
        .filter(|line| line.contains("refuses the login"));
    let told: Vec<_> = told.collect();
    assert_eq!(told.len(), 1, "one line for all attempts:\n{log}");
    assert!(told[0].contains(setting), "{}", told[0]);
    assert!(!log.contains("async_nats::connector"), "{log}");
}

#[tokio::test]
async fn a_missing_login_is_named_with_its_settings_by_capture() {
    let nats = nats_with_a_login().await;
    let capture = Process::capture(&nats, &[]).await;
    let (readyz, log) = told_by(capture, &nats, 8).await;
    assert!(readyz.contains("NATS_USER"), "{readyz}");
    one_line_and_none_of_the_library(&log, "NATS_USER");
}

#[tokio::test]
async fn a_wrong_login_is_named_with_its_settings_by_the_gateway() {
    let nats = nats_with_a_login().await;
    let login = [("NATS_USER", "door"), ("NATS_PASSWORD", "the-wrong-one")];
    let gateway = Process::gateway(&nats, &login).await;
    let (readyz, log) = told_by(gateway, &nats, 8).await;
    assert!(readyz.contains("NATS_PASSWORD"), "{readyz}");
    assert!(!log.contains("the-wrong-one"), "a password in the log");
    one_line_and_none_of_the_library(&log, "NATS_PASSWORD");
}

#[tokio::test]
async fn a_login_that_becomes_right_needs_no_restart() {
    let mut nats = nats_with_a_login().await;
    let gateway = Process::gateway(&nats, &[]).await;
    eventually(TOLD_WITHIN, || async {
        nats.log().contains(REFUSED_BY_SERVER)
    })
    .await;
    nats.kill();
    nats.restart_with_config("").await;
    eventually(TOLD_WITHIN, || async { gateway.ready().await == 200 }).await;
}
