//! The whole chain on one machine, real services and a real nats-server: `latency`, `idle`, `join`, `scale`,
//! `pass-through`, `sources`, `peers`.
//!
//! Each prints one Markdown table behind its heading; lines that are no table say how far it is. `cargo xtask bench` builds
//! the services, tells through `CAPTURE_BIN`, `GATEWAY_BIN` and `NATS_SERVER_BIN` where they are, and keeps the tables.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a measurement: it talks to a person, and looks at the clock"
)]

mod effort;
mod idle;
mod join;
mod latency;
mod machine;
mod measured;
mod pass_through;
mod peers;
mod scale;
mod sources;
mod table;
mod usage;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use testkit::command_line;

use effort::Effort;

/// Measures the whole chain, on real services and a real nats-server.
#[derive(Parser)]
struct Arguments {
    /// So little of everything that the figures mean nothing: it shows that all of it still runs.
    #[arg(long)]
    quick: bool,
    /// Said in the notes of `peers`: this loopback has the segments of an Ethernet.
    #[arg(long)]
    ethernet: bool,
    /// Be the camera of `sources` that is a program, with the pictures of this file.
    #[arg(long, hide = true)]
    play: Option<PathBuf>,
    /// What to measure; without a name all.
    names: Vec<Measurement>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Measurement {
    /// How old a picture is, step by step.
    Latency,
    /// What the services cost while nobody watches.
    Idle,
    /// From the click to the first picture.
    Join,
    /// What grows with viewers and gateways.
    Scale,
    /// What a camera costs that compresses itself.
    PassThrough,
    /// What a camera costs by the way its pictures come in.
    Sources,
    /// Beside uStreamer and Motion on the same camera.
    Peers,
}

impl Measurement {
    fn run(self, effort: Effort, ethernet: bool) -> anyhow::Result<()> {
        match self {
            Self::Latency => latency::run(effort),
            Self::Idle => idle::run(effort),
            Self::Join => join::run(effort),
            Self::Scale => scale::run(effort),
            Self::PassThrough => pass_through::run(effort),
            Self::Sources => sources::run(effort),
            Self::Peers => peers::run(effort, ethernet),
        }
    }
}

fn main() -> ExitCode {
    let Arguments {
        quick,
        ethernet,
        play,
        names,
    } = match command_line::parse() {
        Ok(arguments) => arguments,
        Err(ended) => return ended,
    };
    if let Some(file) = play {
        return match sources::play(&file) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error:#}");
                ExitCode::FAILURE
            }
        };
    }
    if let Err(error) = machine::allow_many_sockets() {
        println!("this process may not have enough sockets: {error}");
    }
    println!("machine: {}", machine::describe());
    for measurement in Measurement::value_variants() {
        if !names.is_empty() && !names.contains(measurement) {
            continue;
        }
        if let Err(error) = measurement.run(Effort { quick }, ethernet) {
            let name = measurement.to_possible_value();
            let name = name.map_or(String::new(), |name| name.get_name().to_owned());
            println!("{name} failed: {error:#}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
