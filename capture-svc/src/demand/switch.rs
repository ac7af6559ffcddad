//! The privacy switch: what its key in the bucket `control` says, and that only its own words are believed.
//!
//! NATS asks who may publish to a subject and never where an answer may go. Whoever may write a lease can name the switch's
//! key as the place for JetStream's answer, and the server writes that there. So a word that nobody who sets the switch
//! writes changes nothing, and what held before is put back, for the next start has but the bucket to go by.

use async_nats::jetstream::kv::{self, Operation};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};

const ON: &[u8] = b"on";
const OFF: &[u8] = b"off";

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

impl Privacy {
    /// What an entry of the switch's key says; deleting the key is off too. `None`: none of the switch's words.
    fn of(entry: &kv::Entry) -> Option<Self> {
        match (entry.operation, entry.value.as_ref()) {
            (Operation::Delete | Operation::Purge, _) | (Operation::Put, OFF) => Some(Self::Off),
            (Operation::Put, ON) => Some(Self::On),
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

    /// As it is written.
    pub(super) fn word(self) -> Bytes {
        Bytes::from_static(if self == Self::Off { OFF } else { ON })
    }
}

/// What an entry says, `known` if it says none of the switch's words, which is then put back.
pub(super) async fn believed(control: &kv::Store, entry: &kv::Entry, known: Privacy) -> Privacy {
    if let Some(switch) = Privacy::of(entry) {
        return switch;
    }
    let kept = known.kept();
    tracing::warn!(key = entry.key, is = ?kept, "the privacy switch says neither on nor off: it is put back");
    // Not over what somebody has set since. Should it fail otherwise, the next start finds it again.
    let put = control.update(&entry.key, kept.word(), entry.revision);
    if let Err(error) = put.await {
        tracing::debug!(key = entry.key, %error, "the privacy switch was not put back");
    }
    kept
}

/// What a watch of the switch tells, from `known` on, without what says none of its words.
pub(super) fn words(
    control: kv::Store,
    known: Privacy,
    watch: kv::Watch,
) -> impl Stream<Item = Result<kv::Entry, kv::WatcherError>> + Send {
    futures_util::stream::unfold(
        (control, known, watch),
        |(control, mut known, mut watch)| async move {
            loop {
                let told = watch.next().await?;
                let Ok(entry) = &told else {
                    return Some((told, (control, known, watch)));
                };
                known = believed(&control, entry, known).await;
                if Privacy::of(entry).is_some() {
                    return Some((told, (control, known, watch)));
                }
            }
        },
    )
}
