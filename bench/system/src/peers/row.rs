//! What one system did in one stage of one round.

use super::crowd::Seen;

/// Watching at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stage {
    pub(crate) viewers: usize,
    /// Whether there is one more behind a narrow line.
    pub(crate) slow: bool,
}

/// Of all its processes together, and what viewers got.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) cores: f64,
    pub(crate) memory_mb: f64,
    pub(crate) seconds: f64,
    pub(crate) fast: Seen,
    pub(crate) slow: Seen,
}

impl Row {
    pub(crate) fn percent(&self) -> f64 {
        self.cores * 100.0
    }

    pub(crate) fn fps(&self, viewers: usize) -> f64 {
        self.fast.ages_ms.len() as f64 / self.seconds / viewers as f64
    }

    pub(crate) fn us_per_frame(&self) -> f64 {
        self.cores * self.seconds * 1e6 / self.fast.ages_ms.len() as f64
    }
}
