//! What ends the watch on the demand, and with it the process.

/// Why demand or privacy switch cannot be had from this NATS.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DemandError {
    /// What was found is too old.
    #[error("nats-server {found} is too old: 2.10 or later is needed")]
    TooOld {
        /// Its version.
        found: String,
    },
    /// The privacy switch could not be read or set.
    #[error("the privacy switch cannot be reached: {0}")]
    Switch(String),
    /// The privacy switch was set, and says something else a moment later.
    #[error(
        "the privacy switch was set to {set:?} and says {found} now: somebody else has set it, or writes over it; set it again"
    )]
    Overwritten {
        /// The word that was written.
        set: &'static str,
        /// What is there.
        found: String,
    },
}
