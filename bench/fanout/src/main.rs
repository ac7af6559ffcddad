//! What it costs to write the same frame to many viewers: our gateway beside plain axum, uvicorn and the raw limit.
//!
//! One server at a time on core 1; nats-server, publisher and viewers on core 0. Modes are interleaved round by round
//! and the median counts, since the machine is never quite quiet. Cost is what the kernel charged the server's threads
//! (`schedstat`), divided by the frames that the viewers counted.
#![expect(
    clippy::disallowed_methods,
    reason = "a measurement: it looks at the clock, and its threads are joined where they are started"
)]

mod behaviour;
mod comparison;
mod crowd;
mod delivered;
mod deltas;
mod endure;
mod mjpeg;
mod mode;
mod process;
mod publish;
mod serve;
mod server;
mod slow;

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use testkit::command_line;

use comparison::Comparison;
use mode::Mode;
use server::Settings;

/// What one delivered frame costs: gateway-svc beside plain axum, uvicorn and the raw limit.
///
/// nats-server is the one of NATS_SERVER_BIN, what `cargo xtask tools` fetched, or the one on the PATH.
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    comparison: Comparison,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Subcommand)]
enum Command {
    /// A scene in which somebody walks, as whole frames and as deltas.
    Deltas {
        #[command(flatten)]
        deltas: deltas::Deltas,
        #[command(flatten)]
        settings: Settings,
    },
    /// A thousand viewers join within 2 s.
    Crowd {
        #[command(flatten)]
        settings: Settings,
    },
    /// Narrow and far links among fast viewers; needs haproxy.
    Slow {
        #[arg(long, default_value = "10")]
        minutes: u64,
        #[command(flatten)]
        settings: Settings,
    },
    /// Churn; counters, memory and descriptors afterwards.
    Endure {
        #[arg(long, default_value = "30")]
        minutes: u64,
        #[command(flatten)]
        settings: Settings,
    },
    /// A server of MJPEG that runs already.
    Mjpeg {
        /// `http://127.0.0.1:8080/stream`
        #[arg(long)]
        url: String,
        /// The server's process.
        #[arg(long)]
        pid: u32,
        #[arg(long, default_value = "100")]
        viewers: usize,
        #[command(flatten)]
        settings: Settings,
    },
    /// Is the server that this measures: axum, raw or raw+ping.
    #[command(hide = true)]
    Serve {
        mode: Mode,
        nats: String,
        address: SocketAddr,
    },
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments: Arguments = match command_line::parse() {
        Ok(arguments) => arguments,
        Err(ended) => return Ok(ended),
    };
    let minutes = |minutes| Duration::from_secs(60 * minutes);
    // A server is measured on a core of its own, which whoever starts it chooses.
    if !matches!(arguments.command, Some(Command::Serve { .. })) {
        server::prepare()?;
    }
    match arguments.command {
        None => arguments.comparison.run(&arguments.settings)?,
        Some(Command::Deltas { deltas, settings }) => deltas.run(&settings)?,
        Some(Command::Crowd { settings }) => crowd::run(&settings)?,
        Some(Command::Slow {
            minutes: time,
            settings,
        }) => slow::run(&settings, minutes(time))?,
        Some(Command::Endure {
            minutes: time,
            settings,
        }) => endure::run(&settings, minutes(time))?,
        Some(Command::Mjpeg {
            url,
            pid,
            viewers,
            settings,
        }) => mjpeg::run(&url, pid, viewers, settings.time())?,
        Some(Command::Serve {
            mode,
            nats,
            address,
        }) => serve::run(mode, &nats, address)?,
    }
    Ok(ExitCode::SUCCESS)
}
