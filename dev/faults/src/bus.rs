//! NATS as we ship it: the limits of `deploy/nats.conf`, and when secured its users, with keys and certificates of this run.

use std::path::PathBuf;

use async_nats::{Client, ConnectOptions};
use nkeys::KeyPair;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa};
use testkit::{Host, NatsServer, Process, Scratch};

use crate::plan::Mode;

const SHIPPED: &str = include_str!("../../../deploy/nats.conf");
/// The users of the shipped configuration.
pub(crate) const USERS: &str = include_str!("../../../deploy/nats-users.conf");

/// Settings of a service.
pub(crate) type Settings<'a> = &'a [(&'a str, &'a str)];

/// The servers of one world, and how one logs in to them.
pub(crate) struct Bus {
    pub(crate) servers: Vec<NatsServer>,
    logins: Option<Logins>,
}

impl Bus {
    /// One server, or a cluster, open or secured.
    pub(crate) async fn start(mode: Mode, nodes: usize) -> Self {
        // Behind a cable it is not loopback that the server is asked on.
        let extra = if mode.cables { "host: 0.0.0.0" } else { "" };
        Self::with(mode.secure.then(|| Logins::new(USERS, true)), nodes, extra).await
    }

    /// One server with `extra` after what we ship.
    pub(crate) async fn with_config(mode: Mode, extra: &str) -> Self {
        Self::with(mode.secure.then(|| Logins::new(USERS, true)), 1, extra).await
    }

    /// One server with these users and without TLS.
    pub(crate) async fn with_users(users: &str) -> Self {
        Self::with(Some(Logins::new(users, false)), 1, "").await
    }

    async fn with(logins: Option<Logins>, nodes: usize, extra: &str) -> Self {
        let logged_in = logins.as_ref().map_or("", |logins| &logins.configuration);
        let config = format!("{}\n{logged_in}\n{extra}", limits());
        let servers = if nodes == 1 {
            vec![NatsServer::with_config(&config).await]
        } else {
            NatsServer::cluster_with_config(nodes, &config).await
        };
        Self { servers, logins }
    }

    /// Every server's address, as `NATS_URL` takes it.
    pub(crate) fn url(&self) -> String {
        let urls: Vec<String> = self.servers.iter().map(NatsServer::url).collect();
        urls.join(",")
    }

    /// A capture-svc on the test pattern.
    pub(crate) async fn capture(&self, settings: Settings<'_>) -> Process {
        let own = self.settings("capture");
        Process::capture(&self.servers[0], &[&borrowed(&own), settings].concat()).await
    }

    /// A gateway-svc.
    pub(crate) async fn gateway(&self, settings: Settings<'_>) -> Process {
        let own = self.settings("gateway");
        Process::gateway(&self.servers[0], &[&borrowed(&own), settings].concat()).await
    }

    /// A capture-svc on another host; `settings` say where that finds NATS.
    pub(crate) async fn capture_at(&self, host: &Host, settings: Settings<'_>) -> Process {
        let own = self.settings("capture");
        Process::capture_at(host, &[&borrowed(&own), settings].concat()).await
    }

    /// A gateway-svc on another host.
    pub(crate) async fn gateway_at(&self, host: &Host, settings: Settings<'_>) -> Process {
        let own = self.settings("gateway");
        Process::gateway_at(host, &[&borrowed(&own), settings].concat()).await
    }

    /// A client that may do everything, for what is measured or broken beside the services.
    pub(crate) async fn observer(&self) -> Client {
        let mut options = ConnectOptions::new();
        if let Some(logins) = &self.logins {
            options = ConnectOptions::with_nkey(logins.observer.clone());
            if let Some(ca) = &logins.ca {
                options = options.require_tls(true).add_root_certificates(ca.clone());
            }
        }
        let urls: Vec<String> = self.servers.iter().map(NatsServer::url).collect();
        options
            .connect(urls)
            .await
            .expect("a running NATS takes the observer")
    }

