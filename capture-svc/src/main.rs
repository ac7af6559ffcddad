//! The process: settings, log, registry, signals, exit code. Everything else is in the library.

use std::fmt::Display;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use capture_svc::bus::{self, Privacy};
use capture_svc::camera;
use capture_svc::config::{Cli, Command, Config, PrivacySwitch};
use capture_svc::metrics::Metrics;

/// A driver that never returns must not hold the process.
const LAST_THREADS: Duration = Duration::from_secs(1);
/// Everything but the camera and the encoder waits most of the time.
const WORKERS: usize = 2;
/// Long enough to see a camera's rate settle.
const PROBE_FOR: Duration = Duration::from_secs(3);
/// How long the sub-command `privacy` waits for NATS.
const SWITCH_WITHIN: Duration = Duration::from_secs(5);

fn main() -> ExitCode {
    let cli: Cli = match process::parse() {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    let config = match cli.settings.validate() {
        Ok(config) => config,
        Err(errors) => return process::usage("capture-svc", &errors),
    };
    let outcome = match cli.command {
        None => return serve(config),
        Some(Command::Healthcheck) => return process::healthcheck(config.admin_listen, "/healthz"),
        Some(Command::List { json }) => {
            say(camera::list(json).trim_end());
            Ok(())
        }
        Some(Command::Probe { json }) => probe(config, json),
        Some(Command::Privacy { switch }) => privacy(&config, switch),
        Some(Command::Nkey { file }) => nkey(&file),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn serve(config: Config) -> ExitCode {
    config.log.start();
    process::warn_of_unknown_variables::<Cli>("CAPTURE_");
    process::serve(Some(WORKERS), LAST_THREADS, |stop| {
        capture_svc::run(config, stop)
    })
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
        let mut link = bus::open_link(&config.nats, "privacy", 16, &Metrics::new()?.link).await?;
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

fn say(words: &(impl Display + ?Sized)) {
    let _ = writeln!(std::io::stdout(), "{words}");
}
