//! YUV4MPEG2: a header, then frames of one size, and from the beginning again. Source: the yuv4mpeg manual page of
//! `MJPEGtools`.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
};

use super::super::frame::{ColorMatrix, ColorRange, Mode, PixelFormat};

/// The reader; owns the file's position.
pub(super) struct Y4m(BufReader<File>);

impl Y4m {
    /// Reads the stream header.
    pub(super) fn open(file: File, fps: f64) -> Result<(Self, Mode), String> {
        let mut y4m = Self(BufReader::new(file));
        let line = y4m.line().map_err(|cause| cause.to_string())?;
        Ok((y4m, mode(&line, fps)?))
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

/// What the header says; `fps` where it says no rate.
fn mode(header: &str, fps: f64) -> Result<Mode, String> {
    let mut words = header.split_ascii_whitespace();
    if words.next() != Some("YUV4MPEG2") {
        return Err("not a YUV4MPEG2 file".into());
    }
    let mut mode = Mode {
        width: 0,
        height: 0,
        fps,
        format: PixelFormat::I420,
        delivered: PixelFormat::I420.as_str(),
        range: ColorRange::Limited,
        matrix: ColorMatrix::Bt601,
    };
    for word in words {
        let (key, value) = word.split_at_checked(1).unwrap_or((word, ""));
        let number = || {
            value
                .parse()
                .map_err(|_| format!("{word:?} in its header is no number"))
        };
        match (key, value) {
            ("W", _) => mode.width = number()?,
            ("H", _) => mode.height = number()?,
            // The usual ones, and a rate that is unknown.
            ("F", "0:0") | ("C", "420" | "420jpeg" | "420mpeg2" | "420paldv") => {}
            ("F", _) => {
                mode.fps =
                    rate(value).ok_or_else(|| format!("{word:?} in its header is no rate"))?;
            }
            ("C", "422") => mode.format = PixelFormat::I422,
            ("C", "444") => mode.format = PixelFormat::I444,
            ("C", "mono") => mode.format = PixelFormat::Grey,
            ("C", other) => {
                return Err(format!(
                    "its pixels are {other}; only 8-bit 4:2:0, 4:2:2, 4:4:4 and mono are read"
                ));
            }
            ("X", "COLORRANGE=FULL") => mode.range = ColorRange::Full,
            _ => {}
        }
    }
    mode.delivered = mode.format.as_str();
    if mode.width == 0 || mode.height == 0 {
        return Err("its header names no size".into());
    }
    Ok(mode)
}

/// `30000:1001` as frames a second.
fn rate(ratio: &str) -> Option<f64> {
    let (frames, seconds) = ratio.split_once(':')?;
    let fps = frames.parse::<f64>().ok()? / seconds.parse::<f64>().ok()?;
    (fps.is_finite() && fps > 0.0).then_some(fps)
}
