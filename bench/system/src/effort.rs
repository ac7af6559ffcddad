//! How much of everything is measured.

/// All of it, or so little that only its being able to run counts.
#[derive(Clone, Copy)]
pub(crate) struct Effort {
    pub(crate) quick: bool,
}

impl Effort {
    /// `full`, or `quick` when only its being able to run counts.
    pub(crate) fn of<T>(self, full: T, quick: T) -> T {
        if self.quick { quick } else { full }
    }
}
