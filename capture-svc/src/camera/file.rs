//! A recording as a camera: `.mjpeg` (JPEGs one after the other) or `.y4m` (YUV4MPEG2), looped at its own rate.

mod mjpeg;
mod y4m;

use std::{
    fs::{self, File, FileType},
    io,
    os::unix::fs::FileTypeExt,
    path::{Path, PathBuf},
};

use self::{mjpeg::Pictures, y4m::Y4m};

use super::{
    clock::{self, Metronome},
    error::CameraError,
    exif,
    frame::{ColorMatrix, ColorRange, Mode, PixelFormat, RawFrame},
    opening::Opening,
    slot::Undecoded,
    source::{self, Delivery, NEXT_FRAME_WAIT_MAX, Source},
};

/// One file, open.
pub(super) struct FileSource {
    path: PathBuf,
    content: Content,
    mode: Mode,
    beat: Metronome,
    /// A frame is due and its picture is not found yet.
    due: bool,
    damage_told: bool,
}

enum Content {
    Mjpeg(Pictures),
    Y4m(Y4m),
}

impl FileSource {
    /// Opens `path` by its ending. An `.mjpeg` file knows no rate and plays at `fps`.
    pub(super) fn open(path: &Path, fps: f64, opening: &Opening<'_>) -> Result<Self, CameraError> {
        Self::read(path, fps, opening).map_err(|problem| CameraError::File {
            path: path.into(),
            problem,
        })
    }

    fn read(path: &Path, fps: f64, opening: &Opening<'_>) -> Result<Self, String> {
        let unreadable = |cause: io::Error| cause.to_string();
        // Asked before the file is opened: opening a pipe waits for somebody to write.
        let kind = fs::metadata(path).map_err(unreadable)?.file_type();
        if let Some(problem) = no_recording(kind) {
            return Err(problem.into());
        }
        let file = File::open(path).map_err(unreadable)?;
        let (content, mode) = if path
            .extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case("y4m"))
        {
            let (y4m, mode) = Y4m::open(file, fps)?;
            (Content::Y4m(y4m), mode)
        } else {
            let mut pictures = Pictures::new(file);
            let first = loop {
                if let Some(first) = pictures.find()? {
                    break first;
                }
                if opening.cancel.is_told() {
                    return Err("it was closed before its first picture was found".into());
                }
                // Slow disks and busy machines take their time, and that is no driver that hangs.
                opening.go_on();
            };
            let mode = Mode {
                width: first.width,
                height: first.height,
                fps,
                format: PixelFormat::Mjpeg,
                delivered: PixelFormat::Mjpeg.as_str(),
                range: ColorRange::Full,
                matrix: ColorMatrix::Bt601,
            };
            (Content::Mjpeg(pictures), mode)
        };
        Ok(Self {
            path: path.into(),
            content,
            beat: Metronome::new(mode.fps),
            mode,
            due: false,
            damage_told: false,
        })
    }

    /// Whether the next frame is in `into`; else it is still looked for.
    fn next(&mut self, into: &mut RawFrame) -> Result<Option<Delivery>, String> {
        match &mut self.content {
            Content::Y4m(y4m) => {
                y4m.next(&self.mode, &mut into.data)?;
                Ok(Some(Delivery::default()))
            }
            Content::Mjpeg(pictures) => {
                let Some(found) = pictures.find()? else {
                    return Ok(None);
                };
                pictures.take(found, &mut into.data);
                let damaged = pictures.damaged();
                if damaged.count > 0 && !self.damage_told {
                    self.damage_told = true;
                    tracing::warn!(
                        file = %self.path.display(), byte = damaged.last_at,
                        "a picture of the recording is damaged and stepped over; further ones are counted only"
                    );
                }
                Ok(Some(Delivery {
                    damaged: damaged.count,
                    orientation: exif::orientation(&into.data),
                    ..Delivery::default()
                }))
            }
        }
    }
}

impl Source for FileSource {
    fn mode(&self) -> &Mode {
        &self.mode
    }

    fn describe(&self) -> String {
        format!("the recording {}", self.path.display())
    }

    fn next_frame(&mut self, into: &mut RawFrame) -> Result<Option<Delivery>, CameraError> {
        self.due = self.due || self.beat.tick(NEXT_FRAME_WAIT_MAX);
        if !self.due {
            return Ok(None);
        }
        into.describe(&self.mode);
        into.captured_at_us = clock::wall_us();
        let delivered = self.next(into).map_err(|problem| CameraError::File {
            path: self.path.clone(),
            problem,
        })?;
        self.due = delivered.is_none();
        Ok(delivered)
    }

    fn sizes_vary(&self) -> bool {
        matches!(self.content, Content::Mjpeg(_))
    }

    /// Opening a recording anew would begin it anew, and what lies behind the damage would never be seen: only one of
    /// which a whole turn is damaged has nothing to show.
    fn damaged_in_a_row(&self) -> u32 {
        let least = source::DAMAGED_IN_A_ROW;
        match &self.content {
            Content::Mjpeg(pictures) => pictures.turn().map_or(u32::MAX, |turn| turn.max(least)),
            Content::Y4m(_) => least,
        }
    }

    /// No cable leads to a recording.
    fn undecodable(&self, frames: Undecoded) -> CameraError {
        let problem = match frames.unread {
            Some(kind) => format!("it holds {kind}, which is not read"),
            None => format!("{} pictures of it in a row are damaged", frames.in_a_row),
        };
        CameraError::File {
            path: self.path.clone(),
            problem,
        }
    }
}

/// What it is, of what is no file that can be played again and again.
fn no_recording(kind: FileType) -> Option<&'static str> {
    if kind.is_file() {
        None
    } else if kind.is_dir() {
        Some("it is a directory; a recording is a file")
    } else if kind.is_fifo() {
        Some("it is a pipe (FIFO), which cannot begin again; a recording is a file")
    } else if kind.is_char_device() || kind.is_block_device() {
        Some(
            "it is a device; a recording is a file, and a camera is named without file:, such as CAPTURE_SOURCE=/dev/video0",
        )
    } else {
        Some("it is no plain file; a recording is one")
    }
}

#[cfg(test)]
mod tests;
