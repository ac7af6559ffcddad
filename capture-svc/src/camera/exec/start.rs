//! The first bytes of a program: what it writes, and how large its pictures are.

use std::time::{Duration, Instant};

use super::{
    super::{
        clock,
        error::CameraError,
        frame::{ColorMatrix, ColorRange, Mode, PixelFormat},
        jpeg,
        opening::Opening,
        source::{CameraSettings, NEXT_FRAME_WAIT_MAX},
        y4m,
    },
    content::Content,
    format::{ExecFormat, Sniffed, raw_mode, sniff},
    frames::{Frames, LostFrame},
    program::{Output, Program},
};

/// A program may look for its camera and settle it, and a network camera sends no whole picture before the next key frame.
const FIRST_PICTURE_TIMEOUT: Duration = Duration::from_secs(20);

/// A header of y4m is one short line.
const HEADER_MAX: usize = 1024;

/// A program of which is not known yet what it writes.
pub(super) struct Start<'a> {
    pub(super) name: &'a str,
    pub(super) program: Program,
    pub(super) chunk: Vec<u8>,
}

impl Start<'_> {
    /// Waits until it is known, which takes as long as a first picture does; of raw frames it is said.
    pub(super) fn content(
        &mut self,
        settings: &CameraSettings,
        opening: &Opening<'_>,
    ) -> Result<(Content, Mode), CameraError> {
        if let Some(mode) = raw_mode(settings.exec_format, settings.fps) {
            let bytes = mode.format.bytes(mode.width, mode.height).unwrap_or(1);
            return Ok((Content::Frames(Frames::raw(bytes)), mode));
        }
        let deadline = clock::now() + FIRST_PICTURE_TIMEOUT;
        let mut begun = Vec::new();
        let is_y4m = loop {
            match (settings.exec_format, sniff(&begun)) {
                (ExecFormat::Mjpeg, _) | (ExecFormat::Auto, Sniffed::Mjpeg) => break false,
                (ExecFormat::Y4m, _) | (ExecFormat::Auto, Sniffed::Y4m) => break true,
                (_, Sniffed::Neither(words)) => {
                    return Err(CameraError::Unsupported(format!("{} {words}", self.name)));
                }
                _ => self.more(&mut begun, deadline, opening)?,
            }
        };
        if is_y4m {
            self.y4m(begun, settings.fps, deadline, opening)
        } else {
            self.jpegs(&begun, settings.fps, deadline, opening)
        }
    }

    fn y4m(
        &mut self,
        mut begun: Vec<u8>,
        fps: f64,
        deadline: Instant,
        opening: &Opening<'_>,
    ) -> Result<(Content, Mode), CameraError> {
        let name = self.name;
        let wrong = |words: &str| CameraError::Unsupported(format!("{name}: {words}"));
        let end = loop {
            if let Some(end) = begun.iter().position(|byte| *byte == b'\n') {
                break end;
            }
            if begun.len() > HEADER_MAX {
                return Err(wrong("not a YUV4MPEG2 stream"));
            }
            self.more(&mut begun, deadline, opening)?;
        };
        let header = String::from_utf8_lossy(&begun[..end]);
        let mode = y4m::mode(&header, fps).map_err(|problem| wrong(&problem))?;
        let bytes = mode.format.bytes(mode.width, mode.height).unwrap_or(1);
        let mut content = Content::Frames(Frames::y4m(bytes));
        let fed = content.feed(&begun[end + 1..]);
        fed.map_err(|LostFrame| lost_frame(self.name))?;
        Ok((content, mode))
    }

    /// Only a picture says how large pictures are.
    fn jpegs(
        &mut self,
        begun: &[u8],
        fps: f64,
        deadline: Instant,
        opening: &Opening<'_>,
    ) -> Result<(Content, Mode), CameraError> {
        let mut content = Content::jpegs();
        let (mut next, mut first) = (begun.to_vec(), Vec::new());
        let size = loop {
            // Never refused: what is no picture is stepped over.
            let _ = content.feed(&next);
            if content.take(&mut first).is_some()
                && let Some(found) = jpeg::find(&first)
            {
                break found;
            }
            next.clear();
            self.more(&mut next, deadline, opening)?;
        };
        content.put_back(first);
        let mode = Mode {
            width: size.width,
            height: size.height,
            fps,
            format: PixelFormat::Mjpeg,
            delivered: PixelFormat::Mjpeg.as_str(),
            range: ColorRange::Full,
            matrix: ColorMatrix::Bt601,
        };
        Ok((content, mode))
    }

    /// Waits for more of the output and appends it.
    fn more(
        &mut self,
        begun: &mut Vec<u8>,
        deadline: Instant,
        opening: &Opening<'_>,
    ) -> Result<(), CameraError> {
        loop {
            if opening.cancel.is_told() || clock::now() >= deadline {
                return Err(CameraError::Silent {
                    program: self.name.to_owned(),
                    silent: FIRST_PICTURE_TIMEOUT,
                    last_words: self.program.last_words(),
                });
            }
            opening.go_on();
            match self.program.read(&mut self.chunk) {
                Output::Bytes(bytes) => {
                    begun.extend_from_slice(&self.chunk[..bytes]);
                    return Ok(());
                }
                Output::Dry => {
                    let _ended = self.program.wait(NEXT_FRAME_WAIT_MAX);
                }
                Output::Ended => return Err(self.program.end_in_words()),
            }
        }
    }
}

/// A y4m stream in which something else stands.
pub(super) fn lost_frame(name: &str) -> CameraError {
    CameraError::Unsupported(format!(
        "{name} writes y4m whose frames do not follow one another; does it write something else to stdout as well?"
    ))
}
