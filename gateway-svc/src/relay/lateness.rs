//! PURE: which frames from the bus are too old to be shown, without synchronised clocks.
//!
//! A frozen server or a healed link lets out seconds of the past in one burst, and the sender cannot prevent it: what
//! fitted into kernel buffers is on its way. So the receiver keeps the smallest difference between arrival and
//! capture time of the last ten seconds, which contains whatever the two clocks differ by, and drops what took half
//! a second longer. The ten seconds are counted while frames come, so that silence does not make it forget: frames that
//! come as far apart as they were captured, be that a minute.
//!
//! One frame is never believed against all others: whoever may publish could otherwise blind every viewer with a single
//! capture time in the far future.

use std::collections::VecDeque;

use wire::Stamp;

/// How much longer than the fastest one a frame may have been on its way.
const MAX_EXTRA_DELAY_US: i64 = 500_000;
/// How long the fastest one is remembered, in seconds of arriving frames.
const BASELINE_S: u64 = 10;
/// The longest time between two frames that counts as time in which frames come where they were captured further apart, or
/// less far.
const MAX_FRAME_GAP_US: u64 = 100_000;
/// What a frame may seem to have been on its way, in µs: from a second of clocks that differ to a minute of delay.
/// Beyond it the clocks are wrong.
const PLAUSIBLE_DELAY_US: std::ops::Range<i64> = -1_000_000..60_000_000;
/// For so long after the last frame of a run, an older run's frames are left-overs and not its comeback.
const RUN_TAKEOVER_US: u64 = 2_000_000;
/// Frames that contradict the ones before are believed when nothing else has come for so long.
pub(crate) const BELIEVED_AFTER_US: u64 = 1_000_000;

/// Judges the frames of one camera by age; all its renditions share it, so that a new rendition knows the clocks already.
#[derive(Debug, Default)]
pub(crate) struct LatenessFilter {
    run: Option<u32>,
    retired: Option<u32>,
    /// The last run whose clock was looked at.
    looked_at: Option<u32>,
    /// When the last frame arrived.
    last_us: u64,
    /// When it was captured.
    last_captured_us: u64,
    /// How long frames have been arriving, without the pauses.
    flowed_us: u64,
    /// (second of arriving frames, smallest difference in it), oldest first.
    best: VecDeque<(u64, i64)>,
    /// Whether what is remembered rests on more than one frame.
    confirmed: bool,
    /// Since when every frame has contradicted it.
    contradicted_since_us: Option<u64>,
}

impl LatenessFilter {
    /// Whether a frame that arrived at `received_us` (µs, any clock that never steps) may be shown.
    pub(crate) fn judge(&mut self, stamp: &Stamp, received_us: u64) -> bool {
        let since = received_us.saturating_sub(self.last_us);
        if self.run != Some(stamp.run) {
            if self.retired == Some(stamp.run) && since < RUN_TAKEOVER_US {
                return false;
            }
            self.retired = self.run.replace(stamp.run);
            self.forget();
        }
        self.last_us = received_us;
        self.flow(since, stamp.captured_at_us);
        let taken = received_us as i64 - stamp.captured_at_us as i64;
        self.judge_delay(taken, received_us)
    }

    /// So long after the last frame came one that was captured then.
    fn flow(&mut self, since: u64, captured_at_us: u64) {
        let last_us = std::mem::replace(&mut self.last_captured_us, captured_at_us);
        let apart = captured_at_us.saturating_sub(last_us);
        let keeps_time = since.abs_diff(apart) <= MAX_EXTRA_DELAY_US.unsigned_abs();
        self.flowed_us += if keeps_time {
            since
        } else {
            since.min(MAX_FRAME_GAP_US)
        };
        let second = self.flowed_us / 1_000_000;
        self.best.retain(|(then, _)| then + BASELINE_S > second);
        self.confirmed &= !self.best.is_empty();
    }

    fn judge_delay(&mut self, taken: i64, received_us: u64) -> bool {
        let Some(best) = self.best.iter().map(|(_, best)| *best).min() else {
            self.remember(taken);
            return true;
        };
        let longer = taken - best;
        if longer.abs() <= MAX_EXTRA_DELAY_US {
            self.confirmed = true;
        } else if longer > 0 && self.confirmed {
            self.contradicted_since_us = None;
            self.remember(taken);
            return false;
        } else if self.is_contradicted_for_long(received_us) {
            self.forget();
        } else {
            return false;
        }
        self.contradicted_since_us = None;
        self.remember(taken);
        true
    }

    /// Whether for so long every frame has come sooner than it can, or later than the only one before, that the clock
    /// must have been set.
    fn is_contradicted_for_long(&mut self, received_us: u64) -> bool {
        let since = *self.contradicted_since_us.get_or_insert(received_us);
        received_us.saturating_sub(since) >= BELIEVED_AFTER_US
    }

    /// By how many seconds the receiver's clock is ahead of the sender's, if that is more than any path takes; told
    /// once for each run.
    pub(crate) fn clocks_differ(&mut self, stamp: &Stamp, received_us: u64) -> Option<i64> {
        if self.looked_at.replace(stamp.run) == Some(stamp.run) {
            return None;
        }
        let ahead = received_us as i64 - stamp.captured_at_us as i64;
        (!PLAUSIBLE_DELAY_US.contains(&ahead)).then_some((ahead + 500_000).div_euclid(1_000_000))
    }

    fn forget(&mut self) {
        self.best.clear();
        self.confirmed = false;
        self.contradicted_since_us = None;
    }

    fn remember(&mut self, taken: i64) {
        let second = self.flowed_us / 1_000_000;
        match self.best.back_mut() {
            Some((last, best)) if *last == second => *best = taken.min(*best),
            _ => self.best.push_back((second, taken)),
        }
    }
}

#[cfg(test)]
mod tests;
