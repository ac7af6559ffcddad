//! Rate: how many frames a second a viewer wants, in a URL, in a message and as the value of a lease.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use crate::quality::quoted;

/// Before the number in the value of a lease.
const LEASE_WORD: &str = "fps=";

/// At most so many frames a second, or every frame, which is the highest of all rates.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate {
    /// Thousandths of a frame a second; the highest number is every frame.
    milli: NonZeroU32,
}

/// The text or number is no rate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "fps must be a number from {} to {}, not {value:?}",
    Rate::MIN_FPS,
    Rate::MAX_FPS
)]
pub struct RateError {
    value: String,
}

impl Rate {
    /// Every frame.
    pub const ALL: Self = Self {
        milli: NonZeroU32::MAX,
    };
    /// The lowest rate that can be asked for: one frame in 100 seconds.
    pub const MIN_FPS: f64 = 0.01;
    /// The highest rate that can be asked for, faster than any camera.
    pub const MAX_FPS: f64 = 1000.0;

    /// At most `fps` frames a second, to a thousandth.
    ///
    /// # Errors
    /// Not from [`MIN_FPS`](Self::MIN_FPS) to [`MAX_FPS`](Self::MAX_FPS).
    pub fn at_most(fps: f64) -> Result<Self, RateError> {
        let milli = (Self::MIN_FPS..=Self::MAX_FPS)
            .contains(&fps)
            .then(|| NonZeroU32::new((fps * 1000.0).round() as u32))
            .flatten();
        milli.map(|milli| Self { milli }).ok_or_else(|| RateError {
            value: quoted(&fps.to_string()),
        })
    }

    /// The time from one frame to the next, in µs; `None`: every frame.
    #[must_use]
    pub const fn period_us(self) -> Option<u64> {
        match self.milli {
            NonZeroU32::MAX => None,
            milli => Some(1_000_000_000 / milli.get() as u64),
        }
    }

    /// The value of a lease: empty for every frame, else `fps=` and the number as it is displayed.
    #[must_use]
    pub fn to_lease(self) -> String {
        match self {
            Self::ALL => String::new(),
            rate => format!("{LEASE_WORD}{rate}"),
        }
    }

    /// Reads the value of a lease. Whatever cannot be read is every frame, also a bare number: before leases had rates
    /// their values meant nothing, and there are consumers that put `1`.
    #[must_use]
    pub fn of_lease(value: &[u8]) -> Self {
        let rate = value.strip_prefix(LEASE_WORD.as_bytes());
        let text = rate.and_then(|rate| std::str::from_utf8(rate).ok());
        text.and_then(|text| text.parse().ok()).unwrap_or(Self::ALL)
    }
}

impl FromStr for Rate {
    type Err = RateError;

    /// Reads a number as URLs and leases spell it: digits and at most one point.
    fn from_str(text: &str) -> Result<Self, RateError> {
        // f64::from_str takes "inf", "1e2" and "+5", which no client means.
        let plain = text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.');
        let fps = text.parse::<f64>().ok().filter(|_| plain);
        let rate = fps.and_then(|fps| Self::at_most(fps).ok());
        rate.ok_or_else(|| RateError {
            value: quoted(text),
        })
    }
}

impl fmt::Display for Rate {
    /// Frames a second without needless digits, `5` or `0.5`; nothing for every frame.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::ALL => Ok(()),
            Self { milli } => (f64::from(milli.get()) / 1000.0).fmt(f),
        }
    }
}

impl fmt::Debug for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::ALL => f.write_str("Rate(all)"),
            rate => write!(f, "Rate({rate})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(fps: f64) -> Rate {
        Rate::at_most(fps).unwrap()
    }

    #[test]
    fn a_lease_says_its_rate_in_words_and_every_frame_by_nothing() {
        for (rate, value) in [
            (Rate::ALL, ""),
            (rate(5.0), "fps=5"),
            (rate(0.5), "fps=0.5"),
            (rate(29.97), "fps=29.97"),
            (rate(1000.0), "fps=1000"),
            (rate(0.01), "fps=0.01"),
        ] {
            assert_eq!(rate.to_lease(), value);
            assert_eq!(Rate::of_lease(value.as_bytes()), rate, "{value}");
        }
    }

    #[test]
    fn a_lease_whose_value_cannot_be_read_is_one_for_every_frame() {
        for value in [
            &b"1"[..],
            b"5",
            b"all",
            b"fps=",
            b"fps=-5",
            b"fps=+5",
            b"fps=0",
            b"fps=0.001",
            b"fps=1001",
            b"fps=5 ",
            b"fps=5,0",
            b"fps=1e1",
            b"fps=inf",
            b"fps=NaN",
            b"fps=.",
            b"fps=1.2.3",
            b"fps=\xff",
            b"FPS=5",
            b" fps=5",
            b"\xff",
            b"{\"fps\":5}",
        ] {
            assert_eq!(Rate::of_lease(value), Rate::ALL, "{value:?}");
        }
    }

    #[test]
    fn the_highest_of_several_rates_is_the_fastest_and_nothing_is_above_every_frame() {
        let rates = [rate(5.0), rate(0.1), rate(30.0)];
        assert_eq!(rates.into_iter().max(), Some(rate(30.0)));
        assert!(Rate::ALL > rate(1000.0));
    }

    #[test]
    fn a_period_is_the_reciprocal_and_every_frame_has_none() {
        let periods = [0.01, 5.0, 34.0, 1000.0].map(|fps| rate(fps).period_us().unwrap());
        assert_eq!(periods, [100_000_000, 200_000, 29_411, 1000]);
        assert_eq!(Rate::ALL.period_us(), None);
    }

    #[test]
    fn a_refused_rate_is_quoted_with_the_range_and_not_at_any_length() {
        for text in ["", "0", "fast", "-1", "1e3", "1000.1", "0.0099"] {
            let words = text.parse::<Rate>().unwrap_err().to_string();
            assert!(
                words.contains("0.01 to 1000") && words.contains(text),
                "{words}"
            );
        }
        let words = "\u{1}"
            .repeat(4000)
            .parse::<Rate>()
            .unwrap_err()
            .to_string();
        assert!(words.len() < 123 && words.is_ascii(), "{words}");
        assert!(Rate::at_most(f64::NAN).is_err());
        assert_eq!(
            format!("{:?} {:?}", Rate::ALL, rate(2.5)),
            "Rate(all) Rate(2.5)"
        );
    }
}
