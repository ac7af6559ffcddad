//! Quality and ladder: which JPEG qualities a viewer may ask for, and the fourteen that are ever encoded.
//!
//! A viewer asks for any [`Quality`]; it is served by a [`Rung`], the nearest step of the ladder that is not above
//! it. So no visitor can make the camera host encode 66 variants.

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

    /// The rung that serves this quality: the nearest one that is not above it.
    #[must_use]
    pub const fn rung(self) -> Rung {
        Rung((self.0 - Self::MIN) / Rung::STEP)
    }
}

impl QualityError {
    /// Quotes at most this much of what was sent: the words go into a close frame, whose reason holds 123 bytes.
    const QUOTED_CHARS: usize = 24;

    fn of(value: &str) -> Self {
        let plain = |c: char| {
            if c.is_ascii_graphic() || c == ' ' {
                c
            } else {
                '?'
            }
        };
        Self {
            value: value.chars().take(Self::QUOTED_CHARS).map(plain).collect(),
        }
    }
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

/// One of the fourteen qualities that are encoded: 30, 35, … 95.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rung(u8);

/// Something for each rung, by [`Rung::index`].
pub type PerRung<T> = [T; Rung::COUNT];

/// Makes something for each rung, from the lowest up.
pub fn per_rung<T>(make: impl Fn(Rung) -> T) -> PerRung<T> {
    std::array::from_fn(|index| make(Rung(index as u8)))
}

impl Rung {
    /// How many rungs the ladder has.
    pub const COUNT: usize = 14;
    /// The rung of the highest quality.
    pub const HIGHEST: Self = Self(Self::COUNT as u8 - 1);
    const STEP: u8 = 5;

    /// The rung at `index`, 0 for quality 30 to 13 for quality 95.
    #[must_use]
    pub const fn at(index: usize) -> Option<Self> {
        if index < Self::COUNT {
            Some(Self(index as u8))
        } else {
            None
        }
    }

    /// Position on the ladder, 0 to 13: for arrays with a place per rung.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// The JPEG quality of this rung.
    #[must_use]
    pub const fn quality(self) -> u8 {
        Quality::MIN + self.0 * Self::STEP
    }

    /// The rung whose quality is exactly `quality`.
    #[must_use]
    pub fn of_quality(quality: u8) -> Option<Self> {
        let rung = Quality::new(quality).ok()?.rung();
        (rung.quality() == quality).then_some(rung)
    }

    /// All rungs, lowest quality first.
    pub fn ladder() -> impl DoubleEndedIterator<Item = Self> + ExactSizeIterator {
        (0..Self::COUNT as u8).map(Self)
    }
}

impl fmt::Display for Rung {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.quality().fmt(f)
    }
}

impl fmt::Debug for Rung {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rung({})", self.quality())
    }
}

/// A set of rungs, copied like a number.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct RungSet(u16);

impl RungSet {
    /// No rung.
    pub const EMPTY: Self = Self(0);

    /// Adds a rung; true if it was not in the set.
    pub fn insert(&mut self, rung: Rung) -> bool {
        let before = self.0;
        self.0 |= 1 << rung.0;
        self.0 != before
    }

    /// Takes a rung out; true if it was in the set.
    pub fn remove(&mut self, rung: Rung) -> bool {
        let before = self.0;
        self.0 &= !(1 << rung.0);
        self.0 != before
    }

    /// Whether the rung is in the set.
    #[must_use]
    pub const fn contains(self, rung: Rung) -> bool {
        self.0 & (1 << rung.0) != 0
    }

    /// Whether no rung is in the set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many rungs are in the set.
    #[must_use]
    pub const fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// The rungs of this set that are not in `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The rungs in the set, lowest quality first.
    pub fn iter(self) -> impl Iterator<Item = Rung> {
        Rung::ladder().filter(move |rung| self.contains(*rung))
    }
}

impl FromIterator<Rung> for RungSet {
    fn from_iter<I: IntoIterator<Item = Rung>>(rungs: I) -> Self {
        let mut set = Self::EMPTY;
        for rung in rungs {
            set.insert(rung);
        }
        set
    }
}

impl fmt::Debug for RungSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.iter().map(Rung::quality))
            .finish()
    }
}

#[cfg(test)]
mod tests;
