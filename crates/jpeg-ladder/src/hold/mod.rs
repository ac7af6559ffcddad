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
mod limits;
mod look;
mod noise;
mod past;
mod places;
mod region;
mod rule;
mod sample;
mod settle;
#[cfg(test)]
mod tests;

use crate::interval::Geometry;
use crate::kernel::Loops;
use cell::Cell;
use limits::Limits;
use noise::Noise;
use past::Past;
use places::{group, neighbours, spread};
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
    /// Everything is fresh: the camera moves, or the noise is not known. It is not shown yet if that takes what is not there.
    All { shown: bool },
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
    /// Of the frame that is compared.
    limits: Option<Limits>,
    /// Whether the camera moves, or the light.
    moves: bool,
    /// Whether the last frame was fresh as a whole because of what it shows.
    everything: bool,
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
            limits: None,
            moves: true,
            everything: true,
        }
    }

    /// From now on an interval is refreshed within so many frames: cameras become slower at dusk.
    pub(crate) fn refresh_within(&mut self, frames: u32) {
        self.refresh_frames = frames.max(1);
    }

    /// From now on intervals are refreshed in groups of so many in either direction: an interval of a smaller picture
    /// shows as many, and each that is refreshed by itself would have it encoded anew.
    pub(crate) fn refresh_together(&mut self, together: usize) {
        self.together = together;
    }

    /// What each interval was last encoded from.
    pub(crate) fn shown(&self) -> &[[i16; 64]] {
        &self.shown
    }

    /// The steps of a camera that compresses, luma's and chroma's in zigzag order, or none.
    pub(crate) fn quantised_by(&mut self, steps: Option<[&[u16; 64]; 2]>) {
        self.noise.quantised_by(steps);
    }

    /// Whether the frame that comes next is likely to be fresh as a whole, as the last one was.
    pub(crate) fn expects_all(&self) -> bool {
        self.everything
    }

    /// Decides upon the frame whose intervals were all looked at, and shows what is not held. `frame` has all of it, or
    /// what [`Self::look`] has put there (`!whole`); if that does not do, it is said and
    /// [`Self::show_all`] has to follow.
    pub(crate) fn conclude(
        &mut self,
        frame: &mut Vec<[i16; 64]>,
        whole: bool,
        geometry: Geometry,
        verdicts: &mut [Verdict],
    ) -> Outcome {
        self.noise.conclude();
        for (past, finding) in self.past.iter_mut().zip(&self.findings) {
            past.note(*finding == Finding::Changed);
        }
        let all = self.is_all_fresh();
        self.judge(all, geometry, verdicts);
        if !all {
            self.settle(verdicts);
        }
        if all {
            if whole {
                self.show_all(frame, geometry);
            }
            return Outcome::All { shown: whole };
        }
        self.show(whole, frame, geometry, verdicts);
        Outcome::Part
    }

    /// Decides upon a whole frame (blocks of coefficients in the order of the scan, zigzag, scaled by 8) by comparing it
    /// with what is shown, and shows what is not held; whether that is everything. Always of the same geometry; what the
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
        self.noise.observe(frame, geometry);
        if self.noise.is_known() {
            self.limits = Some(Limits::new(&self.noise, geometry));
            let blocks = geometry.interval_mcus * geometry.blocks_per_mcu;
            for (interval, blocks) in frame.chunks_exact(blocks).enumerate() {
                self.compare(kernel, interval, blocks, geometry);
            }
            return self.conclude(frame, true, geometry, verdicts);
        }
        verdicts.fill(Verdict::Fresh);
        self.show_all(frame, geometry);
        Outcome::All { shown: true }
    }

    /// Whether the whole frame is encoded: the noise is not known, or so much changes that it is the camera or the light.
    fn is_all_fresh(&mut self) -> bool {
        let is_changed = |finding: &&Finding| **finding == Finding::Changed;
        let changed = self.findings.iter().filter(is_changed).count();
        self.moves = rule::everything(changed, self.findings.len(), self.moves);
        self.everything = self.moves || self.noise.check.is_unsteady();
        self.everything || !self.noise.is_trusted()
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
                self.due[group(geometry, i, self.together)] |=
                    self.past[i].age + 1 >= self.refresh_frames;
                Verdict::Held
            };
        }
        for (i, verdict) in verdicts.iter_mut().enumerate() {
            if *verdict == Verdict::Held && self.due[group(geometry, i, self.together)] {
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

    /// Shows what is not held, of a whole frame or of what was not shown yet when it was looked at.
    fn show(&mut self, whole: bool, frame: &[[i16; 64]], geometry: Geometry, verdicts: &[Verdict]) {
        let blocks = geometry.interval_mcus * geometry.blocks_per_mcu;
        for (i, (verdict, past)) in verdicts.iter().zip(&mut self.past).enumerate() {
            past.pass(*verdict == Verdict::Held, *verdict == Verdict::Fresh);
            if *verdict == Verdict::Held {
                continue;
            }
            let at_once = !whole && self.findings[i] == Finding::Changed;
            let shown = &mut self.shown[i * blocks..][..blocks];
            if let Some(settle) = &mut self.settle {
                if *verdict == Verdict::Refreshed && settle.show(i, shown) {
                    continue;
                }
                settle.restart(i);
            }
            if !at_once {
                shown.copy_from_slice(&frame[i * blocks..][..blocks]);
            }
        }
        self.look_beyond(geometry);
    }

    /// Shows a whole frame.
    pub(crate) fn show_all(&mut self, frame: &mut Vec<[i16; 64]>, geometry: Geometry) {
        for (i, past) in self.past.iter_mut().enumerate() {
            past.fresh = true;
            // While everything is fresh, ages are spread: refreshes must not come all at once.
            past.encoded_at(spread(
                group(geometry, i, self.together),
                self.refresh_frames,
            ));
        }
        if let Some(settle) = &mut self.settle {
            settle.restart_all();
        }
        // Nothing of what was shown is left: no need to copy megabytes.
        std::mem::swap(&mut self.shown, frame);
    }
}
