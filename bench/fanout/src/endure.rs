//! Churn for as long as wanted: viewers come, leave, are killed, stop reading, change quality; at the end the gateway's
//! counters must be those of the viewers, to the frame, and memory and descriptors what they were.
//!
//! Viewers that read to their end have rungs of their own, where sent and received must be equal. What was sent to
//! somebody who is killed or never reads nobody can count; there received must not be more than sent.

use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::Mode;
use crate::measure::{Server, Settings, resident_kb};
use crate::people::{HONEST, NARROW, PEOPLE, ROUGH, RUNGS, Scene, seat};
use crate::process::{Metrics, descriptors};

pub(crate) fn run(settings: &Settings, time: Duration) -> anyhow::Result<()> {
    let server = Server::with(Mode::Ours, settings, &RUNGS)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(tokio::task::LocalSet::new().run_until(churn(&server, time)))
}

async fn churn(server: &Server, time: Duration) -> anyhow::Result<()> {
    let (pid, idle) = (server.pid(), descriptors(server.pid())?);
    let began = Instant::now();
    let scene = Scene {
        address: server.address,
        end: began + time,
        ledger: Rc::default(),
    };
    let mut people = tokio::task::JoinSet::new();
    for (manner, count) in PEOPLE {
        for _ in 0..count {
            people.spawn_local(seat(scene.clone(), manner));
        }
    }
    let mut resident = Vec::new();
    let mut open = Vec::new();
    let mut look = tokio::time::interval(Duration::from_secs(5));
    while Instant::now() < scene.end {
        look.tick().await;
        resident.push(resident_kb(pid)?);
        open.push(descriptors(pid)?);
        if resident.len() % 12 == 0 {
            let ledger = scene.ledger.borrow();
            println!(
                "{:>5.0} s: {} joined, {} frames received, {} changes; {} KB, {} descriptors",
                began.elapsed().as_secs_f64(),
                ledger.joined,
                ledger.frames.values().sum::<u64>(),
                ledger.changes,
                resident.last().unwrap_or(&0),
                open.last().unwrap_or(&0)
            );
        }
    }
    while let Some(ended) = people.join_next().await {
        ended??;
    }
    let metrics = all_gone(server).await?;
    let ledger = scene.ledger.borrow();
    let mut wrong = Vec::new();
    let mut check = |what: String, fine: bool| {
        println!("{} {what}", if fine { "  " } else { "✗ " });
        if !fine {
            wrong.push(what);
        }
    };
    for quality in [HONEST[0], HONEST[1], NARROW, ROUGH] {
        let sent = metrics.sum("gateway_frames_sent_total", &format!("\"{quality}\""));
        let received = ledger.frames.get(&quality).copied().unwrap_or(0);
        let exact = HONEST.contains(&quality);
        let fine = if exact {
            sent == received
        } else {
            sent >= received
        };
        let word = if exact { "as many" } else { "no fewer" };
        check(
            format!("q{quality}: sent {sent}, received {received}: {word}"),
            fine,
        );
    }
    let connections = metrics.sum("gateway_connections_total", "");
    let closed = metrics.sum("gateway_closed_total", "");
    check(
        format!(
            "{} joined, {connections} counted, {closed} closed",
            ledger.joined
        ),
        connections == ledger.joined && closed == connections,
    );
    let changes = metrics.sum("gateway_quality_changes_total", "");
    check(
        format!("{} changes of quality, {changes} counted", ledger.changes),
        changes == ledger.changes,
    );
    let (early, late) = (quarter(&resident, 1), quarter(&resident, 3));
    check(
        format!("resident {early} KB in the second quarter, {late} KB in the last"),
        late as f64 <= early as f64 * 1.1 + 2048.0,
    );
    let open: Vec<u64> = open.iter().map(|count| *count as u64).collect();
    let (early, late) = (quarter(&open, 1), quarter(&open, 3));
    check(
        format!("{early} descriptors in the second quarter, {late} in the last"),
        late <= early + 10,
    );
    let left = descriptors(pid)?;
    check(
        format!("{idle} descriptors before, {left} after the last one"),
        left <= idle + 2,
    );
    anyhow::ensure!(wrong.is_empty(), "not as promised: {}", wrong.join("; "));
    Ok(())
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
    part.get(part.len() / 2).copied().unwrap_or(0)
}

async fn all_gone(server: &Server) -> anyhow::Result<Metrics> {
    let began = Instant::now();
    loop {
        let metrics = Metrics::of(server.admin).await?;
        let viewers = metrics.sum("gateway_viewers", "");
        let open =
            metrics.sum("gateway_connections_total", "") - metrics.sum("gateway_closed_total", "");
        if viewers + open == 0 {
            return Ok(metrics);
        }
        anyhow::ensure!(
            began.elapsed() < Duration::from_secs(60),
            "{viewers} viewers stay for ever"
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
