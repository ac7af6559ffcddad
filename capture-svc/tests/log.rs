//! A log that cannot be written stops nobody.

use std::fs::File;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use futures_util::StreamExt as _;
use testkit::NatsServer;
use tokio::time::timeout;

/// The status comes once a second; several times that on a busy machine.
const STATUS_WITHIN: Duration = Duration::from_secs(20);

/// Killed when the test ends, however it ends.
struct Capture(Child);

impl Drop for Capture {
    fn drop(&mut self) {
        // Fails only if it is gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Capture {
    fn logging_to(log: Stdio, nats: &NatsServer) -> Self {
        let capture = Command::new(env!("CARGO_BIN_EXE_capture-svc"))
            .env("NATS_URL", nats.url())
            .env("CAPTURE_SOURCE", "pattern")
            .env("CAPTURE_ADMIN_LISTEN", "127.0.0.1:0")
            .stdout(Stdio::null())
            .stderr(log)
            .spawn();
        Self(capture.expect("it was built beside this test"))
    }
}

/// Waits until capture says on the bus that it is there.
async fn speaks(nats: &NatsServer) {
    let client = nats.client().await;
    let mut status = client
        .subscribe("status")
        .await
        .expect("a running server subscribes");
    let spoken = timeout(STATUS_WITHIN, status.next()).await;
    assert!(spoken.is_ok(), "no status: it does not run");
}

#[tokio::test]
async fn a_full_disk_under_the_log_stops_nobody() {
    let mut nats = NatsServer::start().await;
    let full = File::options().write(true).open("/dev/full").unwrap();
    let mut capture = Capture::logging_to(full.into(), &nats);
    speaks(&nats).await;
    // Loss and return of NATS are lines of the log, too.
    nats.kill();
    nats.restart().await;
    speaks(&nats).await;
    assert_eq!(capture.0.try_wait().unwrap(), None);
}

#[tokio::test]
async fn a_log_that_nobody_reads_any_more_stops_nobody() {
    let mut nats = NatsServer::start().await;
    let mut capture = Capture::logging_to(Stdio::piped(), &nats);
    speaks(&nats).await;
    drop(capture.0.stderr.take());
    nats.kill();
    nats.restart().await;
    speaks(&nats).await;
    assert_eq!(capture.0.try_wait().unwrap(), None);
}
