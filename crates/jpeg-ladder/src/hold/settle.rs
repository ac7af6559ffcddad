//! Settling: what has stood still for a while is shown once as the mean of its last frames, nearly without noise.
//!
//! Off unless it is asked for: a frame is then no longer what the camera delivered at one moment. Nothing of it runs, and no
//! memory is taken, while it is off.

/// Frames of a mean.
const FRAMES: u8 = 12;
/// One interval in so many settles with a frame, at most.
const SHARE: usize = 12;
/// The deviation of a difference of two frames over that of one frame and the mean of twelve, in sixteenths.
pub(super) const NEARER: i32 = 22;

/// The running means of all intervals.
pub(super) struct Settle {
    /// By block: the sum of as many frames as the interval has, at most [`FRAMES`]. 32 bits: twelve of the largest
    /// coefficients do not fit into 16.
    sums: Vec<[i32; 64]>,
    /// By interval: its frames; none since it was encoded.
    frames: Vec<u8>,
    settled: Vec<bool>,
}

impl Settle {
    pub(super) fn new(intervals: usize, blocks: usize) -> Self {
        Self {
            sums: vec![[0; 64]; blocks],
            frames: vec![0; intervals],
            settled: vec![false; intervals],
        }
    }

    /// Whether what is shown of an interval is a mean.
    #[inline(always)]
    pub(super) fn is_settled(&self, interval: usize) -> bool {
        self.settled[interval]
    }

    /// Adds a frame of what has not changed since it is `shown`.
    #[inline(always)]
    pub(super) fn add(&mut self, interval: usize, now: &[[i16; 64]], shown: &[[i16; 64]]) {
        let sums = &mut self.sums[interval * now.len()..][..now.len()];
        let frames = &mut self.frames[interval];
        for ((sums, now), shown) in sums.iter_mut().zip(now).zip(shown) {
            // One loop each, so that the compiler can make vectors of them.
            match *frames {
                0 => each(sums, now, shown, |_, now, shown| shown + now),
                FRAMES => each(sums, now, shown, |sum, now, _| {
                    sum - sum / i32::from(FRAMES) + now
                }),
                _ => each(sums, now, shown, |sum, now, _| sum + now),
            }
        }
        *frames = (*frames + 1 + u8::from(*frames == 0)).min(FRAMES);
    }

    /// Forgets what was: the interval shows a frame.
    pub(super) fn restart(&mut self, interval: usize) {
        self.frames[interval] = 0;
        self.settled[interval] = false;
    }

    /// Forgets all.
    pub(super) fn restart_all(&mut self) {
        self.frames.fill(0);
        self.settled.fill(false);
    }

    /// The intervals that are to settle with this frame, of those that are held.
    pub(super) fn due(&self, is_held: impl Fn(usize) -> bool) -> Vec<usize> {
        let most = self.frames.len() / SHARE + 1;
        let ready = |&i: &usize| self.frames[i] == FRAMES && !self.settled[i] && is_held(i);
        (0..self.frames.len()).filter(ready).take(most).collect()
    }

    /// Puts the mean into `shown`, if there is one.
    pub(super) fn show(&mut self, interval: usize, shown: &mut [[i16; 64]]) -> bool {
        if self.frames[interval] < FRAMES {
            return false;
        }
        let sums = &self.sums[interval * shown.len()..];
        for (shown, sums) in shown.iter_mut().zip(sums) {
            for (shown, sum) in shown.iter_mut().zip(sums) {
                let half = i32::from(FRAMES) / 2 * sum.signum();
                *shown = ((sum + half) / i32::from(FRAMES)) as i16;
            }
        }
        self.settled[interval] = true;
        true
    }
}

/// Makes each sum anew of itself, of what is now and of what is shown.
#[inline(always)]
fn each(
    sums: &mut [i32; 64],
    now: &[i16; 64],
    shown: &[i16; 64],
    of: impl Fn(i32, i32, i32) -> i32,
) {
    for i in 0..64 {
        sums[i] = of(sums[i], now[i].into(), shown[i].into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_is_of_twelve_frames_and_is_begun_anew_when_the_interval_changes() {
        let mut settle = Settle::new(2, 2);
        let mut shown = [[100i16; 64]];
        for n in 0..11 {
            assert!(
                !settle.show(1, &mut shown) && settle.due(|_| true).is_empty(),
                "{n}"
            );
            settle.add(1, &[[112; 64]], &shown);
        }
        assert_eq!(settle.due(|_| true), [1]);
        assert!(settle.due(|_| false).is_empty());
        assert!(settle.show(1, &mut shown));
        assert_eq!(shown, [[111; 64]]);
        // It settles once.
        assert!(settle.is_settled(1) && settle.due(|_| true).is_empty());
        settle.restart(1);
        assert!(!settle.is_settled(1) && !settle.show(1, &mut shown));
    }

    #[test]
    fn no_more_than_a_twelfth_of_the_intervals_settles_at_once() {
        let mut settle = Settle::new(720, 720);
        let mut shown = vec![[-40; 64]; 720];
        for _ in 0..11 {
            for i in 0..720 {
                settle.add(i, &[[-40; 64]], &shown[i..=i]);
            }
        }
        let mut frames = 0;
        while let due @ [_, ..] = &settle.due(|_| true)[..] {
            assert!(due.len() <= 61);
            for &i in due {
                settle.show(i, &mut shown[i..=i]);
            }
            frames += 1;
        }
        assert!(frames >= 12 && shown.iter().all(|block| *block == [-40; 64]));
    }
}
