//! The NATS user of one camera's host, as `deploy/keys.sh --camera` makes it: enough for that camera, and nothing of others.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_nats::{ConnectOptions, Event};
use futures_util::StreamExt;
use testkit::{NatsServer, Process, eventually};
use tokio::sync::mpsc;

/// How long a server or service may take to do what is asked here: several times what it takes.
const REACTION_MAX: Duration = Duration::from_secs(10);

/// A copy of `deploy/` in which keys are made; it goes with its value.
struct Deploy(PathBuf);

impl Drop for Deploy {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Deploy {
    fn copy() -> Self {
        static COPIES: AtomicUsize = AtomicUsize::new(0);
        let nth = COPIES.fetch_add(1, Ordering::Relaxed);
        let name = format!("rero-deploy-{}-{nth}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).expect("a folder");
        let files = [
            "keys.sh",
            "nats-users.conf",
            "nats-camera-user.conf",
            ".env.example",
        ];
        for file in files {
            let from = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("../deploy")
                .join(file);
            std::fs::copy(from, folder.join(file)).expect("a file of deploy/");
        }
        Self(folder)
    }

    fn keys(&self, arguments: &[&str]) -> Output {
        Command::new(self.0.join("keys.sh"))
            .args(arguments)
            .env("CAPTURE_SVC", env!("CARGO_BIN_EXE_capture-svc"))
            .output()
            .expect("a shell")
    }

    /// Makes a user for this camera's host; returns the file of its seed.
    fn camera(&self, name: &str) -> PathBuf {
        let made = self.keys(&["--camera", name]);
        assert!(made.status.success(), "{made:?}");
        self.0.join(format!("secrets/capture-{name}.nkey"))
    }

    fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.0.join(file)).expect(file)
    }

    /// A server with the users that `.env` names.
    async fn nats(&self) -> NatsServer {
        let env = self.read(".env");
        let value = |name: &str| {
            let lines = env
                .lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            lines.unwrap_or_else(|| panic!("no {name}")).to_owned()
        };
        let users = self.read(&value("NATS_USERS"));
        let users = ["CAPTURE_NKEY", "GATEWAY_NKEY"]
            .iter()
            .fold(users, |users, name| {
                users.replace(&format!("${name}"), &value(name))
            });
        NatsServer::with_config(&users).await
    }
}

async fn client(
    nats: &NatsServer,
    seed: &Path,
    inbox: &str,
) -> (async_nats::Client, mpsc::UnboundedReceiver<String>) {
    let (told, refusals) = mpsc::unbounded_channel();
    let seed = std::fs::read_to_string(seed).expect("a seed");
    let client = ConnectOptions::with_nkey(seed.trim().to_owned())
        .custom_inbox_prefix(inbox)
        .event_callback(move |event| {
            if let Event::ServerError(error) = event {
                let _ = told.send(error.to_string());
            }
            std::future::ready(())
        })
        .connect(nats.url())
        .await;
    (client.expect("a login"), refusals)
}

#[tokio::test]
async fn a_camera_hosts_own_user_is_enough_for_its_camera() {
    let deploy = Deploy::copy();
    let seed = deploy.camera("front-door");
    let nats = deploy.nats().await;
    let settings = [
        ("NATS_NKEY_FILE", seed.to_str().expect("a plain path")),
        ("CAPTURE_CAMERA_ID", "front-door"),
    ];
    let capture = Process::capture(&nats, &settings).await;
    eventually(REACTION_MAX, || async { capture.ready().await == 200 }).await;
    let gateway = deploy.0.join("secrets/gateway.nkey");
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
    let seed = deploy.camera("front-door");
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
    let seed = deploy.camera("front-door");
    let first = deploy.read("secrets/cameras");
    deploy.camera("yard");
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
    deploy.camera("front-door");
    let key = first.trim().rsplit(' ').next().unwrap();
    assert!(!users().contains(key), "the old key is no user any more");
    let _nats = deploy.nats().await;
    for name in ["default", "No", "a b", "*", "a/b"] {
        let refused = deploy.keys(&["--camera", name]);
        assert_eq!(refused.status.code(), Some(64), "{name}");
    }
}
