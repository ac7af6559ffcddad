//! Forty viewers that behave as the web client does: told to leave, they come again at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use testkit::{Said, Viewer, read_stamp};
use tokio::task::JoinHandle;

use crate::docker::ComposeStack;
use crate::report::Finding;

/// How one connection of a viewer ended, and how long it had no picture then.
#[derive(Debug, Clone)]
pub(crate) struct Break {
    pub(crate) code: u16,
    /// The close frame's words; which viewer, and what its socket said, where there was none.
    pub(crate) reason: String,
    /// From the close until the next frame, from another gateway.
    pub(crate) dark: Duration,
}

/// All viewers.
#[derive(Debug)]
pub(crate) struct Crowd {
    viewers: Vec<JoinHandle<Vec<Break>>>,
    stop: Arc<AtomicBool>,
    frames: Arc<Vec<AtomicUsize>>,
}

impl Crowd {
    /// `size` viewers at the quality 60; the first is a browser, that reports what it sees.
    pub(crate) fn start(stack: &ComposeStack, size: usize) -> Self {
        Self::of_camera(stack, size, "")
    }

    /// The same before another camera than the unnamed one.
    pub(crate) fn of_camera(stack: &ComposeStack, size: usize, camera: &'static str) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let frames: Arc<Vec<AtomicUsize>> =
            Arc::new((0..size).map(|_| AtomicUsize::new(0)).collect());
        let viewer = |index: usize| {
            let (stack, stop, frames) = (stack.clone(), Arc::clone(&stop), Arc::clone(&frames));
            tokio::spawn(async move { watch(&stack, camera, &stop, &frames[index], index).await })
        };
        let viewers = (0..size).map(viewer).collect();
        Self {
            viewers,
            stop,
            frames,
        }
    }

    /// Waits until every viewer has seen `more` frames from now on; gives the time that took.
    pub(crate) async fn all_see(&self, more: usize, within: Duration) -> Result<Duration, String> {
        let started = Instant::now();
        let count = |seen: &AtomicUsize| seen.load(Ordering::Relaxed);
        let before: Vec<usize> = self.frames.iter().map(count).collect();
        loop {
            let behind = self
                .frames
                .iter()
                .zip(&before)
                .filter(|(seen, before)| count(seen) < **before + more);
            let behind = behind.count();
            if behind == 0 {
                return Ok(started.elapsed());
            }
            if started.elapsed() > within {
                return Err(format!(
                    "{behind} of {} viewers see nothing new for {within:?}",
                    before.len()
                ));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Ends all of them; what was closed until then.
    pub(crate) async fn leave(self) -> Vec<Break> {
        self.stop.store(true, Ordering::Relaxed);
        let mut breaks = Vec::new();
        for viewer in self.viewers {
            breaks.extend(viewer.await.unwrap_or_default());
        }
        breaks
    }
}

async fn watch(
    stack: &ComposeStack,
    camera: &str,
    stop: &AtomicBool,
    frames: &AtomicUsize,
    index: usize,
) -> Vec<Break> {
    // The first is a browser.
    let reports = index == 0;
    let mut breaks = Vec::new();
    let mut closed: Option<(u16, String, Instant)> = None;
    while !stop.load(Ordering::Relaxed) {
        let mut request = Viewer::at(&stack.public, "/websocket/60").token(&stack.token);
        if reports {
            request = request.query("v", "2");
        }
        if !camera.is_empty() {
            request = request.query("camera", camera);
        }
        let Ok(mut viewer) = request.connect().await else {
            // As the web client: a moment later again.
            tokio::time::sleep(Duration::from_millis(200)).await;
            continue;
        };
        let mut reported = Instant::now();
        loop {
            if stop.load(Ordering::Relaxed) {
                return breaks;
            }
            if reports && reported.elapsed() > Duration::from_secs(1) {
                reported = Instant::now();
                let _ = viewer
                    .send(r#"{"type":"report","fps":30.0,"age_ms":40,"skipped":0}"#)
                    .await;
            }
            match viewer.next(Duration::from_millis(500)).await {
                Some(Said::Frame(frame)) => {
                    if let (true, Ok(stamp)) = (reports, read_stamp(&frame)) {
                        let ack = format!(r#"{{"type":"ack","seq":{}}}"#, stamp.seq);
                        let _ = viewer.send(&ack).await;
                    }
                    frames.fetch_add(1, Ordering::Relaxed);
                    if let Some((code, reason, since)) = closed.take() {
                        breaks.push(Break {
                            code,
                            reason,
                            dark: since.elapsed(),
                        });
                    }
                }
                Some(Said::Closed(how)) => {
                    closed = Some((
                        how.code,
                        format!("{} (viewer {index})", how.reason),
                        Instant::now(),
                    ));
                    break;
                }
                Some(Said::Text(_)) | None => {}
            }
        }
    }
    breaks
}

/// Some viewers were told, all of those with 1012, and each was live again within two seconds.
pub(crate) fn told(breaks: &[Break]) -> Finding {
    if breaks.is_empty() {
        return Err("no viewer was on that gateway".into());
    }
    let mut cut = breaks.iter().filter(|lost| lost.code != 1012);
    if let Some(first) = cut.next() {
        let (code, reason) = (first.code, &first.reason);
        let (cut, all) = (cut.count() + 1, breaks.len());
        return Err(format!(
            "{cut} of {all} viewers were closed with {code} {reason}, not 1012"
        ));
    }
    let dark = breaks
        .iter()
        .map(|lost| lost.dark)
        .max()
        .unwrap_or_default();
    if dark > Duration::from_secs(2) {
        return Err(format!(
            "a viewer was without a picture for {dark:.1?}; at most 2 s"
        ));
    }
    Ok(format!(
        "{} viewers told 1012, live again within {dark:.1?}",
        breaks.len()
    ))
}
