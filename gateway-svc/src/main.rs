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
    // Of both ports.
    let connections = config.max_viewers + 2 * process::MAX_CONNECTIONS;
    process::raise_descriptor_limit(connections, "GATEWAY_MAX_VIEWERS");
    let gateway = MemberId::new(&host_name(), fastrand::u64(..));
    process::serve(None, LAST_THREADS, |stop| {
        gateway_svc::run(config, gateway, stop)
    })
}

fn host_name() -> String {
    rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned()
}
