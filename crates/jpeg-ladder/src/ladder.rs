//! The encoder that a camera has: tables and buffers, kept from frame to frame.

use crate::batch::{EncodeNow, Rungs, Transform, Workspace};
use crate::block::Mcu;
use crate::decode;
use crate::error::{Damage, EncodeError};
use crate::header;
use crate::hold::HoldSettings;
use crate::holding::{Holding, Intervals};
use crate::interval::Picture;
use crate::kernel::Kernel;
use crate::mjpeg::{Kind, ReadScan, Reader};
use crate::request::Request;
use crate::source::{Source, Spec};
use crate::tables::Tables;

/// The encoder: its tables and buffers, to be kept from frame to frame. One for each camera.
pub struct Ladder {
    pub(crate) kernel: Kernel,
    /// By quality; made when first asked for.
    tables: Vec<Option<Box<Tables>>>,
    work: Box<Workspace>,
    pub(crate) reader: Box<Reader>,
    /// Where what is still is held.
    holding: Option<Box<Holding>>,
}

impl Ladder {
    /// An encoder with the fastest kernel of this processor.
    #[must_use]
    pub fn new() -> Self {
        Self::with_kernel(Kernel::best())
    }

    /// An encoder with a kernel of choice; the portable one stands in where the processor lacks it.
    #[must_use]
    pub fn with_kernel(kernel: Kernel) -> Self {
        Self {
            kernel,
            tables: std::iter::repeat_with(|| None).take(101).collect(),
            work: Box::new(Workspace::new()),
            reader: Box::new(Reader::new()),
            holding: None,
        }
    }

    /// Holds what is still from frame to frame, or no longer (`None`); what was held before is forgotten.
    pub fn hold(&mut self, settings: Option<HoldSettings>) {
        self.holding = settings.map(|settings| Box::new(Holding::new(settings)));
    }

    /// Encodes what is still within so many frames from now on, where it is held.
    pub fn refresh_within(&mut self, frames: u32) {
        if let Some(holding) = &mut self.holding {
            holding.refresh_within(frames);
        }
    }

    /// Whether it holds what is still.
    pub(crate) fn holds(&self) -> bool {
        self.holding.is_some()
    }

    /// Compares the next frame with none before: the camera was closed meanwhile, or it is another.
    pub fn forget(&mut self) {
        if let Some(holding) = &mut self.holding {
            holding.forget();
        }
    }

    /// Encodes one frame at every quality of `qualities` (1 to 100), each into the buffer at the same place of `out`.
    ///
    /// The buffers are cleared first and keep their capacity. `comment` is a finished COM segment (FF FE, its length,
    /// its text) that is written right after the JFIF APP0, or nothing. Gives what was held, if anything was to be.
    ///
    /// # Errors
    /// See [`EncodeError`]. The buffers are empty then.
    pub fn encode_many(
        &mut self,
        spec: &Spec,
        source: Source<'_>,
        qualities: &[u8],
        out: &mut [Vec<u8>],
        comment: &[u8],
    ) -> Result<Option<Intervals>, EncodeError> {
        let request = Request {
            spec: *spec,
            qualities,
            comment,
            again: false,
        };
        self.encode(request, source, out, None)
    }

    /// As [`Self::encode_many`], for the frame that it was last called with: at further qualities, which show what the
    /// first ones show. Nothing is compared again.
    ///
    /// # Errors
    /// See [`EncodeError`]. The buffers are empty then.
    pub fn encode_again(
        &mut self,
        spec: &Spec,
        source: Source<'_>,
        qualities: &[u8],
        out: &mut [Vec<u8>],
        comment: &[u8],
    ) -> Result<Option<Intervals>, EncodeError> {
        let request = Request {
            spec: *spec,
            qualities,
            comment,
            again: true,
        };
        self.encode(request, source, out, None)
    }

    /// Either of both; what is held is coded in two threads if there are buffers for a second one.
    pub(crate) fn encode(
        &mut self,
        request: Request,
        source: Source<'_>,
        out: &mut [Vec<u8>],
        second: Option<&mut Workspace>,
    ) -> Result<Option<Intervals>, EncodeError> {
        out.iter_mut().for_each(Vec::clear);
        request.check(out.len())?;
        for &quality in request.qualities {
            self.tables[usize::from(quality)].get_or_insert_with(|| Box::new(Tables::new(quality)));
        }
        let done = match source {
            Source::Mjpeg(data) => self.encode_jpeg(request, data, out, second),
            _ => self.encode_pixels(request, &source, out, second),
        };
        for out in out {
            match done {
                Ok(_) => out.extend_from_slice(&header::END),
                Err(_) => out.clear(),
            }
        }
        done
    }

