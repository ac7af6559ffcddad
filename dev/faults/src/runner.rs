//! Plays the faults, one after another; a fault that mostly waits plays its runs side by side.

use std::any::Any;
use std::time::{Duration, Instant};

use tokio::task::{JoinError, JoinSet};

use crate::fault::Fault;
use crate::faults;
use crate::figure::{Row, Seen};
use crate::plan::Plan;

/// A run that takes longer hangs.
const RUN_WITHIN: Duration = Duration::from_secs(300);
/// Between the starts of runs side by side: they wait together and measure alone.
const START_EVERY: Duration = Duration::from_secs(6);

/// Every row that the plan asks for.
pub(crate) async fn run(plan: &Plan) -> Vec<Row> {
    let wanted = faults::all(plan.mode);
    let wanted = wanted.into_iter().filter(|fault| plan.wants(&fault.name));
    let mut rows = Vec::new();
    for fault in wanted {
        let started = Instant::now();
        let runs = play(&fault, plan.runs).await;
        let row = Row {
            name: fault.name,
            required: fault.required,
            runs,
        };
        let verdict = row
            .failure()
            .map_or("ok".to_owned(), |why| format!("FAILED: {why}"));
        println!(
            "chaos | {}: {verdict} ({:.1} s)",
            row.name,
            started.elapsed().as_secs_f64()
        );
        rows.push(row);
    }
    rows
}

async fn play(fault: &Fault, runs: usize) -> Vec<Result<Seen, String>> {
    let mut played = Vec::new();
    if !fault.waits {
        for _ in 0..runs {
            let mut run = JoinSet::new();
            run.spawn(tokio::time::timeout(RUN_WITHIN, (fault.play)()));
            played.extend(run.join_next().await.map(outcome));
        }
        return played;
    }
    let mut side_by_side = JoinSet::new();
    for run in 0..runs {
        let play = (fault.play)();
        side_by_side.spawn(async move {
            tokio::time::sleep(START_EVERY * run as u32).await;
            tokio::time::timeout(RUN_WITHIN, play).await
        });
    }
    while let Some(run) = side_by_side.join_next().await {
        played.push(outcome(run));
    }
    played
}

fn outcome(
    run: Result<Result<Seen, tokio::time::error::Elapsed>, JoinError>,
) -> Result<Seen, String> {
    match run {
        Ok(Ok(seen)) => Ok(seen),
        Ok(Err(_)) => Err(format!("not over after {RUN_WITHIN:?}")),
        Err(error) => Err(match error.try_into_panic() {
            Ok(panic) => words(panic.as_ref()),
            Err(error) => error.to_string(),
        }),
    }
}

/// What an assertion said.
fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|| "a panic without words".to_owned())
}
