//! Quality: which JPEG qualities a viewer may ask for. Those that are encoded are in [`crate::rendition`].

use std::fmt;
use std::str::FromStr;

/// JPEG quality as libjpeg defines it, from 30 to 95.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quality(u8);

/// The value is no integer from 30 to 95.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "quality must be an integer from {} to {}, not {value:?}",
    Quality::MIN,
    Quality::MAX
)]
pub struct QualityError {
    value: String,
}

impl Quality {
    /// The highest quality.
    pub const HIGHEST: Self = Self(Self::MAX);
    /// Lowest quality a viewer may ask for.
    pub const MIN: u8 = 30;
    /// Highest quality a viewer may ask for.
    pub const MAX: u8 = 95;

    /// The quality `value`, from 30 to 95.
    ///
    /// # Errors
    /// A value outside that range.
    pub fn new(value: u8) -> Result<Self, QualityError> {
        if (Self::MIN..=Self::MAX).contains(&value) {
            Ok(Self(value))
        } else {
            Err(QualityError::of(&value.to_string()))
        }
    }

    /// The number, from 30 to 95.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }

    /// One of the ladder's own, which are all in range.
    pub(crate) const fn of_ladder(value: u8) -> Self {
        Self(value)
    }
}

impl QualityError {
    fn of(value: &str) -> Self {
        Self {
            value: quoted(value),
        }
    }
}

/// As much of what was sent as a refusal quotes: the words go into a close frame, whose reason holds 123 bytes.
pub(crate) fn quoted(value: &str) -> String {
    const QUOTED_CHARS: usize = 24;
    let plain = |c: char| {
        if c.is_ascii_graphic() || c == ' ' {
            c
        } else {
            '?'
        }
    };
    value.chars().take(QUOTED_CHARS).map(plain).collect()
}

impl FromStr for Quality {
    type Err = QualityError;

    fn from_str(text: &str) -> Result<Self, QualityError> {
        // u8::from_str takes "+50", which no client means.
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let value: Option<u8> = if digits { text.parse().ok() } else { None };
        value
            .and_then(|value| Self::new(value).ok())
            .ok_or_else(|| QualityError::of(text))
    }
}

impl fmt::Display for Quality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests;
