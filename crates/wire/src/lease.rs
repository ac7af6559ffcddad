//! Leases: the keys in the demand bucket and the times that both sides keep.
//!
//! A gateway puts one key per camera and rendition that it has viewers for and renews it; capture encodes a rendition
//! while a key for it lives. The value is the fastest [`Rate`](crate::Rate) that any of these viewers wants. The times and their reasons were measured with kill -9, SIGSTOP and cut links at 34 fps.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::rendition::Rendition;
use crate::stream_id::StreamId;
use crate::subject::CameraId;

/// How long a lease lives without renewal: a crashed gateway keeps the camera on no longer than this.
pub const LEASE: Duration = Duration::from_secs(5);
/// How often a gateway renews: three renewals fit into a lease, so that one or two may be lost.
pub const RENEW: Duration = Duration::from_millis(1500);
/// Renewals are spread by this share to either side, so that many gateways do not renew in step.
pub const RENEW_JITTER: f64 = 0.2;
/// How often capture puts its canary key.
pub const CANARY: Duration = Duration::from_secs(1);
/// How long a canary may fail to come back before capture takes the KV for ill and stops the leases' clock.
pub const PLANE_DEAD: Duration = Duration::from_millis(2500);
/// How long the leases' clock may stand still in one go: beyond it, even an ill KV ends the demand.
pub const HOLD_MAX: Duration = Duration::from_secs(60);
/// Without a status for this long a camera is offline.
pub const STATUS_OFFLINE: Duration = Duration::from_secs(3);

/// What canaries' keys begin with.
const CANARY_PREFIX: &str = "_cap.";

/// A gateway or a capture on the bus: new at every process start.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MemberId(Box<str>);

/// A key in the demand bucket is neither a lease nor a canary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a demand key")]
pub struct KeyError;

impl MemberId {
    const NAME_CHARS_MAX: usize = 64;

    /// An id from a word for people (a host's name, say) and a random number; what does not fit a key is left out.
    #[must_use]
    pub fn new(word: &str, random: u64) -> Self {
        let word: String = word
            .chars()
            .filter(|c| Self::spelled(*c))
            .take(Self::NAME_CHARS_MAX - 17)
            .collect();
        Self(
            if word.is_empty() {
                format!("{random:016x}")
            } else {
                format!("{word}-{random:016x}")
            }
            .into(),
        )
    }

    /// The id as it stands in keys.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    const fn spelled(c: char) -> bool {
        c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
    }
}

impl fmt::Display for MemberId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for MemberId {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let fits =
            (1..=Self::NAME_CHARS_MAX).contains(&text.len()) && text.chars().all(Self::spelled);
        if fits {
            Ok(Self(text.into()))
        } else {
            Err(KeyError)
        }
    }
}

/// A lease: this gateway has viewers for this stream.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LeaseKey {
    /// Whose frames.
    pub camera: CameraId,
    /// Which of its renditions.
    pub rendition: Rendition,
    /// Who wants them.
    pub gateway: MemberId,
}

impl LeaseKey {
    /// The lease of `gateway` on a stream.
    #[must_use]
    pub fn new(stream: StreamId, gateway: MemberId) -> Self {
        let StreamId { camera, rendition } = stream;
        Self {
            camera,
            rendition,
            gateway,
        }
    }
}

impl fmt::Display for LeaseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stream = StreamId {
            camera: self.camera.clone(),
            rendition: self.rendition,
        };
        write!(f, "{stream}.{}", self.gateway)
    }
}

impl FromStr for LeaseKey {
    type Err = KeyError;

    /// Reads `q<N>.<gateway>` or `<camera>.q<N>.<gateway>`; N must be a rendition.
    fn from_str(key: &str) -> Result<Self, KeyError> {
        let (stream, gateway) = key.rsplit_once('.').ok_or(KeyError)?;
        let StreamId { camera, rendition } = stream.parse().map_err(|_| KeyError)?;
        let gateway = gateway.parse()?;
        Ok(Self {
            camera,
            rendition,
            gateway,
        })
    }
}

/// Whose lease a key would be that names no rendition there is, and what it names instead: `q42.me` is the default camera's,
/// on `q42`. `None` for a lease that is one, and for whatever else is in the bucket.
#[must_use]
pub fn unknown_rendition(key: &str) -> Option<(CameraId, &str)> {
    let (stream, _) = key.rsplit_once('.').filter(|_| !is_canary(key))?;
    let (camera, rendition) = stream.rsplit_once('.').unwrap_or(("", stream));
    let known = rendition.strip_prefix('q').map(str::parse::<Rendition>);
    let unknown = known.is_none_or(|known| known.is_err());
    Some((camera.parse().ok()?, rendition)).filter(|_| unknown)
}

fn is_canary(key: &str) -> bool {
    key.starts_with(CANARY_PREFIX)
}

/// The key by which a capture sees its own puts come back through stream and watch.
#[must_use]
pub fn canary_key(capture: &MemberId) -> String {
    format!("{CANARY_PREFIX}{capture}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_spelled_as_the_contract_says_and_read_back() {
        let gateway = MemberId::new("gw-1.example", 0xab);
        assert_eq!(gateway.as_str(), "gw-1example-00000000000000ab");
        for (camera, rendition, spelled) in [
            ("", "80", "q80.gw-1example-00000000000000ab"),
            ("door", "80", "door.q80.gw-1example-00000000000000ab"),
            ("", "60s4", "q60s4.gw-1example-00000000000000ab"),
            ("door", "80s2", "door.q80s2.gw-1example-00000000000000ab"),
        ] {
            let key = LeaseKey {
                camera: camera.parse().unwrap(),
                rendition: rendition.parse().unwrap(),
                gateway: gateway.clone(),
            };
            assert_eq!(key.to_string(), spelled);
            assert_eq!(spelled.parse::<LeaseKey>(), Ok(key));
        }
        assert_eq!(canary_key(&gateway), "_cap.gw-1example-00000000000000ab");
        assert!(
            MemberId::new(&"x".repeat(100), u64::MAX)
                .as_str()
                .parse::<MemberId>()
                .is_ok()
        );
    }

    #[test]
    fn whatever_is_no_lease_is_left_alone() {
        let others = [
            "_cap.x",
            "q81.gw",
            "q100.gw",
            "q+80.gw",
            "q080.gw",
            "80.gw",
            "q80",
            "q80.",
            "q80.g w",
            "a.b.q80.gw",
            "default.q80.gw",
            "",
            "q80.q80.gw",
            "q80s2.q80.gw",
            "q80s3.gw",
            "q85s2.gw",
        ];
        for key in others {
            assert_eq!(key.parse::<LeaseKey>(), Err(KeyError), "{key}");
        }
    }

    #[test]
    fn a_lease_outlives_two_lost_renewals() {
        assert!(RENEW.mul_f64(1.0 + RENEW_JITTER) * 2 < LEASE);
        assert!(CANARY * 2 < PLANE_DEAD && PLANE_DEAD < LEASE && LEASE < HOLD_MAX);
    }
}
