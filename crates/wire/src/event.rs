//! The event message: what has just happened with a camera, for programs that act on it: a light, a recorder, a house.

use serde::{Deserialize, Serialize};

/// Published on the camera's event subject once, when it happens, and to nobody who was not listening then: what is, the
/// [status](crate::CameraStatus) says.
///
/// Readers ignore fields they do not know, and events whose kind they do not know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CameraEvent {
    /// The camera's name; `default` for the unnamed one.
    pub camera: String,
    /// What happened.
    pub event: EventKind,
    /// When, in µs since the Unix epoch, by the clock of the [stamps](crate::Stamp).
    pub t: u64,
    /// The run of the stamps, 8 hex digits: another run means another capture process.
    pub run: String,
    /// Why: of `watched` and `unwatched` one of `viewer`, `left`, `privacy`, `standby`, `started`, `stopping`; of `offline`
    /// a [`Reason`](crate::Reason); of `still` `unwatched` where nobody looks any more.
    pub reason: Option<String>,
    /// The same in words for a person, where there are any.
    pub detail: Option<String>,
    /// How many gateways want the camera, each for one viewer or for many; a program with a lease of its own counts as one.
    pub gateways: u32,
    /// The share of the picture that changes from frame to frame, 0 to 1; `None` where nothing is compared.
    pub changed_ratio: Option<f64>,
}

/// What happens with a camera.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// Somebody looks, who did not before.
    Watched,
    /// Nobody looks any more, the linger included.
    Unwatched,
    /// It is wanted and does not deliver.
    Offline,
    /// It delivers again.
    Back,
    /// More of the picture changes than is set.
    Motion,
    /// It does not any more.
    Still,
    /// A kind this program does not know yet.
    #[serde(other)]
    Unknown,
}

impl EventKind {
    /// The name as in the message.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Watched => "watched",
            Self::Unwatched => "unwatched",
            Self::Offline => "offline",
            Self::Back => "back",
            Self::Motion => "motion",
            Self::Still => "still",
            Self::Unknown => "unknown",
        }
    }
}

impl CameraEvent {
    /// Longer words are cut, as those of a status are.
    const DETAIL_CHARS_MAX: usize = 500;

    /// The message as it is published.
    ///
    /// # Errors
    /// See [`serde_json::to_vec`]; with numbers and texts alone there is none.
    pub fn to_message(mut self) -> serde_json::Result<Vec<u8>> {
        if let Some(detail) = &mut self.detail
            && let Some((end, _)) = detail.char_indices().nth(Self::DETAIL_CHARS_MAX)
        {
            detail.truncate(end);
        }
        serde_json::to_vec(&self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn golden() -> Vec<serde_json::Value> {
        serde_json::from_str(include_str!("../golden/events.json")).unwrap()
    }

    #[test]
    fn the_golden_events_are_read_and_written_back_unchanged() {
        for value in golden() {
            let event: CameraEvent = serde_json::from_value(value.clone()).unwrap();
            assert_eq!(value["event"], event.event.as_str());
            let message = event.to_message().unwrap();
            let written: serde_json::Value = serde_json::from_slice(&message).unwrap();
            assert_eq!(written, value);
        }
    }

    #[test]
    fn a_newer_captures_kinds_and_fields_do_not_blind_an_older_reader() {
        let mut value = golden().remove(0);
        value["event"] = "tampered".into();
        value["lens_cap"] = true.into();
        let event: CameraEvent = serde_json::from_value(value).unwrap();
        assert_eq!(event.event, EventKind::Unknown);
    }

    #[test]
    fn long_words_are_cut() {
        let mut event: CameraEvent = serde_json::from_value(golden().remove(0)).unwrap();
        event.detail = Some("ü".repeat(600));
        let read: CameraEvent = serde_json::from_slice(&event.to_message().unwrap()).unwrap();
        assert_eq!(read.detail, Some("ü".repeat(500)));
    }
}
