//! Settings: one flag and one environment variable each; the doc comment is the help and the README's row.
//!
//! Values are read as text and judged together in [`Settings::validate`], so that an operator sees every problem at
//! once. Seen by `main` and `run` alone: modules get their own small values.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use crate::auth::{Access, Token};
use crate::origin::Origin;
use crate::peer::Network;

/// Exit code for settings that cannot be used. Source: `EX_USAGE` of sysexits.h.
pub const EXIT_USAGE: u8 = 64;

/// Brings a camera's frames from NATS to browsers, and tells the camera host which qualities are wanted.
#[derive(Debug, Parser)]
#[command(name = "gateway-svc", version, about, max_term_width = 110)]
pub struct Cli {
    /// What to do; without it: serve.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The settings.
    #[command(flatten)]
    pub settings: Settings,
}

/// What to do beside serving.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Ask the running service whether it is ready; for containers without a shell.
    Healthcheck,
}

/// Every setting as the operator spelled it.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// NATS servers, comma-separated: nats:// or tls://, host and port
    #[arg(
        long,
        env = "NATS_URL",
        global = true,
        default_value = "nats://127.0.0.1:4222"
    )]
    nats_url: String,
    /// File with the credentials (JWT and seed) of the NATS user
    #[arg(long, env = "NATS_CREDS_FILE", global = true)]
    nats_creds_file: Option<String>,
    /// File with the nkey seed of the NATS user
    #[arg(long, env = "NATS_NKEY_FILE", global = true)]
    nats_nkey_file: Option<String>,
    /// NATS user name, together with the password
    #[arg(long, env = "NATS_USER", global = true)]
    nats_user: Option<String>,
    /// Password of the NATS user
    #[arg(long, env = "NATS_PASSWORD", global = true, hide_env_values = true)]
    nats_password: Option<String>,
    /// File with the certificate authority of the NATS servers; asks for TLS
    #[arg(long, env = "NATS_CA_FILE", global = true)]
    nats_ca_file: Option<String>,

    /// Address that viewers connect to
    #[arg(
        long,
        env = "GATEWAY_LISTEN",
        global = true,
        default_value = "127.0.0.1:6732"
    )]
    listen: String,
    /// Address of /metrics, /healthz and /readyz
    #[arg(
        long,
        env = "GATEWAY_ADMIN_LISTEN",
        global = true,
        default_value = "127.0.0.1:9102"
    )]
    admin_listen: String,
    /// Directory with the built web client
    #[arg(
        long,
        env = "GATEWAY_WEB_ROOT",
        global = true,
        default_value = "web/dist"
    )]
    web_root: String,
    /// Viewers at the same time, at the most
    #[arg(
        long,
        env = "GATEWAY_MAX_VIEWERS",
        global = true,
        default_value = "1000"
    )]
    max_viewers: String,
    /// Viewers at the same time from one address, at the most; 0: no limit
    #[arg(
        long,
        env = "GATEWAY_MAX_VIEWERS_PER_IP",
        global = true,
        default_value = "0"
    )]
    max_viewers_per_ip: String,
    /// Addresses or networks (10.0.0.0/8), comma-separated, whose X-Forwarded-* headers are believed
    #[arg(
        long,
        env = "GATEWAY_TRUSTED_PROXIES",
        global = true,
        default_value = ""
    )]
    trusted_proxies: String,
    /// Secret that viewers must know
    #[arg(
        long,
        env = "GATEWAY_AUTH_TOKEN",
        global = true,
        hide_env_values = true
    )]
    auth_token: Option<String>,
    /// File with the secret that viewers must know
    #[arg(long, env = "GATEWAY_AUTH_TOKEN_FILE", global = true)]
    auth_token_file: Option<String>,
    /// Whether anybody may watch from other machines without a secret: true or false
    #[arg(long, env = "GATEWAY_ALLOW_ANONYMOUS", global = true, default_value = "false", num_args = 0..=1, default_missing_value = "true")]
    allow_anonymous: String,
    /// Origins of web pages elsewhere that may show the stream, comma-separated
    #[arg(
        long,
        env = "GATEWAY_ALLOWED_ORIGINS",
        global = true,
        default_value = "http://localhost:5173"
    )]
    allowed_origins: String,
    /// Time in which all viewers are sent away after SIGTERM: 10s, 500ms, 2m
    #[arg(long, env = "GATEWAY_DRAIN", global = true, default_value = "10s")]
    drain: String,
    /// How logs are written: auto (text on a terminal, else JSON), text or json
    #[arg(long, env = "LOG_FORMAT", global = true, default_value = "auto")]
    log_format: String,
    /// What is logged, as tracing-subscriber's directives: warn, debug, …
    #[arg(
        long = "log",
        env = "RUST_LOG",
        global = true,
        default_value = "info,async_nats=warn"
    )]
    log: String,
}