    fn encode_pixels(
        &mut self,
        request: Request,
        source: &Source<'_>,
        out: &mut [Vec<u8>],
        second: Option<&mut Workspace>,
    ) -> Result<Option<Intervals>, EncodeError> {
        let Spec {
            width,
            height,
            sampling,
            range,
        } = request.spec;
        source.check(width, height)?;
        let mcu = Mcu::new(source.output(sampling));
        let picture = Picture::new(mcu, width, height);
        let rungs = Rungs {
            qualities: request.qualities,
            tables: &self.tables,
        };
        for (&quality, out) in request.qualities.iter().zip(&mut *out) {
            let tables = rungs.tables(quality);
            header::write(out, picture, tables, request.comment);
        }
        let Self {
            kernel,
            work,
            holding,
            ..
        } = self;
        let Some(holding) = holding else {
            kernel.run(Transform {
                work,
                source,
                range,
                picture,
                sink: EncodeNow {
                    picture,
                    rungs,
                    own: u8::MAX,
                    out,
                },
            });
            return Ok(None);
        };
        let decided = holding.begin(picture, request.again).then(|| {
            kernel.run(Transform {
                work,
                source,
                range,
                picture,
                sink: holding.sink(),
            });
            holding.decide(*kernel, None)
        });
        holding.code(*kernel, work, second, rungs, u8::MAX, out);
        Ok(decided)
    }

    fn encode_jpeg(
        &mut self,
        request: Request,
        data: &[u8],
        out: &mut [Vec<u8>],
        second: Option<&mut Workspace>,
    ) -> Result<Option<Intervals>, EncodeError> {
        match self.reader.begin(data).map_err(EncodeError::damaged)? {
            Kind::Baseline => self.encode_baseline(request, data, out, second),
            Kind::Unread(kind) => Err(EncodeError::Kind(kind)),
            Kind::Decodable => {
                let picture = decode::decode(data).ok_or(EncodeError::Damaged {
                    at: 0,
                    damage: Damage::Undecodable,
                })?;
                let spec = Spec {
                    width: picture.width,
                    height: picture.height,
                    ..request.spec
                };
                let request = Request { spec, ..request };
                self.encode_pixels(request, &picture.source(), out, second)
            }
        }
    }

    /// A frame whose segments the reader has read.
    fn encode_baseline(
        &mut self,
        request: Request,
        data: &[u8],
        out: &mut [Vec<u8>],
        second: Option<&mut Workspace>,
    ) -> Result<Option<Intervals>, EncodeError> {
        let Self {
            kernel,
            tables,
            work,
            reader,
            holding,
        } = self;
        let own = reader.quality();
        let qualities = request.qualities;
        let rungs = Rungs { qualities, tables };
        for (&quality, out) in qualities.iter().zip(&mut *out) {
            if quality >= own {
                reader.write_own_header(data, out, request.comment);
            } else {
                reader.write_header(rungs.tables(quality), out, request.comment);
            }
        }
        let picture = reader.picture();
        let passes_on = qualities.iter().any(|&quality| quality >= own);
        let recodes = qualities.iter().any(|&quality| quality < own);
        let mut decided = None;
        if let Some(holding) = holding.as_mut().filter(|_| recodes) {
            let compare = holding.begin(picture, request.again);
            // Which parts of the frame are its scan, only reading it tells.
            if compare || passes_on {
                ReadScan::run(*kernel, work, reader, data, holding.sink())?;
            }
            decided = compare.then(|| holding.decide(*kernel, Some(reader.steps())));
            holding.code(*kernel, work, second, rungs, own, out);
        } else {
            // What nobody was shown cannot be held.
            if let Some(holding) = holding.as_mut().filter(|_| !request.again) {
                holding.forget();
            }
            let sink = EncodeNow {
                picture,
                rungs,
                own,
                out: &mut *out,
            };
            ReadScan::run(*kernel, work, reader, data, sink)?;
        }
        for (&quality, out) in qualities.iter().zip(out) {
            if quality >= own {
                reader.write_own_scan(data, out);
            }
        }
        Ok(decided)
    }
}

impl Default for Ladder {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Ladder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ladder")
            .field("kernel", &self.kernel)
            .finish_non_exhaustive()
    }
}
