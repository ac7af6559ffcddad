//! The process: settings, log, registry, signals, exit code. Everything else is in the library.

use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use capture_svc::config::{self, Cli, Command, Config, EXIT_USAGE, LogFormat};
use capture_svc::metrics::Metrics;
use capture_svc::{admin, cli};
use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// A driver that never returns must not hold the process.
const LAST_THREADS: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() {
                ExitCode::from(EXIT_USAGE)
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    let config = match cli.settings.validate() {
        Ok(config) => config,
        Err(problems) => {
            complain(&problems);
            return ExitCode::from(EXIT_USAGE);
        }
    };
    let outcome = match cli.command {
        None => serve(config),
        Some(Command::List { json }) => print(Ok(cli::list(json))),
        Some(Command::Probe { json }) => print(block_on(cli::probe(config.camera, json))),
        Some(Command::Privacy { switch }) => print(block_on(cli::privacy(&config, switch))),
        Some(Command::Nkey { file }) => print(cli::nkey(&file)),
        Some(Command::Healthcheck) => {
            admin::healthcheck(config.admin_listen).map_err(anyhow::Error::msg)
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn serve(config: Config) -> anyhow::Result<()> {
    start_log(&config);
    for warning in config::unknown_variables(
        std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()),
    ) {
        tracing::warn!("{warning}");
    }
    let metrics = Metrics::new()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let outcome = runtime.block_on(async {
        let address = config.admin_listen;
        let listener = tokio::net::TcpListener::bind(address).await;
        let listener = listener.with_context(|| format!("CAPTURE_ADMIN_LISTEN={address} cannot be listened on"))?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut told = async move || {
            tokio::select! { _ = terminate.recv() => {} _ = interrupt.recv() => {} }
        };
        let (stop, stopping) = tokio::sync::oneshot::channel();
        let signals = async {
            told().await;
            let _ = stop.send(());
            told().await;
        };
        tokio::select! {
            outcome = capture_svc::run(config, metrics, listener, async { stopping.await.unwrap_or(()) }) => outcome,
            () = signals => Err(anyhow::anyhow!("told twice to stop: leaving at once")),
        }
    });
    runtime.shutdown_timeout(LAST_THREADS);
    outcome
}

/// Runs a sub-command that waits for a camera or for NATS.
fn block_on<T>(command: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(command)
}

/// Prints what a sub-command found.
fn print(found: anyhow::Result<impl AsRef<str>>) -> anyhow::Result<()> {
    say(found?.as_ref().trim_end());
    Ok(())
}

fn start_log(config: &Config) {
    // Judged when the settings were validated.
    let filter = EnvFilter::try_new(&config.log).unwrap_or_default();
    let text = match config.log_format {
        LogFormat::Auto => std::io::stderr().is_terminal(),
        LogFormat::Text => true,
        LogFormat::Json => false,
    };
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    if text {
        log.with_ansi(std::io::stderr().is_terminal()).init();
    } else {
        log.json().init();
    }
}

fn say(words: &(impl Display + ?Sized)) {
    let _ = writeln!(std::io::stdout(), "{words}");
}

fn complain(words: &(impl Display + ?Sized)) {
    let _ = writeln!(std::io::stderr(), "{words}");
}
