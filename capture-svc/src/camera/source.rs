//! What a source of frames is: the settings that name one and the trait that each keeps. Which one is opened is decided
//! in [`super::open`].

use std::{path::PathBuf, str::FromStr, time::Duration};

use jpeg_ladder::Orientation;

use super::{
    error::CameraError,
    exec::{command::ExecCommand, format::ExecFormat},
    frame::{ColorRange, Mode, RawFrame},
    http::{HttpAddress, HttpSettings},
    slot::Undecoded,
    v4l2::signal::{InputWish, Standard},
};

/// How long [`Source::next_frame`] may block: short enough that closing the camera is felt at once.
pub(super) const NEXT_FRAME_WAIT_MAX: Duration = Duration::from_millis(50);

/// No frame for so long, or for three of the camera's own intervals, is a stall.
const STALL_TIMEOUT: Duration = Duration::from_secs(2);

/// So many damaged frames in a row, and opening the camera anew is the better hope.
pub(super) const DAMAGED_IN_A_ROW: u32 = 30;

/// A stream of raw frames, open from its creation to its drop. Lives and dies on one thread.
pub(super) trait Source {
    /// What this source delivers.
    fn mode(&self) -> &Mode;

    /// Words for a person: which camera, or why it is none.
    fn describe(&self) -> String;

    /// Waits at most 50 ms for the next frame and writes it into `into` (pixels and capture time; `into.seq` is already
    /// the number that the frame will have if it is admitted). `None`: nothing yet.
    ///
    /// # Errors
    /// When nothing more can come from this opening: the caller drops the source and opens it again later.
    fn next_frame(&mut self, into: &mut RawFrame) -> Result<Option<Delivery>, CameraError>;

    /// Whether each frame has a size of its own, and none was agreed on.
    fn sizes_vary(&self) -> bool {
        false
    }

    /// How long it may be silent between two frames, or three of its own intervals if those are longer.
    fn silence_max(&self) -> Duration {
        STALL_TIMEOUT
    }

    /// What it means that it was silent for longer.
    fn silent(&self, silent: Duration) -> CameraError {
        CameraError::Stalled(silent)
    }

    /// Whether it says itself, by an error, that nothing came for too long.
    fn tells_silence(&self) -> bool {
        false
    }

    /// After how many damaged frames in a row there is no hope but to open it anew.
    fn damaged_in_a_row(&self) -> u32 {
        DAMAGED_IN_A_ROW
    }

    /// What it means that so many frames in a row could not be decoded.
    fn undecodable(&self, frames: Undecoded) -> CameraError {
        frames
            .unread
            .map_or(CameraError::Corrupt(frames.in_a_row), CameraError::Unread)
    }
}

/// What came along with a frame.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Delivery {
    /// Frames that the camera or its driver lost before this one, by the driver's own count.
    pub lost: u32,
    /// Frames that had to make way for this newer one, because our thread came late.
    pub skipped: u32,
    /// Frames before this one that were damaged and left out by the source itself.
    pub damaged: u32,
    /// What makes it upright, as far as the frame itself says.
    pub orientation: Orientation,
}

/// `CAPTURE_SOURCE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SourceSpec {
    /// The first camera, else the pattern.
    Auto,
    /// The moving test picture.
    Pattern,
    /// `/dev/video<N>`.
    Index(u32),
    /// A device node, or a link to one such as `/dev/v4l/by-id/…`, followed anew at each open.
    Path(PathBuf),
    /// The first camera whose name contains this, whatever the case.
    Name(String),
    /// A `.mjpeg` or `.y4m` file, looped.
    File(PathBuf),
    /// A program that writes pictures to its stdout.
    Exec(ExecCommand),
    /// A camera on the network that speaks HTTP.
    Http(HttpAddress),
}

impl FromStr for SourceSpec {
    type Err = String;

