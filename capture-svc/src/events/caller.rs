//! Calls what is to be called when somebody looks: one call at a time, always about the newest state.

use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use wire::EventKind;

use super::{known::Known, narrator::News, on_watch::OnWatch, trouble::Trouble};
use crate::watching::Why;

/// How long a call may take; then it is ended, and has failed.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the last one may take, when this process ends while somebody looks.
const FAREWELL_TIMEOUT: Duration = Duration::from_millis(800);
/// What has failed is tried again after these times, and then not until something changes: a lamp that was left on is worse
/// than a lamp that is asked six times.
const TRY_AGAIN_AFTER: [Duration; 5] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
    Duration::from_secs(16),
];

/// The one who calls.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) on_watch: OnWatch,
    pub(crate) known: Known,
    /// Told the turn that was answered, well or badly.
    pub(crate) answered: watch::Sender<u64>,
    pub(crate) trouble: Trouble,
    /// This process ends.
    pub(crate) stop: CancellationToken,
}

impl Caller {
    /// Calls until it is told to stop, and then once more if somebody looked.
    pub(crate) async fn run(mut self) {
        // What the other end was told last, as far as we know.
        let (mut told, mut failures) = (None, 0);
        // Whether it may believe that somebody looks.
        let mut is_on = false;
        loop {
            let watching = *self.known.watching.borrow_and_update();
            let mut again = None;
            if let Some(now) = watching.filter(|now| told != Some(now.on)) {
                is_on |= now.on;
                let stop = self.stop.clone();
                let called = tokio::select! {
                    called = self.call(now.on, now.why, CALL_TIMEOUT) => called,
                    () = stop.cancelled() => break,
                };
                match called {
                    Ok(()) => {
                        (told, failures, is_on) = (Some(now.on), 0, now.on);
                        self.trouble.is_over();
                    }
                    Err(why) => {
                        (told, again) = (None, TRY_AGAIN_AFTER.get(failures).copied());
                        failures += 1;
                        self.trouble.is_there(&why);
                    }
                }
            }
            if let Some(now) = watching {
                self.answered.send_replace(now.turn);
            }
            tokio::select! {
                changed = self.known.watching.changed() => match changed {
                    Ok(()) => failures = 0,
                    Err(_) => break,
                },
                () = tokio::time::sleep(again.unwrap_or_default()), if again.is_some() => {}
                () = self.stop.cancelled() => break,
            }
        }
        if is_on && let Err(why) = self.call(false, Why::Stopping, FAREWELL_TIMEOUT).await {
            self.trouble.is_there(&why);
        }
    }

    async fn call(&self, on: bool, why: Why, within: Duration) -> Result<(), String> {
        let news = News {
            event: if on {
                EventKind::Watched
            } else {
                EventKind::Unwatched
            },
            reason: Some(why.as_str()),
            detail: None,
        };
        let event = self.known.event(news);
        let called = tokio::time::timeout(within * 2, self.on_watch.call(&event, within)).await;
        called.unwrap_or_else(|_| Err(format!("no end within {:?}", within * 2)))
    }
}
