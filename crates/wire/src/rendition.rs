//! Renditions: a quality at a size, and the twenty-three that are ever encoded, in order of bit rate.
//!
//! A viewer asks for any [`Quality`] at one of three [`Size`]s; it is served by a [`Rendition`], the nearest one of that
//! size that is not above it. So no visitor can make the camera host encode 66 variants of each size.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::quality::{Quality, quoted};

/// How large a picture is beside the camera's: both sides divided, rounded up to even where they are divided.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Size {
    /// A quarter of the width and of the height.
    Quarter,
    /// Half the width and half the height.
    Half,
    /// As the camera's.
    #[default]
    Full,
}

/// The word names no size.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("size must be full, half or quarter, not {value:?}")]
pub struct SizeError {
    value: String,
}

impl Size {
    /// All sizes, smallest first.
    pub const ALL: [Self; 3] = [Self::Quarter, Self::Half, Self::Full];

    /// What both sides of the camera's picture are divided by.
    #[must_use]
    pub const fn divisor(self) -> u32 {
        match self {
            Self::Quarter => 4,
            Self::Half => 2,
            Self::Full => 1,
        }
    }

    /// A side of the camera's picture, in pixels, at this size.
    #[must_use]
    pub const fn side(self, pixels: u32) -> u32 {
        match self {
            Self::Full => pixels,
            _ => pixels.div_ceil(self.divisor()).next_multiple_of(2),
        }
    }

    /// The word in URLs and messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Quarter => "quarter",
            Self::Half => "half",
            Self::Full => "full",
        }
    }

    /// What follows the quality in a rendition's name.
    const fn suffix(self) -> &'static str {
        match self {
            Self::Quarter => "s4",
            Self::Half => "s2",
            Self::Full => "",
        }
    }
}

impl FromStr for Size {
    type Err = SizeError;

    fn from_str(text: &str) -> Result<Self, SizeError> {
        let all = Self::ALL.into_iter();
        let named = all.rev().find(|size| size.as_str() == text);
        named.ok_or_else(|| SizeError {
            value: quoted(text),
        })
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One of the twenty-three qualities at a size that are encoded; a higher one has more bits a second.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rendition(u8);

/// The text names no rendition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a rendition is <quality>, <quality>s2 or <quality>s4 of the ladder")]
pub struct RenditionError;

/// Something for each rendition, by [`Rendition::index`].
pub type PerRendition<T> = [T; Rendition::COUNT];

/// Makes something for each rendition, from the lowest up.
pub fn per_rendition<T>(make: impl Fn(Rendition) -> T) -> PerRendition<T> {
    std::array::from_fn(|index| make(Rendition(index as u8)))
}

/// All of them by bit rate. A small picture at a low quality costs least and shows least.
const LADDER: PerRendition<(u8, Size)> = {
    use Size::{Full, Half, Quarter};
    [
        (30, Quarter),
        (60, Quarter),
        (80, Quarter),
        (30, Half),
        (40, Half),
        (50, Half),
        (60, Half),
        (70, Half),
        (80, Half),
        (30, Full),
        (35, Full),
        (40, Full),
        (45, Full),
        (50, Full),
        (55, Full),
        (60, Full),
        (65, Full),
        (70, Full),
        (75, Full),
        (80, Full),
        (85, Full),
        (90, Full),
        (95, Full),
    ]
};

impl Rendition {
    /// How many there are.
    pub const COUNT: usize = 23;
    /// The full picture at the highest quality.
    pub const HIGHEST: Self = Self(Self::COUNT as u8 - 1);

    /// The one that serves `quality` at `size`: the nearest of that size that is not above it.
    #[must_use]
    pub fn serving(quality: Quality, size: Size) -> Self {
        let of_size = Self::ladder().filter(|rendition| rendition.size() == size);
        let served = of_size
            .rev()
            .find(|rendition| rendition.quality() <= quality);
        // Each size begins with the lowest quality that can be asked for.
        served.unwrap_or(Self(0))
    }

    /// Position on the ladder, 0 to 22: for arrays with a place per rendition.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// Its JPEG quality.
    #[must_use]
    pub const fn quality(self) -> Quality {
        Quality::of_ladder(LADDER[self.index()].0)
    }

    /// Its size.
    #[must_use]
    pub const fn size(self) -> Size {
        LADDER[self.index()].1
    }

    /// All of them by bit rate, the lowest first.
    pub fn ladder() -> impl DoubleEndedIterator<Item = Self> + ExactSizeIterator {
        (0..Self::COUNT as u8).map(Self)
    }
}

impl FromStr for Rendition {
    type Err = RenditionError;

    fn from_str(text: &str) -> Result<Self, RenditionError> {
        let (quality, suffix) = text.split_at_checked(2).ok_or(RenditionError)?;
        let quality: Quality = quality.parse().map_err(|_| RenditionError)?;
        let mut named = Self::ladder()
            .filter(|rendition| rendition.quality() == quality)
            .filter(|rendition| rendition.size().suffix() == suffix);
        named.next().ok_or(RenditionError)
    }
}

impl fmt::Display for Rendition {
    /// The quality, and behind it `s2` at half and `s4` at a quarter of the size.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.quality(), self.size().suffix())
    }
}

impl fmt::Debug for Rendition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rendition({self})")
    }
}

/// A set of renditions, copied like a number.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct RenditionSet(u32);

impl RenditionSet {
    /// No rendition.
    pub const EMPTY: Self = Self(0);

    /// Adds one; true if it was not in the set.
    pub fn insert(&mut self, rendition: Rendition) -> bool {
        let before = self.0;
        self.0 |= 1 << rendition.0;
        self.0 != before
    }

    /// Takes one out; true if it was in the set.
    pub fn remove(&mut self, rendition: Rendition) -> bool {
        let before = self.0;
        self.0 &= !(1 << rendition.0);
        self.0 != before
    }

    /// Whether it is in the set.
    #[must_use]
    pub const fn contains(self, rendition: Rendition) -> bool {
        self.0 & (1 << rendition.0) != 0
    }

    /// Whether nothing is in the set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many are in the set.
    #[must_use]
    pub const fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Those of this set that are not in `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Those of either set.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those in the set by bit rate, the lowest first: all quarters, then all halves, then the full ones.
    pub fn iter(self) -> impl Iterator<Item = Rendition> {
        Rendition::ladder().filter(move |rendition| self.contains(*rendition))
    }
}

impl FromIterator<Rendition> for RenditionSet {
    fn from_iter<I: IntoIterator<Item = Rendition>>(renditions: I) -> Self {
        let mut set = Self::EMPTY;
        for rendition in renditions {
            set.insert(rendition);
        }
        set
    }
}

impl fmt::Debug for RenditionSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.iter().map(|rendition| rendition.to_string());
        f.write_str("{")?;
        f.write_str(&names.collect::<Vec<_>>().join(", "))?;
        f.write_str("}")
    }
}

#[cfg(test)]
mod tests;
