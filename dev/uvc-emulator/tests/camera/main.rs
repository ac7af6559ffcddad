//! The real services and a genuine `uvcvideo` camera, scenario by scenario, each with the figure it measured. One machine
//! for all of them: starting it takes longer than most of what is done in it. Run by `cargo xtask camera [name…]`.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a report for a person, who wants to know how long things took"
)]

mod guest;
mod measure;
mod rig;
mod scenarios;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use rig::Rig;
use testkit::command_line;

/// No scenario takes a quarter of this; one that hangs is one failure, and the others still run.
const SCENARIO_WITHIN: Duration = Duration::from_secs(360);

/// Runs the scenarios against a genuine uvcvideo camera in a virtual machine.
#[derive(Parser)]
struct Arguments {
    /// Parts of the names of the scenarios to run; none: all.
    names: Vec<String>,
    /// What `cargo test --quiet` says to every test.
    #[arg(long, hide = true)]
    quiet: bool,
}

fn main() -> ExitCode {
    let Arguments { names, quiet: _ } = match command_line::parse() {
        Ok(arguments) => arguments,
        Err(ended) => return ended,
    };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    runtime.block_on(run(&names))
}

async fn run(names: &[String]) -> ExitCode {
    let started = Instant::now();
    let mut rig = Rig::start().await;
    println!(
        "the machine runs after {:.1} s",
        started.elapsed().as_secs_f64()
    );
    let mut failed = Vec::new();
    for (name, scenario) in scenarios::ALL {
        if !names.is_empty() && !names.iter().any(|wanted| name.contains(wanted.as_str())) {
            continue;
        }
        let begun = Instant::now();
        // A scenario of its own task: its panic is its failure, and the next one still runs.
        let outcome = tokio::spawn(tokio::time::timeout(SCENARIO_WITHIN, async move {
            rig.clear().await;
            let figure = scenario(&mut rig).await;
            (rig, figure)
        }));
        let outcome = outcome.await;
        if matches!(outcome, Ok(Err(_))) {
            println!("        {name} is not over after {SCENARIO_WITHIN:?}");
        }
        if let Ok(Ok((back, figure))) = outcome {
            rig = back;
            println!(
                "ok      {name}: {figure}  ({:.1} s)",
                begun.elapsed().as_secs_f64()
            );
        } else {
            println!("FAILED  {name}  ({:.1} s)", begun.elapsed().as_secs_f64());
            failed.push(name);
            rig = Rig::start().await;
        }
    }
    println!(
        "{} in {:.0} s",
        if failed.is_empty() {
            "all well"
        } else {
            "not well"
        },
        started.elapsed().as_secs_f64()
    );
    if failed.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
