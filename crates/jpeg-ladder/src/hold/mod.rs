//! The rule: which intervals of a frame are encoded anew, and of which coefficients.
//!
//! Pure: frames are counted, no clock is read, nothing is encoded here. What an interval was last encoded from is kept as
//! `shown`; `holding` encodes from there and from nowhere else, so that all qualities show the same picture.

use crate::interval::Geometry;

/// How long what is still is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HoldSettings {
    /// After so many frames at the latest an interval is encoded anew, whether it has changed or not.
    pub refresh_frames: u32,
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

/// The rule's memory. A new one holds nothing in its first frame.
#[derive(Debug)]
pub(crate) struct Hold {
    settings: HoldSettings,
    /// As a frame.
    shown: Vec<[i16; 64]>,
    /// By interval: frames since it was encoded.
    ages: Vec<u32>,
}

impl Hold {
    pub(crate) fn new(settings: HoldSettings) -> Self {
        Self {
            settings,
            shown: Vec::new(),
            ages: Vec::new(),
        }
    }

    /// From now on an interval is refreshed within so many frames: cameras become slower at dusk.
    pub(crate) fn refresh_within(&mut self, frames: u32) {
        self.settings.refresh_frames = frames;
    }

    /// What each interval was last encoded from.
    pub(crate) fn shown(&self) -> &[[i16; 64]] {
        &self.shown
    }

    /// Compares a frame (blocks of coefficients in the order of the scan, zigzag, scaled by 8) with what is shown, and
    /// shows what is not held. Always of the same geometry.
    #[inline(always)]
    pub(crate) fn decide(
        &mut self,
        frame: &[[i16; 64]],
        geometry: Geometry,
        verdicts: &mut [Verdict],
    ) {
        if self.shown.is_empty() {
            self.shown.extend_from_slice(frame);
            self.ages.resize(geometry.intervals, 0);
            verdicts.fill(Verdict::Fresh);
            return;
        }
        let blocks = geometry.interval_mcus * geometry.blocks_per_mcu;
        let intervals = frame
            .chunks_exact(blocks)
            .zip(self.shown.chunks_exact_mut(blocks));
        for (((frame, shown), age), verdict) in intervals.zip(&mut self.ages).zip(verdicts) {
            *age += 1;
            *verdict = if frame != shown {
                Verdict::Fresh
            } else if *age >= self.settings.refresh_frames {
                Verdict::Refreshed
            } else {
                Verdict::Held
            };
            if *verdict != Verdict::Held {
                *age = 0;
                shown.copy_from_slice(frame);
            }
        }
    }
}
