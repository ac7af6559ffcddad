//! The two consumers that docs/protocol.md shows, against the real service.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use testkit::{NatsServer, Picture, Process, eventually};

const FRAMES_SAVED: usize = 5;
/// Several times what starting an interpreter on a busy machine takes.
const CONSUMER_TEST_TIMEOUT: Duration = Duration::from_secs(20);

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Runs `consumer` in a directory of its own and looks at what it saved and left behind.
async fn takes_a_lease_saves_frames_and_lets_go(name: &str, mut consumer: Command) {
    let nats = NatsServer::start().await;
    let capture = Process::capture(&nats, &[("CAPTURE_LINGER", "0s")]).await;
    eventually(CONSUMER_TEST_TIMEOUT, || async {
        capture.ready().await == 200
    })
    .await;
    let directory = std::env::temp_dir().join(format!("consumer-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a directory");
    let run = consumer
        .args([nats.url(), FRAMES_SAVED.to_string()])
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
    // Beside this test: target/<profile>/deps and target/<profile>/examples.
    let test = std::env::current_exe().expect("a test has a path");
    let profile = test.ancestors().nth(2).expect("target/<profile>/deps");
    let consumer = Command::new(profile.join("examples/save_frames"));
    takes_a_lease_saves_frames_and_lets_go("save_frames", consumer).await;
}

#[tokio::test]
async fn the_consumer_in_python_takes_a_lease_saves_frames_and_lets_go() {
    let module = root().join("target/tools/nats-py-2.16.0");
    assert!(
        module.is_dir(),
        "nats-py is missing; get it with: cargo xtask tools nats-py"
    );
    let mut consumer = Command::new("python3");
    consumer
        .arg(root().join("docs/save_frames.py"))
        .env("PYTHONPATH", module);
    takes_a_lease_saves_frames_and_lets_go("save_frames.py", consumer).await;
}