/// Settings that can be used.
#[derive(Debug, Clone)]
pub struct Config {
    /// How to reach NATS.
    pub nats: NatsSettings,
    /// The public port.
    pub listen: SocketAddr,
    /// The admin port.
    pub admin_listen: SocketAddr,
    /// The built client.
    pub web_root: PathBuf,
    /// Viewers in all.
    pub max_viewers: usize,
    /// Viewers per address, if limited.
    pub max_viewers_per_ip: Option<usize>,
    /// Whose `X-Forwarded-*` is believed.
    pub trusted_proxies: Vec<Network>,
    /// Who may watch.
    pub access: Access,
    /// Pages elsewhere that may show the stream.
    pub allowed_origins: BTreeSet<Origin>,
    /// Time to send viewers away.
    pub drain: Duration,
    /// How logs are written.
    pub log_format: LogFormat,
    /// What is logged.
    pub log: String,
}

/// How to reach NATS.
#[derive(Debug, Clone)]
pub struct NatsSettings {
    /// At least one server.
    pub servers: Vec<async_nats::ServerAddr>,
    /// Who we are there.
    pub login: NatsLogin,
    /// The servers' certificate authority; asks for TLS.
    pub ca_file: Option<PathBuf>,
}

/// Who we are on the NATS server.
#[derive(Clone)]
pub enum NatsLogin {
    /// Nobody in particular.
    Anonymous,
    /// By JWT and seed from a file.
    Creds(PathBuf),
    /// By the nkey seed from a file.
    Nkey(PathBuf),
    /// By name and password.
    Password(String, String),
}

impl std::fmt::Debug for NatsLogin {
    /// Without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Anonymous => "anonymous",
            Self::Creds(_) => "creds file",
            Self::Nkey(_) => "nkey file",
            Self::Password(..) => "user and password",
        })
    }
}

/// How logs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Text on a terminal, else JSON.
    Auto,
    /// A line for people.
    Text,
    /// A line for programs.
    Json,
}

/// What keeps settings from being used: every problem, in words that name the value and what would do.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct ConfigErrors(pub Vec<String>);

/// Collects problems and lets the judging go on.
#[derive(Default)]
struct Problems(Vec<String>);

impl Problems {
    /// The value, if `judged` is one.
    fn keep<T, E: std::fmt::Display>(
        &mut self,
        name: &str,
        value: &str,
        judged: Result<T, E>,
    ) -> Option<T> {
        let told = judged.map_err(|wanted| self.0.push(format!("{name}={value:?}: {wanted}")));
        told.ok()
    }

    fn number(&mut self, name: &str, value: &str, min: usize, max: usize) -> Option<usize> {
        let number = value
            .parse()
            .ok()
            .filter(|number| (min..=max).contains(number));
        let wanted = || format!("a number from {min} to {max} would do");
        self.keep(name, value, number.ok_or_else(wanted))
    }

    fn choice<T: Copy>(&mut self, name: &str, value: &str, choices: &[(&str, T)]) -> Option<T> {
        let found = choices.iter().find(|(word, _)| *word == value);
        let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
        let wanted = || format!("one of {} would do", words.join(", "));
        self.keep(
            name,
            value,
            found.map(|(_, choice)| *choice).ok_or_else(wanted),
        )
    }

    fn list<T: FromStr<Err: std::fmt::Display>, C: FromIterator<T>>(
        &mut self,
        name: &str,
        value: &str,
    ) -> Option<C> {
        let words = value
            .split(',')
            .map(str::trim)
            .filter(|word| !word.is_empty());
        self.keep(name, value, words.map(T::from_str).collect())
    }

    fn address(&mut self, name: &str, value: &str, example: &str) -> Option<SocketAddr> {
        let wanted = |_| format!("an address and port would do, {example}");
        self.keep(name, value, value.parse().map_err(wanted))
    }

