//! PURE: what changed in a stream since when, interval by interval, from the bytes of its frames alone.
//!
//! Capture says nothing about what it held; whatever came and whatever was lost on the bus, two frames that came one after
//! the other are compared. It costs some microseconds a frame and is done only where somebody wants deltas.

use std::sync::Arc;

use bytes::Bytes;
use wire::Stamp;
use wire::delta::Intervals;

use crate::frame::changes::Changes;

/// The last frame of a stream, and when each of its intervals changed.
#[derive(Debug, Default)]
pub(crate) struct ChangeLog(Option<Last>);

#[derive(Debug)]
struct Last {
    jpeg: Bytes,
    stamp: Stamp,
    changes: Arc<Changes>,
}

impl ChangeLog {
    /// The next frame, with its number among all of this process. `None` for one that has no intervals: it goes out whole,
    /// and so does the one after it.
    pub(crate) fn note(&mut self, jpeg: Bytes, stamp: Stamp, number: u64) -> Option<Arc<Changes>> {
        let last = self.0.take();
        let intervals = Intervals::of(&jpeg)?;
        let patch = Stamp::variable_part(&jpeg).ok()?;
        let mut changes = Changes {
            epoch: number,
            changed_at: vec![stamp.seq; intervals.count()],
            intervals,
            patch,
            previous: None,
        };
        if let Some(last) = last.filter(|last| last.continues(&jpeg, stamp, &changes)) {
            let before = &last.changes;
            changes.epoch = before.epoch;
            changes.previous = Some(last.stamp.seq);
            for (nth, changed_at) in changes.changed_at.iter_mut().enumerate() {
                let (old, new) = (before.intervals.range(nth), changes.intervals.range(nth));
                if last.jpeg[old] == jpeg[new] {
                    *changed_at = before.changed_at[nth];
                }
            }
        }
        let changes = Arc::new(changes);
        self.0 = Some(Last {
            jpeg,
            stamp,
            changes: Arc::clone(&changes),
        });
        Some(changes)
    }

    /// Nobody wants to know any more; what comes next begins anew.
    pub(crate) fn forget(&mut self) {
        self.0 = None;
    }
}

impl Last {
    /// Whether a frame is of the same run and has the same header, but for what the patch replaces.
    fn continues(&self, jpeg: &[u8], stamp: Stamp, new: &Changes) -> bool {
        let old = &*self.changes;
        let header = old.intervals.header();
        self.stamp.run == stamp.run
            && self.stamp.seq < stamp.seq
            && old.patch == new.patch
            && header == new.intervals.header()
            && old.intervals.count() == new.intervals.count()
            && self.jpeg[..new.patch.start] == jpeg[..new.patch.start]
            && self.jpeg[new.patch.end..header] == jpeg[new.patch.end..header]
    }
}

#[cfg(test)]
mod tests;
