//! The same pictures for every way in: the stand-in camera's JPEGs, as capture-svc passes them on, and their pixels.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use testkit::{Cameras, Scratch, Viewer};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use crate::measured::MeasuredStack;

/// As many as the stand-in has that differ.
const PICTURES: usize = 4;

/// Of the stand-in's JPEGs: at this quality viewers get its own bytes.
pub(super) const OWN_QUALITY: u8 = 80;

/// A frame comes long before.
const FRAME_WITHIN: Duration = Duration::from_secs(30);

/// Layout of raw frames.
#[derive(Clone, Copy)]
pub(super) enum Layout {
    Yuyv,
    Planes,
}

/// Files with pictures one after the other, each with its length before it, and the JPEGs themselves.
pub(super) struct Pictures {
    directory: Scratch,
    pub(super) jpegs: Vec<Vec<u8>>,
}

impl Pictures {
    pub(super) fn record() -> anyhow::Result<Self> {
        let cameras = Cameras::one("clock");
        let settings = cameras.settings(&[
            ("CAPTURE_WIDTH", "1280"),
            ("CAPTURE_HEIGHT", "720"),
            ("CAPTURE_FORMAT", "mjpeg"),
        ]);
        let measured = MeasuredStack::start(1, &settings)?;
        let jpegs = measured.runtime.block_on(async {
            let viewer = Viewer::watch(measured.addresses()[0], OWN_QUALITY).await;
            let mut viewer = viewer.map_err(|refused| anyhow::anyhow!("refused: {refused:?}"))?;
            let mut jpegs = Vec::new();
            while jpegs.len() < PICTURES {
                jpegs.push(viewer.frame(FRAME_WITHIN).await.to_vec());
            }
            anyhow::Ok(jpegs)
        })?;
        let directory = Scratch::new("sources");
        Ok(Self { directory, jpegs })
    }

    /// A file of the JPEGs.
    pub(super) fn compressed(&self) -> anyhow::Result<PathBuf> {
        self.file("mjpeg", &self.jpegs)
    }

    /// A file of their pixels.
    pub(super) fn raw(&self, layout: Layout) -> anyhow::Result<PathBuf> {
        let frames: Vec<Vec<u8>> = self
            .jpegs
            .iter()
            .map(|jpeg| pixels(jpeg, layout))
            .collect::<anyhow::Result<_>>()?;
        let name = match layout {
            Layout::Yuyv => "yuyv",
            Layout::Planes => "yuv420p",
        };
        self.file(name, &frames)
    }

    fn file(&self, name: &str, frames: &[Vec<u8>]) -> anyhow::Result<PathBuf> {
        let path = self.directory.path().join(name);
        let lengths = frames
            .iter()
            .map(|frame| (frame.len() as u32).to_be_bytes());
        let bytes: Vec<u8> = lengths
            .zip(frames)
            .flat_map(|(length, frame)| [&length[..], frame].concat())
            .collect();
        std::fs::write(&path, bytes)?;
        Ok(path)
    }
}

/// Colour is taken from every second pixel of every row, or of every second row.
fn pixels(jpeg: &[u8], layout: Layout) -> anyhow::Result<Vec<u8>> {
    let options = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::YCbCr);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(jpeg), options);
    let pixels = decoder.decode()?;
    let (width, _) = decoder.dimensions().context("a picture has a size")?;
    let pairs = pixels.chunks_exact(6);
    Ok(match layout {
        Layout::Yuyv => pairs
            .flat_map(|pair| [pair[0], pair[1], pair[3], pair[2]])
            .collect(),
        Layout::Planes => {
            let luma = pixels.chunks_exact(3).map(|pixel| pixel[0]);
            let chroma = |which: usize| {
                let rows = pixels.chunks_exact(3 * width).step_by(2);
                rows.flat_map(move |row| row.chunks_exact(6).map(move |pair| pair[which]))
            };
            luma.chain(chroma(1)).chain(chroma(2)).collect()
        }
    })
}
