//! NATS as we ship it: the limits of `deploy/nats.conf`, and its users with keys and certificates that are made for one run.

use std::path::PathBuf;

use async_nats::ConnectOptions;
use nkeys::KeyPair;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa};

use crate::child::Scratch;
use crate::host::Host;

const SHIPPED: &str = include_str!("../../../deploy/nats.conf");
const SHIPPED_LEAF: &str = include_str!("../../../deploy/nats-leaf.conf");

/// The users of the shipped configuration.
pub const SHIPPED_USERS: &str = include_str!("../../../deploy/nats-users.conf");

/// The shipped configuration short of addresses and users; the store is the test server's own.
#[must_use]
pub fn shipped_limits() -> String {
    without_addresses(SHIPPED).replace("$NATS_STORE_DIR", "\"{scratch}/js\"")
}

/// The same of a leaf node, without its link.
#[must_use]
pub fn shipped_leaf_limits() -> String {
    let (limits, _link) = SHIPPED_LEAF
        .split_once("leafnodes {")
        .expect("a leaf node has a link");
    without_addresses(limits)
}

fn without_addresses(shipped: &str) -> String {
    let own = ["listen:", "http:", "include"];
    let foreign = |line: &&str| !own.iter().any(|other| line.starts_with(other));
    shipped
        .lines()
        .filter(foreign)
        .collect::<Vec<_>>()
        .join("\n")
}

/// Keys, certificates and users of one run.
#[derive(Debug)]
pub(crate) struct Logins {
    /// Lines of the server's configuration.
    pub(crate) configuration: String,
    /// The seed of a user who may do everything.
    observer: String,
    ca: Option<PathBuf>,
    scratch: Scratch,
}

impl Logins {
    /// Of `users`, a text like [`SHIPPED_USERS`]; with `tls` the server has a certificate, of an authority of its own.
    pub(crate) fn new(users: &str, tls: bool) -> Self {
        let scratch = Scratch::new("logins");
        let [capture, gateway, observer] = [(); 3].map(|()| KeyPair::new_user());
        let seed = |key: &KeyPair| key.seed().expect("a key pair has a seed");
        for (service, key) in [("capture-svc", &capture), ("gateway-svc", &gateway)] {
            std::fs::write(scratch.path().join(service), seed(key)).expect("a file for a seed");
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

    /// What `service` sets to log in.
    pub(crate) fn settings(&self, service: &str) -> Vec<(&'static str, String)> {
        let text = |path: PathBuf| path.display().to_string();
        let mut settings = vec![("NATS_NKEY_FILE", text(self.scratch.path().join(service)))];
        settings.extend(self.ca.clone().map(|ca| ("NATS_CA_FILE", text(ca))));
        settings
    }

    /// How a client logs in that may do everything.
    pub(crate) fn observer(&self) -> ConnectOptions {
        let options = ConnectOptions::with_nkey(self.observer.clone());
        match &self.ca {
            Some(ca) => options.require_tls(true).add_root_certificates(ca.clone()),
            None => options,
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
        let limits = shipped_limits();
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
        let leaf = shipped_leaf_limits();
        assert!(leaf.contains("max_pending: 8MB") && !leaf.contains("remotes"));
    }

    #[test]
    fn the_observer_joins_the_shipped_users() {
        let logins = Logins::new(SHIPPED_USERS, true);
        assert_eq!(logins.configuration.matches("nkey: U").count(), 3);
        assert!(logins.configuration.contains("cert_file"));
        assert!(!logins.configuration.contains("$CAPTURE_NKEY"));
    }
}
