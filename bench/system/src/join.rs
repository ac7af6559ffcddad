//! From the click to the first picture: TCP connection, upgrade, lease, camera, frame.

use std::time::{Duration, Instant};

use testkit::Viewer;
use testkit::statistics::percentile;
use tokio::task::JoinSet;

use crate::effort::Effort;
use crate::measured::MeasuredStack;
use crate::table::MarkdownTable;

/// A cold camera has its first frame within a second.
const JOINED_WITHIN: Duration = Duration::from_secs(30);

pub(crate) fn run(effort: Effort) -> anyhow::Result<()> {
    let mut table = MarkdownTable::new(
        "join",
        "From connecting until the first frame is whole, over loopback, with the pattern: cold, nobody watches and the \
         camera is closed; new rung, somebody watches another quality; warm, somebody watches the same.",
        &["join", "p50 ms", "p95 ms", "worst ms", "tries"],
    );
    let measured = MeasuredStack::start(1, &[("CAPTURE_LINGER", "0s")])?;
    let tries = effort.of(25, 2);
    let mut row = |name: &str, mut times: Vec<f64>| {
        table.row(&[
            name.to_owned(),
            format!("{:.1}", percentile(&mut times, 50)),
            format!("{:.1}", percentile(&mut times, 95)),
            format!("{:.1}", percentile(&mut times, 100)),
            times.len().to_string(),
        ]);
    };
    println!("join: cold");
    let mut times = Vec::new();
    for _ in 0..tries {
        measured.await_idle();
        times.push(join(&measured)?);
    }
    row("cold", times);
    for (name, kept) in [("new rung", 40), ("warm", 80)] {
        println!("join: {name}");
        let mut company = JoinSet::new();
        let mut first = measured.runtime.block_on(watch(&measured, kept))?;
        measured.runtime.block_on(first.frame(JOINED_WITHIN));
        company.spawn_on(
            async move {
                loop {
                    first.frame(JOINED_WITHIN).await;
                }
            },
            measured.runtime.handle(),
        );
        let mut times = Vec::new();
        for attempt in 0..tries {
            // Not in step with the frames, and the last viewer's rung has been let go.
            std::thread::sleep(Duration::from_millis(130 + 7 * attempt % 30));
            times.push(join(&measured)?);
        }
        row(name, times);
    }
    table.print();
    Ok(())
}

fn join(measured: &MeasuredStack) -> anyhow::Result<f64> {
    measured.runtime.block_on(async {
        let began = Instant::now();
        let mut viewer = watch(measured, 80).await?;
        viewer.frame(JOINED_WITHIN).await;
        let took = began.elapsed().as_secs_f64() * 1000.0;
        viewer.leave(JOINED_WITHIN).await;
        Ok(took)
    })
}

async fn watch(measured: &MeasuredStack, quality: u8) -> anyhow::Result<Viewer> {
    let address = measured.stack.gateways[0].public();
    Viewer::watch(address, quality)
        .await
        .map_err(|refused| anyhow::anyhow!("the gateway refused a viewer: {refused:?}"))
}
