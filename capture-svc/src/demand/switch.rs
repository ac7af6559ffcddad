//! The privacy switch: what its key in the bucket `control` says, and that only its own words are believed.
//!
//! NATS asks who may publish to a subject and never where an answer may go. Whoever may write a lease can name the switch's
//! key as the place for JetStream's answer, and the server writes that there. So a word that nobody who sets the switch
//! writes changes nothing, and what held before is put back, for the next start has but the bucket to go by.

use std::time::Duration;

use async_nats::jetstream::kv::{self, Operation};
use futures_util::{Stream, StreamExt};
use process::Reminder;
use tokio::time::timeout;

const ON: &str = "on";
const OFF: &str = "off";

/// A wrong word is put back when none has followed for so long: of many the last, and a word of the switch behind them
/// waits for none of it.
const PUT_BACK_AFTER: Duration = Duration::from_millis(100);

/// The privacy switch as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Privacy {
    /// Not read yet: treated as on.
    Unknown,
    /// The camera stays closed.
    On,
    /// The camera follows the demand.
    Off,
}

impl From<bool> for Privacy {
    fn from(on: bool) -> Self {
        if on { Self::On } else { Self::Off }
    }
}

impl Privacy {
    /// What an entry of the switch's key says; deleting the key is off too. `None`: none of the switch's words.
    fn of(entry: &kv::Entry) -> Option<Self> {
        let word = std::str::from_utf8(&entry.value);
        match (entry.operation, word) {
            (Operation::Delete | Operation::Purge, _) | (Operation::Put, Ok(OFF)) => {
                Some(Self::Off)
            }
            (Operation::Put, Ok(ON)) => Some(Self::On),
            (Operation::Put, _) => None,
        }
    }

    /// The same for who has not followed the switch: none of its words is on.
    pub(super) fn told(entry: &kv::Entry) -> Self {
        Self::of(entry).unwrap_or(Self::On)
    }

    /// What holds while the key says none of the switch's words: what was known, and while nothing is, on.
    const fn kept(self) -> Self {
        match self {
            Self::Off => Self::Off,
            Self::On | Self::Unknown => Self::On,
        }
    }

    pub(super) fn is_said_by(self, entry: &kv::Entry) -> bool {
        Self::of(entry) == Some(self)
    }

    /// As it is written.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Off => OFF,
            Self::On | Self::Unknown => ON,
        }
    }
}

/// What an entry says, `known` if it says none of the switch's words, which is then put back.
pub(super) async fn believed(control: &kv::Store, entry: &kv::Entry, known: Privacy) -> Privacy {
    if let Some(switch) = Privacy::of(entry) {
        return switch;
    }
    warn_of(entry);
    put_back(control, entry, known).await;
    known.kept()
}

fn warn_of(entry: &kv::Entry) {
    tracing::warn!(
        key = entry.key,
        "the privacy switch says neither on nor off: it is put back"
    );
}

async fn put_back(control: &kv::Store, wrong: &kv::Entry, known: Privacy) {
    // Not over what somebody has set since. Should it fail otherwise, the next start finds it again.
    let put = control.update(&wrong.key, known.kept().word().into(), wrong.revision);
    if let Err(error) = put.await {
        tracing::debug!(key = wrong.key, %error, "the privacy switch was not put back");
    }
}

/// What a watch of the switch tells behind the revision `read`, from `known` on, without what says none of its words. The
/// watch began before that was read: what it tells of before is over.
pub(super) fn words(
    control: kv::Store,
    known: Privacy,
    read: u64,
    watch: kv::Watch,
) -> impl Stream<Item = Result<kv::Entry, kv::WatcherError>> + Send {
    let words = Words {
        control,
        watch,
        known,
        read,
        wrong: None,
        warning: Reminder::start(),
    };
    futures_util::stream::unfold(words, |mut words| async move {
        words.next().await.map(|told| (told, words))
    })
}

struct Words {
    control: kv::Store,
    watch: kv::Watch,
    known: Privacy,
    read: u64,
    /// What the key says and nobody has set.
    wrong: Option<kv::Entry>,
    warning: Reminder,
}

impl Words {
    async fn next(&mut self) -> Option<Result<kv::Entry, kv::WatcherError>> {
        loop {
            let told = match self.wrong.take() {
                None => self.watch.next().await?,
                Some(wrong) => {
                    let Ok(told) = timeout(PUT_BACK_AFTER, self.watch.next()).await else {
                        put_back(&self.control, &wrong, self.known).await;
                        continue;
                    };
                    told?
                }
            };
            let Ok(entry) = &told else {
                return Some(told);
            };
            if entry.revision < self.read {
                continue;
            }
            if let Some(switch) = Privacy::of(entry) {
                self.known = switch;
                return Some(told);
            }
            if self.warning.is_due() {
                warn_of(entry);
            }
            self.wrong = Some(entry.clone());
        }
    }
}

#[cfg(test)]
mod tests;
