//! Churn for as long as wanted: viewers come, leave, are killed, stop reading, change quality; at the end the gateway's
//! counters must be those of the viewers, to the frame, and memory and descriptors what they were.
//!
//! Viewers that read to their end have rungs of their own, where sent and received must be equal. What was sent to
//! somebody who is killed or never reads nobody can count; there received must not be more than sent.

use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use testkit::statistics::at_percent;

use crate::behaviour::{
    COUNTED, Churn, Counts, RUNGS, SLOW, UNCOUNTED, VIEWERS, one_after_another,
};
use crate::mode::Mode;
use crate::process::{Metrics, descriptors};
use crate::server::{Server, Settings, resident_kb};

/// How often memory and descriptors are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Every so many looks a line says how far it is.
const LOOKS_A_LINE: usize = 12;
/// A viewer that is dead when everybody leaves is found out within its pings.
const GONE_WITHIN: Duration = Duration::from_secs(60);

pub(crate) fn run(settings: &Settings, time: Duration) -> anyhow::Result<()> {
    let server = Server::with(Mode::Ours, settings, &RUNGS)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(tokio::task::LocalSet::new().run_until(endure(&server, time)))
}

async fn endure(server: &Server, time: Duration) -> anyhow::Result<()> {
    let idle = descriptors(server.pid())?;
    let began = Instant::now();
    let churn = Churn {
        address: server.address,
        end: began + time,
        counts: Rc::default(),
    };
    let mut viewers = tokio::task::JoinSet::new();
    for (behaviour, count) in VIEWERS {
        for _ in 0..count {
            viewers.spawn_local(one_after_another(churn.clone(), behaviour));
        }
    }
    let held = Held::watch(server.pid(), &churn, began).await?;
    while let Some(ended) = viewers.join_next().await {
        ended??;
    }
    let metrics = all_gone(server).await?;
    let mut verdict = Verdict::default();
    verdict.counters(&metrics, &churn.counts.borrow());
    verdict.held(&held);
    let left = descriptors(server.pid())?;
    verdict.check(
        format!("{idle} descriptors before, {left} after the last one"),
        left <= idle + 2,
    );
    let wrong = verdict.wrong.join("; ");
    anyhow::ensure!(wrong.is_empty(), "not as promised: {wrong}");
    Ok(())
}

/// What the gateway held, look by look.
#[derive(Default)]
struct Held {
    resident_kb: Vec<u64>,
    descriptors: Vec<u64>,
}

impl Held {
    /// Looks until the end.
    async fn watch(pid: u32, churn: &Churn, began: Instant) -> anyhow::Result<Self> {
        let mut held = Self::default();
        let mut look = tokio::time::interval(LOOK_EVERY);
        while Instant::now() < churn.end {
            look.tick().await;
            let (kb, open) = (resident_kb(pid)?, descriptors(pid)? as u64);
            held.resident_kb.push(kb);
            held.descriptors.push(open);
            if held.resident_kb.len().is_multiple_of(LOOKS_A_LINE) {
                let counts = churn.counts.borrow();
                println!(
                    "{:>5.0} s: {} joined, {} frames received, {} changes; {kb} KB, {open} descriptors",
                    began.elapsed().as_secs_f64(),
                    counts.joined,
                    counts.frames.values().sum::<u64>(),
                    counts.changes,
                );
            }
        }
        Ok(held)
    }
}

/// What was not as promised.
#[derive(Default)]
struct Verdict {
    wrong: Vec<String>,
}

impl Verdict {
    fn check(&mut self, what: String, fine: bool) {
        println!("{} {what}", if fine { "  " } else { "✗ " });
        if !fine {
            self.wrong.push(what);
        }
    }

    /// The gateway's counters beside what the viewers counted.
    fn counters(&mut self, metrics: &Metrics, counts: &Counts) {
        for quality in [COUNTED[0], COUNTED[1], SLOW, UNCOUNTED] {
            let sent = metrics.sum("gateway_frames_sent_total", &format!("\"{quality}\""));
            let received = counts.frames.get(&quality).copied().unwrap_or(0);
            let (word, fine) = if COUNTED.contains(&quality) {
                ("as many", sent == received)
            } else {
                ("no fewer", sent >= received)
            };
            self.check(
                format!("q{quality}: sent {sent}, received {received}: {word}"),
                fine,
            );
        }
        let connections = metrics.sum("gateway_connections_total", "");
        let closed = metrics.sum("gateway_closed_total", "");
        let joined = counts.joined;
        self.check(
            format!("{joined} joined, {connections} counted, {closed} closed"),
            connections == joined && closed == connections,
        );
        let changes = metrics.sum("gateway_quality_changes_total", "");
        self.check(
            format!("{} changes of quality, {changes} counted", counts.changes),
            changes == counts.changes,
        );
    }

    /// Memory and descriptors: once it runs they do not grow.
    fn held(&mut self, held: &Held) {
        let (early, late) = (quarter(&held.resident_kb, 1), quarter(&held.resident_kb, 3));
        self.check(
            format!("resident {early} KB in the second quarter, {late} KB in the last"),
            late as f64 <= early as f64 * 1.1 + 2048.0,
        );
        let (early, late) = (quarter(&held.descriptors, 1), quarter(&held.descriptors, 3));
        self.check(
            format!("{early} descriptors in the second quarter, {late} in the last"),
            late <= early + 10,
        );
    }
}

/// The median of a quarter of the samples.
fn quarter(samples: &[u64], which: usize) -> u64 {
    let length = (samples.len() / 4).max(1);
    let mut part: Vec<u64> = samples
        .iter()
        .skip(which * length)
        .take(length)
        .copied()
        .collect();
    part.sort_unstable();
    at_percent(&part, 50).unwrap_or(0)
}

async fn all_gone(server: &Server) -> anyhow::Result<Metrics> {
    let admin = server.admin.context("only ours has metrics")?;
    let began = Instant::now();
    loop {
        let metrics = Metrics::of(admin).await?;
        let viewers = metrics.sum("gateway_viewers", "");
        let open =
            metrics.sum("gateway_connections_total", "") - metrics.sum("gateway_closed_total", "");
        if viewers + open == 0 {
            return Ok(metrics);
        }
        anyhow::ensure!(
            began.elapsed() < GONE_WITHIN,
            "{viewers} viewers stay for ever"
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
