//! Which stream of frames: a camera at a rendition. Its spelling names the frames' subject and the leases' keys.
//!
//! A rendition is a quality today, and this is the one place that spells it.

use std::fmt;
use std::str::FromStr;

use crate::quality::Rung;
use crate::subject::CameraId;

/// One camera at one quality.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamId {
    /// Whose frames.
    pub camera: CameraId,
    /// Which of its qualities.
    pub rung: Rung,
}

/// The text names no stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a stream is q<quality> or <camera>.q<quality>, with a quality of the ladder")]
pub struct StreamIdError;

impl StreamId {
    /// Where its frames are published.
    #[must_use]
    pub fn frames_subject(&self) -> String {
        format!("frames.{self}")
    }
}

impl fmt::Display for StreamId {
    /// The tokens that subjects and keys have in common: `q80` of the unnamed camera, else `door.q80`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.camera.is_default() {
            write!(f, "{}.", self.camera)?;
        }
        write!(f, "q{}", self.rung)
    }
}

impl FromStr for StreamId {
    type Err = StreamIdError;

    fn from_str(text: &str) -> Result<Self, StreamIdError> {
        let (camera, rung) = match text.rsplit_once('.') {
            None => (CameraId::default(), text),
            Some((name, rung)) => {
                let camera: CameraId = name.parse().map_err(|_| StreamIdError)?;
                if camera.is_default() {
                    return Err(StreamIdError);
                }
                (camera, rung)
            }
        };
        let quality = rung.strip_prefix('q').ok_or(StreamIdError)?;
        let digits = quality.len() == 2 && quality.bytes().all(|byte| byte.is_ascii_digit());
        let rung = quality
            .parse()
            .ok()
            .filter(|_| digits)
            .and_then(Rung::of_quality)
            .ok_or(StreamIdError)?;
        Ok(Self { camera, rung })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_spelled_as_the_contract_says_and_read_back() {
        let rung = Rung::of_quality(80).unwrap();
        for (camera, spelled) in [("default", "q80"), ("front-door", "front-door.q80")] {
            let stream = StreamId {
                camera: camera.parse().unwrap(),
                rung,
            };
            assert_eq!(stream.to_string(), spelled);
            assert_eq!(stream.frames_subject(), format!("frames.{spelled}"));
            assert_eq!(spelled.parse(), Ok(stream));
        }
    }

    #[test]
    fn whatever_is_no_stream_is_refused() {
        for text in [
            "",
            "80",
            "q81",
            "q100",
            "q+80",
            "q080",
            "q80.",
            ".q80",
            "default.q80",
            "a.b.q80",
            "q80.q80",
            "Door.q80",
        ] {
            assert_eq!(text.parse::<StreamId>(), Err(StreamIdError), "{text}");
        }
    }
}
