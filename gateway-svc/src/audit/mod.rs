//! The audit log: who came, left and was refused, one line of JSON each. It is no part of the log, and nothing of it is
//! a metric.
//!
//! A line is handed to [`writer`] without waiting; frames never wait for a disk.

pub(crate) mod destination;
mod flood;
pub(crate) mod writer;

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use parking_lot::Mutex;
use process::Clock;
use serde::Serialize;
use tokio::sync::{mpsc, oneshot};

use self::flood::Flood;
use self::writer::{Message, Writer};

/// Lines that wait for the disk at the most; what comes then is counted and lost.
const MAX_WAITING: usize = 4096;
/// How long a stop waits for the last lines.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(1);

/// Takes what is to be written; a clone writes to the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Audit(Option<Arc<Inner>>);

#[derive(Debug)]
struct Inner {
    clock: Clock,
    gateway: Box<str>,
    lines: mpsc::Sender<Message>,
    lost: Arc<AtomicU64>,
    viewers: AtomicU64,
    flood: Mutex<Flood>,
}

/// Who it is, as far as it was proven, and where.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Who {
    pub(crate) sub: Option<Arc<str>>,
    pub(crate) by: Option<&'static str>,
    pub(crate) address: IpAddr,
}

/// What somebody watches.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Watched {
    pub(crate) via: &'static str,
    pub(crate) camera: Box<str>,
    /// Asked for at the beginning; it may change.
    pub(crate) quality: u8,
    /// The same quality with its size, as everywhere else: `80`, `80s2`.
    pub(crate) rendition: String,
}

/// Somebody who watches: `came` is written when it begins and `left` when it is dropped.
#[derive(Debug)]
pub(crate) struct Visit {
    audit: Audit,
    who: Who,
    watched: Watched,
    viewer: u64,
    since: Instant,
    /// What was sent.
    pub(crate) bytes: u64,
    /// Why it ended.
    pub(crate) reason: &'static str,
}

#[derive(Serialize)]
struct Line<'a> {
    time: String,
    gateway: &'a str,
    event: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    viewer: Option<u64>,
    #[serde(flatten)]
    who: &'a Who,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    watched: Option<&'a Watched>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_s: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    /// Refusals that were not written since the last one that was.
    #[serde(skip_serializing_if = "Option::is_none")]
    unwritten: Option<u64>,
}

impl Audit {
    /// Writes to whatever takes lines from the second half.
    pub(crate) fn new(clock: Clock, gateway: &str) -> (Self, Writer) {
        let (lines, waiting) = mpsc::channel(MAX_WAITING);
        let lost = Arc::default();
        let writer = Writer::new(waiting, Arc::clone(&lost));
        let inner = Inner {
            clock,
            gateway: gateway.into(),
            lines,
            lost,
            viewers: AtomicU64::new(0),
            flood: Mutex::new(Flood::new(clock.now())),
        };
        (Self(Some(Arc::new(inner))), writer)
    }

    /// Somebody begins to watch.
    pub(crate) fn came(&self, who: Who, watched: Watched, now: Instant) -> Visit {
        let count = |inner: &Arc<Inner>| inner.viewers.fetch_add(1, Ordering::Relaxed) + 1;
        let visit = Visit {
            viewer: self.0.as_ref().map_or(0, count),
            audit: self.clone(),
            who,
            watched,
            since: now,
            bytes: 0,
            reason: "viewer",
        };
        visit.audit.write(|inner| Line {
            viewer: Some(visit.viewer),
            watched: Some(&visit.watched),
            ..inner.line("came", &visit.who)
        });
        visit
    }

    /// Somebody took one picture.
    pub(crate) fn snapshot(&self, who: &Who, watched: &Watched, bytes: u64) {
        self.write(|inner| Line {
            watched: Some(watched),
            bytes: Some(bytes),
            ..inner.line("snapshot", who)
        });
    }

    /// Somebody was not let in; `path` is what was asked for, without its query.
    pub(crate) fn refused(&self, who: &Who, path: &str, reason: &str) {
        let Some(inner) = &self.0 else { return };
        let Some(unwritten) = inner.flood.lock().admit(inner.clock.now()) else {
            return;
        };
        self.write(|inner| Line {
            path: Some(path),
            reason: Some(reason),
            unwritten: (unwritten > 0).then_some(unwritten),
            ..inner.line("refused", who)
        });
    }

    /// Waits until everything is written.
    pub(crate) async fn flush(&self) {
        let Some(inner) = &self.0 else { return };
        let (done, written) = oneshot::channel();
        let flushed = async {
            if inner.lines.send(Message::Flush(done)).await.is_ok() {
                let _ = written.await;
            }
        };
        // A disk that takes nothing holds no process.
        let _ = tokio::time::timeout(FLUSH_TIMEOUT, flushed).await;
    }

    fn write<'a>(&'a self, line: impl FnOnce(&'a Inner) -> Line<'a>) {
        let Some(inner) = &self.0 else { return };
        // Only a map with keys that are no strings could fail.
        let mut text = serde_json::to_string(&line(inner)).unwrap_or_default();
        text.push('\n');
        if inner.lines.try_send(Message::Line(text)).is_err() {
            inner.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Inner {
    fn line<'a>(&'a self, event: &'static str, who: &'a Who) -> Line<'a> {
        let time = SystemTime::UNIX_EPOCH + self.clock.since_epoch();
        Line {
            time: humantime::format_rfc3339_millis(time).to_string(),
            gateway: &self.gateway,
            event,
            viewer: None,
            who,
            watched: None,
            path: None,
            duration_s: None,
            bytes: None,
            reason: None,
            unwritten: None,
        }
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.audit.write(|inner| {
            let lasted = inner.clock.now().saturating_duration_since(self.since);
            Line {
                viewer: Some(self.viewer),
                watched: Some(&self.watched),
                duration_s: Some((lasted.as_secs_f64() * 1000.0).round() / 1000.0),
                bytes: Some(self.bytes),
                reason: Some(self.reason),
                ..inner.line("left", &self.who)
            }
        });
    }
}

#[cfg(test)]
mod tests;
