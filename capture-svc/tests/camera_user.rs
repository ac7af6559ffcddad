//! The NATS user of one camera's host, as `deploy/keys.sh --camera` makes it: enough for that camera, and nothing of others.

mod deploy_keys;

use std::process::Command;
use std::time::Duration;

use deploy_keys::{Deploy, client};
use futures_util::StreamExt;
use testkit::{Process, eventually};

/// How long a server or service may take to do what is asked here: several times what it takes.
const REACTION_MAX: Duration = Duration::from_secs(10);

#[tokio::test]
async fn a_camera_hosts_own_user_is_enough_for_its_camera() {
    let deploy = Deploy::copy();
    let seed = deploy.user("camera", "front-door");
    let nats = deploy.nats().await;
    let settings = [
        ("NATS_NKEY_FILE", seed.to_str().expect("a plain path")),
        ("CAPTURE_CAMERA_ID", "front-door"),
    ];
    let capture = Process::capture(&nats, &settings).await;
    eventually(REACTION_MAX, || async { capture.ready().await == 200 }).await;
    let gateway = deploy.secret("gateway.nkey");
    let (gateway, _refusals) = client(&nats, &gateway, "_INBOX_gateway").await;
    let mut frames = gateway.subscribe("frames.front-door.q80").await.unwrap();
    let mut status = gateway.subscribe("status.front-door").await.unwrap();
    gateway
        .publish("$KV.demand.front-door.q80.gw", "".into())
        .await
        .unwrap();
    for stream in [&mut frames, &mut status] {
        let message = tokio::time::timeout(REACTION_MAX, stream.next()).await;
        assert!(message.expect("it comes").is_some());
    }
    for word in ["on", "off"] {
        let switch = Command::new(env!("CARGO_BIN_EXE_capture-svc"))
            .args(["privacy", word])
            .envs(settings)
            .env("NATS_URL", nats.url())
            .output()
            .unwrap();
        assert_eq!(
            String::from_utf8_lossy(&switch.stdout).trim(),
            word,
            "{switch:?}"
        );
    }
    assert_eq!(capture.ready().await, 200);
    assert!(!capture.log().contains("refuses"), "{}", capture.log());
}

#[tokio::test]
async fn a_camera_hosts_own_user_can_do_nothing_to_other_cameras() {
    let deploy = Deploy::copy();
    let seed = deploy.user("camera", "front-door");
    let nats = deploy.nats().await;
    let (host, mut refusals) = client(&nats, &seed, "_INBOX_capture.front-door").await;
    let publishes = [
        "frames.q80",
        "frames.yard.q80",
        "status",
        "status.yard",
        "events",
        "events.yard",
        "$KV.control.privacy",
        "$KV.control.yard.privacy",
        "$KV.demand.front-door.q80.gw",
        "$JS.API.STREAM.UPDATE.KV_demand",
        "$JS.API.STREAM.PURGE.KV_demand",
        "$JS.API.STREAM.DELETE.KV_control",
        "$JS.API.STREAM.CREATE.other",
        "_INBOX_capture.x",
    ];
    for subject in publishes {
        host.publish(subject, "".into()).await.unwrap();
        let refusal = tokio::time::timeout(REACTION_MAX, refusals.recv()).await;
        let refusal = refusal
            .unwrap_or_else(|_| panic!("{subject} was allowed"))
            .unwrap();
        assert!(
            refusal.to_lowercase().contains(&subject.to_lowercase()),
            "{subject}: {refusal}"
        );
    }
    for subject in [
        "frames.front-door.q80",
        "status.yard",
        "_INBOX_capture.>",
        "_INBOX_capture.yard.>",
        ">",
    ] {
        let _subscription = host.subscribe(subject).await.unwrap();
        let refusal = tokio::time::timeout(REACTION_MAX, refusals.recv()).await;
        refusal
            .unwrap_or_else(|_| panic!("{subject} was allowed"))
            .unwrap();
    }
}

#[tokio::test]
async fn every_camera_host_keeps_its_key_until_its_seed_is_deleted() {
    let deploy = Deploy::copy();
    let users = || deploy.read("secrets/nats-users.conf");
    assert!(deploy.keys(&[]).status.success());
    assert!(deploy.read(".env").contains("NATS_USERS=./nats-users.conf"));
    let seed = deploy.user("camera", "front-door");
    let first = deploy.read("secrets/cameras");
    deploy.user("camera", "yard");
    assert!(
        deploy.keys(&[]).status.success(),
        "and once more for nothing new"
    );
    let both = deploy.read("secrets/cameras");
    assert!(
        both.starts_with(&first) && both.lines().count() == 2,
        "{both}"
    );
    for line in both.lines() {
        let (name, key) = line.split_once(' ').unwrap();
        assert!(users().contains(key) && users().contains(&format!("\"status.{name}\"")));
    }
    std::fs::remove_file(seed).unwrap();
    deploy.user("camera", "front-door");
    let key = first.trim().rsplit(' ').next().unwrap();
    assert!(!users().contains(key), "the old key is no user any more");
    let _nats = deploy.nats().await;
    for name in ["default", "No", "a b", "*", "a/b"] {
        let refused = deploy.keys(&["--camera", name]);
        assert_eq!(refused.status.code(), Some(64), "{name}");
    }
}
