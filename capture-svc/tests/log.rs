//! A log that cannot be written stops nobody.

use std::fs::{File, OpenOptions};
use std::io::Read as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use futures_util::StreamExt as _;
use rustix::fs::OFlags;
use testkit::{NatsServer, eventually};
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

/// Opens the reading end of a named pipe, whether somebody writes or not.
fn reader(pipe: &Path) -> File {
    let mut options = OpenOptions::new();
    let nonblocking = OFlags::NONBLOCK.bits().cast_signed();
    let pipe = options.read(true).custom_flags(nonblocking).open(pipe);
    pipe.expect("a named pipe can be read")
}

#[tokio::test]
async fn how_many_lines_were_lost_is_said_when_the_log_can_be_written_again() {
    let mut nats = NatsServer::start().await;
    let pipe = std::env::temp_dir().join(format!("capture-log-{}", std::process::id()));
    let made = Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo is there").success());
    let gone = reader(&pipe);
    let log = File::options().write(true).open(&pipe);
    let mut capture = Capture::logging_to(log.expect("it has a reader").into(), &nats);
    speaks(&nats).await;
    drop(gone);
    // These lines have no reader.
    nats.kill();
    nats.restart().await;
    speaks(&nats).await;
    let mut log = reader(&pipe);
    nats.kill();
    nats.restart().await;
    speaks(&nats).await;
    let mut told = String::new();
    eventually(STATUS_WITHIN, || {
        // Nothing to read for the moment is an error as well.
        let _ = log.read_to_string(&mut told);
        let found = told.contains("lines of this log could not be written");
        async move { found }
    })
    .await;
    let lost = told.lines().filter(|line| line.contains("\"lost\":"));
    assert_eq!(lost.count(), 1, "once: {told}");
    assert_eq!(capture.0.try_wait().unwrap(), None);
    std::fs::remove_file(&pipe).expect("it was made here");
}