    fn settings(&self, user: &str) -> Vec<(&'static str, String)> {
        let mut settings = vec![("NATS_URL", self.url())];
        if let Some(logins) = &self.logins {
            let text = |path: PathBuf| path.display().to_string();
            settings.push(("NATS_NKEY_FILE", text(logins.scratch.path().join(user))));
            settings.extend(logins.ca.clone().map(|ca| ("NATS_CA_FILE", text(ca))));
        }
        settings
    }
}

fn borrowed<'a>(settings: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    let borrowed = settings.iter().map(|(name, value)| (*name, value.as_str()));
    borrowed.collect()
}

/// The shipped configuration short of addresses and users; the store is the test server's own.
fn limits() -> String {
    let kept = SHIPPED.lines().filter(|line| {
        !["listen:", "http:", "include"]
            .iter()
            .any(|other| line.starts_with(other))
    });
    let kept: Vec<&str> = kept.collect();
    kept.join("\n")
        .replace("$NATS_STORE_DIR", "\"{scratch}/js\"")
}

/// Keys, certificates and users of one world.
struct Logins {
    configuration: String,
    observer: String,
    ca: Option<PathBuf>,
    scratch: Scratch,
}

impl Logins {
    fn new(users: &str, tls: bool) -> Self {
        let scratch = Scratch::new("logins");
        let [capture, gateway, observer] = [(); 3].map(|()| KeyPair::new_user());
        let seed = |key: &KeyPair| key.seed().expect("a key pair has a seed");
        for (user, key) in [("capture", &capture), ("gateway", &gateway)] {
            std::fs::write(scratch.path().join(user), seed(key)).expect("a file for a seed");
        }
        let all_may = format!("users: [\n      {{ nkey: {} }}\n", observer.public_key());
        let mut configuration = users
            .replace("$CAPTURE_NKEY", &capture.public_key())
            .replace("$GATEWAY_NKEY", &gateway.public_key())
            .replacen("users: [\n", &all_may, 1);
        let ca = tls.then(|| {
            let (ca, lines) = certificates(&scratch);
            configuration.push_str(&lines);
            ca
        });
        Self {
            configuration,
            observer: seed(&observer),
            ca,
            scratch,
        }
    }
}

/// A certificate authority of our own and a certificate for here; returns the former's file and the server's lines.
fn certificates(scratch: &Scratch) -> (PathBuf, String) {
    let file = |name: &str, text: String| {
        let path = scratch.path().join(name);
        std::fs::write(&path, text).expect("a file for a certificate");
        path
    };
    let key = || rcgen::KeyPair::generate().expect("a key");
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, key()).expect("an authority");
    let server_key = key();
    let names = vec!["127.0.0.1".to_owned(), Host::HERE.to_string()];
    let server = CertificateParams::new(names)
        .and_then(|server| server.signed_by(&server_key, &authority))
        .expect("a certificate");
    let ca = file("ca.pem", authority.pem());
    let certificate = file("server.pem", server.pem());
    let private = file("server.key", server_key.serialize_pem());
    let lines = format!(
        "\ntls {{ cert_file: \"{}\", key_file: \"{}\" }}\n",
        certificate.display(),
        private.display()
    );
    (ca, lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_limits_are_kept_and_its_addresses_are_not() {
        let limits = limits();
        for kept in [
            "max_payload: 4MB",
            "no_fast_producer_stall: true",
            "write_deadline",
        ] {
            assert!(limits.contains(kept), "{kept} is missing in\n{limits}");
        }
        for gone in ["4222", "8222", "$NATS_STORE_DIR", "include \""] {
            assert!(!limits.contains(gone), "{gone} is left in\n{limits}");
        }
    }

    #[test]
    fn the_observer_joins_the_shipped_users() {
        let logins = Logins::new(USERS, true);
        assert_eq!(logins.configuration.matches("nkey: U").count(), 3);
        assert!(logins.configuration.contains("cert_file"));
        assert!(!logins.configuration.contains("$CAPTURE_NKEY"));
    }
}
