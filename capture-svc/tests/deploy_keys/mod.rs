//! A copy of `deploy/` in which `keys.sh` makes users of NATS, and a server and clients with them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

use async_nats::{ConnectOptions, Event};
use testkit::{NatsServer, shipped_limits};
use tokio::sync::mpsc;

/// A copy of `deploy/` in which keys are made; it goes with its value.
pub(crate) struct Deploy(PathBuf);

impl Drop for Deploy {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Deploy {
    pub(crate) fn copy() -> Self {
        static COPIES: AtomicUsize = AtomicUsize::new(0);
        let nth = COPIES.fetch_add(1, Ordering::Relaxed);
        let name = format!("rero-deploy-{}-{nth}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).expect("a folder");
        let files = [
            "keys.sh",
            "nats-users.conf",
            "nats-camera-user.conf",
            "nats-consumer-user.conf",
            ".env.example",
        ];
        for file in files {
            let from = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("../deploy")
                .join(file);
            std::fs::copy(from, folder.join(file)).expect("a file of deploy/");
        }
        Self(folder)
    }

    pub(crate) fn keys(&self, arguments: &[&str]) -> Output {
        Command::new(self.0.join("keys.sh"))
            .args(arguments)
            .env("CAPTURE_SVC", env!("CARGO_BIN_EXE_capture-svc"))
            .output()
            .expect("a shell")
    }

    /// Makes a user for the host of a camera, or for a consumer; returns the file of its seed.
    pub(crate) fn user(&self, kind: &str, name: &str) -> PathBuf {
        let made = self.keys(&[&format!("--{kind}"), name]);
        assert!(made.status.success(), "{made:?}");
        let service = if kind == "camera" { "capture" } else { kind };
        self.secret(&format!("{service}-{name}.nkey"))
    }

    /// Where a secret lies.
    pub(crate) fn secret(&self, name: &str) -> PathBuf {
        self.0.join("secrets").join(name)
    }

    pub(crate) fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.0.join(file)).expect(file)
    }

    /// A server with the limits of `deploy/nats.conf` and the users that `.env` names.
    pub(crate) async fn nats(&self) -> NatsServer {
        let env = self.read(".env");
        let value = |name: &str| {
            let lines = env
                .lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            lines.unwrap_or_else(|| panic!("no {name}")).to_owned()
        };
        let users = self.read(&value("NATS_USERS"));
        let users = ["CAPTURE_NKEY", "GATEWAY_NKEY"]
            .iter()
            .fold(users, |users, name| {
                users.replace(&format!("${name}"), &value(name))
            });
        NatsServer::with_config(&format!("{}\n{users}", shipped_limits())).await
    }
}

pub(crate) async fn client(
    nats: &NatsServer,
    seed: &Path,
    inbox: &str,
) -> (async_nats::Client, mpsc::UnboundedReceiver<String>) {
    let (told, refusals) = mpsc::unbounded_channel();
    let seed = std::fs::read_to_string(seed).expect("a seed");
    let client = ConnectOptions::with_nkey(seed.trim().to_owned())
        .custom_inbox_prefix(inbox)
        .event_callback(move |event| {
            if let Event::ServerError(error) = event {
                let _ = told.send(error.to_string());
            }
            std::future::ready(())
        })
        .connect(nats.url())
        .await;
    (client.expect("a login"), refusals)
}
