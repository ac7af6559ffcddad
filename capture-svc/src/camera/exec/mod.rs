//! A program as a camera: it writes pictures to its stdout for as long as the source is open, as MJPEG, y4m or raw frames.
//!
//! [`program`] starts and ends it, with [`minder`] as a process of its own between; [`command`], [`format`], [`frames`] and
//! [`last_words`] decide without touching anything. Why not ffmpeg's libraries, or libcamera's: they would tie this binary
//! to the host's version of them; a pipe is understood by every program there is.

pub(crate) mod call;
pub(crate) mod command;
mod content;
pub(crate) mod format;
mod frames;
pub(crate) mod known;
mod last_words;
pub(crate) mod lookup;
pub(crate) mod minder;
mod program;
mod start;

use std::time::Duration;

use self::{
    command::ExecCommand,
    content::Content,
    frames::LostFrame,
    program::{Output, Program},
    start::{Start, lost_frame},
};
use super::{
    clock,
    error::CameraError,
    frame::{Mode, RawFrame},
    opening::Opening,
    slot::Undecoded,
    source::{CameraSettings, Delivery, NEXT_FRAME_WAIT_MAX, Source},
};

/// Where the command of a camera stands.
const SETTING: &str = "CAPTURE_SOURCE";

/// Whether the program of `command` can be started.
pub(super) fn is_there(command: &ExecCommand) -> bool {
    lookup::check(command.program(), SETTING).is_ok()
}

/// What is read at a time.
const CHUNK: usize = 256 << 10;

/// Chunks that are read before the newest picture is handed on, although more is there: several times what waits in the
/// pipe, so that only a program without measure is not read to its end.
const CHUNKS_AT_ONCE: u32 = 16;

/// Silence of a program whose camera may be behind a network.
const SILENCE_MAX: Duration = Duration::from_secs(5);

/// A program that runs.
pub(super) struct ExecSource {
    name: String,
    program: Program,
    content: Content,
    mode: Mode,
    chunk: Vec<u8>,
}

impl ExecSource {
    /// Starts `command` and waits for what its output begins with.
    ///
    /// # Errors
    /// Why there is no picture; then the program has ended.
    pub(super) fn open(
        command: &ExecCommand,
        settings: &CameraSettings,
        opening: &Opening<'_>,
    ) -> Result<Self, CameraError> {
        lookup::check(command.program(), SETTING)?;
        let program = Program::start(command, opening.cancel)?;
        let mut start = Start {
            name: command.name(),
            program,
            chunk: vec![0; CHUNK],
        };
        let (content, mode) = start.content(settings, opening)?;
        Ok(Self {
            name: command.name().to_owned(),
            program: start.program,
            content,
            mode,
            chunk: start.chunk,
        })
    }

    /// Reads what is there; whether there will be more.
    fn drain(&mut self) -> Result<bool, CameraError> {
        for _ in 0..CHUNKS_AT_ONCE {
            match self.program.read(&mut self.chunk) {
                Output::Bytes(bytes) => self
                    .content
                    .feed(&self.chunk[..bytes])
                    .map_err(|LostFrame| lost_frame(&self.name))?,
                Output::Dry => return Ok(true),
                Output::Ended => return Ok(false),
            }
        }
        Ok(true)
    }
}

impl Source for ExecSource {
    fn mode(&self) -> &Mode {
        &self.mode
    }

    fn describe(&self) -> String {
        format!("the program {}", self.name)
    }

    fn next_frame(&mut self, into: &mut RawFrame) -> Result<Option<Delivery>, CameraError> {
        let until = clock::now() + NEXT_FRAME_WAIT_MAX;
        loop {
            let more = self.drain()?;
            if let Some(skipped) = self.content.take(&mut into.data) {
                into.describe(&self.mode);
                into.captured_at_us = clock::wall_us();
                return Ok(Some(Delivery {
                    skipped,
                    damaged: self.content.damaged(),
                    ..Delivery::default()
                }));
            }
            if !more {
                return Err(self.program.end_in_words());
            }
            let left = until.saturating_duration_since(clock::now());
            if left.is_zero() {
                return Ok(None);
            }
            let _ended = self.program.wait(left);
        }
    }

    fn silence_max(&self) -> Duration {
        SILENCE_MAX
    }

    fn silent(&self, silent: Duration) -> CameraError {
        CameraError::Silent {
            program: self.name.clone(),
            silent,
            last_words: self.program.last_words(),
        }
    }

    fn undecodable(&self, frames: Undecoded) -> CameraError {
        match frames.unread {
            Some(kind) => CameraError::Unsupported(format!(
                "{} writes {kind}, which is not read: have it write baseline JPEG, or y4m",
                self.name
            )),
            None => CameraError::Corrupt(frames.in_a_row),
        }
    }
}
