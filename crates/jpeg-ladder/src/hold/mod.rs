//! The rule: which intervals of a frame show a scene that has not changed since they were last encoded.
//!
//! Pure: frames are counted, no clock is read, nothing is encoded here. What an interval was last encoded from is kept as
//! `shown`; `holding` encodes from there and from nowhere else, so that all qualities show the same picture. Frames are
//! compared in the transform domain, against the camera's own noise (`noise`, `sample`), by distances (`compare`, `distance`) that
//! are judged in several sizes and over time (`rule`, `limits`, `cell`). Every doubt makes an interval fresh, and a check
//! of the noise level against what is held (`check`) sees to it that a wrong one costs bytes, never the picture.

mod bands;
mod cell;
mod check;
mod compare;
mod distance;
mod fresh;
mod limits;
mod look;
mod noise;
mod past;
mod places;
mod region;
mod rule;
mod sample;
mod settle;
mod show;
#[cfg(test)]
mod tests;

use crate::interval::Geometry;
use crate::kernel::Loops;
use cell::Cell;
use fresh::{CLEAR, Fresh, LASTING, Sample};
use limits::Limits;
use noise::Noise;
use past::Past;
use places::neighbours;
use region::Regions;
use rule::Finding;
use settle::Settle;

/// How long what is still is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HoldSettings {
    /// After so many frames at the latest an interval is encoded anew, whether it has changed or not.
    pub refresh_frames: u32,
    /// Whether what has stood still for a while is shown as the mean of its last frames.
    pub settles: bool,
}

/// What becomes of an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It has changed: encoded anew.
    Fresh,
    /// It has not: its bytes of the last frame are used again.
    Held,
    /// It has not, but it was held for long: encoded anew.
    Refreshed,
}

/// What becomes of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Some of it may be held.
    Part,
    /// Everything is fresh: the camera moves, or the noise is not known.
    Whole,
    /// So it is, but what is shown has parts of it only. The next frame may be compared with those.
    Sampled,
    /// So it is, but it is not shown yet: [`Hold::show_all`] has to follow.
    Unshown,
}

/// The rule's memory. A new one holds nothing until it knows the camera's noise.
pub(crate) struct Hold {
    refresh_frames: u32,
    /// So many intervals side by side, and as many on top of each other, are refreshed together.
    together: usize,
    noise: Noise,
    /// As a frame; empty before the first one.
    shown: Vec<[i16; 64]>,
    /// By block: whose noise it has, of those that were compared since they are shown.
    bins: Vec<u8>,
    /// By MCU.
    cells: Vec<Cell>,
    /// By interval.
    past: Vec<Past>,
    findings: Vec<Finding>,
    regions: Regions,
    settles: bool,
    /// Where it does; from the first frame on.
    settle: Option<Box<Settle>>,
    /// By group of those that are refreshed together: whether one is due, or may be while a frame is looked at.
    due: Vec<bool>,
    /// By interval: its group.
    groups: Vec<u32>,
    /// Of the frame that is compared.
    limits: Option<Limits>,
    sample: Sample,
    /// Whether all of it is kept.
    whole: bool,
    /// Whether the camera moves, or the light.
    moves: bool,
    /// What of the last frame was, and how many frames running all of it.
    fresh: Fresh,
    fresh_frames: u32,
}

impl Hold {
    pub(crate) fn new(settings: HoldSettings) -> Self {
        Self {
            refresh_frames: settings.refresh_frames.max(1),
            together: 1,
            noise: Noise::new(),
            shown: Vec::new(),
            bins: Vec::new(),
            cells: Vec::new(),
            past: Vec::new(),
            findings: Vec::new(),
            regions: Regions::default(),
            settles: settings.settles,
            settle: None,
            due: Vec::new(),
            groups: Vec::new(),
            limits: None,
            sample: Sample::ALL,
            whole: true,
            moves: true,
            fresh: Fresh::Clearly,
            fresh_frames: 0,
        }
    }

    /// From now on an interval is refreshed within so many frames: cameras become slower at dusk.
    pub(crate) fn refresh_within(&mut self, frames: u32) {
        self.refresh_frames = frames.max(1);
    }

    /// From now on intervals are refreshed in groups of so many in either direction: an interval of a smaller picture
    /// shows as many, and each that is refreshed by itself would have it encoded anew.
    pub(crate) fn refresh_together(&mut self, together: usize) {
        if self.together != together {
            self.together = together;
            self.groups.clear();
        }
    }

    /// What each interval was last encoded from.
    pub(crate) fn shown(&self) -> &[[i16; 64]] {
        &self.shown
    }

    /// The steps of a camera that compresses, luma's and chroma's in zigzag order, or none.
    pub(crate) fn quantised_by(&mut self, steps: Option<[&[u16; 64]; 2]>) {
        self.noise.quantised_by(steps);
    }

    /// Whether the frame that comes next is as good as certain to be fresh as a whole: then it is encoded before that is
    /// decided. Near the limit of [`rule::everything`] it would too often be encoded in vain.
    pub(crate) fn expects_all(&self) -> bool {
        self.fresh == Fresh::Clearly
    }

