//! The compose stack of the proof: a copy of `deploy/` with keys, ports and a network of its own.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use crate::deploy;
use crate::shell::{Environment, Outcome, binaries, output, run};
use crate::version::VERSION;

const FILES: [&str; 6] = [
    "compose",
    "--file",
    "compose.yaml",
    "--file",
    "compose.monitoring.yaml",
    "down",
];

/// Dropped, everything of it is gone: containers, networks, volumes.
pub(crate) struct ComposeStack {
    environment: Environment,
    folder: PathBuf,
}

impl ComposeStack {
    /// Builds both images and makes the keys, as the README tells a person to; `whole` compiles in docker, too.
    pub(crate) fn prepare(
        directory: &Path,
        environment: &Environment,
        whole: bool,
    ) -> Outcome<Self> {
        let mut environment = environment.clone();
        let built = if whole {
            None
        } else {
            Some(built_here(directory, &environment)?)
        };
        images(built.as_deref(), &environment)?;
        let folder = directory.join("deploy");
        deploy::copy(&environment, &folder)?;
        let mut keys = environment.command(folder.join("keys.sh"));
        output(&mut keys).ok_or("deploy/keys.sh failed; run it by hand to see why")?;
        let token = fs::read_to_string(folder.join("secrets/gateway.token"))
            .map_err(|error| format!("the token: {error}"))?;
        environment.set("COMPOSE_PROJECT_NAME", "rero-proof");
        environment.set("PUBLISH", free_port()?);
        environment.set("PUBLISH_PROMETHEUS", free_port()?);
        environment.set("FRONT_SUBNET", "172.28.77.0/24");
        environment.set("STACK_TOKEN", token.trim());
        let stack = Self {
            environment,
            folder,
        };
        stack.down();
        Ok(stack)
    }

    pub(crate) fn play(&mut self, proof: &Path) -> Outcome<()> {
        let mut command = self.environment.command(proof);
        run("the stack", command.current_dir(&self.folder))
    }

    fn down(&self) {
        let mut down = self.environment.command("docker");
        down.args(FILES)
            .args(["--volumes", "--remove-orphans", "--timeout", "3"]);
        let _ = output(down.current_dir(&self.folder));
    }
}

impl Drop for ComposeStack {
    fn drop(&mut self) {
        self.down();
    }
}

/// What cargo and npm built here, as the Dockerfile's first two stages would leave it.
fn built_here(directory: &Path, environment: &Environment) -> Outcome<PathBuf> {
    let built = directory.join("built");
    let _ = fs::remove_dir_all(&built);
    for made in ["out", "web"] {
        fs::create_dir_all(built.join(made)).map_err(|error| error.to_string())?;
    }
    for service in ["capture-svc", "gateway-svc"] {
        let mut strip = environment.command("objcopy");
        strip
            .arg("--strip-unneeded")
            .arg(binaries("release").join(service));
        run(
            &format!("objcopy {service}"),
            strip.arg(built.join("out").join(service)),
        )?;
    }
    let mut copy = environment.command("cp");
    copy.arg("-a")
        .arg(crate::web::dist())
        .arg(built.join("web/dist"));
    run("copying the client", &mut copy)?;
    Ok(built)
}

/// Both targets of the Dockerfile, with `built` in place of its first two stages.
fn images(built: Option<&Path>, environment: &Environment) -> Outcome<()> {
    for target in ["capture", "gateway"] {
        let mut docker = environment.command("docker");
        docker.args([
            "build",
            "--quiet",
            "--file",
            "deploy/Dockerfile",
            "--target",
            target,
        ]);
        if let Some(built) = built {
            for stage in ["build", "web"] {
                docker
                    .arg("--build-context")
                    .arg(format!("{stage}={}", built.display()));
            }
        }
        docker.args(["--tag", &format!("rero/{target}-svc:{VERSION}"), "."]);
        run(&format!("docker build --target {target}"), &mut docker)?;
    }
    Ok(())
}

/// A port that nobody has now.
fn free_port() -> Outcome<String> {
    let socket = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    socket
        .map(|address| address.to_string())
        .map_err(|error| format!("no free port: {error}"))
}