    /// # Errors
    /// Words that name what is allowed.
    fn from_str(text: &str) -> Result<Self, String> {
        let is_video = |path: &str| {
            let ending = std::path::Path::new(path)
                .extension()
                .map(std::ffi::OsStr::to_ascii_lowercase);
            ending.is_some_and(|ending| {
                ["mjpeg", "mjpg", "y4m"]
                    .iter()
                    .any(|known| ending == *known)
            })
        };
        match text {
            "auto" => Ok(Self::Auto),
            "pattern" => Ok(Self::Pattern),
            _ if text.starts_with('/') => Ok(Self::Path(text.into())),
            _ => match (text.split_once(':'), text.parse()) {
                (_, Ok(index)) => Ok(Self::Index(index)),
                (Some(("name", name)), _) if !name.is_empty() => Ok(Self::Name(name.into())),
                (Some(("file", path)), _) if is_video(path) => Ok(Self::File(path.into())),
                (Some(("exec", command)), _) => ExecCommand::parse(command).map(Self::Exec),
                (Some(("http" | "https", _)), _) => text.parse().map(Self::Http),
                (Some(("file", path)), _) => {
                    Err(format!("the file {path:?} is neither .mjpeg nor .y4m"))
                }
                _ => Err(
                    "it is no source: auto, pattern, an index such as 0, a path such as /dev/video0 or \
                     /dev/v4l/by-id/…, name:<part of the camera's name>, file:<path.mjpeg|path.y4m>, http://…, https://…, \
                      exec:<a program and its arguments>"
                        .into(),
                ),
            },
        }
    }
}

/// `CAPTURE_FORMAT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum FormatWish {
    /// Whatever costs least for the size and rate asked for.
    #[default]
    Auto,
    /// JPEG from the camera.
    Mjpeg,
    /// 4:2:2 packed.
    Yuyv,
    /// 4:2:0.
    Nv12,
}

/// What the camera side is told at the start.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CameraSettings {
    /// Which source.
    pub source: SourceSpec,
    /// Pixels per row asked for.
    pub width: u32,
    /// Rows asked for.
    pub height: u32,
    /// Frames a second to publish: the pacer's target, and what a camera is asked for (at least).
    pub fps: f64,
    /// Format asked for.
    pub format: FormatWish,
    /// What a program writes.
    pub exec_format: ExecFormat,
    /// The luma range of raw pictures, where the camera's word for it is not taken.
    pub range: Option<ColorRange>,
    /// Which input of a grabber.
    pub input: Option<InputWish>,
    /// The norm of its signal.
    pub standard: Option<Standard>,
    /// Frames skipped after each opening, while exposure settles.
    pub warmup: u32,
    /// V4L2 controls to set at each opening, by their names.
    pub controls: Vec<(String, i64)>,
    /// How frames are turned and mirrored.
    pub orientation: Orientation,
    /// What an HTTP camera is told beside its address.
    pub http: HttpSettings,
}

#[cfg(test)]
impl CameraSettings {
    /// 320x240 at 100 frames a second and the defaults, for tests.
    pub(crate) fn of_a_test(source: SourceSpec) -> Self {
        Self {
            source,
            width: 320,
            height: 240,
            fps: 100.0,
            format: FormatWish::Auto,
            exec_format: ExecFormat::Auto,
            range: None,
            input: None,
            standard: None,
            warmup: 0,
            controls: Vec::new(),
            orientation: Orientation::UPRIGHT,
            http: HttpSettings::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_name_a_source_is_understood() {
        for (text, spec) in [
            ("auto", SourceSpec::Auto),
            ("pattern", SourceSpec::Pattern),
            ("2", SourceSpec::Index(2)),
            ("/dev/video0", SourceSpec::Path("/dev/video0".into())),
            (
                "/dev/v4l/by-id/usb-x-index0",
                SourceSpec::Path("/dev/v4l/by-id/usb-x-index0".into()),
            ),
            ("name:C920", SourceSpec::Name("C920".into())),
            ("file:a/b.mjpeg", SourceSpec::File("a/b.mjpeg".into())),
            (
                "exec:cat 'a b'",
                SourceSpec::Exec(ExecCommand::parse("cat 'a b'").unwrap()),
            ),
            ("file:/tmp/B.Y4M", SourceSpec::File("/tmp/B.Y4M".into())),
            (
                "https://me@cam/x",
                SourceSpec::Http("https://me@cam/x".parse().unwrap()),
            ),
        ] {
            assert_eq!(text.parse(), Ok(spec), "{text}");
        }
    }

    #[test]
    fn a_source_that_is_none_is_refused_with_what_would_do() {
        for text in ["", "webcam", "-1", "name:", "rtsp://camera", "video0"] {
            assert!(
                SourceSpec::from_str(text)
                    .unwrap_err()
                    .contains("name:<part"),
                "{text}"
            );
        }
        assert!(
            SourceSpec::from_str("file:a.mp4")
                .unwrap_err()
                .contains(".y4m")
        );
    }
}
