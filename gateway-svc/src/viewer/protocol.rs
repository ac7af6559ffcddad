//! PURE: what a viewer said that it understands, when it came.

/// What it is sent besides whole frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// Nothing.
    Plain,
    /// The messages of `?v=2`.
    V2 {
        /// And frames as deltas.
        deltas: bool,
    },
}

impl Protocol {
    /// Of the query's `v` and `delta`.
    pub(crate) fn asked(version: Option<&str>, delta: Option<&str>) -> Self {
        match version {
            Some("2") => Self::V2 {
                deltas: delta == Some("1"),
            },
            _ => Self::Plain,
        }
    }

    /// Whether it understands texts.
    pub(crate) const fn is_v2(self) -> bool {
        matches!(self, Self::V2 { .. })
    }

    /// Whether it understands deltas.
    pub(crate) const fn deltas(self) -> bool {
        matches!(self, Self::V2 { deltas: true })
    }
}
