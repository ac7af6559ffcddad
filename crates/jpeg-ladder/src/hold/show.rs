//! What is shown after a frame was decided upon: the picture that all qualities are encoded from.

use super::places::spread;
use super::rule::Finding;
use super::{Hold, Verdict};
use crate::interval::Geometry;

impl Hold {
    /// Shows what is not held, unless it was shown when it was looked at.
    pub(super) fn show(&mut self, frame: &[[i16; 64]], geometry: Geometry, verdicts: &[Verdict]) {
        let blocks = geometry.interval_mcus * geometry.blocks_per_mcu;
        for (i, (verdict, past)) in verdicts.iter().zip(&mut self.past).enumerate() {
            past.pass(*verdict == Verdict::Held, *verdict == Verdict::Fresh);
            if *verdict == Verdict::Held {
                continue;
            }
            let at_once = !self.whole && self.findings[i] == Finding::Changed;
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
    pub(crate) fn show_all(&mut self, frame: &mut Vec<[i16; 64]>) {
        self.renew();
        // Nothing of what was shown is left: no need to copy megabytes.
        std::mem::swap(&mut self.shown, frame);
    }

    /// Notes that all was encoded.
    pub(super) fn renew(&mut self) {
        for (i, past) in self.past.iter_mut().enumerate() {
            past.fresh = true;
            // While everything is fresh, ages are spread: refreshes must not come all at once.
            past.encoded_at(spread(self.groups[i] as usize, self.refresh_frames));
        }
        if let Some(settle) = &mut self.settle {
            settle.restart_all();
        }
    }
}
