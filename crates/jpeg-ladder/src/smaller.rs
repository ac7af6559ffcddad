//! The smaller pictures of a frame that nothing is held of, and their files.

use crate::batch::{EncodeNow, Workspace};
use crate::interval::Picture;
use crate::kernel::Kernel;
use crate::request::Rungs;
use crate::samples::Samples;
use crate::size::Size;
use crate::transform::{Input, Transform};

/// Half a frame and a quarter of it: kept for their buffers only.
#[derive(Default)]
pub(crate) struct Smaller {
    half: Samples,
    quarter: Samples,
}

impl Smaller {
    /// Where the half picture of a frame is to be put, if the half or the quarter is wanted.
    pub(crate) fn half(&mut self, full: Picture, rungs: Rungs) -> Option<&mut Samples> {
        if !rungs.wants_smaller() {
            return None;
        }
        self.half.prepare(full.at(Size::Half));
        Some(&mut self.half)
    }

    /// Encodes the smaller pictures that are wanted, once the half is there.
    pub(crate) fn encode(
        &mut self,
        kernel: Kernel,
        work: &mut Workspace,
        full: Picture,
        rungs: Rungs,
        out: &mut [Vec<u8>],
    ) {
        if !rungs.wants_smaller() {
            return;
        }
        let Self { half, quarter } = self;
        half.pad(full);
        let mut encode = |samples: &Samples, size: Size, half: Option<&mut Samples>| {
            let picture = full.at(size);
            kernel.run(Transform {
                work,
                input: Input::Samples(samples),
                picture,
                half,
                sink: rungs.wants(size).then_some(EncodeNow {
                    picture,
                    size,
                    rungs,
                    out: &mut *out,
                }),
            });
        };
        if rungs.wants(Size::Quarter) {
            quarter.prepare(full.at(Size::Quarter));
            encode(half, Size::Half, Some(quarter));
            quarter.pad(full.at(Size::Half));
            encode(quarter, Size::Quarter, None);
        } else {
            encode(half, Size::Half, None);
        }
    }
}
