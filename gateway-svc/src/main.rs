//! The process: settings, log, signals, exit code.

use std::io::{IsTerminal as _, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser as _;
use gateway_svc::config::{Cli, Command, Config, EXIT_USAGE, LogFormat, unknown_variables};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;
use wire::MemberId;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let usage = error.use_stderr();
            // Nobody is left to tell if this cannot be written.
            let _ = error.print();
            return ExitCode::from(if usage { EXIT_USAGE } else { 0 });
        }
    };
    let config = match cli.settings.validate() {
        Ok(config) => config,
        Err(errors) => {
            let _ = writeln!(std::io::stderr(), "gateway-svc cannot start:\n{errors}");
            return ExitCode::from(EXIT_USAGE);
        }
    };
    match cli.command {
        Some(Command::Healthcheck) => healthcheck(config.admin_listen),
        None => serve(config),
    }
}

fn serve(config: Config) -> ExitCode {
    log_to(config.log_format, &config.log);
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    for warning in unknown_variables(names) {
        tracing::warn!("{warning}");
    }
    raise_descriptor_limit(config.max_viewers);
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!(%error, "cannot start the runtime");
            return ExitCode::FAILURE;
        }
    };
    let result = runtime.block_on(async {
        let stop = CancellationToken::new();
        let gateway = MemberId::new(&host_name(), fastrand::u64(..));
        tokio::select! {
            result = gateway_svc::run(config, gateway, stop.clone()) => result,
            error = signals(stop) => Err(error),
        }
    });
    // What still runs has had its time.
    runtime.shutdown_timeout(Duration::from_millis(500));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "stopped");
            ExitCode::FAILURE
        }
    }
}

/// The first SIGTERM or SIGINT asks to leave; the second one is the end at once.
async fn signals(stop: CancellationToken) -> anyhow::Error {
    let (mut term, mut int) = match (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    ) {
        (Ok(term), Ok(int)) => (term, int),
        (Err(error), _) | (_, Err(error)) => return error.into(),
    };
    for _ in 0..2 {
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
        stop.cancel();
    }
    anyhow::anyhow!("told twice to stop")
}

fn log_to(format: LogFormat, directives: &str) {
    let filter = EnvFilter::new(directives);
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let text = match format {
        LogFormat::Auto => std::io::stderr().is_terminal(),
        LogFormat::Text => true,
        LogFormat::Json => false,
    };
    if text {
        log.with_ansi(std::io::stderr().is_terminal()).init();
    } else {
        log.json().init();
    }
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

/// Asks the admin port of the service with the same settings.
fn healthcheck(mut admin: SocketAddr) -> ExitCode {
    if admin.ip().is_unspecified() {
        admin.set_ip(if admin.is_ipv4() {
            IpAddr::from(Ipv4Addr::LOCALHOST)
        } else {
            IpAddr::from(Ipv6Addr::LOCALHOST)
        });
    }
    let ask = || -> std::io::Result<String> {
        let within = Duration::from_secs(3);
        let mut socket = TcpStream::connect_timeout(&admin, within)?;
        socket.set_read_timeout(Some(within))?;
        write!(
            socket,
            "GET /readyz HTTP/1.1\r\nHost: {admin}\r\nConnection: close\r\n\r\n"
        )?;
        let mut answer = String::new();
        socket.take(4096).read_to_string(&mut answer)?;
        Ok(answer)
    };
    let (said, code) = match ask() {
        Ok(answer) if answer.starts_with("HTTP/1.1 200") => return ExitCode::SUCCESS,
        Ok(answer) => (answer.lines().last().unwrap_or_default().to_owned(), 1),
        Err(error) => (format!("no answer at {admin}: {error}"), 1),
    };
    let _ = writeln!(std::io::stderr(), "{said}");
    ExitCode::from(code)
}
