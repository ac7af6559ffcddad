//! Where the NATS servers are and who we are there, as the operator says it.

use std::path::PathBuf;
use std::str::FromStr as _;

use async_nats::ServerAddr;
use clap::Args;
use process::Problems;

use crate::domain::JetStreamDomain;
use crate::login::NatsLogin;

/// The settings of NATS as the operator spells them.
#[derive(Debug, Clone, Args)]
#[expect(
    clippy::struct_field_names,
    reason = "the fields name the flags: --nats-url"
)]
pub struct NatsArgs {
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
    /// `JetStream` domain that keeps the buckets, where the server is a leaf node of theirs: hub; none: the server's own
    #[arg(long, env = "NATS_JS_DOMAIN", global = true)]
    nats_js_domain: Option<String>,
}

/// How to reach NATS.
#[derive(Debug, Clone)]
pub struct NatsSettings {
    /// At least one server.
    pub servers: Vec<ServerAddr>,
    /// Who we are there.
    pub login: NatsLogin,
    /// The servers' certificate authority; asks for TLS.
    pub ca_file: Option<PathBuf>,
    /// Whose JetStream keeps the buckets.
    pub domain: JetStreamDomain,
}

impl NatsArgs {
    /// Judges all of them.
    pub fn validate(&self, problems: &mut Problems) -> Option<NatsSettings> {
        let servers: Result<Vec<_>, _> = self
            .nats_url
            .split(',')
            .map(str::trim)
            .map(server)
            .collect();
        let servers = servers.map_err(|error| format!("{error}; nats://host:4222,… would do"));
        let servers = problems.keep("NATS_URL", &shown(&self.nats_url), servers);
        let login = self.login(problems);
        let ca_file = self
            .nats_ca_file
            .as_deref()
            .map(|file| problems.file("NATS_CA_FILE", file));
        let domain = match self.nats_js_domain.as_deref() {
            None | Some("") => Some(JetStreamDomain::default()),
            Some(name) => problems.keep("NATS_JS_DOMAIN", name, JetStreamDomain::named(name)),
        };
        Some(NatsSettings {
            servers: servers?,
            login: login?,
            ca_file: ca_file.flatten(),
            domain: domain?,
        })
    }

    fn login(&self, problems: &mut Problems) -> Option<NatsLogin> {
        match (
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
                problems.add("NATS_USER and NATS_PASSWORD go together: set both or none");
                None
            }
            _ => {
                problems.add(
                    "NATS_CREDS_FILE, NATS_NKEY_FILE and NATS_USER with NATS_PASSWORD contradict each other: set one",
                );
                None
            }
        }
    }
}

/// The setting without who we are there: what is told goes into a journal that many read. A password may hold any
/// character, a comma as well, so all up to the last login goes.
fn shown(urls: &str) -> String {
    let Some((login, place)) = urls.rsplit_once('@') else {
        return urls.to_owned();
    };
    let scheme = login.split_once("://").map(|(scheme, _)| scheme);
    let scheme = scheme.map(|scheme| format!("{scheme}://"));
    format!("{}…@{place}", scheme.unwrap_or_default())
}

fn server(text: &str) -> Result<ServerAddr, String> {
    let server = ServerAddr::from_str(text).map_err(|error| error.to_string())?;
    if server.host().is_empty() {
        return Err("it names no host".to_owned());
    }
    Ok(server)
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use process::ConfigErrors;

    use super::*;

    #[derive(Debug, Parser)]
    struct Cli {
        #[command(flatten)]
        nats: NatsArgs,
    }

    fn validate(arguments: &[&str]) -> Result<NatsSettings, ConfigErrors> {
        let cli = Cli::try_parse_from(["x"].iter().chain(arguments)).unwrap();
        let mut problems = Problems::default();
        let settings = cli.nats.validate(&mut problems);
        problems.settle(settings)
    }

    #[test]
    fn several_servers_and_a_login_are_settings() {
        let settings = validate(&[
            "--nats-url=nats://a:4222, tls://b",
            "--nats-user=me",
            "--nats-password=hunter2",
        ])
        .unwrap();
        let hosts: Vec<_> = settings.servers.iter().map(ServerAddr::host).collect();
        assert_eq!(hosts, ["a", "b"]);
        assert!(matches!(settings.login, NatsLogin::Password(..)));
        assert!(!format!("{settings:?}").contains("hunter2"));
        let settings = validate(&[]).unwrap();
        assert!(matches!(settings.login, NatsLogin::Anonymous));
    }

    #[test]
    fn every_problem_names_its_setting() {
        let wrong = [
            "--nats-url=nats://",
            "--nats-user=me",
            "--nats-ca-file=/no/ca",
            "--nats-js-domain=two.words",
        ];
        let ConfigErrors(told) = validate(&wrong).unwrap_err();
        let names = ["NATS_URL", "NATS_USER", "NATS_CA_FILE", "NATS_JS_DOMAIN"];
        assert_eq!(told.len(), names.len(), "{told:?}");
        for (told, name) in told.iter().zip(names) {
            assert!(told.starts_with(name), "{told}");
        }
    }

    #[test]
    fn a_wrong_address_is_told_without_its_login() {
        for wrong in [
            "nats://me:hunter2@:4222",
            "nats://me:hunter2@a:4222,me:hunter2@",
            "nats://me:hun,ter2@a",
            "me:hunter2@",
        ] {
            let told = validate(&[&format!("--nats-url={wrong}")]).unwrap_err();
            let told = told.to_string();
            assert!(told.contains("NATS_URL=") && told.contains('@'), "{told}");
            assert!(!told.contains("ter2"), "{told}");
        }
    }

    #[test]
    fn two_logins_contradict_each_other() {
        let wrong = [
            "--nats-user=me",
            "--nats-password=secret",
            "--nats-nkey-file=/dev/null",
        ];
        let told = validate(&wrong).unwrap_err().to_string();
        assert!(told.contains("contradict"), "{told}");
        assert!(!told.contains("secret"), "{told}");
    }
}
