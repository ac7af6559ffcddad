//! Which stream of frames: a camera at a rendition. Its spelling names the frames' subject and the leases' keys.

use std::fmt;
use std::str::FromStr;

use crate::rendition::Rendition;
use crate::subject::CameraId;

/// One camera at one rendition.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamId {
    /// Whose frames.
    pub camera: CameraId,
    /// Which of its renditions.
    pub rendition: Rendition,
}

/// The text names no stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a stream is q<rendition> or <camera>.q<rendition>, with a rendition of the ladder: q80, door.q80s2"
)]
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
        write!(f, "q{}", self.rendition)
    }
}

impl FromStr for StreamId {
    type Err = StreamIdError;

    fn from_str(text: &str) -> Result<Self, StreamIdError> {
        let (camera, rendition) = match text.rsplit_once('.') {
            None => (CameraId::default(), text),
            Some((name, rendition)) => {
                let camera: CameraId = name.parse().map_err(|_| StreamIdError)?;
                if camera.is_default() {
                    return Err(StreamIdError);
                }
                (camera, rendition)
            }
        };
        let rendition = rendition.strip_prefix('q').ok_or(StreamIdError)?;
        let rendition = rendition.parse().map_err(|_| StreamIdError)?;
        Ok(Self { camera, rendition })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_spelled_as_the_contract_says_and_read_back() {
        for (camera, rendition, spelled) in [
            ("default", "80", "q80"),
            ("front-door", "80", "front-door.q80"),
            ("default", "80s2", "q80s2"),
            ("front-door", "30s4", "front-door.q30s4"),
        ] {
            let stream = StreamId {
                camera: camera.parse().unwrap(),
                rendition: rendition.parse().unwrap(),
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
            "q80s2.q80",
            "q80s3",
            "q95s2",
            "80s2",
            "Door.q80",
        ] {
            assert_eq!(text.parse::<StreamId>(), Err(StreamIdError), "{text}");
        }
    }
}
