//! What became of a frame's intervals, in numbers.

/// What became of a frame's intervals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Intervals {
    /// Encoded because they have changed.
    pub fresh: usize,
    /// Used again.
    pub held: usize,
    /// Encoded because they were held for long.
    pub refreshed: usize,
}

impl Intervals {
    /// The share of the picture that has changed, 0 to 1.
    #[must_use]
    pub fn changed_ratio(&self) -> f64 {
        let all = self.fresh + self.held + self.refreshed;
        self.fresh as f64 / all.max(1) as f64
    }
}
