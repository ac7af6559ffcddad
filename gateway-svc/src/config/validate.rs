//! Judges the settings, all of them before the first complaint.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use process::{ConfigErrors, Problems};
use wire::Quality;

use super::{Config, Settings};
use crate::access::token::{Access, Token};

/// A picture that is older than this is no snapshot of now.
const SNAPSHOT_CACHE_MAX: Duration = Duration::from_secs(60);

impl Settings {
    /// Judges every setting.
    ///
    /// # Errors
    /// All that is wrong, at once.
    pub fn validate(&self) -> Result<Config, ConfigErrors> {
        let mut problems = Problems::default();
        let p = &mut problems;
        let nats = self.nats.validate(p);
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
        let proxies = trusted_proxies.as_ref().map_or(0, Vec::len);
        let access = self.access(p, listen, proxies > 0);
        let bearers = self.bearers.validate(p, proxies > 0);
        let audit = p.keep("GATEWAY_AUDIT", &self.audit, self.audit.parse());
        let allowed_hosts = p.list("GATEWAY_ALLOWED_HOSTS", &self.allowed_hosts);
        let allowed_origins = p.list("GATEWAY_ALLOWED_ORIGINS", &self.allowed_origins);
        let embed_origins = p.list("GATEWAY_EMBED_ORIGINS", &self.embed_origins);
        let quality_limit = self.quality_limit.parse::<Quality>();
        let quality_limit = p.keep("GATEWAY_QUALITY_LIMIT", &self.quality_limit, quality_limit);
        let snapshot_cache = self.snapshot_cache(p, access.as_ref());
        let drain = p.time("GATEWAY_DRAIN", &self.drain);
        let log = self.log.validate(p);
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
                bearers: Arc::new(bearers),
                audit: audit?,
                allowed_hosts: allowed_hosts?,
                allowed_origins: allowed_origins?,
                embed_origins: embed_origins?,
                quality_limit: quality_limit?,
                snapshot_cache: snapshot_cache?,
                drain: drain?,
                log: log?,
            })
        };
        problems.settle(build())
    }

    fn snapshot_cache(&self, p: &mut Problems, access: Option<&Access>) -> Option<Duration> {
        let time = p.time("GATEWAY_SNAPSHOT_CACHE", &self.snapshot_cache)?;
        let whole = time.subsec_nanos() == 0 && time <= SNAPSHOT_CACHE_MAX;
        let wanted = "whole seconds up to 60s would do: 1s";
        let time = whole.then_some(time).ok_or(wanted);
        let time = p.keep("GATEWAY_SNAPSHOT_CACHE", &self.snapshot_cache, time)?;
        let asked_for = matches!(access, Some(Access::Token(_) | Access::Bearers));
        if asked_for && !time.is_zero() {
            p.add(
                "GATEWAY_SNAPSHOT_CACHE and a secret contradict each other: the cache would show pictures to who has none; \
                 leave it at 0s, or have another gateway without a secret for it",
            );
        }
        Some(time)
    }

    fn access(
        &self,
        problems: &mut Problems,
        listen: Option<SocketAddr>,
        behind_proxies: bool,
    ) -> Option<Access> {
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
                problems.add(words);
                return None;
            }
        };
        let Some((name, value, token)) = token else {
            if self.bearers.any() {
                if anonymous {
                    problems.add(
                        "GATEWAY_ALLOW_ANONYMOUS=true and what asks viewers who they are (GATEWAY_LINK_KEY_FILE, \
                         GATEWAY_JWT_…, GATEWAY_PROXY_AUTH_HEADER) contradict each other: set one",
                    );
                }
                return Some(Access::Bearers);
            }
            if anonymous {
                return Some(Access::Anyone);
            }
            let lets_in = |setting: &str, value: &str| {
                format!(
                    "{setting}={value:?} lets other machines in and nothing says who may watch: set GATEWAY_AUTH_TOKEN (or \
                     GATEWAY_AUTH_TOKEN_FILE), or GATEWAY_ALLOW_ANONYMOUS=true"
                )
            };
            if listen.is_some_and(|listen| !listen.ip().is_loopback()) {
                problems.add(lets_in("GATEWAY_LISTEN", &self.listen));
            }
            if behind_proxies {
                problems.add(lets_in("GATEWAY_TRUSTED_PROXIES", &self.trusted_proxies));
            }
            return Some(Access::ThisMachine);
        };
        if anonymous {
            problems.add(format!(
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

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
        assert!(config.allowed_origins.is_empty() && config.allowed_hosts.is_empty());
        assert!(matches!(config.access, Access::ThisMachine));
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
            "--allowed-hosts=http://example.org",
            "--allowed-origins=example.org",
            "--drain=10",
            "--quality-limit=20",
            "--snapshot-cache=500ms",
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
            "GATEWAY_ALLOWED_HOSTS",
            "GATEWAY_ALLOWED_ORIGINS",
            "GATEWAY_DRAIN",
            "GATEWAY_QUALITY_LIMIT",
            "GATEWAY_SNAPSHOT_CACHE",
            "LOG_FORMAT",
            "RUST_LOG",
        ] {
            assert!(
                problems.iter().any(|problem| problem.starts_with(name)),
                "{name} in {problems:#?}"
            );
        }
        assert_eq!(problems.len(), 16, "{problems:#?}");
    }

    #[test]
    fn a_shared_cache_and_a_secret_contradict_each_other() {
        let cached = "--snapshot-cache=1s";
        assert!(settings(&[cached]).validate().is_ok());
        let asked = [cached, "--auth-token=a-long-enough-token"];
        let ConfigErrors(told) = settings(&asked).validate().unwrap_err();
        assert!(
            told.len() == 1 && told[0].contains("GATEWAY_SNAPSHOT_CACHE"),
            "{told:?}"
        );
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
        let proxied = settings(&["--trusted-proxies=127.0.0.1"]).validate();
        let proxied = proxied.unwrap_err().to_string();
        assert!(
            proxied.starts_with("GATEWAY_TRUSTED_PROXIES")
                && proxied.contains("GATEWAY_AUTH_TOKEN"),
            "{proxied}"
        );
        settings(&["--trusted-proxies=127.0.0.1", "--allow-anonymous"])
            .validate()
            .unwrap();
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
