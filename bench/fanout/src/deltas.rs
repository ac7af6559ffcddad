//! What a delivered frame of a scene with a walker costs as a delta, beside the same frame whole.
//!
//! Three kinds of viewers, one after the other in each round: plain ones, those that acknowledge, as our page does, and
//! those that acknowledge and take deltas. The scene is synthetic; what changes is as much as a walker moves in a real one.

use std::collections::BTreeMap;

use testkit::statistics::median;

use crate::delivered::Delivered;
use crate::mode::Mode;
use crate::publish::Publisher;
use crate::server::{Server, Settings};

/// Kinds of viewers by what they ask for.
const KINDS: [(&str, &str); 3] = [
    ("plain", "/websocket/80"),
    ("acks", "/websocket/80?v=2"),
    ("deltas", "/websocket/80?v=2&delta=1"),
];

/// What is compared.
#[derive(clap::Args)]
pub(crate) struct Deltas {
    /// Numbers of viewers.
    #[arg(long, value_delimiter = ',', default_value = "100,500,2500")]
    viewers: Vec<usize>,
    /// How often each is measured, with all others in between.
    #[arg(long, default_value = "3")]
    rounds: usize,
    /// Blocks in each of 720 intervals: 120 make 140 KB, as a busy room at quality 80 has.
    #[arg(long, default_value = "120")]
    blocks: usize,
    /// Of a hundred intervals, so many change from frame to frame.
    #[arg(long, default_value = "12")]
    moving: usize,
    /// These kinds of viewers alone: plain, acks, deltas.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
}

impl Deltas {
    pub(crate) fn run(&self, settings: &Settings) -> anyhow::Result<()> {
        let mut results: BTreeMap<(usize, usize), Vec<Delivered>> = BTreeMap::new();
        for round in 1..=self.rounds {
            for &count in &self.viewers {
                for (kind, (name, path)) in KINDS.iter().enumerate() {
                    if !self.only.is_empty() && !self.only.iter().any(|only| only == name) {
                        continue;
                    }
                    let walker = |url: &str| Publisher::walker(url, self.blocks, self.moving);
                    let server = Server::beside(Mode::Ours, settings, walker)?;
                    let delivered = server.load_of(path, count, settings)?;
                    println!("round {round}: {count:>4} viewers, {name:<6} {delivered}");
                    results.entry((count, kind)).or_default().push(delivered);
                }
            }
        }
        table(&results);
        Ok(())
    }
}

fn table(results: &BTreeMap<(usize, usize), Vec<Delivered>>) {
    println!(
        "\n| viewers | kind | CPU against acks | µs per frame | fps per viewer | core | p50 ms | p99 ms |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for ((count, kind), runs) in results {
        let of = |runs: &[Delivered], number: fn(&Delivered) -> f64| {
            median(&mut runs.iter().map(number).collect::<Vec<f64>>())
        };
        let own = of(runs, |run| run.us_per_frame);
        let against = results.get(&(*count, 1)).map_or_else(
            || "-".to_owned(),
            |whole| format!("{:.2}", own / of(whole, |run| run.us_per_frame)),
        );
        println!(
            "| {count} | {} | {against} | {own:.1} | {:.1} | {:.2} | {:.1} | {:.1} |",
            KINDS[*kind].0,
            of(runs, |run| run.fps),
            of(runs, |run| run.core),
            of(runs, |run| run.p50_ms),
            of(runs, |run| run.p99_ms),
        );
    }
}
