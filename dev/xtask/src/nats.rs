//! The NATS server of `cargo xtask run`: the configuration that we ship, with keys of this checkout's own.
//!
//! So that whoever works here meets a missing permission or a frame that is too large before an operator does.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::children::OwnedChild;
use crate::shell::{Environment, Outcome, workspace};

/// A server on loopback is there within a second, on a loaded machine within a few.
const WITHIN: Duration = Duration::from_secs(20);

/// What is shipped, from the repository's root.
const CONFIGURATION: &str = "deploy/nats.conf";

/// What a person may have set to log in to a NATS of their own; to ours these are wrong.
const LOGINS: [&str; 5] = [
    "NATS_NKEY_FILE",
    "NATS_CREDS_FILE",
    "NATS_USER",
    "NATS_PASSWORD",
    "NATS_CA_FILE",
];

/// The keys of both users, made at the first start and kept in `target/nkeys`.
pub(crate) struct Keys {
    capture: Key,
    gateway: Key,
}

struct Key {
    seed_file: PathBuf,
    public: String,
}

impl Keys {
    /// Makes those that are missing. `capture` is the built capture-svc, whose sub-command `nkey` does it.
    pub(crate) fn get(capture: &Path) -> Outcome<Self> {
        let directory = workspace().join("target/nkeys");
        std::fs::create_dir_all(&directory)
            .map_err(|error| format!("cannot write {}: {error}", directory.display()))?;
        let key = |user: &str| {
            let seed_file = directory.join(user);
            let made = Command::new(capture).arg("nkey").arg(&seed_file).output();
            let made = made.map_err(|error| format!("{}: {error}", capture.display()))?;
            if !made.status.success() {
                let why = String::from_utf8_lossy(&made.stderr);
                return Err(format!("no key for {user}: {}", why.trim()));
            }
            let public = String::from_utf8_lossy(&made.stdout).trim().to_owned();
            Ok(Key { seed_file, public })
        };
        Ok(Self {
            capture: key("capture")?,
            gateway: key("gateway")?,
        })
    }

    /// Lets `service`'s command log in to the server that was started with these keys.
    pub(crate) fn log_in(&self, service: &mut Command, user: &str) {
        for name in LOGINS {
            service.env_remove(name);
        }
        let key = if user == "capture" {
            &self.capture
        } else {
            &self.gateway
        };
        service.env("NATS_NKEY_FILE", &key.seed_file);
    }

    /// What a person sets to use the bus beside the services.
    pub(crate) fn hint(&self, url: &str) -> String {
        format!(
            "NATS_URL={url} NATS_NKEY_FILE={}",
            self.capture.seed_file.display()
        )
    }
}

/// Starts the server on a free port of loopback and returns its URL. `scratch` lies below the repository and is its alone.
pub(crate) fn start(
    environment: &Environment,
    binary: &Path,
    keys: &Keys,
    scratch: &Path,
) -> Outcome<(OwnedChild, String)> {
    let config = scratch.join("nats.conf");
    std::fs::write(&config, wrapped(scratch)?)
        .map_err(|error| format!("cannot write {}: {error}", config.display()))?;
    let mut command = environment.command(binary);
    command.arg("-c").arg(&config);
    let settings: [(&str, OsString); 3] = [
        ("NATS_STORE_DIR", scratch.join("jetstream").into()),
        ("CAPTURE_NKEY", keys.capture.public.clone().into()),
        ("GATEWAY_NKEY", keys.gateway.public.clone().into()),
    ];
    command.envs(settings);
    let log = scratch.join("nats.log");
    let mut part = OwnedChild::logged("nats", command, Duration::from_secs(5), &log)?;
    let ports = scratch.join(format!("nats-server_{}.ports", part.pid()));
    let deadline = Instant::now() + WITHIN;
    // The file holds {"nats":["nats://127.0.0.1:4222"],…} once the server listens.
    loop {
        let text = std::fs::read_to_string(&ports).unwrap_or_default();
        if let Some(url) = text.split('"').find(|word| word.starts_with("nats://")) {
            return Ok((part, url.to_owned()));
        }
        if part.ended().is_some() || Instant::now() > deadline {
            return Err(format!(
                "nats-server does not start:\n{}",
                std::fs::read_to_string(&log).unwrap_or_default()
            ));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The shipped file, and after it what differs here: of a key that stands twice the server takes the last.
fn wrapped(scratch: &Path) -> Outcome<String> {
    let below = scratch
        .strip_prefix(workspace())
        .map_err(|_| format!("{} is not in the repository", scratch.display()))?;
    // The server takes includes as relative, whatever they look like.
    let up = "../".repeat(below.components().count());
    Ok(format!(
        "include \"{up}{CONFIGURATION}\"\nlisten: \"127.0.0.1:-1\"\nhttp: \"127.0.0.1:-1\"\nports_file_dir: \"{}\"\n",
        scratch.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_configuration_is_found_from_wherever_the_server_runs() {
        let scratch = workspace().join("target/run/1");
        let text = wrapped(&scratch).expect("a directory of ours");
        assert!(text.contains("\"../../../deploy/nats.conf\""), "{text}");
        assert!(workspace().join(CONFIGURATION).is_file());
        assert!(wrapped(Path::new("/somewhere/else")).is_err());
    }
}
