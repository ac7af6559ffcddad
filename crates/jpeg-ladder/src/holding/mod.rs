//! Encoding in two passes, where what is still is held: the frame's coefficients and one decision for every interval,
//! then each quality's file of bytes that are new and bytes that are used again. While everything is fresh, the first
//! pass encodes as well, as if nothing were held.
//!
//! `hold` has the rule, `watch` the first pass, `code` the second, `kept_files` and `last_file` the bytes of before, `layer` the smaller sizes. Every file is the one that an
//! encoder without a past makes of what is shown, whichever qualities were wanted before: a quality's file of any
//! earlier frame will do, since each interval remembers when it changed.

mod code;
mod intervals;
mod kept_files;
mod last_file;
mod layer;
#[cfg(test)]
mod tests;
mod watch;

use crate::batch::{EncodeNow, Workspace};
use crate::error::EncodeError;
use crate::hold::{Hold, HoldSettings, Outcome, Verdict};
use crate::interval::{Geometry, Picture};
use crate::kernel::{Job, Kernel, Loops};
use crate::request::Rungs;
use crate::size::Size;
use code::Shown;
pub use intervals::Intervals;
use kept_files::KeptFiles;
pub(crate) use kept_files::side;
use layer::{Content, Larger, Layer};
pub(crate) use watch::Watch;

/// What is kept from frame to frame.
pub(crate) struct Holding {
    settings: HoldSettings,
    hold: Hold,
    /// Of another one what is kept is worth nothing.
    picture: Option<Picture>,
    /// The coefficients of all MCUs, in the order of the scan.
    frame: Vec<[i16; 64]>,
    /// Of the last frame that was decided upon, counted from 1; 0 if what came last was none.
    number: u64,
    decided: bool,
    /// Whether what is shown has but parts of it.
    lacks: bool,
    /// Whether the scans of full size are written already.
    coded: bool,
    /// Where they begin; kept for its capacity.
    starts: Vec<usize>,
    verdicts: Vec<Verdict>,
    /// By interval: the number of the frame that it was last encoded of.
    changed_at: Vec<u64>,
    files: KeptFiles,
    /// The half picture and the quarter; made when first wanted.
    smaller: [Option<Box<Layer>>; 2],
}

impl Holding {
    pub(crate) fn new(settings: HoldSettings) -> Self {
        Self {
            settings,
            hold: Hold::new(settings),
            picture: None,
            frame: Vec::new(),
            number: 0,
            decided: false,
            lacks: false,
            coded: false,
            starts: Vec::new(),
            verdicts: Vec::new(),
            changed_at: Vec::new(),
            files: KeptFiles::new(),
            smaller: [None, None],
        }
    }

    /// From now on an interval is refreshed within so many frames.
    pub(crate) fn refresh_within(&mut self, frames: u32) {
        self.settings.refresh_frames = frames;
        self.hold.refresh_within(frames);
    }

    /// Starts anew: what comes next is compared with nothing that was.
    pub(crate) fn forget(&mut self) {
        self.hold = Hold::new(self.settings);
        self.decided = false;
    }

    /// Begins a frame, or goes on with the last one; whether its coefficients have to be read and decided upon.
    pub(crate) fn begin(&mut self, picture: Picture, again: bool) -> bool {
        if self.picture != Some(picture) {
            self.forget();
            self.picture = Some(picture);
            let geometry = picture.geometry;
            self.frame.clear();
            self.frame
                .resize(geometry.mcus() * geometry.blocks_per_mcu, [0; 64]);
            self.verdicts.clear();
            self.verdicts.resize(geometry.intervals, Verdict::Fresh);
            self.changed_at.clear();
            self.changed_at.resize(geometry.intervals, 0);
            self.files.forget();
            self.smaller = [None, None];
        }
        let read = !(again && self.decided);
        self.decided &= !read;
        self.coded = false;
        read
    }

    /// Decides upon a frame that `read` passes through a sink, twice if need be; `steps` are those of a camera that
    /// compresses. If all of it turns out fresh, as the last one was, the scans of `now` are written by then.
    ///
    /// # Errors
    /// Those of `read`; then nothing is known of the frame.
    pub(crate) fn decide(
        &mut self,
        kernel: Kernel,
        picture: Picture,
        steps: Option<[&[u16; 64]; 2]>,
        mut now: Option<EncodeNow>,
        mut read: impl FnMut(Watch) -> Result<(), EncodeError>,
    ) -> Result<Intervals, EncodeError> {
        let geometry = picture.geometry;
        now = now.filter(|_| self.hold.expects_all());
        let looks = self.looks(picture, steps, now.as_ref());
        self.starts.clear();
        let outs = now.iter().flat_map(|now| &*now.out);
        self.starts.extend(outs.map(Vec::len));
        read(Watch {
            hold: &mut self.hold,
            geometry,
            frame: &mut self.frame,
            looks,
            now: now.as_mut().map(EncodeNow::again),
        })?;
        self.number += 1;
        self.decided = true;
        let outcome = if looks {
            let (frame, verdicts) = (&mut self.frame, &mut self.verdicts);
            self.hold.conclude(frame, geometry, verdicts)
        } else {
            kernel.run(Decide {
                holding: self,
                geometry,
            })
        };
        self.lacks = matches!(outcome, Outcome::Sampled | Outcome::Unshown);
        if outcome == Outcome::Unshown {
            self.complete(picture, read)?;
        }
        self.coded = now.is_some() && outcome != Outcome::Part;
        if let Some(now) = now.filter(|_| !self.coded) {
            for (out, start) in now.out.iter_mut().zip(&self.starts) {
                out.truncate(*start);
            }
        }
        Ok(self.count())
    }

