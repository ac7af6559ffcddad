//! Every server with every number of viewers, round by round, and the table of medians.

use std::collections::BTreeMap;

use clap::ValueEnum as _;
use testkit::statistics::median;

use crate::delivered::Delivered;
use crate::mode::Mode;
use crate::server::{Server, Settings};

/// What is compared.
#[derive(clap::Args)]
pub(crate) struct Comparison {
    /// Numbers of viewers.
    #[arg(long, value_delimiter = ',', default_value = "10,100,200,500,1000")]
    viewers: Vec<usize>,
    /// How often each is measured, with all others in between.
    #[arg(long, default_value = "3")]
    rounds: usize,
    /// These servers alone.
    #[arg(long, value_delimiter = ',', value_enum)]
    only: Vec<Mode>,
}

type Results = BTreeMap<(usize, Mode), Vec<Delivered>>;

impl Comparison {
    pub(crate) fn run(&self, settings: &Settings) -> anyhow::Result<()> {
        let asked_for = |mode: &Mode| self.only.is_empty() || self.only.contains(mode);
        let mut modes: Vec<Mode> = Mode::value_variants().to_vec();
        modes.retain(asked_for);
        if settings.python.is_none() && modes.contains(&Mode::Uvicorn) {
            println!("uvicorn is left out: no --python given");
            modes.retain(|mode| *mode != Mode::Uvicorn);
        }
        let mut results = Results::new();
        for round in 1..=self.rounds {
            for &count in &self.viewers {
                for &mode in &modes {
                    let delivered = Server::start(mode, settings)?.load(count, settings)?;
                    println!(
                        "round {round}: {count:>4} viewers, {:<11} {delivered}",
                        mode.name()
                    );
                    results.entry((count, mode)).or_default().push(delivered);
                }
            }
        }
        table(&results);
        Ok(())
    }
}

fn table(results: &Results) {
    println!(
        "\n| viewers | server | CPU against raw | against axum | µs per frame | fps per viewer | core | p50 ms | p99 ms | KB per viewer |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    for ((count, mode), runs) in results {
        let of = |runs: &[Delivered], number: fn(&Delivered) -> f64| {
            median(&mut runs.iter().map(number).collect::<Vec<f64>>())
        };
        let own = of(runs, |run| run.us_per_frame);
        let against = |mode| {
            let other = results.get(&(*count, mode));
            other.map_or_else(
                || "-".to_owned(),
                |runs| format!("{:.2}", own / of(runs, |run| run.us_per_frame)),
            )
        };
        println!(
            "| {count} | {} | {} | {} | {own:.1} | {:.1} | {:.2} | {:.1} | {:.1} | {:.0} |",
            mode.name(),
            against(Mode::Raw),
            against(Mode::Axum),
            of(runs, |run| run.fps),
            of(runs, |run| run.core),
            of(runs, |run| run.p50_ms),
            of(runs, |run| run.p99_ms),
            of(runs, |run| run.kb_per_viewer),
        );
    }
}