    /// The path, if it is a file that can be opened.
    fn file(&mut self, name: &str, value: &str) -> Option<PathBuf> {
        let wanted = |error| format!("{error}; a file this user may read would do");
        let opened = std::fs::File::open(value).map_err(wanted);
        self.keep(name, value, opened.map(|_| PathBuf::from(value)))
    }
}

impl Settings {
    /// Judges every setting.
    ///
    /// # Errors
    /// All that is wrong, at once.
    pub fn validate(&self) -> Result<Config, ConfigErrors> {
        let mut problems = Problems::default();
        let p = &mut problems;
        let nats = self.nats(p);
        let listen = p.address("GATEWAY_LISTEN", &self.listen, "0.0.0.0:6732");
        let admin_listen = p.address("GATEWAY_ADMIN_LISTEN", &self.admin_listen, "127.0.0.1:9102");
        let max_viewers = p.number("GATEWAY_MAX_VIEWERS", &self.max_viewers, 1, 1_000_000);
        let per_ip = p.number(
            "GATEWAY_MAX_VIEWERS_PER_IP",
            &self.max_viewers_per_ip,
            0,
            1_000_000,
        );
        let trusted_proxies = p.list("GATEWAY_TRUSTED_PROXIES", &self.trusted_proxies);
        let access = self.access(p, listen);
        let allowed_origins = p.list("GATEWAY_ALLOWED_ORIGINS", &self.allowed_origins);
        let drain = p.keep("GATEWAY_DRAIN", &self.drain, duration(&self.drain));
        let formats = [
            ("auto", LogFormat::Auto),
            ("text", LogFormat::Text),
            ("json", LogFormat::Json),
        ];
        let log_format = p.choice("LOG_FORMAT", &self.log_format, &formats);
        let log = tracing_subscriber::EnvFilter::try_new(&self.log).map(|_| self.log.clone());
        let log = p.keep("RUST_LOG", &self.log, log);
        let build = || {
            Some(Config {
                nats: nats?,
                listen: listen?,
                admin_listen: admin_listen?,
                web_root: PathBuf::from(&self.web_root),
                max_viewers: max_viewers?,
                max_viewers_per_ip: per_ip.map(|limit| (limit > 0).then_some(limit))?,
                trusted_proxies: trusted_proxies?,
                access: access?,
                allowed_origins: allowed_origins?,
                drain: drain?,
                log_format: log_format?,
                log: log?,
            })
        };
        let config = build();
        config
            .filter(|_| problems.0.is_empty())
            .ok_or(ConfigErrors(problems.0))
    }

    fn nats(&self, problems: &mut Problems) -> Option<NatsSettings> {
        let servers = self
            .nats_url
            .split(',')
            .map(str::trim)
            .map(async_nats::ServerAddr::from_str);
        let servers: Result<Vec<_>, _> = servers.collect();
        let named = |servers: &Vec<async_nats::ServerAddr>| {
            servers.iter().all(|server| !server.host().is_empty())
        };
        let servers = servers.map_err(|error| error.to_string());
        let servers = servers.and_then(|servers| {
            named(&servers)
                .then_some(servers)
                .ok_or_else(|| "no host".to_owned())
        });
        let servers = servers.map_err(|error| format!("{error}; nats://host:4222,… would do"));
        let servers = problems.keep("NATS_URL", &self.nats_url, servers);
        let login = match (
            &self.nats_creds_file,
            &self.nats_nkey_file,
            &self.nats_user,
            &self.nats_password,
        ) {
            (None, None, None, None) => Some(NatsLogin::Anonymous),
            (Some(file), None, None, None) => {
                problems.file("NATS_CREDS_FILE", file).map(NatsLogin::Creds)
            }
            (None, Some(file), None, None) => {
                problems.file("NATS_NKEY_FILE", file).map(NatsLogin::Nkey)
            }
            (None, None, Some(user), Some(password)) => {
                Some(NatsLogin::Password(user.clone(), password.clone()))
            }
            (None, None, _, _) => {
                let words = "NATS_USER and NATS_PASSWORD go together: set both or none";
                problems.0.push(words.to_owned());
                None
            }
            _ => {
                let words = "NATS_CREDS_FILE, NATS_NKEY_FILE and NATS_USER with NATS_PASSWORD contradict each other: set one";
                problems.0.push(words.to_owned());
                None
            }
        };
        let ca_file = self
            .nats_ca_file
            .as_deref()
            .map(|file| problems.file("NATS_CA_FILE", file));
        Some(NatsSettings {
            servers: servers?,
            login: login?,
            ca_file: ca_file.flatten(),
        })
    }

