//! What it costs to write the same frame to many viewers: our gateway beside plain axum, uvicorn and the raw limit.
//!
//! One server at a time on core 1; nats-server, publisher and viewers on core 0. Modes are interleaved round by round
//! and the median counts, since the machine is never quite quiet. Cost is what the kernel charged the server's threads
//! (`schedstat`), divided by the frames that the viewers counted.

mod crowd;
mod endure;
mod load;
mod measure;
mod mjpeg;
mod people;
mod process;
mod publish;
mod serve;
mod slow;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;

use crate::load::Delivered;
use crate::measure::{Server, Settings};

/// The servers that can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Mode {
    /// epoll and send of prebuilt bytes: what the kernel costs, and nothing else.
    Raw,
    /// The same with a ping behind each frame and its pong read, as a gateway that wants to know what arrived must.
    RawPing,
    /// gateway-svc.
    Ours,
    /// axum's WebSocket, a task and a `watch` per viewer, as its examples do it.
    Axum,
    /// uvicorn and FastAPI, as the original sends.
    Uvicorn,
}

const MODES: [(&str, Mode); 5] = [
    ("raw", Mode::Raw),
    ("raw+ping", Mode::RawPing),
    ("gateway-svc", Mode::Ours),
    ("axum", Mode::Axum),
    ("uvicorn", Mode::Uvicorn),
];

const USAGE: &str = "bench-fanout [crowd | slow | endure | mjpeg] [--gateway PATH] [--nats PATH] [--python PATH] [--viewers 100,500] [--rounds 3] [--seconds 4] [--only raw,axum]
  crowd      a thousand viewers join within 2 s
  slow       narrow and far links among fast viewers, for --minutes (10); needs haproxy
  endure     churn for --minutes (30); counters, memory and descriptors afterwards
  mjpeg      a server of MJPEG that runs already: --url http://127.0.0.1:8080/stream --pid N [--viewers 100]
  --gateway  a release build of gateway-svc (default target/release/gateway-svc)
  --nats     nats-server (default: the one on the PATH)
  --python   a python3 with fastapi, uvicorn[standard] and nats-py; without it uvicorn is left out, loudly";

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [serve, mode, nats] = &arguments[..]
        && serve == "serve"
    {
        return serve::run(mode, nats);
    }
    let option = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).map(String::as_str)
    };
    if arguments.iter().any(|argument| argument == "--help") {
        println!("{USAGE}");
        return Ok(());
    }
    let number = |name, default: &str| {
        option(name)
            .unwrap_or(default)
            .parse::<usize>()
            .with_context(|| format!("{name} needs a number"))
    };
    let settings = Settings {
        gateway: PathBuf::from(option("--gateway").unwrap_or("target/release/gateway-svc")),
        nats: PathBuf::from(option("--nats").unwrap_or("nats-server")),
        python: option("--python").map(PathBuf::from),
        seconds: Duration::from_secs(number("--seconds", "4")? as u64),
    };
    let minutes = |default| {
        anyhow::Ok(Duration::from_secs(
            60 * number("--minutes", default)? as u64,
        ))
    };
    let command = arguments
        .first()
        .filter(|argument| !argument.starts_with('-'));
    if let Some(command) = command {
        measure::prepare()?;
        return match command.as_str() {
            "crowd" => crowd::run(&settings),
            "slow" => slow::run(&settings, minutes("10")?),
            "endure" => endure::run(&settings, minutes("30")?),
            "mjpeg" => mjpeg::run(
                option("--url").context("mjpeg needs --url")?,
                number("--pid", "")? as u32,
                number("--viewers", "100")?,
                settings.seconds,
            ),
            other => anyhow::bail!("there is no {other}\n{USAGE}"),
        };
    }
    let viewers = option("--viewers")
        .unwrap_or("10,100,200,500,1000")
        .split(',')
        .map(str::parse)
        .collect::<Result<Vec<usize>, _>>()?;
    let rounds = number("--rounds", "3")?;
    let only: Option<Vec<&str>> = option("--only").map(|only| only.split(',').collect());
    let mut modes: Vec<(&str, Mode)> = MODES.to_vec();
    modes.retain(|(name, _)| only.as_ref().is_none_or(|only| only.contains(name)));
    if settings.python.is_none() && modes.iter().any(|(_, mode)| *mode == Mode::Uvicorn) {
        println!("uvicorn is left out: no --python given");
        modes.retain(|(_, mode)| *mode != Mode::Uvicorn);
    }
    measure::prepare()?;
    let mut results: BTreeMap<(usize, Mode), Vec<Delivered>> = BTreeMap::new();
    for round in 1..=rounds {
        for &count in &viewers {
            for &(name, mode) in &modes {
                let delivered = Server::start(mode, &settings)?.load(count, &settings)?;
                println!("round {round}: {count:>4} viewers, {name:<11} {delivered}");
                results.entry((count, mode)).or_default().push(delivered);
            }
        }
    }
    table(&results);
    Ok(())
}

fn table(results: &BTreeMap<(usize, Mode), Vec<Delivered>>) {
    println!(
        "\n| viewers | server | CPU against raw | against axum | µs per frame | fps per viewer | core | p50 ms | p99 ms | KB per viewer |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    for ((count, mode), runs) in results {
        let name = MODES
            .iter()
            .find(|(_, other)| other == mode)
            .map_or("", |(name, _)| name);
        let median = |of: &dyn Fn(&Delivered) -> f64| {
            let mut values: Vec<f64> = runs.iter().map(of).collect();
            values.sort_by(f64::total_cmp);
            values[values.len() / 2]
        };
        let cost = |mode| {
            let runs: &Vec<Delivered> = results.get(&(*count, mode))?;
            let mut values: Vec<f64> = runs.iter().map(|run| run.us_per_frame).collect();
            values.sort_by(f64::total_cmp);
            Some(values[values.len() / 2])
        };
        let own = median(&|run| run.us_per_frame);
        let against =
            |mode| cost(mode).map_or_else(|| "-".to_owned(), |other| format!("{:.2}", own / other));
        println!(
            "| {count} | {name} | {} | {} | {own:.1} | {:.1} | {:.2} | {:.1} | {:.1} | {:.0} |",
            against(Mode::Raw),
            against(Mode::Axum),
            median(&|run| run.fps),
            median(&|run| run.core),
            median(&|run| run.p50_ms),
            median(&|run| run.p99_ms),
            median(&|run| run.kb_per_viewer),
        );
    }
}
