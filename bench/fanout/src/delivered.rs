//! What viewers got in a stretch of time, and what it cost the server.

use std::fmt;
use std::time::Duration;

use testkit::Load;
use testkit::statistics::percentile;

/// What was delivered and what it cost.
pub(crate) struct Delivered {
    pub(crate) us_per_frame: f64,
    pub(crate) fps: f64,
    pub(crate) core: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) kb_per_viewer: f64,
}

impl Delivered {
    /// To `load` since it was told to forget, `took` ago.
    pub(crate) fn to(load: &Load, cpu_ns: u64, took: Duration, grown_kb: u64) -> Self {
        let (viewers, frames) = (load.viewers() as f64, load.frames());
        let mut ages_ms = load.ages_ms();
        Self {
            us_per_frame: cpu_ns as f64 / 1000.0 / frames.max(1) as f64,
            fps: frames as f64 / took.as_secs_f64() / viewers,
            core: cpu_ns as f64 / took.as_nanos() as f64,
            p50_ms: percentile(&mut ages_ms, 50),
            p99_ms: percentile(&mut ages_ms, 99),
            kb_per_viewer: grown_kb as f64 / viewers,
        }
    }
}

impl fmt::Display for Delivered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            us_per_frame,
            fps,
            core,
            p50_ms,
            p99_ms,
            kb_per_viewer,
        } = self;
        write!(
            f,
            "{us_per_frame:6.1} µs/frame {fps:5.1} fps {core:4.2} core, p50 {p50_ms:5.1} p99 {p99_ms:5.1} ms, {kb_per_viewer:4.0} KB"
        )
    }
}
