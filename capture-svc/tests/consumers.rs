//! The two consumers that docs/protocol.md shows, against the real service: on a NATS without users, and on the one that we
//! ship with the user that `deploy/keys.sh --consumer` makes.

mod deploy_keys;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use deploy_keys::{Deploy, client};
use testkit::{NatsServer, Picture, Process, eventually};

const FRAMES_SAVED: usize = 5;
/// Several times what starting an interpreter on a busy machine takes.
const CONSUMER_TEST_TIMEOUT: Duration = Duration::from_secs(20);

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn rust_consumer() -> Command {
    // Beside this test: target/<profile>/deps and target/<profile>/examples.
    let test = std::env::current_exe().expect("a test has a path");
    let profile = test.ancestors().nth(2).expect("target/<profile>/deps");
    Command::new(profile.join("examples/save_frames"))
}

fn python_consumer() -> Command {
    let modules = ["nats-py-2.16.0", "nkeys-py-0.2.1"].map(|name| {
        let module = root().join("target/tools").join(name);
        assert!(
            module.is_dir(),
            "{name} is missing; get it with: cargo xtask tools nats-py nkeys-py"
        );
        module
    });
    let path = std::env::join_paths(modules).expect("plain paths");
    let mut consumer = Command::new("python3");
    consumer
        .arg(root().join("docs/save_frames.py"))
        .env("PYTHONPATH", path);
    consumer
}

/// On a NATS of its own without users.
async fn takes_a_lease_saves_frames_and_lets_go(name: &str, mut consumer: Command) {
    let nats = NatsServer::start().await;
    let capture = Process::capture(&nats, &[("CAPTURE_LINGER", "0s")]).await;
    consumer.args([nats.url(), FRAMES_SAVED.to_string()]);
    saves_frames_and_lets_go(name, consumer, &capture).await;
}

/// Runs `consumer` in a directory of its own and looks at what it saved and left behind.
async fn saves_frames_and_lets_go(name: &str, mut consumer: Command, capture: &Process) {
    eventually(CONSUMER_TEST_TIMEOUT, || async {
        capture.ready().await == 200
    })
    .await;
    let directory = std::env::temp_dir().join(format!("consumer-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a directory");
    let run = consumer
        .current_dir(&directory)
        .output()
        .unwrap_or_else(|error| panic!("{name} does not run: {error}"));
    assert!(
        run.status.success(),
        "{name}: {}",
        String::from_utf8_lossy(&run.stderr)
    );
    for number in 0..FRAMES_SAVED {
        let frame = std::fs::read(directory.join(format!("frame-{number}.jpg"))).expect("saved");
        Picture::read(&frame).unwrap_or_else(|error| panic!("{name}, frame {number}: {error}"));
    }
    std::fs::remove_dir_all(&directory).expect("its own directory");
    eventually(CONSUMER_TEST_TIMEOUT, || async {
        capture.metric("capture_camera_open", &[]).await < 0.5
    })
    .await;
}

#[tokio::test]
async fn the_consumer_in_rust_takes_a_lease_saves_frames_and_lets_go() {
    takes_a_lease_saves_frames_and_lets_go("save_frames", rust_consumer()).await;
}

#[tokio::test]
async fn the_consumer_in_python_takes_a_lease_saves_frames_and_lets_go() {
    takes_a_lease_saves_frames_and_lets_go("save_frames.py", python_consumer()).await;
}

/// On the NATS that we ship, as its user `dashboard`, with what `login` makes of that user's seed.
async fn is_served_as_a_user_of_its_own(
    name: &str,
    mut consumer: Command,
    login: impl FnOnce(&mut Command, &str, &Path),
) {
    let deploy = Deploy::copy();
    let seed = deploy.user("consumer", "dashboard");
    let nats = deploy.nats().await;
    let key = deploy.secret("capture.nkey");
    let key = key.to_str().expect("a plain path");
    let settings = [("CAPTURE_LINGER", "0s"), ("NATS_NKEY_FILE", key)];
    let capture = Process::capture(&nats, &settings).await;
    login(&mut consumer, &nats.url(), &seed);
    saves_frames_and_lets_go(name, consumer, &capture).await;
}

#[tokio::test]
async fn a_consumers_own_user_is_enough_on_the_nats_that_we_ship() {
    is_served_as_a_user_of_its_own("dashboard", rust_consumer(), |consumer, url, seed| {
        consumer.args([url, &FRAMES_SAVED.to_string()]);
        consumer.arg(seed).arg("dashboard");
    })
    .await;
}

#[tokio::test]
async fn a_consumers_own_user_is_enough_for_the_consumer_in_python() {
    is_served_as_a_user_of_its_own("dashboard.py", python_consumer(), |consumer, url, seed| {
        consumer.arg("--nkey").arg(seed);
        consumer.args(["--name", "dashboard", url, &FRAMES_SAVED.to_string()]);
    })
    .await;
}

#[tokio::test]
async fn a_consumers_own_user_reads_and_takes_leases_of_its_own_name_and_nothing_else() {
    let deploy = Deploy::copy();
    let seed = deploy.user("consumer", "dashboard");
    let nats = deploy.nats().await;
    let (consumer, mut refusals) = client(&nats, &seed, "_INBOX_consumer.dashboard").await;
    for subject in [
        "frames.q80",
        "status",
        "$KV.demand.q80.other",
        "$KV.demand.q80.dashboard2",
        "$KV.demand._cap.dashboard",
        "$KV.control.privacy",
        "$JS.API.STREAM.CREATE.KV_demand",
        "$JS.API.STREAM.PURGE.KV_demand",
        "$JS.API.CONSUMER.CREATE.KV_demand",
    ] {
        consumer.publish(subject, "".into()).await.unwrap();
        let refusal = tokio::time::timeout(CONSUMER_TEST_TIMEOUT, refusals.recv()).await;
        refusal
            .unwrap_or_else(|_| panic!("{subject} was allowed"))
            .unwrap();
    }
    for subject in ["_INBOX_consumer.>", "$KV.demand.>", ">"] {
        let _subscription = consumer.subscribe(subject).await.unwrap();
        let refusal = tokio::time::timeout(CONSUMER_TEST_TIMEOUT, refusals.recv()).await;
        refusal
            .unwrap_or_else(|_| panic!("{subject} was allowed"))
            .unwrap();
    }
}
