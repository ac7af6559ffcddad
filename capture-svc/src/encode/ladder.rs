//! The project's own encoder: colour and DCT once for all renditions, and a camera's JPEG by its coefficients.

use jpeg_ladder::{
    EncodeError as LadderError, HoldSettings, Intervals, Plane, Range, Rendition, Size, Source,
    Spec,
};
use wire::{RenditionSet, Stamp};

use super::encoder::{EncodeError, Encoder, Sampling};
use super::hold::{Hold, Sequence, Step};
use super::pass_through::Trust;
use crate::camera::{ColorRange, PixelFormat, RawFrame};

/// The crate `jpeg-ladder`.
#[derive(Debug)]
pub(crate) struct Ladder {
    sampling: jpeg_ladder::Sampling,
    encoder: jpeg_ladder::Duo,
    renditions: Vec<Rendition>,
    /// Where what stands still is held: how the frames follow each other, and the layout of the last one.
    sequence: Option<(Sequence, PixelFormat)>,
    trust: Trust,
}

impl Ladder {
    /// An encoder that writes this sampling, or coarser where the frame has no more. A camera's JPEG keeps its own. What
    /// stands still is encoded again and again, unless it is to `hold` it.
    #[must_use]
    pub(crate) fn new(sampling: Sampling, hold: Option<Hold>) -> Self {
        let mut encoder = jpeg_ladder::Duo::new();
        // How many frames the refresh is shows when they come.
        encoder.hold(hold.map(|hold| HoldSettings {
            refresh_frames: 1,
            settles: hold.settles,
        }));
        Self {
            sampling: match sampling {
                Sampling::S420 => jpeg_ladder::Sampling::S420,
                Sampling::S422 => jpeg_ladder::Sampling::S422,
            },
            encoder,
            renditions: Vec::new(),
            sequence: hold.map(|hold| (Sequence::new(hold), PixelFormat::default())),
            trust: Trust::default(),
        }
    }

    /// Tells the encoder what it cannot know of this frame; whether it is the last one again.
    fn follow(&mut self, frame: &RawFrame, stamp: &Stamp) -> bool {
        let Some((sequence, format)) = &mut self.sequence else {
            return false;
        };
        if std::mem::replace(format, frame.format) != frame.format {
            sequence.forget();
        }
        let step = sequence.step(stamp.seq, stamp.captured_at_us);
        if let Step::Anew(_) = step {
            self.encoder.forget();
        }
        if let Step::Anew(frames) | Step::Next(frames) = step {
            self.encoder.refresh_within(frames);
        }
        step == Step::Again
    }

    /// The one place where it is decided that a camera's bytes are passed on unread; whether they were.
    fn pass_through(&mut self, frame: &RawFrame, stamp: &Stamp, jpegs: &mut [Vec<u8>]) -> bool {
        let passed = frame.format == PixelFormat::Mjpeg
            && self.trust.allows(frame)
            && self
                .encoder
                .pass_through(&frame.data, &self.renditions, jpegs, &stamp.segment());
        if passed {
            self.trust.passed(frame);
        }
        passed
    }
}

impl Encoder for Ladder {
    fn encode_many(
        &mut self,
        frame: &RawFrame,
        stamp: &Stamp,
        renditions: RenditionSet,
        jpegs: &mut [Vec<u8>],
    ) -> Result<Option<Intervals>, EncodeError> {
        self.renditions.clear();
        self.renditions.extend(renditions.iter().map(rendition));
        if self.pass_through(frame, stamp, jpegs) {
            return Ok(None);
        }
        let again = self.follow(frame, stamp);
        // What does not fit is above the encoder's own limit, and refused with it.
        let side = |pixels: u32| u16::try_from(pixels).unwrap_or(u16::MAX);
        let (width, height) = (side(frame.width), side(frame.height));
        let spec = Spec {
            width,
            height,
            sampling: self.sampling,
            range: match frame.range {
                ColorRange::Full => Range::Full,
                ColorRange::Limited => Range::Limited,
            },
        };
        let data = &frame.data[..];
        let wide = usize::from(width);
        let packed = |row: usize| Plane::new(data, row);
        let source = match frame.format {
            PixelFormat::Yuyv => Source::Yuyv(packed(4 * wide.div_ceil(2))),
            PixelFormat::Uyvy => Source::Uyvy(packed(4 * wide.div_ceil(2))),
            PixelFormat::Nv12 => {
                let (y, uv) = data.split_at(data.len().min(wide * usize::from(height)));
                Source::Nv12 {
                    y: Plane::new(y, wide),
                    uv: Plane::new(uv, wide.next_multiple_of(2)),
                }
            }
            PixelFormat::I420 => Source::i420(data, width, height),
            PixelFormat::I422 => planar(data, frame, jpeg_ladder::Sampling::S422),
            PixelFormat::I444 => planar(data, frame, jpeg_ladder::Sampling::S444),
            PixelFormat::Grey => Source::Grey(packed(wide)),
            PixelFormat::Rgb24 => Source::Rgb24(packed(3 * wide)),
            PixelFormat::Bgr24 => Source::Bgr24(packed(3 * wide)),
            PixelFormat::Mjpeg => Source::Mjpeg(data),
        };
        let (renditions, segment) = (&self.renditions, stamp.segment());
        let encoded = if again {
            self.encoder
                .encode_again(&spec, source, renditions, jpegs, &segment)
        } else {
            self.encoder
                .encode_many(&spec, source, renditions, jpegs, &segment)
        };
        self.trust.read(frame, encoded.is_ok());
        encoded.map_err(|error| match error {
            LadderError::Kind(kind) => EncodeError::Unread(kind),
            LadderError::Damaged { .. } => EncodeError::Corrupt(error.to_string()),
            _ => EncodeError::Unsupported {
                width: frame.width,
                height: frame.height,
                format: frame.format.as_str(),
                why: error.to_string(),
            },
        })
    }
}

/// As the encoder names it.
fn rendition(wanted: wire::Rendition) -> Rendition {
    let size = match wanted.size() {
        wire::Size::Full => Size::Full,
        wire::Size::Half => Size::Half,
        wire::Size::Quarter => Size::Quarter,
    };
    Rendition::new(wanted.quality().get(), size)
}

/// Planes without padding, chroma of all rows.
fn planar<'a>(data: &'a [u8], frame: &RawFrame, sampling: jpeg_ladder::Sampling) -> Source<'a> {
    let (width, height) = (frame.width as usize, frame.height as usize);
    let across = match sampling {
        jpeg_ladder::Sampling::S444 => width,
        _ => width.div_ceil(2),
    };
    let (y, chroma) = data.split_at(data.len().min(width * height));
    let (u, v) = chroma.split_at(chroma.len().min(across * height));
    Source::Planar {
        y: Plane::new(y, width),
        u: Plane::new(u, across),
        v: Plane::new(v, across),
        sampling,
    }
}

#[cfg(test)]
mod tests;
