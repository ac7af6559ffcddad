//! How a camera delivers its pictures: as which pixels, compressed by itself, or coded and decoded on the way.

use std::io::{Read as _, Write as _};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};

use jpeg_ladder::{Ladder, Plane, Range, Rendition, Sampling, Source, Spec};

use crate::ffmpeg::{X264, ffmpeg, planar};
use crate::trial::Size;

/// As what a frame is given to the encoder.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Format {
    Yuyv,
    /// Encoded as fine as it is.
    Fine,
    Nv12,
    Grey,
    /// The camera's own JPEGs of a quality.
    Mjpeg(u8),
}

impl Format {
    /// The quality that is published: one that the camera's own frames are not passed on for.
    pub(crate) fn published(self) -> u8 {
        match self {
            Self::Mjpeg(quality) => (quality - 5).min(80),
            _ => 80,
        }
    }

    /// Lines of an interval.
    pub(crate) fn lines(self) -> usize {
        match self {
            Self::Fine | Self::Grey => 8,
            _ => 16,
        }
    }

    pub(crate) fn spec(self, size: Size) -> Spec {
        Spec {
            width: size.width as u16,
            height: size.height as u16,
            sampling: match self {
                Self::Fine => Sampling::S422,
                Self::Grey => Sampling::Grey,
                _ => Sampling::S420,
            },
            range: Range::Full,
        }
    }
}

/// Makes what the camera delivers of YUYV.
pub(crate) struct Delivery {
    format: Format,
    size: Size,
    bytes: Vec<u8>,
    jpeg: (Ladder, [Vec<u8>; 1]),
}

impl Delivery {
    pub(crate) fn new(format: Format, size: Size) -> Self {
        Self {
            format,
            size,
            bytes: Vec::new(),
            jpeg: (Ladder::new(), [Vec::new()]),
        }
    }

    pub(crate) fn make<'a>(&'a mut self, yuyv: &'a [u8]) -> Source<'a> {
        let Size { width, height, .. } = self.size;
        let source = Source::Yuyv(Plane::new(yuyv, 2 * width));
        match self.format {
            Format::Yuyv | Format::Fine => source,
            Format::Grey => {
                self.bytes = yuyv.iter().step_by(2).copied().collect();
                Source::Grey(Plane::new(&self.bytes, width))
            }
            Format::Nv12 => {
                let planes = planar(yuyv, width, height);
                let (y, chroma) = planes.split_at(width * height);
                let (cb, cr) = chroma.split_at(chroma.len() / 2);
                self.bytes = y.to_vec();
                self.bytes
                    .extend(cb.iter().zip(cr).flat_map(|(&cb, &cr)| [cb, cr]));
                Source::nv12(&self.bytes, width, height as u16)
            }
            Format::Mjpeg(quality) => {
                let (ladder, files) = &mut self.jpeg;
                let spec = self.format.spec(self.size);
                ladder
                    .encode_many(&spec, source, &[Rendition::full(quality)], files, &[])
                    .expect("a whole frame");
                Source::Mjpeg(&files[0])
            }
        }
    }
}

/// Frames coded with H.264 and decoded again, as a camera sends them that does.
pub(crate) struct Coded {
    size: Size,
    children: [Child; 2],
    to: Option<ChildStdin>,
    frames: Receiver<Vec<u8>>,
}

impl Coded {
    pub(crate) fn new(size: Size, factor: u8, group: u8) -> std::io::Result<Self> {
        let pixels = format!("{}x{}", size.width, size.height);
        let raw = ["-f", "rawvideo", "-pix_fmt", "yuv420p"];
        let mut coder = ffmpeg()
            .args(raw)
            .args(["-s", &pixels, "-r", "34", "-i", "-"])
            .args(X264)
            .args(["-crf", &factor.to_string(), "-g", &group.to_string()])
            .args(["-f", "h264", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let from_coder = coder.stdout.take().expect("it is piped");
        let mut decoder = ffmpeg()
            .args(["-f", "h264", "-i", "-", "-vsync", "passthrough"])
            .args(raw)
            .arg("-")
            .stdin(Stdio::from(from_coder))
            .stdout(Stdio::piped())
            .spawn()?;
        let mut pixels_out = decoder.stdout.take().expect("it is piped");
        let (send, frames) = channel();
        let bytes = size.width * size.height * 3 / 2;
        std::thread::Builder::new()
            .name("decoded".into())
            .spawn(move || {
                let mut frame = vec![0; bytes];
                while pixels_out.read_exact(&mut frame).is_ok() && send.send(frame.clone()).is_ok()
                {
                }
            })?;
        Ok(Self {
            size,
            to: coder.stdin.take(),
            children: [coder, decoder],
            frames,
        })
    }

    pub(crate) fn add(&mut self, yuyv: &[u8]) -> std::io::Result<()> {
        let planes = planar(yuyv, self.size.width, self.size.height);
        self.to.as_mut().expect("not ended").write_all(&planes)
    }

    /// The next frame that came out of it, if one has; after the last one was put in (`ends`) it is waited for.
    pub(crate) fn next(&mut self, ends: bool) -> Option<Vec<u8>> {
        if ends {
            self.to = None;
        }
        let planes = if ends {
            self.frames.recv().ok()?
        } else {
            self.frames.try_recv().ok()?
        };
        let (width, height) = (self.size.width, self.size.height);
        let (y, chroma) = planes.split_at(width * height);
        let (cb, cr) = chroma.split_at(chroma.len() / 2);
        let mut yuyv = Vec::with_capacity(2 * width * height);
        for (n, pair) in y.chunks_exact(2).enumerate() {
            let (row, x) = (n / (width / 2), n % (width / 2));
            let at = row / 2 * (width / 2) + x;
            yuyv.extend([pair[0], cb[at], pair[1], cr[at]]);
        }
        Some(yuyv)
    }
}

impl Drop for Coded {
    fn drop(&mut self) {
        self.to = None;
        for child in &mut self.children {
            let _ = child.wait();
        }
    }
}
