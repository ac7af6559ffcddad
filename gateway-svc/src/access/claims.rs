//! PURE: who may see which camera, how well and until when. Whatever proved it, everything asks these claims alone.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use wire::{CameraId, Quality, Rendition, Size};

/// The most characters of a name that are kept: it goes into a line of the audit log.
const MAX_SUB_CHARS: usize = 128;

/// What somebody may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Claims {
    sub: Box<str>,
    grants: Vec<Grant>,
    expires_s: Option<u64>,
}

/// Some cameras, and how well they may be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    cameras: Vec<CameraPattern>,
    best: Quality,
}

/// A camera's name in which `*` stands for any number of characters; `default` is the unnamed camera.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CameraPattern(Box<str>);

/// No camera can have a name like this.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} fits no camera: a name is of a-z, 0-9 and '-'; '*' stands for any of it")]
pub(crate) struct CameraPatternError(String);

/// A grant as JSON spells it, in a link and in the map file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GrantText {
    pub(crate) cameras: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) max_quality: Option<u8>,
}

/// A grant that gives nothing, or nothing that there is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum GrantError {
    /// No camera.
    #[error("cameras is empty; [\"*\"] would be all")]
    NoCamera,
    /// A name that no camera has.
    #[error(transparent)]
    Camera(#[from] CameraPatternError),
    /// A quality that is never served.
    #[error("max_quality is {0}; {min} to {max} would do", min = Quality::MIN, max = Quality::MAX)]
    Quality(u8),
}

impl Claims {
    /// What `sub` may see, until `expires_s` (seconds since the Unix epoch).
    pub(crate) fn new(sub: &str, grants: Vec<Grant>, expires_s: Option<u64>) -> Self {
        let sub = sub.chars().filter(|c| !c.is_control()).take(MAX_SUB_CHARS);
        Self {
            sub: sub.collect::<String>().into(),
            grants,
            expires_s,
        }
    }

    /// Every camera at every quality without an end.
    pub(crate) fn everything(sub: &str) -> Self {
        Self::new(sub, vec![Grant::everything()], None)
    }

    /// The same cameras, at no more than `best`.
    pub(crate) fn at_most(mut self, best: Quality) -> Self {
        for grant in &mut self.grants {
            grant.best = grant.best.min(best);
        }
        self
    }

    /// Who it is, in the words of whoever vouches for it.
    pub(crate) fn sub(&self) -> &str {
        &self.sub
    }

    /// When it ends, in seconds since the Unix epoch.
    pub(crate) const fn expires_s(&self) -> Option<u64> {
        self.expires_s
    }

    /// Whether it is over at `now_s`.
    pub(crate) fn is_over(&self, now_s: u64) -> bool {
        self.expires_s.is_some_and(|end| end <= now_s)
    }

    /// The best quality of a camera that may be seen, at whatever size; `None`: the camera may not.
    pub(crate) fn best(&self, camera: &CameraId) -> Option<Quality> {
        let grants = self.grants.iter().filter(|grant| grant.covers(camera));
        grants.map(|grant| grant.best).max()
    }

    /// The cameras as they were granted.
    pub(crate) fn cameras(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for pattern in self.grants.iter().flat_map(|grant| &grant.cameras) {
            if !names.contains(&&*pattern.0) {
                names.push(&pattern.0);
            }
        }
        names
    }

    /// The best quality of any camera.
    pub(crate) fn best_of_all(&self) -> Option<Quality> {
        self.grants.iter().map(|grant| grant.best).max()
    }
}

impl Grant {
    /// Every camera at every quality.
    pub(crate) fn everything() -> Self {
        let all = CameraPattern("*".into());
        Self::of(vec![all], None)
    }

    /// These cameras, at no more than `max_quality`.
    pub(crate) fn of(cameras: Vec<CameraPattern>, max_quality: Option<Quality>) -> Self {
        let max_quality = max_quality.unwrap_or(Quality::HIGHEST);
        Self {
            cameras,
            best: Rendition::serving(max_quality, Size::Full).quality(),
        }
    }

    fn covers(&self, camera: &CameraId) -> bool {
        let name = camera.name();
        self.cameras.iter().any(|pattern| pattern.fits(name))
    }
}

impl GrantText {
    /// The grant that is meant.
    ///
    /// # Errors
    /// It gives nothing, or nothing that there is.
    pub(crate) fn read(&self) -> Result<Grant, GrantError> {
        if self.cameras.is_empty() {
            return Err(GrantError::NoCamera);
        }
        let cameras = self.cameras.iter().map(|name| name.parse());
        let cameras = cameras.collect::<Result<Vec<CameraPattern>, _>>()?;
        let quality = self.max_quality.map(|value| {
            let quality = Quality::new(value);
            quality.map_err(|_| GrantError::Quality(value))
        });
        Ok(Grant::of(cameras, quality.transpose()?))
    }
}

impl CameraPattern {
    const MAX_CHARS: usize = 64;

    fn fits(&self, name: &str) -> bool {
        let mut pieces = self.0.split('*');
        let first = pieces.next().unwrap_or_default();
        let Some(mut rest) = name.strip_prefix(first) else {
            return false;
        };
        let Some(last) = pieces.next_back() else {
            return rest.is_empty();
        };
        for piece in pieces {
            match rest.find(piece) {
                Some(at) => rest = &rest[at + piece.len()..],
                None => return false,
            }
        }
        rest.ends_with(last)
    }
}

impl FromStr for CameraPattern {
    type Err = CameraPatternError;

    fn from_str(text: &str) -> Result<Self, CameraPatternError> {
        let letter = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'*');
        let spelled = (1..=Self::MAX_CHARS).contains(&text.len()) && text.bytes().all(letter);
        if spelled {
            Ok(Self(text.into()))
        } else {
            let quoted = text.chars().take(Self::MAX_CHARS).collect();
            Err(CameraPatternError(quoted))
        }
    }
}

impl fmt::Display for CameraPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests;
