//! What systemd is told of this process: that it is ready or why it is not yet, that it still lives, that it leaves.
//!
//! A unit of `Type=notify` counts as started when the service could serve, not when the program runs, and `WatchdogSec=`
//! replaces one that stands still. Where nobody asked (`NOTIFY_SOCKET`), nothing is said.

use std::convert::Infallible;
use std::time::Duration;

use sd_notify::NotifyState;
use tokio_util::sync::CancellationToken;

/// How often a service that is not ready is looked at: whoever waits for its start waits so much longer at the most.
const LOOK_UNTIL_READY: Duration = Duration::from_millis(100);
/// How often one that was ready is looked at, where no watchdog wants to hear of it sooner.
const LOOK_WHEN_READY: Duration = Duration::from_secs(1);
/// A sign of life goes out so many times in the time after which its absence is an end.
const SIGNS_IN_WATCHDOG: u32 = 3;

/// Tells systemd what `unready` says of the service, and that it leaves once `stop` is cancelled; never returns. The signs of
/// life come from the runtime that serves: when it stands still, so do they.
#[expect(
    clippy::disallowed_methods,
    reason = "systemd's own variable, which is no setting of ours"
)]
pub async fn tell_systemd(
    unready: impl Fn() -> Option<String>,
    stop: CancellationToken,
) -> Infallible {
    if std::env::var_os("NOTIFY_SOCKET").is_none() {
        return std::future::pending().await;
    }
    let watchdog = sd_notify::watchdog_enabled().map(|within| within / SIGNS_IN_WATCHDOG);
    let rarely = watchdog.map_or(LOOK_WHEN_READY, |often| often.min(LOOK_WHEN_READY));
    let mut told = Told::default();
    loop {
        let news = told.news(unready(), stop.is_cancelled());
        let words: Vec<_> = news.iter().map(News::spelt).collect();
        // systemd is not there any more: there is nobody to tell that either.
        let _ = sd_notify::notify(&words);
        let pause = if told.ready {
            rarely
        } else {
            LOOK_UNTIL_READY.min(rarely)
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = stop.cancelled(), if !told.leaving => {}
        }
    }
}

/// What has been said so far.
#[derive(Debug, Default)]
struct Told {
    ready: bool,
    leaving: bool,
    status: String,
}

#[derive(Debug, PartialEq, Eq)]
enum News {
    Ready,
    Leaving,
    Status(String),
    Alive,
}

impl News {
    fn spelt(&self) -> NotifyState<'_> {
        match self {
            Self::Ready => NotifyState::Ready,
            Self::Leaving => NotifyState::Stopping,
            Self::Status(words) => NotifyState::Status(words),
            Self::Alive => NotifyState::Watchdog,
        }
    }
}

impl Told {
    /// What is new. Ready is said once: a bus that goes away later is a status, and no reason for a restart, which would not
    /// bring it back.
    fn news(&mut self, unready: Option<String>, leaving: bool) -> Vec<News> {
        let mut news = vec![News::Alive];
        if leaving && !self.leaving {
            self.leaving = true;
            news.push(News::Leaving);
        }
        if unready.is_none() && !self.ready && !leaving {
            self.ready = true;
            news.push(News::Ready);
        }
        let status = unready.unwrap_or_else(|| "ready".to_owned());
        if status != self.status {
            self.status.clone_from(&status);
            news.push(News::Status(status));
        }
        news
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn away() -> String {
        "NATS is not connected".to_owned()
    }

    #[test]
    fn ready_is_said_once_and_only_when_it_is_true() {
        let mut told = Told::default();
        let waiting = News::Status("NATS is not connected".to_owned());
        assert_eq!(told.news(Some(away()), false), [News::Alive, waiting]);
        assert_eq!(told.news(Some(away()), false), [News::Alive]);
        let ready = News::Status("ready".to_owned());
        assert_eq!(told.news(None, false), [News::Alive, News::Ready, ready]);
        assert_eq!(told.news(None, false), [News::Alive]);
    }

    #[test]
    fn a_bus_that_goes_away_is_a_status_and_no_second_start() {
        let mut told = Told::default();
        told.news(None, false);
        let gone = News::Status("NATS is not connected".to_owned());
        assert_eq!(told.news(Some(away()), false), [News::Alive, gone]);
        let back = News::Status("ready".to_owned());
        assert_eq!(told.news(None, false), [News::Alive, back]);
    }

    #[test]
    fn who_leaves_says_so_once_and_is_never_ready_again() {
        let mut told = Told::default();
        let status = "leaving".to_owned();
        let said = News::Status(status.clone());
        assert_eq!(
            told.news(Some(status.clone()), true),
            [News::Alive, News::Leaving, said]
        );
        let ready = News::Status("ready".to_owned());
        assert_eq!(told.news(None, true), [News::Alive, ready]);
    }
}
