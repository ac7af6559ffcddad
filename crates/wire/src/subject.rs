//! Which camera, and the NATS subjects and keys that carry its name.
//!
//! The unnamed camera is the default one: its subjects have one token less. A name is never of the form `q<digits>`
//! or `q<digits>s<digits>`, so that `frames.q80s2` and `frames.door.q80` cannot be mistaken for one another.

use std::fmt;
use std::str::FromStr;

/// KV bucket of the leases: memory, history 1, `max_age` = the lease.
pub const DEMAND_BUCKET: &str = "demand";
/// KV bucket of the switches that outlive every process: file, no age.
pub const CONTROL_BUCKET: &str = "control";

/// Header of a frame's message whose predecessors capture itself passed over: how many. Their numbers are missing on the
/// bus, and nothing has lost them; without it every missing number is the bus's loss.
pub const SKIPPED_HEADER: &str = "Rero-Skipped";

/// A camera's name on the bus; the default one is unnamed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CameraId(Option<Box<str>>);

/// The name of a camera is not one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a camera's name is 1 to 32 of a-z, 0-9 and '-', and not of the form q<digits> or q<digits>s<digits>; {value:?} is none"
)]
pub struct CameraIdError {
    value: String,
}

impl CameraId {
    /// The name in status messages and in `?camera=` of the unnamed camera.
    pub const DEFAULT_NAME: &str = "default";
    const NAME_CHARS_MAX: usize = 32;

    /// Whether this is the unnamed camera.
    #[must_use]
    pub const fn is_default(&self) -> bool {
        self.0.is_none()
    }

    /// The name as people and status messages spell it.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.as_deref().unwrap_or(Self::DEFAULT_NAME)
    }

    /// Where the camera's status is published.
    #[must_use]
    pub fn status_subject(&self) -> String {
        match &self.0 {
            None => "status".to_owned(),
            Some(name) => format!("status.{name}"),
        }
    }

    /// Where what happens with the camera is published.
    #[must_use]
    pub fn events_subject(&self) -> String {
        match &self.0 {
            None => "events".to_owned(),
            Some(name) => format!("events.{name}"),
        }
    }

    /// The camera that publishes its status on `subject`.
    #[must_use]
    pub fn of_status_subject(subject: &str) -> Option<Self> {
        match subject.strip_prefix("status")? {
            "" => Some(Self::default()),
            rest => rest
                .strip_prefix('.')?
                .parse()
                .ok()
                .filter(|camera: &Self| !camera.is_default()),
        }
    }

    /// The key of the privacy switch in the bucket [`CONTROL_BUCKET`].
    #[must_use]
    pub fn privacy_key(&self) -> String {
        match &self.0 {
            None => "privacy".to_owned(),
            Some(name) => format!("{name}.privacy"),
        }
    }
}

impl FromStr for CameraId {
    type Err = CameraIdError;

    /// Reads a name; empty and `default` are the unnamed camera.
    fn from_str(text: &str) -> Result<Self, CameraIdError> {
        if text.is_empty() || text == Self::DEFAULT_NAME {
            return Ok(Self(None));
        }
        let spelled = text.len() <= Self::NAME_CHARS_MAX
            && text
                .bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let rendition_like = text.strip_prefix('q').is_some_and(|rest| {
            let (quality, size) = rest.split_once('s').unwrap_or((rest, "0"));
            digits(quality) && digits(size)
        });
        if spelled && !rendition_like {
            Ok(Self(Some(text.into())))
        } else {
            Err(CameraIdError {
                value: text.chars().take(Self::NAME_CHARS_MAX + 8).collect(),
            })
        }
    }
}

impl fmt::Display for CameraId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_and_keys_are_spelled_as_the_contract_says() {
        let (unnamed, door): (CameraId, CameraId) =
            ("default".parse().unwrap(), "front-door".parse().unwrap());
        assert_eq!(
            (unnamed.status_subject(), door.status_subject()),
            ("status".into(), "status.front-door".into())
        );
        assert_eq!(
            (unnamed.events_subject(), door.events_subject()),
            ("events".into(), "events.front-door".into())
        );
        assert_eq!(
            (unnamed.privacy_key(), door.privacy_key()),
            ("privacy".into(), "front-door.privacy".into())
        );
        for camera in [unnamed, door] {
            assert_eq!(
                CameraId::of_status_subject(&camera.status_subject()),
                Some(camera)
            );
        }
        for other in [
            "statuses",
            "status.",
            "status.q80",
            "status.default",
            "status.a.b",
            "frames.q80",
        ] {
            assert_eq!(CameraId::of_status_subject(other), None, "{other}");
        }
    }

    #[test]
    fn a_refused_name_is_quoted_but_not_at_any_length() {
        let told = "a".repeat(100).parse::<CameraId>().unwrap_err().to_string();
        let quoted = told.bytes().filter(|byte| *byte == b'a').count();
        let around = CameraIdError {
            value: String::new(),
        }
        .to_string();
        let own = around.bytes().filter(|byte| *byte == b'a').count();
        assert_eq!(quoted - own, 40, "{told}");
    }

    #[test]
    fn a_name_that_could_be_a_quality_or_break_a_subject_is_refused() {
        for bad in [
            "q80",
            "q",
            "q80s2",
            "q1s100",
            "Door",
            "front door",
            "a.b",
            "*",
            ">",
            "ü",
            &"a".repeat(33),
        ] {
            let error = bad.parse::<CameraId>().unwrap_err().to_string();
            assert!(error.contains("a-z"), "{error}");
        }
        for good in [
            "q80x",
            "q80s2x",
            "q80-s2",
            "qa",
            "0",
            "a-1",
            &"a".repeat(32),
        ] {
            assert_eq!(good.parse::<CameraId>().unwrap().name(), good);
        }
    }
}
