//! A site: a copy of `deploy/` with the folder of keys that the hub made for it, as a compose project of its own.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::docker::{ComposeStack, answer, compose, docker};

/// The network on which the hub takes sites, by the names of `cargo xtask containers`.
const LINE: &str = "_sites";
/// Joins the hub's network instead of going through the world.
const WALK: &str = "networks: { uplink: { external: true, name: @LINE@ } }\n";
/// The mutant's.
const NO_DOMAIN: &str = "services: { gateway: { environment: { NATS_JS_DOMAIN: '' } } }\n";

/// Keys and certificate of the hub, whose folder this is.
pub(super) fn make_hub() -> Result<(), String> {
    keys(Path::new("."), &["--hub", "hub"])
}

/// The hub with the users of its sites.
pub(super) fn up_hub() -> Result<(), String> {
    // Any port: the sites come by the network behind it.
    let up = ["up", "--detach", "--wait", "--no-build"];
    hub_compose(&up).map(drop)
}

fn hub_compose(arguments: &[&str]) -> Result<String, String> {
    let mut command = Command::new("docker");
    command.args([
        "compose",
        "--file",
        "compose.yaml",
        "--file",
        "compose.hub.yaml",
    ]);
    command.args(arguments).env("PUBLISH_HUB", "127.0.0.1:0");
    answer(command)
}

fn keys(folder: &Path, arguments: &[&str]) -> Result<(), String> {
    let script = folder.join("keys.sh");
    let script =
        fs::canonicalize(&script).map_err(|error| format!("{}: {error}", script.display()))?;
    let mut command = Command::new(script);
    command.args(arguments);
    answer(command).map(drop)
}

/// Dropped, everything of it is gone.
pub(super) struct Site {
    folder: PathBuf,
    project: String,
    /// Its own door, where it has one.
    pub(super) stack: ComposeStack,
    hub: String,
}

impl Site {
    /// A site that `arguments` of the hub's keys.sh make.
    pub(super) fn join(name: &str, arguments: &[&str], hub: &ComposeStack) -> Result<Self, String> {
        keys(Path::new("."), arguments)?;
        let folder = std::env::current_dir()
            .map_err(|error| error.to_string())?
            .with_file_name(format!("site-{name}"));
        let _ = fs::remove_dir_all(&folder);
        let mut copy = Command::new("cp");
        copy.args(["-a", "."]).arg(&folder);
        answer(copy)?;
        for own in ["secrets", "sites", ".env"] {
            let own = folder.join(own);
            let _ = fs::remove_dir_all(&own).or_else(|_| fs::remove_file(&own));
        }
        fs::rename(Path::new("sites").join(name), folder.join("secrets"))
            .map_err(|error| format!("sites/{name}: {error}"))?;
        keys(&folder, &[])?;
        let hub_project =
            std::env::var("COMPOSE_PROJECT_NAME").map_err(|_| "COMPOSE_PROJECT_NAME is not set")?;
        let walk = WALK.replace("@LINE@", &format!("{hub_project}{LINE}"));
        write(&folder, "compose.walk.yaml", &walk)?;
        write(&folder, "compose.no-domain.yaml", NO_DOMAIN)?;
        let token = fs::read_to_string(folder.join("secrets/gateway.token"))
            .map_err(|error| format!("the token: {error}"))?;
        let stack = ComposeStack {
            public: free_port()?,
            prometheus: hub.prometheus.clone(),
            token: token.trim().to_owned(),
        };
        Ok(Self {
            folder,
            project: format!("{hub_project}-{name}"),
            stack,
            hub: format!("{hub_project}{LINE}"),
        })
    }

    pub(super) fn up(&self) -> Result<(), String> {
        self.compose("", &["up", "--detach", "--wait", "--no-build"])
            .map(drop)
    }

    /// The same with gateways that ask their own server for the buckets.
    pub(super) fn without_domain(&self) -> Result<(), String> {
        let up = ["up", "--detach", "--wait", "--no-build", "gateway"];
        self.compose(":compose.no-domain.yaml", &up).map(drop)
    }

    /// The line to the hub is gone.
    pub(super) fn cut(&self) -> Result<(), String> {
        docker(&["network", "disconnect", &self.hub, &self.server()?]).map(drop)
    }

    pub(super) fn repair(&self) -> Result<(), String> {
        docker(&["network", "connect", &self.hub, &self.server()?]).map(drop)
    }

    /// The address of its server on the line.
    pub(super) fn address(&self) -> Result<String, String> {
        let seen = crate::docker::inspect(&self.server()?)?;
        let address = &seen["NetworkSettings"]["Networks"][&self.hub]["IPAddress"];
        let address = address.as_str().filter(|address| !address.is_empty());
        address
            .map(str::to_owned)
            .ok_or_else(|| format!("{} is not on {}", self.project, self.hub))
    }

    fn server(&self) -> Result<String, String> {
        self.compose("", &["ps", "--quiet", "nats"])
    }

    fn compose(&self, more: &str, arguments: &[&str]) -> Result<String, String> {
        let env =
            fs::read_to_string(self.folder.join(".env")).map_err(|error| error.to_string())?;
        let files = env
            .lines()
            .find_map(|line| line.strip_prefix("COMPOSE_FILE="));
        let files = files.ok_or(".env names no files")?;
        let mut command = Command::new("docker");
        command
            .arg("compose")
            .args(arguments)
            .current_dir(&self.folder);
        command.envs([
            (
                "COMPOSE_FILE",
                format!("{files}:compose.walk.yaml{more}").as_str(),
            ),
            ("COMPOSE_PROJECT_NAME", &self.project),
            ("PUBLISH", &self.stack.public),
            // Beside the hub's.
            ("FRONT_SUBNET", "172.28.78.0/24"),
            ("GATEWAYS", "2"),
        ]);
        answer(command)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let down = ["down", "--volumes", "--remove-orphans", "--timeout", "3"];
        let _ = self.compose("", &down);
    }
}

/// What the hub's server says at `path` of its monitoring port.
pub(super) fn monitored(path: &str) -> Result<String, String> {
    let url = format!("http://127.0.0.1:8222{path}");
    compose(&[], &["exec", "-T", "nats", "wget", "-q", "-O", "-", &url])
}

fn write(folder: &Path, name: &str, text: &str) -> Result<(), String> {
    let file = folder.join(name);
    fs::write(&file, text).map_err(|error| format!("{}: {error}", file.display()))
}

/// A port that nobody has now.
fn free_port() -> Result<String, String> {
    let socket = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    socket
        .map(|address| address.to_string())
        .map_err(|error| format!("no free port: {error}"))
}
