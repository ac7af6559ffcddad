//! A gauge that cannot forget to go down again.

use prometheus::IntGauge;

/// Counts in a gauge while it lives.
#[derive(Debug)]
pub struct Counted(IntGauge);

impl Counted {
    /// One more.
    #[must_use]
    pub fn new(gauge: &IntGauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}
