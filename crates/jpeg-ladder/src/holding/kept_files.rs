//! The last file of every quality of one size, and the coding of the next ones, in one thread or two.

use super::code::{CodeShown, HeldRung, Shown};
use super::last_file::{LastFile, NextFile};
use crate::batch::{Place, Workspace};
use crate::kernel::Kernel;
use crate::request::Rungs;

/// The last files.
pub(super) struct KeptFiles {
    /// By quality; of one that was never wanted there is none.
    files: Vec<Option<Box<LastFile>>>,
    /// Empty between frames, kept for their capacity: what each thread has to code.
    halves: [Vec<HeldRung>; 2],
}

impl KeptFiles {
    pub(super) fn new() -> Self {
        Self {
            files: std::iter::repeat_with(|| None).take(101).collect(),
            halves: Default::default(),
        }
    }

    /// Makes all of them worthless.
    pub(super) fn forget(&mut self) {
        self.files
            .iter_mut()
            .flatten()
            .for_each(|file| file.forget());
    }

    /// Appends the scans of those renditions that are coded of what is shown; half of them in a thread of their own, if
    /// there are two threads' buffers.
    pub(super) fn code(
        &mut self,
        kernel: Kernel,
        [work, second]: [Option<&mut Workspace>; 2],
        shown: Shown,
        rungs: Rungs,
        out: &mut [Vec<u8>],
    ) {
        let threads = 1 + usize::from(second.is_some());
        let coded = || {
            let all = rungs.renditions.iter().enumerate();
            let of_size = all.filter(|(_, rendition)| rungs.codes(**rendition, shown.size));
            of_size
                .map(|(i, rendition)| (i, rendition.quality))
                .enumerate()
        };
        for (n, (i, quality)) in coded() {
            let file = self.files[usize::from(quality)].take().unwrap_or_default();
            let header = std::mem::take(&mut out[i]);
            self.halves[side(n) % threads].push(HeldRung {
                quality,
                next: NextFile::new(file, header, shown.changed_at.len()),
                place: Place::default(),
            });
        }
        let code = |work: Option<&mut Workspace>, rungs_in_work: &mut Vec<HeldRung>| {
            if let Some(work) = work {
                kernel.run(CodeShown {
                    work,
                    shown,
                    tables: rungs,
                    rungs: rungs_in_work,
                });
            }
        };
        let [one, two] = &mut self.halves;
        if second.is_none() {
            code(work, one);
        } else {
            std::thread::scope(|scope| {
                scope.spawn(|| code(second, two));
                code(work, one);
            });
        }
        let mut done = [one.drain(..), two.drain(..)];
        for (n, (i, quality)) in coded() {
            let rung = done[side(n) % threads].next();
            let rung = rung.expect("as many as were put in");
            out[i] = rung.next.out;
            self.files[usize::from(quality)] = Some(rung.next.file);
        }
    }
}

/// Which thread has the quality at place `i`: 0 1 1 0, so that neither has all the dearer ones of a rising list.
pub(crate) fn side(i: usize) -> usize {
    usize::from(matches!(i % 4, 1 | 2))
}
