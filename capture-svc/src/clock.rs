//! Where time enters this service, beside the camera: everything else takes it as a value.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// The instant that leases, linger and silences are measured from.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place of `run` that reads the monotonic clock"
)]
#[must_use]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Microseconds since the Unix epoch, as in the stamp.
#[expect(
    clippy::disallowed_methods,
    reason = "ages are told against the stamp's wall time"
)]
#[must_use]
pub(crate) fn unix_us() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_micros() as u64)
}
