//! The process: settings, log, signals, exit code.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use gateway_svc::config::{Cli, Command, Config};
use gateway_svc::share::{Shared, share};
use process::ConfigErrors;
use wire::MemberId;

/// How long blocking threads (files of the page) may take when everything else has ended.
const LAST_THREADS: Duration = Duration::from_millis(500);

fn main() -> ExitCode {
    let cli: Cli = match process::parse() {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    match cli.command {
        Some(Command::Healthcheck) => with(cli.settings.validate(), |config| {
            process::healthcheck(config.admin_listen, "/readyz")
        }),
        Some(Command::Share(args)) => with(share(&cli.settings, &args), |shared| tell(&shared)),
        None => with(cli.settings.validate(), serve),
    }
}

/// Goes on with what was made of the settings, unless something is wrong with them.
fn with<T>(made: Result<T, ConfigErrors>, go: impl FnOnce(T) -> ExitCode) -> ExitCode {
    match made {
        Ok(made) => go(made),
        Err(errors) => process::usage("gateway-svc", &errors),
    }
}

/// The link on standard output, for scripts; what it is beside it, for whoever reads.
fn tell(shared: &Shared) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "{}", shared.words);
    match writeln!(std::io::stdout(), "{}", shared.url) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
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
