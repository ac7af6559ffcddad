//! The viewer that strangers must not disturb, in a task of its own: a test that is busy with them does not read for it.

use std::net::SocketAddr;
use std::time::Duration;

use testkit::{Closed, Said, Viewer};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::support::TEST_DEADLINE;

/// Far more than a second's frames take on a busy machine.
const FRAMES_DEADLINE: Duration = Duration::from_secs(60);

/// A viewer that reads all the time, as a browser does: one that reads nothing for twenty seconds is ended, rightly.
pub(super) struct GoodViewer {
    frames: watch::Receiver<u64>,
    reading: JoinHandle<Closed>,
}

impl GoodViewer {
    pub(super) async fn watch(address: SocketAddr) -> Self {
        let mut viewer = Viewer::watch(address, 80).await.unwrap();
        let (count, frames) = watch::channel(0);
        let reading = tokio::spawn(async move {
            loop {
                match viewer.next(TEST_DEADLINE).await {
                    Some(Said::Frame(_)) => count.send_modify(|count| *count += 1),
                    Some(Said::Closed(closed)) => return closed,
                    Some(Said::Text(_)) | None => {}
                }
            }
        });
        Self { frames, reading }
    }

    /// So many frames from now on.
    pub(super) async fn gets(&mut self, frames: u64) {
        let until = *self.frames.borrow() + frames;
        tokio::select! {
            Ok(_) = self.frames.wait_for(|count| *count >= until) => {}
            closed = &mut self.reading => panic!("the good viewer was closed: {:?}", closed.unwrap()),
            () = tokio::time::sleep(FRAMES_DEADLINE) => panic!("no {frames} frames in {FRAMES_DEADLINE:?}"),
        }
    }
}

impl Drop for GoodViewer {
    fn drop(&mut self) {
        self.reading.abort();
    }
}
