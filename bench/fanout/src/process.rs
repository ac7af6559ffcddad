//! What a running gateway says of itself, and what the kernel says of it.

use std::net::SocketAddr;

use anyhow::Context as _;

/// The metrics of one moment.
pub(crate) struct Metrics(String);

impl Metrics {
    pub(crate) async fn of(admin: SocketAddr) -> anyhow::Result<Self> {
        let answer = testkit::http::get(admin, "/metrics", &[]).await;
        Ok(Self(
            answer.context("the gateway serves no metrics")?.text(),
        ))
    }

    /// The sum of the series of `name` whose labels contain `label`.
    pub(crate) fn sum(&self, name: &str, label: &str) -> u64 {
        let series = self.0.lines().filter_map(|line| line.rsplit_once(' '));
        let wanted = series.filter(|(series, _)| {
            let (own, labels) = series.split_once('{').unwrap_or((series, ""));
            own == name && labels.contains(label)
        });
        wanted
            .filter_map(|(_, value)| value.parse::<f64>().ok())
            .sum::<f64>() as u64
    }
}

/// Open descriptors.
pub(crate) fn descriptors(pid: u32) -> anyhow::Result<usize> {
    Ok(std::fs::read_dir(format!("/proc/{pid}/fd"))?.count())
}
