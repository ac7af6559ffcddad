//! What an encoder that counts frames cannot know of time: when what it holds is too old, and how many frames a refresh is.
//!
//! Pure: the time is that of the stamps.

use std::time::Duration;

/// `CAPTURE_HOLD=auto`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hold {
    /// `CAPTURE_HOLD_REFRESH`: what stands still is encoded anew within this time.
    pub(crate) refresh: Duration,
    /// `CAPTURE_SETTLE`: whether what has stood still is shown as the mean of its last frames.
    pub(crate) settles: bool,
}

/// The longest time from one frame to the next. After a longer one the camera was closed, or nobody watched: its exposure
/// and its noise may be others, so that everything is encoded and learnt anew.
const GAP_MAX_US: u64 = 1_000_000;
/// How many frames the mean time between two of them is of, about.
const MEAN_FRAMES: f64 = 32.0;

/// What is to be done before the next frame is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// It is the last one again, for further renditions.
    Again,
    /// It follows the last one; what stands still is refreshed within so many frames.
    Next(u32),
    /// It has nothing to do with the last one.
    Anew(u32),
}

/// How the frames follow each other.
#[derive(Debug)]
pub(super) struct Sequence {
    refresh_us: f64,
    /// Number and time of the last frame.
    last: Option<(u64, u64)>,
    /// From one frame to the next.
    mean_us: f64,
}

impl Sequence {
    /// A sequence before its first frame.
    pub(super) fn new(hold: Hold) -> Self {
        Self {
            refresh_us: hold.refresh.as_secs_f64() * 1e6,
            last: None,
            // As fast as cameras come; the first frames say better.
            mean_us: 1e6 / 34.0,
        }
    }

    /// Takes in a frame's number and time.
    pub(super) fn step(&mut self, seq: u64, captured_at_us: u64) -> Step {
        let last = self.last.replace((seq, captured_at_us));
        let follows = last.filter(|(_, at)| captured_at_us.abs_diff(*at) <= GAP_MAX_US);
        if let Some((last_seq, at)) = follows {
            if last_seq == seq {
                return Step::Again;
            }
            let gap_us = captured_at_us.saturating_sub(at) as f64;
            self.mean_us += (gap_us - self.mean_us) / MEAN_FRAMES;
        }
        // A clock that was set back makes no frame come in no time.
        let frames = (self.refresh_us / self.mean_us.max(1000.0)).clamp(1.0, f64::from(u32::MAX));
        if follows.is_some() {
            Step::Next(frames as u32)
        } else {
            Step::Anew(frames as u32)
        }
    }

    /// The next frame has nothing to do with those before.
    pub(super) fn forget(&mut self) {
        self.last = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sequence() -> Sequence {
        Sequence::new(Hold {
            refresh: Duration::from_secs(10),
            settles: false,
        })
    }

    #[test]
    fn a_refresh_is_as_many_frames_as_come_within_its_time() {
        let mut sequence = sequence();
        assert_eq!(sequence.step(1, 5_000_000), Step::Anew(340));
        for (fps, seq) in [(10, 1_000), (60, 2_000)] {
            let mut step = Step::Again;
            for n in 0..500 {
                step = sequence.step(seq + n, 5_000_000 + n * 1_000_000 / fps);
            }
            let Step::Next(frames) = step else {
                panic!("{step:?}");
            };
            assert!(
                u64::from(frames).abs_diff(10 * fps) <= fps,
                "{fps}: {frames}"
            );
        }
    }

    #[test]
    fn the_same_number_is_the_same_frame_and_after_a_pause_all_is_new() {
        let mut sequence = sequence();
        sequence.step(1, 100);
        assert_eq!(sequence.step(1, 100), Step::Again);
        assert!(matches!(sequence.step(2, 1_000_100), Step::Next(_)));
        assert!(matches!(sequence.step(3, 2_000_101), Step::Anew(_)));
        // The clock was set back.
        assert!(matches!(sequence.step(4, 100), Step::Anew(_)));
        sequence.forget();
        assert!(matches!(sequence.step(4, 100), Step::Anew(_)));
    }
}
