//! A hub and sites on the files of `deploy/`, with keys and certificates that its script made.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use async_nats::jetstream::{self, kv};
use async_nats::{Client, ConnectOptions};
use testkit::{NatsServer, Scratch, eventually};

/// How long a server or service may take to do what is asked here: several times what it takes.
pub(crate) const REACTION_MAX: Duration = Duration::from_secs(10);

/// A user who may do everything on his own server.
const ANYBODY: &str = "users: [\n      { user: anybody, password: anybody }\n";

/// `deploy/` on a host of its own.
struct Deploy(Scratch);

impl Deploy {
    fn copy() -> Self {
        let scratch = Scratch::new("deploy");
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy");
        for entry in std::fs::read_dir(from).expect("deploy/") {
            let entry = entry.expect("an entry");
            let name = entry.file_name();
            if entry.path().is_file() && name != ".env" {
                std::fs::copy(entry.path(), scratch.path().join(name)).expect("a copy");
            }
        }
        Self(scratch)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect(name)
    }

    fn keys(&self, arguments: &[&str]) {
        let made = Command::new(self.path("keys.sh"))
            .args(arguments)
            .env("CAPTURE_SVC", env!("CARGO_BIN_EXE_capture-svc"))
            .output()
            .expect("a shell");
        assert!(made.status.success(), "{made:?}");
    }

    /// A value of `.env`.
    fn value(&self, name: &str) -> String {
        let env = self.read(".env");
        let found = env
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        found.unwrap_or_else(|| panic!("no {name}")).to_owned()
    }

    /// The users in `file`, with the keys of `.env`, and one who may do everything.
    fn users(&self, file: &str) -> String {
        let users = self.read(file).replacen("users: [\n", ANYBODY, 1);
        let keys = ["CAPTURE_NKEY", "GATEWAY_NKEY"];
        keys.iter().fold(users, |users, name| {
            users.replace(&format!("${name}"), &self.value(name))
        })
    }
}

/// A server's file without what a test server has of its own.
fn without_addresses(text: &str) -> String {
    let foreign = ["listen:", "http:", "include"];
    let kept = text
        .lines()
        .filter(|line| !foreign.iter().any(|word| line.starts_with(word)));
    kept.collect::<Vec<_>>().join("\n")
}

async fn anybody(server: &NatsServer) -> Client {
    let options = ConnectOptions::with_user_and_password("anybody".into(), "anybody".into());
    let options = options.custom_inbox_prefix("_INBOX_gateway.test");
    options.connect(server.url()).await.expect("a login")
}

/// The server that sites join.
pub(crate) struct Hub {
    pub(crate) server: NatsServer,
    deploy: Deploy,
    address: SocketAddr,
}

impl Hub {
    pub(crate) async fn start() -> Self {
        let deploy = Deploy::copy();
        deploy.keys(&["--hub", "127.0.0.1"]);
        let (server, address) = NatsServer::hub(&configuration(&deploy)).await;
        Self {
            server,
            deploy,
            address,
        }
    }

    pub(crate) async fn camera_site(&mut self, name: &str) -> Site {
        self.site(&["--camera-site", name]).await
    }

    pub(crate) async fn viewer_site(&mut self, name: &str, quality: Option<&str>) -> Site {
        let mut arguments = vec!["--viewer-site", name];
        arguments.extend(quality);
        self.site(&arguments).await
    }

    /// A site that has just joined: the hub learns of its user, and the folder goes there.
    async fn site(&mut self, arguments: &[&str]) -> Site {
        self.deploy.keys(arguments);
        self.server
            .restart_with_config(&hub(&self.deploy, self.address))
            .await;
        let deploy = Deploy::copy();
        let given = self.deploy.path("sites").join(arguments[1]);
        std::fs::rename(given, deploy.path("secrets")).expect("the site's folder");
        deploy.keys(&[]);
        assert_eq!(deploy.value("HUB_URL"), "tls://127.0.0.1:7422");
        let secrets = deploy.path("secrets");
        let leaf = without_addresses(&deploy.read("nats-leaf.conf"))
            .replace("$HUB_URL", &format!("\"tls://{}\"", self.address))
            .replace(
                "include \"leaf-key.conf\"",
                &deploy.read("secrets/leaf-key.conf"),
            )
            .replace("/run/secrets/leaf", &secrets.display().to_string());
        let leaf = format!(
            "jetstream: disabled\n{leaf}\n{}",
            deploy.users("nats-leaf-users.conf")
        );
        Site {
            leaf: NatsServer::with_config(&leaf).await,
            deploy,
        }
    }

    /// As the hub's own gateways log in.
    pub(crate) async fn gateway(&self) -> Client {
        let seed = self.deploy.read("secrets/gateway.nkey");
        let options = ConnectOptions::with_nkey(seed.trim().to_owned());
        let options = options.custom_inbox_prefix("_INBOX_gateway");
        options.connect(self.server.url()).await.expect("a login")
    }

    /// Who sees everything at the hub.
    pub(crate) async fn observer(&self) -> Client {
        anybody(&self.server).await
    }

    /// The demand, where no capture has made its bucket.
    pub(crate) async fn bucket(&self, observer: &Client) {
        let js = jetstream::new(observer.clone());
        let config = || kv::Config {
            bucket: wire::subject::DEMAND_BUCKET.into(),
            storage: jetstream::stream::StorageType::Memory,
            max_bytes: 1024 * 1024,
            ..kv::Config::default()
        };
        eventually(REACTION_MAX, || async {
            js.create_key_value(config()).await.ok()
        })
        .await;
    }
}

fn configuration(deploy: &Deploy) -> String {
    hub_lines(deploy, "{leafnodes}")
}

fn hub(deploy: &Deploy, address: SocketAddr) -> String {
    let store = "jetstream { domain: hub, store_dir: \"{scratch}/js\" }";
    format!("{store}\n{}", hub_lines(deploy, &address.to_string()))
}

/// The shipped hub, which listens for sites at `address`.
fn hub_lines(deploy: &Deploy, address: &str) -> String {
    let secrets = deploy.path("secrets").display().to_string();
    let leafnodes = without_addresses(&deploy.read("nats-hub.conf"))
        .replace("0.0.0.0:7422", &format!("\"{address}\""))
        .replace("/run/secrets/hub", &secrets);
    format!("{leafnodes}\n{}", deploy.users(&deploy.value("NATS_USERS")))
}

/// A site with a server of its own.
pub(crate) struct Site {
    pub(crate) leaf: NatsServer,
    deploy: Deploy,
}

impl Site {
    /// How capture-svc is set there.
    pub(crate) fn capture(&self) -> Vec<(&'static str, String)> {
        let seed = self.deploy.path("secrets/capture.nkey");
        vec![
            ("NATS_NKEY_FILE", seed.display().to_string()),
            ("NATS_JS_DOMAIN", "hub".into()),
            ("CAPTURE_CAMERA_ID", self.deploy.value("CAPTURE_CAMERA_ID")),
        ]
    }

    /// Who may do everything on the site's own server.
    pub(crate) async fn anybody(&self) -> Client {
        anybody(&self.leaf).await
    }
}
