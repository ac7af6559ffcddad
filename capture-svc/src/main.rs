//! The process: settings, log, registry, signals, exit code. Everything else is in the library.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use capture_svc::cli;
use capture_svc::config::{Cli, Command, Config};

/// A driver that never returns must not hold the process.
const LAST_THREADS: Duration = Duration::from_secs(1);
/// Everything but the camera and the encoder waits most of the time.
const WORKERS: usize = 2;

fn main() -> ExitCode {
    let mut cli: Cli = match process::parse() {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    if let Some(Command::Mind { words }) = &cli.command {
        return cli::mind(words);
    }
    if matches!(cli.command, Some(Command::Healthcheck)) {
        cli.settings.forget_cameras();
    }
    let config = match cli.settings.validate() {
        Ok(config) => config,
        Err(errors) => return process::usage("capture-svc", &errors),
    };
    let printed = match cli.command {
        None => return serve(config),
        Some(Command::Healthcheck) => return process::healthcheck(config.admin_listen, "/healthz"),
        Some(Command::List { json }) => print(Ok(cli::list(json))),
        Some(Command::Probe { json }) => print(block_on(cli::probe(&config, json))),
        Some(Command::Privacy { switch }) => print(block_on(cli::privacy(&config, switch))),
        Some(Command::Nkey { file }) => print(cli::nkey(&file)),
        Some(Command::Mind { words }) => return cli::mind(&words),
    };
    match printed {
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
    process::raise_descriptor_limit(process::MAX_CONNECTIONS, "the admin port");
    process::serve(Some(WORKERS), LAST_THREADS, |stop| {
        capture_svc::run(config, stop)
    })
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
    // A reader that has gone away is no fault of the command.
    let _ = writeln!(std::io::stdout(), "{}", found?.as_ref().trim_end());
    Ok(())
}