    /// Shows all of the frame that was decided upon last, which `read` passes through a sink once more, if there are but
    /// parts of it.
    ///
    /// # Errors
    /// Those of `read`.
    pub(crate) fn complete(
        &mut self,
        picture: Picture,
        mut read: impl FnMut(Watch) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        if !std::mem::take(&mut self.lacks) {
            return Ok(());
        }
        read(Watch {
            hold: &mut self.hold,
            geometry: picture.geometry,
            frame: &mut self.frame,
            looks: false,
            now: None,
        })?;
        self.hold.show_all(&mut self.frame);
        Ok(())
    }

    /// Whether a frame is looked at while it passes for the first time.
    fn looks(
        &mut self,
        picture: Picture,
        steps: Option<[&[u16; 64]; 2]>,
        now: Option<&EncodeNow>,
    ) -> bool {
        self.hold.quantised_by(steps);
        // As many full intervals as the smallest picture's shows in either direction.
        let together = match &self.smaller {
            [_, Some(_)] => 4,
            [Some(_), None] => 2,
            [None, None] => 1,
        };
        self.hold.refresh_together(together);
        let geometry = picture.geometry;
        // Smaller pictures are made of what is shown.
        let partly = now.is_some_and(|now| !now.rungs.wants_smaller());
        // A camera's frame may turn out damaged at its end: of such a one nothing shall be remembered.
        steps.is_none()
            && geometry.interval_mcus <= picture.strip_mcus()
            && self.hold.begin(geometry, partly)
    }

    /// Notes what has changed.
    fn count(&mut self) -> Intervals {
        let mut intervals = Intervals::default();
        for (verdict, changed_at) in self.verdicts.iter().zip(&mut self.changed_at) {
            let count = match verdict {
                Verdict::Fresh => &mut intervals.fresh,
                Verdict::Held => &mut intervals.held,
                Verdict::Refreshed => &mut intervals.refreshed,
            };
            *count += 1;
            if *verdict != Verdict::Held {
                *changed_at = self.number;
            }
        }
        intervals
    }

    /// Writes the scans of all that is coded behind their headers; half of those of full size in a thread of their own, if
    /// there are buffers for a `second` one.
    pub(crate) fn code(
        &mut self,
        kernel: Kernel,
        work: &mut Workspace,
        second: Option<&mut Workspace>,
        rungs: Rungs,
        out: &mut [Vec<u8>],
    ) {
        let Some(picture) = self.picture else {
            return;
        };
        let shown = Shown {
            picture,
            size: Size::Full,
            blocks: self.hold.shown(),
            changed_at: &self.changed_at,
            number: self.number,
        };
        if rungs.wants(Size::Full) && !self.coded {
            self.files
                .code(kernel, [Some(&mut *work), second], shown, rungs, out);
        }
        if rungs.wants_smaller() {
            let larger = Larger {
                picture,
                changed_at: &self.changed_at,
                content: Content::Blocks(self.hold.shown()),
            };
            let [half, quarter] = &mut self.smaller;
            let half = half.get_or_insert_with(|| Layer::of(picture.at(Size::Half)));
            half.follow(kernel, larger, self.number);
            half.code(kernel, work, Size::Half, rungs, out);
            if rungs.wants(Size::Quarter) {
                let quarter = quarter.get_or_insert_with(|| Layer::of(picture.at(Size::Quarter)));
                quarter.follow(kernel, half.as_larger(), self.number);
                quarter.code(kernel, work, Size::Quarter, rungs, out);
            }
        }
    }
}

/// [`Hold::decide`] with the kernel's instructions.
struct Decide<'a> {
    holding: &'a mut Holding,
    geometry: Geometry,
}

impl Job for Decide<'_> {
    type Output = Outcome;

    #[inline(always)]
    fn run<K: Loops>(self, kernel: K) -> Outcome {
        let Holding {
            hold,
            frame,
            verdicts,
            ..
        } = self.holding;
        hold.decide(kernel, frame, self.geometry, verdicts)
    }
}
