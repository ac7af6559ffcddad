//! From the command line to the exit code: what stands around a service's own `run`.

use std::ffi::OsString;
use std::fmt::Display;
use std::io::Write as _;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use clap::{CommandFactory, Parser};
use tokio_util::sync::CancellationToken;

use crate::signals::told_twice;
use crate::{ConfigErrors, health, variables};

/// Exit code for settings that cannot be used. Source: `EX_USAGE` of sysexits.h.
pub const EXIT_USAGE: u8 = 64;

/// The command line; `--help` and `--version` are answered here.
///
/// # Errors
/// What to exit with: 0 after `--help`, [`EXIT_USAGE`] after a word that is none.
pub fn parse<C: Parser>() -> Result<C, ExitCode> {
    C::try_parse().map_err(|error| {
        // Nobody is left to tell if this cannot be written.
        let _ = error.print();
        ExitCode::from(if error.use_stderr() { EXIT_USAGE } else { 0 })
    })
}

/// Tells a person on standard error what is wrong with the settings of `service`.
#[must_use]
pub fn usage(service: impl Display, errors: &ConfigErrors) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "{service} cannot start:\n{errors}");
    ExitCode::from(EXIT_USAGE)
}

/// Asks the running service on its `admin` port for `path`; says why on standard error if the answer is not 200.
#[must_use]
pub fn healthcheck(admin: SocketAddr, path: &str) -> ExitCode {
    match health::ask(admin, path) {
        Ok(()) => ExitCode::SUCCESS,
        Err(words) => {
            let _ = writeln!(std::io::stderr(), "{words}");
            ExitCode::FAILURE
        }
    }
}

/// Logs every variable of this process' environment that begins with `prefix` and is no setting of `C`.
pub fn warn_of_unknown_variables<C: CommandFactory>(prefix: &str) {
    let text = |(name, value): (OsString, OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    let variables = std::env::vars_os().filter_map(text);
    for warning in variables::unknown_variables::<C>(prefix, variables) {
        tracing::warn!("{warning}");
    }
}

/// Runs `run` until it ends: the first SIGTERM or SIGINT cancels its token, a second one ends the process at once.
///
/// `workers`: threads of the runtime, `None` for one per core. `last_threads`: how long blocking threads may still take
/// when `run` has ended; a call that never returns must not hold the process. Logs how it ended.
#[must_use]
pub fn serve<F: Future<Output = anyhow::Result<()>>>(
    workers: Option<usize>,
    last_threads: Duration,
    run: impl FnOnce(CancellationToken) -> F,
) -> ExitCode {
    match serve_until_stopped(workers, last_threads, run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "stopped");
            ExitCode::FAILURE
        }
    }
}

fn serve_until_stopped<F: Future<Output = anyhow::Result<()>>>(
    workers: Option<usize>,
    last_threads: Duration,
    run: impl FnOnce(CancellationToken) -> F,
) -> anyhow::Result<()> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    if let Some(workers) = workers {
        builder.worker_threads(workers);
    }
    let runtime = builder.enable_all().build()?;
    let outcome = runtime.block_on(async {
        let stop = CancellationToken::new();
        tokio::select! {
            outcome = run(stop.clone()) => outcome,
            error = told_twice(stop) => Err(error),
        }
    });
    runtime.shutdown_timeout(last_threads);
    outcome
}
