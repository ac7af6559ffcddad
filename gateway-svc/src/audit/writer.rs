//! Writes the lines of the audit log. One that cannot be written is lost, counted and told, and stops nobody.

use std::convert::Infallible;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::fs::File;
use tokio::io::{AsyncWriteExt as _, Stdout};
use tokio::sync::{mpsc, oneshot};

use super::destination::Destination;

/// Whose addresses are in it is nobody's business but the operator's.
const FILE_MODE: u32 = 0o640;

/// What the writer is told.
#[derive(Debug)]
pub(super) enum Message {
    /// Write this.
    Line(String),
    /// Say when everything before is written.
    Flush(oneshot::Sender<()>),
}

/// Takes the lines that wait.
#[derive(Debug)]
pub(crate) struct Writer {
    waiting: mpsc::Receiver<Message>,
    lost: Arc<AtomicU64>,
}

#[derive(Debug)]
enum Target {
    Stdout(Stdout),
    File { path: PathBuf, file: File },
}

impl Writer {
    pub(super) const fn new(waiting: mpsc::Receiver<Message>, lost: Arc<AtomicU64>) -> Self {
        Self { waiting, lost }
    }

    /// Writes to `destination` until the process ends.
    ///
    /// # Errors
    /// The file cannot be opened at the start.
    pub(crate) async fn run(mut self, destination: Destination) -> io::Result<Infallible> {
        let mut target = match destination {
            Destination::Off => None,
            Destination::Stdout => Some(Target::Stdout(tokio::io::stdout())),
            Destination::File(path) => {
                let file = open(&path).await?;
                Some(Target::File { path, file })
            }
        };
        let mut failing = false;
        loop {
            match self.waiting.recv().await {
                Some(Message::Line(line)) => {
                    let Some(target) = &mut target else { continue };
                    let written = target.write(&line).await;
                    self.report(written, &mut failing);
                }
                Some(Message::Flush(done)) => {
                    // Whoever asked may be gone.
                    let _ = done.send(());
                }
                None => return std::future::pending().await,
            }
        }
    }

    fn report(&self, written: io::Result<()>, failing: &mut bool) {
        match written {
            Ok(()) => {
                let lost = self.lost.swap(0, Ordering::Relaxed);
                if std::mem::take(failing) || lost > 0 {
                    tracing::warn!(lost, "the audit log is written again; some lines are lost");
                }
            }
            Err(error) => {
                self.lost.fetch_add(1, Ordering::Relaxed);
                if !std::mem::replace(failing, true) {
                    tracing::error!(%error, "the audit log cannot be written (GATEWAY_AUDIT)");
                }
            }
        }
    }
}

impl Target {
    async fn write(&mut self, line: &str) -> io::Result<()> {
        match self {
            Self::Stdout(stdout) => {
                stdout.write_all(line.as_bytes()).await?;
                stdout.flush().await
            }
            Self::File { path, file } => {
                if is_other(path, file).await {
                    *file = open(path).await?;
                }
                file.write_all(line.as_bytes()).await?;
                file.flush().await
            }
        }
    }
}

/// Whether another file, or none, has this name now: then the log was rotated.
async fn is_other(path: &Path, file: &File) -> bool {
    let (Ok(named), Ok(ours)) = (tokio::fs::metadata(path).await, file.metadata().await) else {
        return true;
    };
    (named.dev(), named.ino()) != (ours.dev(), ours.ino())
}

async fn open(path: &Path) -> io::Result<File> {
    let mut options = tokio::fs::OpenOptions::new();
    options.create(true).append(true).mode(FILE_MODE);
    options.open(path).await
}
