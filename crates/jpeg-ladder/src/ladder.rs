//! The encoder that a camera has: tables and buffers, kept from frame to frame.

use crate::batch::Workspace;
use crate::encode::Encoding;
use crate::error::EncodeError;
use crate::header;
use crate::hold::HoldSettings;
use crate::holding::{Holding, Intervals};
use crate::kernel::Kernel;
use crate::mjpeg::Reader;
use crate::request::{Request, Rungs};
use crate::size::Rendition;
use crate::smaller::Smaller;
use crate::source::{Source, Spec};
use crate::tables::Tables;

/// The encoder: its tables and buffers, to be kept from frame to frame. One for each camera.
pub struct Ladder {
    pub(crate) kernel: Kernel,
    /// By quality; made when first asked for.
    tables: Vec<Option<Box<Tables>>>,
    work: Box<Workspace>,
    pub(crate) reader: Box<Reader>,
    smaller: Smaller,
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
            smaller: Smaller::default(),
            holding: None,
        }
    }

    /// Holds what is still from frame to frame, or no longer (`None`); what was held before is forgotten. Restart markers
    /// are 80 pixels apart where it holds, 320 where it does not: another header from the next frame on.
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

    /// Encodes one frame as every one of `renditions` (qualities 1 to 100), each into the buffer at the same place of `out`.
    ///
    /// They come in any order. A smaller picture is made once, however many qualities of it are wanted. The buffers are cleared first and keep their capacity. `comment` is a finished COM segment (FF FE, its length,
    /// its text) that is written right after the JFIF APP0, or nothing. Gives what was held, if anything was to be.
    ///
    /// # Errors
    /// See [`EncodeError`]. The buffers are empty then.
    pub fn encode_many(
        &mut self,
        spec: &Spec,
        source: Source<'_>,
        renditions: &[Rendition],
        out: &mut [Vec<u8>],
        comment: &[u8],
    ) -> Result<Option<Intervals>, EncodeError> {
        let request = Request {
            spec: *spec,
            renditions,
            comment,
            again: false,
        };
        self.encode(request, source, out, None)
    }

    /// As [`Self::encode_many`], for the frame that it was last called with: further renditions, which show what the first
    /// ones show. Nothing is compared again.
    ///
    /// # Errors
    /// See [`EncodeError`]. The buffers are empty then.
    pub fn encode_again(
        &mut self,
        spec: &Spec,
        source: Source<'_>,
        renditions: &[Rendition],
        out: &mut [Vec<u8>],
        comment: &[u8],
    ) -> Result<Option<Intervals>, EncodeError> {
        let request = Request {
            spec: *spec,
            renditions,
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
        for &Rendition { quality, .. } in request.renditions {
            self.tables[usize::from(quality)].get_or_insert_with(|| Box::new(Tables::new(quality)));
        }
        let encoding = Encoding {
            kernel: self.kernel,
            work: &mut self.work,
            second,
            smaller: &mut self.smaller,
            holding: self.holding.as_deref_mut(),
            request,
            rungs: Rungs {
                renditions: request.renditions,
                tables: &self.tables,
                own: u8::MAX,
            },
            out: &mut *out,
        };
        let done = encoding.run(&source, &mut self.reader);
        for out in out {
            match done {
                Ok(_) => out.extend_from_slice(&header::END),
                Err(_) => out.clear(),
            }
        }
        done
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
