//! The process: settings, log, signals, exit code.

use std::process::ExitCode;
use std::time::Duration;

use gateway_svc::config::{Cli, Command, Config};
use wire::MemberId;

/// How long blocking threads (files of the page) may take when everything else has ended.
const LAST_THREADS: Duration = Duration::from_millis(500);

fn main() -> ExitCode {
    let cli: Cli = match process::parse() {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    let config = match cli.settings.validate() {
        Ok(config) => config,
        Err(errors) => return process::usage("gateway-svc", &errors),
    };
    match cli.command {
        Some(Command::Healthcheck) => process::healthcheck(config.admin_listen, "/readyz"),
        None => serve(config),
    }
}

fn serve(config: Config) -> ExitCode {
    config.log.start();
    process::warn_of_unknown_variables::<Cli>("GATEWAY_");
    raise_descriptor_limit(config.max_viewers);
    let gateway = MemberId::new(&host_name(), fastrand::u64(..));
    process::serve(None, LAST_THREADS, |stop| {
        gateway_svc::run(config, gateway, stop)
    })
}

/// Each viewer is a descriptor; the soft limit of most systems, 1024, is a relic of `select`.
fn raise_descriptor_limit(viewers: usize) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let needed = viewers as u64 + gateway_svc::MAX_COLD_CONNECTIONS as u64 + 64;
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    let limit = setrlimit(Resource::Nofile, raised).map_or(limit, |()| raised);
    if let Some(current) = limit.current.filter(|current| *current < needed) {
        tracing::warn!(
            current,
            needed,
            "too few file descriptors for GATEWAY_MAX_VIEWERS: raise the hard limit (ulimit -Hn)"
        );
    }
}

fn host_name() -> String {
    rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned()
}
