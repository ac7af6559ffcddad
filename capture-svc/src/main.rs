//! The process: settings, log, registry, signals, exit code. Everything else is in the library.

use std::fmt::Display;
use std::fs::OpenOptions;
use std::io::{IsTerminal, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use capture_svc::bus::{self, Link, Privacy};
use capture_svc::config::{self, Cli, Command, Config, EXIT_USAGE, LogFormat, PrivacySwitch};
use capture_svc::metrics::Metrics;
use capture_svc::{admin, camera};
use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// A driver that never returns must not hold the process.
const LAST_THREADS: Duration = Duration::from_secs(1);
/// Long enough to see a camera's rate settle.
const PROBE_FOR: Duration = Duration::from_secs(3);
/// How long the sub-command `privacy` waits for NATS.
const SWITCH_WITHIN: Duration = Duration::from_secs(5);

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
        Some(Command::List { json }) => {
            say(camera::list(json).trim_end());
            Ok(())
        }
        Some(Command::Probe { json }) => probe(config, json),
        Some(Command::Privacy { switch }) => privacy(&config, switch),
        Some(Command::Nkey { file }) => nkey(&file),
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

fn probe(config: Config, json: bool) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let report = runtime.block_on(camera::probe(config.camera, PROBE_FOR, json));
    say(report.map_err(anyhow::Error::msg)?.trim_end());
    Ok(())
}

fn nkey(file: &Path) -> anyhow::Result<()> {
    let named = || format!("the seed file {}", file.display());
    if !file.exists() {
        let seed = nkeys::KeyPair::new_user().seed()?;
        let made = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(file);
        writeln!(made.with_context(named)?, "{seed}").with_context(named)?;
    }
    let seed = std::fs::read_to_string(file).with_context(named)?;
    say(&nkeys::KeyPair::from_seed(seed.trim())
        .with_context(named)?
        .public_key());
    Ok(())
}

fn privacy(config: &Config, switch: PrivacySwitch) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut link = Link::open(&config.nats, "privacy", 16, &Metrics::new()?).await?;
        let set = match switch {
            PrivacySwitch::On => Some(true),
            PrivacySwitch::Off => Some(false),
            PrivacySwitch::Show => None,
        };
        let answer = async {
            link.state.wait_for(|state| state.connected).await?;
            anyhow::Ok(
                bus::switch_privacy(&link, &config.camera_id, config.bucket_replicas, set).await?,
            )
        };
        let answer = tokio::time::timeout(SWITCH_WITHIN, answer).await;
        let now = answer.with_context(|| {
            format!("NATS at NATS_URL did not answer within {SWITCH_WITHIN:?}")
        })??;
        say(if now == Privacy::On { "on" } else { "off" });
        Ok(())
    })
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
