//! A recording as a camera: `.mjpeg` (JPEGs one after the other) or `.y4m` (YUV4MPEG2), looped at its own rate.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use super::{
    clock::{self, Metronome},
    error::CameraError,
    frame::{ColorMatrix, ColorRange, Mode, PixelFormat, RawFrame},
    jpeg,
    source::{Delivery, NEXT_FRAME_WAIT_MAX, Source},
};

/// A JPEG larger than this is none: 8K at quality 100 is smaller.
const LARGEST_JPEG: usize = 64 << 20;

/// How much of an `.mjpeg` file is read at a time.
const CHUNK: u64 = 256 << 10;

/// One file, open.
pub(super) struct FileSource {
    path: PathBuf,
    reader: BufReader<File>,
    /// `.mjpeg`: what has been read and not been used. Empty for `.y4m`.
    ahead: Vec<u8>,
    mode: Mode,
    beat: Metronome,
}

impl FileSource {
    /// Opens `path` by its ending. An `.mjpeg` file knows no rate and plays at `fps`.
    pub(super) fn open(path: &Path, fps: f64) -> Result<Self, CameraError> {
        let broken = |problem: String| CameraError::File {
            path: path.into(),
            problem,
        };
        let file = File::open(path).map_err(|cause| broken(cause.to_string()))?;
        let mut source = Self {
            path: path.into(),
            reader: BufReader::new(file),
            ahead: Vec::new(),
            mode: Mode {
                width: 0,
                height: 0,
                fps,
                format: PixelFormat::Mjpeg,
                range: ColorRange::Full,
                matrix: ColorMatrix::Bt601,
            },
            beat: Metronome::new(fps),
        };
        if path
            .extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case("y4m"))
        {
            source.mode = source.y4m_header().map_err(broken)?;
            source.beat = Metronome::new(source.mode.fps);
        } else {
            let first = source.find_jpeg().map_err(broken)?;
            (source.mode.width, source.mode.height) = (first.width, first.height);
        }
        Ok(source)
    }

    /// Reads the stream header. Source: the yuv4mpeg manual page of `MJPEGtools`.
    fn y4m_header(&mut self) -> Result<Mode, String> {
        let line = self.line().map_err(|cause| cause.to_string())?;
        let mut words = line.split_ascii_whitespace();
        if words.next() != Some("YUV4MPEG2") {
            return Err("not a YUV4MPEG2 file".into());
        }
        let mut mode = Mode {
            format: PixelFormat::I420,
            range: ColorRange::Limited,
            ..self.mode.clone()
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
                ("F", _) => {
                    mode.fps =
                        rate(value).ok_or_else(|| format!("{word:?} in its header is no rate"))?;
                }
                ("C", "420" | "420jpeg" | "420mpeg2" | "420paldv") => {}
                ("C", "mono") => mode.format = PixelFormat::Grey,
                ("C", other) => {
                    return Err(format!(
                        "its pixels are {other}; only 8-bit 4:2:0 and mono are read"
                    ));
                }
                ("X", "COLORRANGE=FULL") => mode.range = ColorRange::Full,
                _ => {}
            }
        }
        if mode.width == 0 || mode.height == 0 {
            return Err("its header names no size".into());
        }
        Ok(mode)
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        // A header is one short line; a file that is no y4m must not be read to its end looking for one.
        self.reader.by_ref().take(1024).read_line(&mut line)?;
        Ok(line)
    }

    fn next_y4m(&mut self, into: &mut RawFrame) -> Result<(), String> {
        let unreadable = |cause: io::Error| cause.to_string();
        let mut line = self.line().map_err(unreadable)?;
        if line.is_empty() {
            self.reader.seek(SeekFrom::Start(0)).map_err(unreadable)?;
            self.line().map_err(unreadable)?;
            line = self.line().map_err(unreadable)?;
        }
        if !line.starts_with("FRAME") {
            return Err("it holds no frame where one should begin".into());
        }
        let bytes = self
            .mode
            .format
            .bytes(self.mode.width, self.mode.height)
            .unwrap_or(0);
        into.data.clear();
        self.reader
            .by_ref()
            .take(bytes as u64)
            .read_to_end(&mut into.data)
            .map_err(unreadable)?;
        Ok(())
    }

    /// Makes `ahead` begin with a whole JPEG, starting over at the end of the file.
    fn find_jpeg(&mut self) -> Result<jpeg::Jpeg, String> {
        let mut ends = 0;
        loop {
            // Between two pictures there may be anything, such as the part headers of a multipart stream.
            let start = self
                .ahead
                .windows(2)
                .position(|pair| pair == [0xff, 0xd8])
                .unwrap_or(self.ahead.len());
            self.ahead.drain(..start);
            if let Some(found) = jpeg::find(&self.ahead) {
                return Ok(found);
            }
            if self.ahead.len() > LARGEST_JPEG {
                return Err("it holds no whole JPEG".into());
            }
            let read = self
                .reader
                .by_ref()
                .take(CHUNK)
                .read_to_end(&mut self.ahead)
                .map_err(|cause| cause.to_string())?;
            if read == 0 {
                ends += 1;
                if ends > 1 {
                    return Err("it holds no whole JPEG".into());
                }
                self.ahead.clear();
                self.reader
                    .seek(SeekFrom::Start(0))
                    .map_err(|cause| cause.to_string())?;
            }
        }
    }

    fn next_jpeg(&mut self, into: &mut RawFrame) -> Result<(), String> {
        let found = self.find_jpeg()?;
        into.data.clear();
        into.data.extend(self.ahead.drain(..found.len));
        Ok(())
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
        if !self.beat.tick(NEXT_FRAME_WAIT_MAX) {
            return Ok(None);
        }
        into.describe(&self.mode);
        into.captured_at_us = clock::wall_us();
        let read = match self.mode.format {
            PixelFormat::Mjpeg => self.next_jpeg(into),
            _ => self.next_y4m(into),
        };
        read.map_err(|problem| CameraError::File {
            path: self.path.clone(),
            problem,
        })?;
        Ok(Some(Delivery::default()))
    }
}

