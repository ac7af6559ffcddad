//! The whole chain on one machine, real services and a real nats-server: `latency`, `idle`, `join`, `scale`.
//!
//! Each prints one Markdown table behind its heading; lines that are no table say how far it is. `cargo xtask bench` builds
//! the services, tells through `CAPTURE_BIN`, `GATEWAY_BIN` and `NATS_SERVER_BIN` where they are, and keeps the tables.
//! `--quick` takes so little of everything that its figures mean nothing: it shows that all of it still runs.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measurement: it talks to a person, and looks at the clock"
)]

mod idle;
mod join;
mod latency;
mod load;
mod machine;
mod scale;
mod stage;
mod table;
mod usage;

use std::process::ExitCode;

/// How much of everything.
#[derive(Clone, Copy)]
pub(crate) struct Effort {
    quick: bool,
}

impl Effort {
    /// `full`, or `quick` when only its being able to run counts.
    pub(crate) fn of<T>(self, full: T, quick: T) -> T {
        if self.quick { quick } else { full }
    }
}

type Measure = fn(Effort) -> anyhow::Result<()>;

const MEASURES: &[(&str, Measure)] = &[
    ("latency", latency::run),
    ("idle", idle::run),
    ("join", join::run),
    ("scale", scale::run),
];

fn main() -> ExitCode {
    let (flags, names): (Vec<String>, Vec<String>) = std::env::args()
        .skip(1)
        .partition(|word| word.starts_with("--"));
    let unknown = |name: &&String| MEASURES.iter().all(|(known, _)| known != name);
    if flags.iter().any(|flag| flag != "--quick") || names.iter().any(|name| unknown(&name)) {
        println!(
            "usage: bench-system [--quick] [latency] [idle] [join] [scale]; without a name: all"
        );
        return ExitCode::from(64);
    }
    let effort = Effort {
        quick: !flags.is_empty(),
    };
    if let Err(error) = machine::allow_many_sockets() {
        println!("this process may not have enough sockets: {error}");
    }
    println!("machine: {}", machine::describe());
    for (name, measure) in MEASURES {
        if !names.is_empty() && !names.iter().any(|wanted| wanted == name) {
            continue;
        }
        if let Err(error) = measure(effort) {
            println!("{name} failed: {error:#}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
