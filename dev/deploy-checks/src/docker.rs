//! The stack as `docker compose` sees it. Where it is comes from the environment, which `cargo xtask containers` sets.

use std::process::Command;

use serde_json::Value;

/// Where its doors are.
#[derive(Debug, Clone)]
pub(crate) struct ComposeStack {
    /// The load balancer's published address.
    pub(crate) public: String,
    /// Prometheus' published address.
    pub(crate) prometheus: String,
    /// What viewers must know.
    pub(crate) token: String,
}

impl ComposeStack {
    pub(crate) fn from_environment() -> Result<Self, String> {
        let get = |name: &str| {
            std::env::var(name)
                .map_err(|_| format!("{name} is not set: cargo xtask containers sets it"))
        };
        Ok(Self {
            public: get("PUBLISH")?,
            prometheus: get("PUBLISH_PROMETHEUS")?,
            token: get("STACK_TOKEN")?,
        })
    }
}

/// `docker compose <arguments>` on `files` beside compose.yaml.
pub(crate) fn compose(files: &[&str], arguments: &[&str]) -> Result<String, String> {
    let mut all = vec!["compose", "--file", "compose.yaml"];
    for file in files {
        all.extend(["--file", file]);
    }
    all.extend(arguments);
    docker(&all)
}

/// `docker compose <arguments>` on what `.env` and these variables say, as a person types it.
pub(crate) fn compose_as_set(
    variables: &[(&str, &str)],
    arguments: &[&str],
) -> Result<String, String> {
    let mut command = Command::new("docker");
    command.arg("compose").args(arguments);
    command.envs(variables.iter().copied());
    answer(command)
}

/// `docker <arguments>`: what it wrote, or why not.
pub(crate) fn docker(arguments: &[&str]) -> Result<String, String> {
    let mut command = Command::new("docker");
    command.args(arguments);
    answer(command)
}

/// What a program writes, or why not.
pub(crate) fn answer(mut command: Command) -> Result<String, String> {
    // Viewers are served meanwhile: one that stands still for a second misses its gateway's goodbye.
    let mut run = || {
        // Compose passes it on to capture: every series that a dashboard shows is to have data.
        command.env("CAPTURE_HOLD", "auto").output()
    };
    let done = tokio::task::block_in_place(&mut run);
    let done = done.map_err(|error| format!("{command:?}: {error}"))?;
    if done.status.success() {
        return Ok(String::from_utf8_lossy(&done.stdout).trim().to_owned());
    }
    let why = String::from_utf8_lossy(&done.stderr);
    let last: Vec<&str> = why.lines().rev().take(3).collect();
    Err(format!("{command:?}: {}", last.join(" | ")))
}

/// The containers of `service` that run.
pub(crate) fn containers(service: &str) -> Result<Vec<String>, String> {
    let ids = compose(&[], &["ps", "--quiet", service])?;
    Ok(ids.lines().map(str::to_owned).collect())
}

/// What docker knows about a container or an image.
pub(crate) fn inspect(name: &str) -> Result<Value, String> {
    let text = docker(&["inspect", name])?;
    let all: Value =
        serde_json::from_str(&text).map_err(|error| format!("inspect {name}: {error}"))?;
    Ok(all[0].clone())
}