    fn access(&self, problems: &mut Problems, listen: Option<SocketAddr>) -> Option<Access> {
        let choices = [("true", true), ("false", false), ("1", true), ("0", false)];
        let anonymous =
            problems.choice("GATEWAY_ALLOW_ANONYMOUS", &self.allow_anonymous, &choices)?;
        let token = match (&self.auth_token, &self.auth_token_file) {
            (None, None) => None,
            (Some(token), None) => Some(("GATEWAY_AUTH_TOKEN", "…", Ok(token.clone()))),
            (None, Some(file)) => Some((
                "GATEWAY_AUTH_TOKEN_FILE",
                file.as_str(),
                read(Path::new(file)),
            )),
            (Some(_), Some(_)) => {
                let words =
                    "GATEWAY_AUTH_TOKEN and GATEWAY_AUTH_TOKEN_FILE contradict each other: set one";
                problems.0.push(words.to_owned());
                return None;
            }
        };
        let Some((name, value, token)) = token else {
            if !anonymous && listen.is_some_and(|listen| !listen.ip().is_loopback()) {
                problems.0.push(format!(
                    "GATEWAY_LISTEN={:?} lets other machines in and nothing says who may watch: set GATEWAY_AUTH_TOKEN (or \
                     GATEWAY_AUTH_TOKEN_FILE), or GATEWAY_ALLOW_ANONYMOUS=true",
                    self.listen
                ));
            }
            return Some(Access::Anyone);
        };
        if anonymous {
            problems.0.push(format!(
                "GATEWAY_ALLOW_ANONYMOUS=true and {name} contradict each other: set one"
            ));
        }
        let token =
            token.and_then(|token| Token::new(token.trim()).map_err(|error| error.to_string()));
        problems.keep(name, value, token).map(Access::Token)
    }
}

fn read(file: &Path) -> Result<String, String> {
    std::fs::read_to_string(file)
        .map_err(|error| format!("{error}; a file this user may read would do"))
}

/// Reads `10s`, `500ms`, `2m` or `1h`.
fn duration(text: &str) -> Result<Duration, &'static str> {
    const WANTED: &str = "a time like 10s, 500ms or 2m would do";
    let unit = text.find(|c: char| !c.is_ascii_digit()).ok_or(WANTED)?;
    let number: u32 = text[..unit].parse().map_err(|_| WANTED)?;
    let unit = match &text[unit..] {
        "ms" => Duration::from_millis(1),
        "s" => Duration::from_secs(1),
        "m" => Duration::from_secs(60),
        "h" => Duration::from_secs(3600),
        _ => return Err(WANTED),
    };
    unit.checked_mul(number).ok_or(WANTED)
}

/// A warning for every variable that looks like ours and is none: a spelling mistake is not silence.
///
/// Kubernetes puts `GATEWAY_SERVICE_HOST`, `GATEWAY_PORT` and their like into every pod beside a service of that
/// name: those are not ours. Source: Kubernetes documentation, "Accessing the Service", environment variables.
pub fn unknown_variables(names: impl Iterator<Item = String>) -> Vec<String> {
    let known = known_variables();
    let kubernetes = |rest: &str| {
        rest == "PORT"
            || rest.starts_with("PORT_")
            || rest.ends_with("SERVICE_HOST")
            || rest.contains("SERVICE_PORT")
    };
    let unknown = names.filter(|name| {
        name.strip_prefix("GATEWAY_")
            .is_some_and(|rest| !kubernetes(rest) && !known.contains(name))
    });
    let warning = |name: String| {
        let nearest = known.iter().min_by_key(|other| distance(&name, other));
        let nearest = nearest.map_or("", String::as_str);
        format!("{name} is no setting of gateway-svc; the nearest is {nearest}")
    };
    unknown.map(warning).collect()
}

/// Every environment variable that is read.
#[must_use]
pub fn known_variables() -> Vec<String> {
    use clap::CommandFactory as _;
    let command = Cli::command();
    let names = command.get_arguments().filter_map(clap::Arg::get_env);
    names
        .map(|name| name.to_string_lossy().into_owned())
        .collect()
}

