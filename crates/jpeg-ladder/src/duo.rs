//! Two threads for one frame, where one core would not be enough: each takes half of the renditions.
//!
//! By renditions and not by bands of rows: each file is one thread's, and stays the same bytes. The price is that both
//! read and transform the frame, which is little against seven qualities. The second thread lives as long as the call:
//! so it may borrow the frame, and nobody has to own it. Starting it costs some 50 µs, against tens of ms that it saves.

use crate::batch::Workspace;
use crate::error::EncodeError;
use crate::hold::HoldSettings;
use crate::holding::{Intervals, side};
use crate::kernel::Kernel;
use crate::ladder::Ladder;
use crate::request::Request;
use crate::size::{Rendition, Size};
use crate::source::{Source, Spec};

/// An encoder that takes a second thread for frames that are large and wanted at many qualities.
#[derive(Debug)]
pub struct Duo {
    first: Ladder,
    /// Where there is a core for it; made when first needed, with tables and buffers of its own. It holds nothing: what is
    /// still is held by `first` alone.
    second: Option<Ladder>,
    /// The second thread's where what is still is held: it needs no more.
    buffers: Option<Box<Workspace>>,
    cores: usize,
    /// The least [`load`] that is shared.
    threshold: usize,
    /// What each of the two has to do; empty between frames, kept for its capacity.
    halves: [Half; 2],
}

#[derive(Debug, Default)]
struct Half {
    renditions: Vec<Rendition>,
    files: Vec<Vec<u8>>,
}

impl Duo {
    /// An encoder with the fastest kernel, and a second thread if the machine has more than one core.
    #[must_use]
    pub fn new() -> Self {
        let kernel = Kernel::best();
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self::with(kernel, cores, threshold(kernel))
    }

    /// One that shares every frame, for measuring.
    #[must_use]
    pub fn always() -> Self {
        Self::with(Kernel::best(), 2, 0)
    }

    fn with(kernel: Kernel, cores: usize, threshold: usize) -> Self {
        Self {
            first: Ladder::with_kernel(kernel),
            second: None,
            buffers: None,
            cores,
            threshold,
            halves: Default::default(),
        }
    }

    /// Whether two threads take such a frame in these renditions.
    #[must_use]
    pub fn shares(&self, spec: &Spec, renditions: &[Rendition]) -> bool {
        self.cores > 1 && renditions.len() > 1 && load(*spec, renditions) >= self.threshold
    }

    /// As [`Ladder::hold`].
    pub fn hold(&mut self, settings: Option<HoldSettings>) {
        self.first.hold(settings);
    }

    /// As [`Ladder::refresh_within`].
    pub fn refresh_within(&mut self, frames: u32) {
        self.first.refresh_within(frames);
    }

    /// As [`Ladder::forget`].
    pub fn forget(&mut self) {
        self.first.forget();
    }

    /// As [`Ladder::encode_many`], the same bytes.
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
        self.encode(request, source, out)
    }

    /// As [`Ladder::encode_again`], the same bytes.
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
        self.encode(request, source, out)
    }

    fn encode(
        &mut self,
        request: Request,
        source: Source<'_>,
        out: &mut [Vec<u8>],
    ) -> Result<Option<Intervals>, EncodeError> {
        let renditions = request.renditions;
        if !self.shares(&request.spec, renditions) || renditions.len() != out.len() {
            return self.first.encode(request, source, out, None);
        }
        if self.first.holds() {
            // Transformed and compared once; only the coding is shared.
            let buffers = self
                .buffers
                .get_or_insert_with(|| Box::new(Workspace::new()));
            return self.first.encode(request, source, out, Some(buffers));
        }
        self.encode_halves(request, source, out).map(|()| None)
    }

    /// Each thread does all that half of the qualities need.
    fn encode_halves(
        &mut self,
        request: Request,
        source: Source<'_>,
        out: &mut [Vec<u8>],
    ) -> Result<(), EncodeError> {
        for (i, (&rendition, file)) in request.renditions.iter().zip(&mut *out).enumerate() {
            let half = &mut self.halves[side(i)];
            half.renditions.push(rendition);
            half.files.push(std::mem::take(file));
        }
        let (kernel, first) = (self.first.kernel, &mut self.first);
        let second = self
            .second
            .get_or_insert_with(|| Ladder::with_kernel(kernel));
        let [one, two] = &mut self.halves;
        let encode = |ladder: &mut Ladder, half: &mut Half| {
            let request = Request {
                renditions: &half.renditions,
                ..request
            };
            ladder.encode(request, source, &mut half.files, None)
        };
        let results = std::thread::scope(|scope| {
            let other = scope.spawn(|| encode(second, two));
            let mine = encode(first, one);
            let other = other
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            [mine, other]
        });
        let mut files = [one.files.drain(..), two.files.drain(..)];
        for (i, file) in out.iter_mut().enumerate() {
            *file = files[side(i)].next().expect("as many as were put in");
        }
        drop(files);
        for half in &mut self.halves {
            half.renditions.clear();
        }
        let wrong = results.into_iter().find_map(Result::err);
        if wrong.is_some() {
            out.iter_mut().for_each(Vec::clear);
        }
        wrong.map_or(Ok(()), Err)
    }

    /// As [`Ladder::pass_through`]: there is nothing in it for a second thread.
    pub fn pass_through(
        &mut self,
        data: &[u8],
        renditions: &[Rendition],
        out: &mut [Vec<u8>],
        comment: &[u8],
    ) -> bool {
        self.first.pass_through(data, renditions, out, comment)
    }
}

impl Default for Duo {
    fn default() -> Self {
        Self::new()
    }
}

/// The pixels of all renditions, and once more of the frame for what is done once.
fn load(spec: Spec, renditions: &[Rendition]) -> usize {
    let pixels = |size: Size| {
        let (width, height) = size.sides((spec.width, spec.height));
        usize::from(width) * usize::from(height)
    };
    let coded = renditions.iter().map(|rendition| pixels(rendition.size));
    pixels(Size::Full) + coded.sum::<usize>()
}

/// What takes about three quarters of the time between two frames at 34 a second on the machine of the README.
fn threshold(kernel: Kernel) -> usize {
    match kernel {
        Kernel::Portable => 16_000_000,
        Kernel::Neon | Kernel::Avx2 | Kernel::Avx512NoGather | Kernel::Avx512 => 64_000_000,
    }
}

#[cfg(test)]
mod tests;