    /// Decides upon the frame whose intervals were all looked at, and shows what is not held; `frame` has what
    /// [`Self::look`] has put there.
    pub(crate) fn conclude(
        &mut self,
        frame: &mut Vec<[i16; 64]>,
        geometry: Geometry,
        verdicts: &mut [Verdict],
    ) -> Outcome {
        self.noise.conclude();
        self.noise.observe(frame, geometry);
        // The frame that shows that it is over is fresh as a whole if most of it was not compared.
        let sampled = self.fresh == Fresh::Clearly;
        self.fresh = self.find_fresh();
        let fresh = self.fresh != Fresh::Part || sampled;
        self.judge(fresh, geometry, verdicts);
        // Only now: restless is who was so before this frame, here as when it was compared.
        for (past, finding) in self.past.iter_mut().zip(&self.findings) {
            past.note(*finding == Finding::Changed);
        }
        if !fresh {
            self.settle(verdicts);
            self.show(frame, geometry, verdicts);
            return Outcome::Part;
        }
        if self.whole {
            self.show_all(frame);
            return Outcome::Whole;
        }
        self.renew();
        if self.fresh == Fresh::Clearly && sampled {
            Outcome::Sampled
        } else {
            Outcome::Unshown
        }
    }

    /// Decides upon a whole frame (blocks of coefficients in the order of the scan, zigzag, scaled by 8) by comparing it
    /// with what is shown, and shows what is not held. Always of the same geometry; what the
    /// frame holds afterwards is of no use.
    #[inline(always)]
    pub(crate) fn decide<K: Loops>(
        &mut self,
        kernel: K,
        frame: &mut Vec<[i16; 64]>,
        geometry: Geometry,
        verdicts: &mut [Verdict],
    ) -> Outcome {
        if self.shown.is_empty() {
            self.shown.resize(frame.len(), [0; 64]);
            self.bins.resize(frame.len(), 0);
            self.cells.resize(geometry.mcus(), Cell::default());
            self.past.resize(geometry.intervals, Past::default());
            self.findings.resize(geometry.intervals, Finding::Changed);
            self.regions.prepare(geometry);
            let settle = || Box::new(Settle::new(geometry.intervals, frame.len()));
            self.settle = self.settles.then(settle);
        }
        self.whole = true;
        self.prepare(geometry);
        if self.noise.is_known() {
            let blocks = geometry.interval_mcus * geometry.blocks_per_mcu;
            for (interval, blocks) in frame.chunks_exact(blocks).enumerate() {
                self.compare(kernel, interval, blocks, geometry);
            }
            return self.conclude(frame, geometry, verdicts);
        }
        self.noise.observe(frame, geometry);
        verdicts.fill(Verdict::Fresh);
        self.show_all(frame);
        Outcome::Whole
    }

    /// What of the frame is fresh that was looked at: all of it if the noise is not known, or if so much changes that it is
    /// the camera or the light, or if something changes everywhere a little.
    fn find_fresh(&mut self) -> Fresh {
        let all = self.findings.iter().enumerate();
        let compared = all.filter(|(i, _)| self.sample.has(*i));
        let (mut of, mut changed) = (0, 0);
        for (_, finding) in compared {
            of += 1;
            changed += usize::from(*finding == Finding::Changed);
        }
        self.moves = rule::everything(changed, of, self.moves);
        let check = &self.noise.check;
        if !self.moves && !check.forbids() && self.noise.is_trusted() {
            self.fresh_frames = 0;
            return Fresh::Part;
        }
        self.fresh_frames += 1;
        let lasts = check.is_unsteady() || self.fresh_frames >= LASTING;
        if changed * 100 > of * CLEAR || lasts {
            Fresh::Clearly
        } else {
            Fresh::All
        }
    }

    fn judge(&mut self, all: bool, geometry: Geometry, verdicts: &mut [Verdict]) {
        self.due.clear();
        self.due.resize(geometry.intervals, false);
        for (i, verdict) in verdicts.iter_mut().enumerate() {
            let fresh = all
                || match self.findings[i] {
                    Finding::Changed => true,
                    Finding::Same => false,
                    Finding::Doubtful => {
                        let changed = |n: usize| self.findings[n] == Finding::Changed;
                        self.past[i].fresh
                            || self.past[i].is_restless()
                            || neighbours(geometry, i).any(changed)
                    }
                };
            *verdict = if fresh {
                Verdict::Fresh
            } else {
                self.due[self.groups[i] as usize] |= self.past[i].age + 1 >= self.refresh_frames;
                Verdict::Held
            };
        }
        for (i, verdict) in verdicts.iter_mut().enumerate() {
            if *verdict == Verdict::Held && self.due[self.groups[i] as usize] {
                *verdict = Verdict::Refreshed;
            }
        }
    }

    /// Lets some of what is held settle.
    fn settle(&self, verdicts: &mut [Verdict]) {
        let Some(settle) = &self.settle else {
            return;
        };
        for i in settle.due(|i| verdicts[i] == Verdict::Held) {
            verdicts[i] = Verdict::Refreshed;
        }
    }
}
