//! A YUV4MPEG2 file: frames of one size, and from the beginning again. What its header says is in [`super::super::y4m`].

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
};

use super::super::{frame::Mode, y4m};

/// The reader; owns the file's position.
pub(super) struct Y4m(BufReader<File>);

impl Y4m {
    /// Reads the stream header.
    pub(super) fn open(file: File, fps: f64) -> Result<(Self, Mode), String> {
        let mut reader = Self(BufReader::new(file));
        let line = reader.line().map_err(|cause| cause.to_string())?;
        let mode = y4m::mode(&line, fps)?;
        Ok((reader, mode))
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        // A header is one short line; a file that is no y4m must not be read to its end looking for one.
        self.0.by_ref().take(1024).read_line(&mut line)?;
        Ok(line)
    }

    /// Reads the next frame, whose size `mode` says, into `into`; a file that ends within it gives a short one.
    pub(super) fn next(&mut self, mode: &Mode, into: &mut Vec<u8>) -> Result<(), String> {
        let unreadable = |cause: io::Error| cause.to_string();
        let mut line = self.line().map_err(unreadable)?;
        if line.is_empty() {
            self.0.seek(SeekFrom::Start(0)).map_err(unreadable)?;
            self.line().map_err(unreadable)?;
            line = self.line().map_err(unreadable)?;
        }
        if !line.starts_with("FRAME") {
            return Err("it holds no frame where one should begin".into());
        }
        let bytes = mode.format.bytes(mode.width, mode.height).unwrap_or(0);
        into.clear();
        self.0
            .by_ref()
            .take(bytes as u64)
            .read_to_end(into)
            .map_err(unreadable)?;
        Ok(())
    }
}