/// `30000:1001` as frames a second.
fn rate(ratio: &str) -> Option<f64> {
    let (frames, seconds) = ratio.split_once(':')?;
    let fps = frames.parse::<f64>().ok()? / seconds.parse::<f64>().ok()?;
    (fps.is_finite() && fps > 0.0).then_some(fps)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// A file that goes with its guard.
    struct Recording(PathBuf);

    impl Recording {
        fn new(ending: &str, content: &[u8]) -> Self {
            let path =
                std::env::temp_dir().join(format!("capture-{:x}.{ending}", fastrand::u64(..)));
            File::create_new(&path).unwrap().write_all(content).unwrap();
            Self(path)
        }
    }

    impl Drop for Recording {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.0);
        }
    }

    fn take(source: &mut FileSource) -> Result<RawFrame, CameraError> {
        let mut frame = RawFrame::default();
        while source.next_frame(&mut frame)?.is_none() {}
        Ok(frame)
    }

    fn picture(shade: u8) -> Vec<u8> {
        let mut bytes = Vec::new();
        jpeg_encoder::Encoder::new(&mut bytes, 80)
            .encode(&[shade; 64 * 48 * 3], 64, 48, jpeg_encoder::ColorType::Rgb)
            .unwrap();
        bytes
    }

    #[test]
    fn mjpeg_gives_each_picture_in_turn_and_begins_again() {
        let pictures = [picture(10), picture(120), picture(240)];
        let file = Recording::new("mjpeg", &pictures.join(&b"\r\n--part\r\n"[..]));
        let mut source = FileSource::open(&file.0, 1000.0).unwrap();
        assert_eq!((source.mode().width, source.mode().height), (64, 48));
        for turn in 0..7 {
            assert_eq!(
                take(&mut source).unwrap().data,
                pictures[turn % 3],
                "turn {turn}"
            );
        }
    }

    #[test]
    fn y4m_plays_at_its_own_rate_and_range_and_begins_again() {
        let mut content = b"YUV4MPEG2 W4 H2 F500:1 Ip C420jpeg XCOLORRANGE=FULL\n".to_vec();
        for shade in [1u8, 2] {
            content.extend_from_slice(b"FRAME\n");
            content.extend_from_slice(&[shade; 12]);
        }
        let file = Recording::new("y4m", &content);
        let mut source = FileSource::open(&file.0, 30.0).unwrap();
        assert!((source.mode().fps - 500.0).abs() < 0.01);
        for turn in 0..5u8 {
            let mut frame = take(&mut source).unwrap();
            assert_eq!(
                (frame.data[0], frame.data.len(), frame.range),
                (1 + turn % 2, 12, ColorRange::Full)
            );
            assert!(frame.make_whole());
        }
    }

    #[test]
    fn a_file_that_cannot_be_played_says_why() {
        let problem = |ending: &str, content: &[u8]| {
            let file = Recording::new(ending, content);
            let opened = FileSource::open(&file.0, 30.0);
            opened
                .err()
                .map(|error| error.to_string())
                .unwrap_or_default()
        };
        assert!(problem("mjpeg", b"not one").contains("no whole JPEG"));
        assert!(problem("mjpeg", &picture(5)[..200]).contains("no whole JPEG"));
        assert!(problem("y4m", b"RIFF....").contains("not a YUV4MPEG2 file"));
        assert!(problem("y4m", b"YUV4MPEG2 W4 H2 F30:1 C444\n").contains("4:2:0"));
        assert!(problem("y4m", b"YUV4MPEG2 F30:1\n").contains("no size"));
        assert!(
            FileSource::open(Path::new("/nowhere.mjpeg"), 30.0)
                .is_err_and(|error| error.to_string().contains("/nowhere"))
        );
    }
}
