//! The fault suite: every fault of the bus on real processes, and one table of what a viewer saw.
//!
//! `cargo xtask chaos [--runs N] [--quick] [--secure] [--cables] [name…]`. A stack (NATS, capture, gateways, viewers) per fault;
//! one file per family of faults. A fault fails when a bound is broken, which is several times the goal: the goal is
//! for the table, on a quiet machine.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a command-line tool that measures: it talks to a person, reads the clock and owns its tasks through handles that abort on drop"
)]

mod cable;
mod digest;
mod fault;
mod faults;
mod figure;
mod lease_keys;
mod permits;
mod plan;
mod runner;
mod setup;
mod table;
mod watcher;

use std::process::ExitCode;

use plan::Plan;
use testkit::command_line;

fn main() -> ExitCode {
    let plan = match command_line::parse::<Plan>() {
        Ok(plan) => plan,
        Err(ended) => return ended,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let rows = runtime.block_on(runner::run(&plan));
    println!("{}", table::lines(&rows, &plan).join("\n"));
    if rows.iter().all(figure::Row::passed) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
