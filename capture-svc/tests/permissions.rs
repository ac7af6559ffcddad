//! The permissions of `deploy/nats-users.conf`: enough for everything that is done, and what is taken away is named.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use futures_util::StreamExt;
use nkeys::KeyPair;
use testkit::{NatsServer, Process, eventually};

const PERMISSION_TEST_TIMEOUT: Duration = Duration::from_secs(10);

/// A server with our users, the text of whose configuration `change` may spoil, and both seeds.
async fn server(change: impl Fn(String) -> String) -> (NatsServer, KeyPair, KeyPair) {
    let deploy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/nats-users.conf");
    let (capture, gateway) = (KeyPair::new_user(), KeyPair::new_user());
    let users = std::fs::read_to_string(deploy).expect("the users");
    let users = users
        .replace("$CAPTURE_NKEY", &capture.public_key())
        .replace("$GATEWAY_NKEY", &gateway.public_key());
    (
        NatsServer::with_config(&change(users)).await,
        capture,
        gateway,
    )
}

/// A seed file that goes with its value.
struct Seed(std::path::PathBuf);

impl Seed {
    fn of(key: &KeyPair) -> Self {
        let file = std::env::temp_dir().join(format!("rero-seed-{}", key.public_key()));
        std::fs::write(&file, key.seed().expect("a seed")).expect("a file for the seed");
        Self(file)
    }

    fn path(&self) -> &str {
        self.0.to_str().expect("a plain path")
    }
}

impl Drop for Seed {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

async fn ready(capture: &Process) {
    eventually(PERMISSION_TEST_TIMEOUT, || async {
        capture.ready().await == 200
    })
    .await;
}

/// `capture-svc privacy` as somebody runs it beside the service.
fn privacy(nats: &NatsServer, settings: &[(&str, &str)], word: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_capture-svc"));
    command.args(["privacy", word]).env("NATS_URL", nats.url());
    command.envs(settings.iter().copied());
    command
}

#[tokio::test]
async fn with_the_least_permissions_everything_works() {
    let (nats, capture_key, gateway_key) = server(|users| users).await;
    let seed = Seed::of(&capture_key);
    let capture = Process::capture(
        &nats,
        &[("NATS_NKEY_FILE", seed.path()), ("CAPTURE_LINGER", "0s")],
    )
    .await;
    ready(&capture).await;
    let options = async_nats::ConnectOptions::with_nkey(gateway_key.seed().unwrap())
        .custom_inbox_prefix("_INBOX_gateway");
    let gateway = options.connect(nats.url()).await.unwrap();
    let mut frames = gateway.subscribe("frames.q80").await.unwrap();
    gateway
        .publish("$KV.demand.q80.gw", "1".into())
        .await
        .unwrap();
    tokio::time::timeout(PERMISSION_TEST_TIMEOUT, frames.next())
        .await
        .expect("a frame")
        .unwrap();
    // The canary has come back: put, stream, consumer and watch all work, and nothing was refused.
    assert_eq!(capture.ready().await, 200);
    assert!(!capture.log().contains("refuses"), "{}", capture.log());
}

#[tokio::test]
async fn a_permission_that_is_missing_is_named_and_the_service_is_not_ready() {
    for (taken, subject) in [
        (
            "\"frames.*\", \"frames.*.*\", \"status\", \"status.*\", \"events\", \"events.*\",",
            "frames.q80",
        ),
        (", \"events\", \"events.*\"", "events\\\""),
        ("\"$KV.demand._cap.*\", ", "$KV.demand._cap."),
        (
            "\"$JS.API.STREAM.CREATE.KV_demand\", ",
            "$JS.API.STREAM.CREATE.KV_demand",
        ),
    ] {
        let without = |users: String| {
            assert!(users.contains(taken), "{taken}");
            users.replacen(taken, "", 1)
        };
        let (nats, capture_key, gateway_key) = server(without).await;
        let seed = Seed::of(&capture_key);
        let capture = Process::capture(&nats, &[("NATS_NKEY_FILE", seed.path())]).await;
        let options = async_nats::ConnectOptions::with_nkey(gateway_key.seed().unwrap());
        let gateway = options.connect(nats.url()).await.unwrap();
        eventually(PERMISSION_TEST_TIMEOUT, || async {
            gateway
                .publish("$KV.demand.q80.gw", "1".into())
                .await
                .unwrap();
            capture.log().contains(subject) && capture.ready().await == 503
        })
        .await;
    }
}

#[tokio::test]
async fn a_wrong_key_is_a_refused_login_and_not_the_end() {
    let (nats, _, _) = server(|users| users).await;
    let seed = Seed::of(&KeyPair::new_user());
    let mut capture = Process::capture(&nats, &[("NATS_NKEY_FILE", seed.path())]).await;
    eventually(PERMISSION_TEST_TIMEOUT, || async {
        capture.log().contains("check NATS_NKEY_FILE")
    })
    .await;
    assert_eq!(capture.ready().await, 503);
    assert!(capture.is_running());
}

#[tokio::test]
async fn an_answer_that_is_led_to_the_privacy_switch_opens_no_camera_and_is_written_over() {
    let (nats, capture_key, gateway_key) = server(|users| users).await;
    let seed = Seed::of(&capture_key);
    let settings = [("NATS_NKEY_FILE", seed.path()), ("CAPTURE_LINGER", "0s")];
    let capture = Process::capture(&nats, &settings).await;
    ready(&capture).await;
    let switch = |word| {
        let switch = privacy(&nats, &settings, word).output().unwrap();
        String::from_utf8_lossy(&switch.stdout).trim().to_owned()
    };
    assert_eq!(switch("on"), "on");
    let options = async_nats::ConnectOptions::with_nkey(gateway_key.seed().unwrap())
        .custom_inbox_prefix("_INBOX_gateway");
    let gateway = options.connect(nats.url()).await.unwrap();
    // Whoever may write a lease names the switch's key as the place for JetStream's answer.
    let lead = || async {
        let lease = "$KV.demand.q80.gw";
        let led = gateway.publish_with_reply(lease, "$KV.control.privacy", "".into());
        led.await.unwrap();
        // Behind it, on the same connection and to the same server.
        gateway.request(lease, "".into()).await.unwrap();
    };
    let opens = async |capture: &Process| {
        let labels = [("camera", "default")];
        capture.metric("capture_camera_opens_total", &labels).await as u64
    };
    lead().await;
    eventually(PERMISSION_TEST_TIMEOUT, || async {
        capture.log().contains("it is put back")
    })
    .await;
    assert_eq!(switch("show"), "on");
    assert_eq!(opens(&capture).await, 0, "{}", capture.log());

    // While no capture runs there is nobody to write over it: who sets it is told, and the next one keeps the camera closed.
    drop(capture);
    let leading = async {
        loop {
            lead().await;
        }
    };
    let set = tokio::select! {
        set = tokio::process::Command::from(privacy(&nats, &settings, "off")).output() => set.unwrap(),
        () = leading => unreachable!(),
    };
    let said = String::from_utf8_lossy(&set.stderr);
    assert!(
        !set.status.success() && said.contains("writes over it"),
        "{said}"
    );
    let capture = Process::capture(&nats, &settings).await;
    eventually(PERMISSION_TEST_TIMEOUT, || async {
        lead().await;
        capture.ready().await == 200
    })
    .await;
    assert_eq!(switch("show"), "on");
    assert_eq!(opens(&capture).await, 0, "{}", capture.log());
    assert_eq!(switch("off"), "off");
    eventually(PERMISSION_TEST_TIMEOUT, || async {
        lead().await;
        opens(&capture).await == 1
    })
    .await;
}
