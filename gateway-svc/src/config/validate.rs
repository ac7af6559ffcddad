//! Judges the settings, all of them before the first complaint.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use super::problems::Problems;
use super::{Config, ConfigErrors, LogFormat, NatsLogin, NatsSettings, Settings};
use crate::access::token::{Access, Token};

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

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::config::Cli;

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
}
