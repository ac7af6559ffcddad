//! One frame to its files: from pixels, or from a frame that the camera has compressed.

use crate::batch::{EncodeNow, Workspace};
use crate::block::Mcu;
use crate::decode;
use crate::error::{Damage, EncodeError};
use crate::header;
use crate::holding::{Holding, Intervals, Watch};
use crate::interval::{Length, Picture};
use crate::kernel::Kernel;
use crate::mjpeg::{Kind, ReadScan, Reader};
use crate::request::{Request, Rungs};
use crate::shrink::{EncodeAndShrink, Shrink};
use crate::size::Size;
use crate::smaller::Smaller;
use crate::source::{MAX_SIDE, Source, Spec};
use crate::transform::{Input, Transform};

/// One frame's request, and what an encoder has for it.
pub(crate) struct Encoding<'a> {
    pub(crate) kernel: Kernel,
    pub(crate) work: &'a mut Workspace,
    /// A second thread's.
    pub(crate) second: Option<&'a mut Workspace>,
    pub(crate) smaller: &'a mut Smaller,
    pub(crate) holding: Option<&'a mut Holding>,
    pub(crate) request: Request<'a>,
    pub(crate) rungs: Rungs<'a>,
    /// Empty at first; left without the end of the picture.
    pub(crate) out: &'a mut [Vec<u8>],
}

impl Encoding<'_> {
    /// From a source of any kind.
    pub(crate) fn run(
        self,
        source: &Source,
        reader: &mut Reader,
    ) -> Result<Option<Intervals>, EncodeError> {
        let Source::Mjpeg(data) = source else {
            return self.pixels(source);
        };
        match reader.begin(data).map_err(EncodeError::damaged)? {
            Kind::Baseline => self.baseline(data, reader),
            Kind::Unread(kind) => Err(EncodeError::Kind(kind)),
            Kind::Decodable => self.decoded(data),
        }
    }

    /// A compressed frame of an unusual kind.
    fn decoded(mut self, data: &[u8]) -> Result<Option<Intervals>, EncodeError> {
        let picture = decode::decode(data).ok_or(EncodeError::Damaged {
            at: 0,
            damage: Damage::Undecodable,
        })?;
        self.request.spec = Spec {
            width: picture.width,
            height: picture.height,
            ..self.request.spec
        };
        self.pixels(&picture.source())
    }

    fn pixels(mut self, source: &Source) -> Result<Option<Intervals>, EncodeError> {
        let Spec {
            width,
            height,
            sampling,
            range,
        } = self.request.spec;
        source.check(width, height)?;
        let mcu = Mcu::new(source.output(sampling));
        let picture = Picture::new(mcu, width, height, self.length());
        self.write_headers(picture, None);
        let input = Input::Pixels(source, range);
        let Self {
            kernel,
            work,
            second,
            smaller,
            holding,
            request,
            rungs,
            out,
        } = self;
        if let Some(holding) = holding {
            let read = |sink: Watch| {
                kernel.run(Transform {
                    work: &mut *work,
                    input,
                    picture,
                    half: None,
                    sink: Some(sink),
                });
                Ok(())
            };
            let decided = if holding.begin(picture, request.again) {
                let now = now(picture, second.is_some(), rungs, &mut *out);
                Some(holding.decide(kernel, picture, None, now, read)?)
            } else {
                holding.complete(picture, read)?;
                None
            };
            holding.code(kernel, work, second, rungs, out);
            return Ok(decided);
        }
        let sink = rungs.wants(Size::Full).then_some(EncodeNow {
            picture,
            size: Size::Full,
            rungs,
            out: &mut *out,
        });
        kernel.run(Transform {
            work,
            input,
            picture,
            half: smaller.half(picture, rungs),
            sink,
        });
        smaller.encode(kernel, work, picture, rungs, out);
        Ok(None)
    }

    /// A frame whose segments the reader has read.
    fn baseline(
        mut self,
        data: &[u8],
        reader: &mut Reader,
    ) -> Result<Option<Intervals>, EncodeError> {
        let picture = reader.picture(self.length());
        self.rungs.own = reader.quality();
        self.write_headers(picture, Some((&*reader, data)));
        let Self {
            kernel,
            work,
            second,
            smaller,
            mut holding,
            request,
            rungs,
            out,
        } = self;
        let keeps = holding.is_some() || rungs.wants_smaller();
        if keeps && picture.width.max(picture.height) > MAX_SIDE {
            // What is kept of it is made before it is known whether it is there.
            return Err(EncodeError::Size {
                width: picture.width,
                height: picture.height,
            });
        }
        let passes_on = rungs.renditions.iter().any(|&one| rungs.passes_on(one));
        let codes = rungs.wants(Size::Full) || rungs.wants_smaller();
        let mut decided = None;
        if let Some(holding) = holding.as_mut().filter(|_| codes) {
            let compare = holding.begin(picture, request.again);
            if compare {
                let now = now(picture, second.is_some(), rungs, &mut *out);
                let [luma, chroma] = reader.steps().map(|steps| *steps);
                let read = |sink: Watch| {
                    ReadScan::run(kernel, &mut *work, &mut *reader, data, picture, sink)
                };
                let steps = Some([&luma, &chroma]);
                decided = Some(holding.decide(kernel, picture, steps, now, read)?);
            } else if passes_on {
                // Which parts of the frame are its scan, only reading it tells.
                ReadScan::run(kernel, work, reader, data, picture, ())?;
            }
            holding.code(kernel, work, second, rungs, out);
        } else {
            // What nobody was shown cannot be held.
            if let Some(holding) = holding.filter(|_| !request.again) {
                holding.forget();
            }
            let half = smaller.half(picture, rungs);
            let sink = EncodeAndShrink {
                encode: EncodeNow {
                    picture,
                    size: Size::Full,
                    rungs,
                    out: &mut *out,
                },
                shrink: half.map(|half| Shrink { picture, half }),
            };
            ReadScan::run(kernel, work, reader, data, picture, sink)?;
            smaller.encode(kernel, work, picture, rungs, out);
        }
        for (&rendition, out) in rungs.renditions.iter().zip(out) {
            if rungs.passes_on(rendition) {
                reader.write_own_scan(data, out);
            }
        }
        Ok(decided)
    }

    /// Of the intervals of every file.
    fn length(&self) -> Length {
        Length::of(self.holding.is_some())
    }

    /// Begins every file: with a header of ours, or where the camera's own bytes are passed on with its own.
    fn write_headers(&mut self, full: Picture, own: Option<(&Reader, &[u8])>) {
        let comment = self.request.comment;
        for (&rendition, out) in self.rungs.renditions.iter().zip(&mut *self.out) {
            if let Some((reader, data)) = own.filter(|_| self.rungs.passes_on(rendition)) {
                reader.write_own_header(data, out, comment);
            } else {
                let tables = self.rungs.tables(rendition.quality);
                header::write(out, full.at(rendition.size), tables, comment);
            }
        }
    }
}

/// What encodes a frame of full size as long as its batches are in the cache: nothing, if two threads shall share that.
fn now<'a>(
    picture: Picture,
    shared: bool,
    rungs: Rungs<'a>,
    out: &'a mut [Vec<u8>],
) -> Option<EncodeNow<'a>> {
    (rungs.wants(Size::Full) && !shared).then_some(EncodeNow {
        picture,
        size: Size::Full,
        rungs,
        out,
    })
}