/// Edit distance. Source: Levenshtein's, one row at a time.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, right) in b.bytes().enumerate() {
            let substituted = diagonal + usize::from(left != right);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(args: &[&str]) -> Settings {
        let args = ["gateway-svc"].iter().chain(args);
        Cli::try_parse_from(args).unwrap().settings
    }

    #[test]
    fn the_defaults_are_the_contracts() {
        let config = settings(&[]).validate().unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:6732");
        assert_eq!(config.admin_listen.to_string(), "127.0.0.1:9102");
        assert_eq!(
            (config.max_viewers, config.max_viewers_per_ip),
            (1000, None)
        );
        assert_eq!(config.drain, Duration::from_secs(10));
        assert!(
            config
                .allowed_origins
                .contains(&"http://localhost:5173".parse().unwrap())
        );
        assert!(matches!(config.access, Access::Anyone));
    }

    #[test]
    fn every_problem_is_told_at_once_with_its_value_and_what_would_do() {
        let args = [
            "--nats-url=nats://",
            "--nats-user=me",
            "--nats-ca-file=/no/such/ca.pem",
            "--listen=6732",
            "--admin-listen=:9102",
            "--max-viewers=0",
            "--max-viewers-per-ip=-1",
            "--trusted-proxies=10.0.0.0/33",
            "--auth-token-file=/no/such/token",
            "--allowed-origins=example.org",
            "--drain=10",
            "--log-format=xml",
            "--log=a=b=c",
        ];
        let ConfigErrors(problems) = settings(&args).validate().unwrap_err();
        for name in [
            "NATS_URL",
            "NATS_USER",
            "NATS_CA_FILE",
            "GATEWAY_LISTEN=\"6732\"",
            "GATEWAY_ADMIN_LISTEN",
            "GATEWAY_MAX_VIEWERS=\"0\"",
            "GATEWAY_MAX_VIEWERS_PER_IP",
            "GATEWAY_TRUSTED_PROXIES",
            "GATEWAY_AUTH_TOKEN_FILE",
            "GATEWAY_ALLOWED_ORIGINS",
            "GATEWAY_DRAIN",
            "LOG_FORMAT",
            "RUST_LOG",
        ] {
            assert!(
                problems.iter().any(|problem| problem.starts_with(name)),
                "{name} in {problems:#?}"
            );
        }
        assert_eq!(problems.len(), 13, "{problems:#?}");
    }

    #[test]
    fn other_machines_are_let_in_only_when_somebody_said_who_may_watch() {
        let open = settings(&["--listen=0.0.0.0:6732"])
            .validate()
            .unwrap_err()
            .to_string();
        assert!(
            open.contains("GATEWAY_AUTH_TOKEN") && open.contains("GATEWAY_ALLOW_ANONYMOUS"),
            "{open}"
        );
        for enough in [
            "--allow-anonymous=true",
            "--allow-anonymous",
            "--auth-token=0123456789abcdef",
        ] {
            settings(&["--listen=0.0.0.0:6732", enough])
                .validate()
                .unwrap();
        }
        settings(&["--listen=[::1]:6732"]).validate().unwrap();
        let both = settings(&["--allow-anonymous", "--auth-token=0123456789abcdef"]).validate();
        assert!(both.unwrap_err().to_string().contains("contradict"));
        let twice = settings(&["--auth-token=a", "--auth-token-file=b"]).validate();
        assert!(twice.unwrap_err().to_string().contains("contradict"));
    }

    #[test]
    fn no_secret_is_in_what_may_be_logged() {
        let args = [
            "--nats-user=me",
            "--nats-password=hunter2-hunter2",
            "--auth-token=0123456789abcdef",
        ];
        let config = settings(&args).validate().unwrap();
        let shown = format!("{config:?}");
        assert!(
            !shown.contains("hunter2") && !shown.contains("0123456789abcdef"),
            "{shown}"
        );
    }

    #[test]
    fn a_misspelt_variable_is_named_with_its_nearest_and_kubernetes_own_are_not() {
        let names = [
            "GATEWAY_MAX_VIEWER",
            "GATEWAY_SERVICE_HOST",
            "GATEWAY_SVC_SERVICE_HOST",
            "GATEWAY_SERVICE_PORT_ADMIN",
            "GATEWAY_PORT",
            "GATEWAY_PORT_6732_TCP_ADDR",
            "GATEWAY_LISTEN",
            "CAPTURE_X",
            "PATH",
        ];
        let warnings = unknown_variables(names.iter().map(ToString::to_string));
        assert_eq!(
            warnings,
            ["GATEWAY_MAX_VIEWER is no setting of gateway-svc; the nearest is GATEWAY_MAX_VIEWERS"]
        );
    }
}
