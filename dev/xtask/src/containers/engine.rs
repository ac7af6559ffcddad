//! A docker engine: the one that runs, else one of our own out of Debian's packages, unpacked and never installed.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use super::notes::Notes;
use crate::children::OwnedChild;
use crate::shell::{Environment, Outcome, find_on_path, output, say};
use crate::tools::{Release, apt_install, apt_possible, unpack};

/// Docker's engine, client, compose (v2) and buildx; runc is taken from the running release, for its libc.
const NEWER: [&str; 5] = [
    "docker.io",
    "docker-cli",
    "docker-compose",
    "docker-buildx",
    "containerd",
];

/// How long an engine of ours may take until it answers.
const ENGINE_WITHIN: Duration = Duration::from_secs(60);

/// An engine of ours is stopped with this.
pub(crate) struct Engine {
    daemon: Option<OwnedChild>,
    /// Whether packets between networks passed before dockerd forbade what is not its own.
    forwarded: bool,
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Some(daemon) = self.daemon.take() {
            drop(daemon);
            // What dockerd leaves behind; the chains it had filled are empty by then.
            let undo = |program: &str, arguments: &[&str]| {
                let _ = Command::new(program).args(arguments).output();
            };
            undo("ip", &["link", "delete", "docker0"]);
            for chain in ["DOCKER-USER", "DOCKER-FORWARD"] {
                undo("iptables", &["-D", "FORWARD", "-j", chain]);
            }
            if self.forwarded {
                undo("iptables", &["-P", "FORWARD", "ACCEPT"]);
            }
        }
    }
}

pub(crate) fn get(
    directory: &Path,
    environment: &mut Environment,
    notes: &mut Notes,
) -> Outcome<Engine> {
    if find_on_path("docker").is_some() && runs(environment) {
        say("docker runs here");
        return Ok(Engine {
            daemon: None,
            forwarded: false,
        });
    }
    let missing = "no docker engine with compose and buildx answers here";
    apt_possible().map_err(|why| format!("{missing}, and none can be started: {why}"))?;
    for (program, package) in [("iptables", "iptables"), ("ip", "iproute2")] {
        if find_on_path(program).is_none() {
            apt_install(&[package]).map_err(|why| {
                format!("{missing}, and one of our own needs {program} ({package}): {why}")
            })?;
        }
    }
    let root = install(directory, environment)?;
    let socket = directory.join("docker.sock");
    environment.set("DOCKER_HOST", format!("unix://{}", socket.display()));

    let mut daemon = environment.command(root.join("usr/sbin/dockerd"));
    let mut host = std::ffi::OsString::from("unix://");
    host.push(&socket);
    daemon.arg("--host").arg(host);
    daemon.arg("--data-root").arg(directory.join("data"));
    daemon.arg("--exec-root").arg(directory.join("exec"));
    daemon.arg("--pidfile").arg(directory.join("dockerd.pid"));
    let log = directory.join("dockerd.log");
    let policy = output(Command::new("iptables").args(["-S", "FORWARD"]));
    let forwarded = policy.is_some_and(|rules| rules.starts_with("-P FORWARD ACCEPT"));
    say("starting dockerd");
    let daemon = OwnedChild::logged("dockerd", daemon, Duration::from_secs(30), &log)?;
    let engine = Engine {
        daemon: Some(daemon),
        forwarded,
    };
    let started = Instant::now();
    while !runs(environment) {
        if started.elapsed() > ENGINE_WITHIN {
            return Err(format!("dockerd does not answer; see {}", log.display()));
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    notes.not_checked("your own docker: none ran, this used Debian's, started for the occasion");
    Ok(engine)
}

/// Whether a docker answers, with what we use of it.
fn runs(environment: &Environment) -> bool {
    let answers =
        |arguments: &[&str]| output(environment.command("docker").args(arguments)).is_some();
    answers(&["info"]) && answers(&["compose", "version"]) && answers(&["buildx", "version"])
}

/// Unpacks what an engine of ours consists of and puts it on the PATH; where it is.
fn install(directory: &Path, environment: &mut Environment) -> Outcome<PathBuf> {
    let root = directory.join("root");
    if !root.join("usr/sbin/dockerd").exists() {
        unpack(Release::Sid, &NEWER, directory, &root)?;
        unpack(Release::Running, &["runc"], directory, &root)?;
    }
    let plugins = directory.join("config/cli-plugins");
    fs::create_dir_all(&plugins).map_err(|error| format!("{}: {error}", plugins.display()))?;
    for plugin in ["docker-compose", "docker-buildx"] {
        let _ = symlink(
            root.join("usr/libexec/docker/cli-plugins").join(plugin),
            plugins.join(plugin),
        );
    }
    environment.prepend_path(&root.join("usr/bin"));
    environment.prepend_path(&root.join("usr/sbin"));
    environment.prepend_path(&root.join("sbin"));
    environment.set("DOCKER_CONFIG", directory.join("config"));
    Ok(root)
}
