//! A docker engine: the one that runs, else one of our own out of Debian's packages, unpacked and never installed.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use super::Notes;
use crate::parts::Part;
use crate::shell::{Environment, Outcome, find_on_path, output, run, say};
use crate::tools::apt_possible;

/// Docker's engine, client, compose (v2) and buildx; runc is taken from the running release, for its libc.
const NEWER: [&str; 5] = [
    "docker.io",
    "docker-cli",
    "docker-compose",
    "docker-buildx",
    "containerd",
];

/// An engine of ours is stopped with this.
pub(crate) struct Engine {
    daemon: Option<Part>,
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Some(daemon) = self.daemon.take() {
            drop(daemon);
            // What dockerd leaves behind; the firewall's chains are empty by then.
            let _ = Command::new("ip")
                .args(["link", "delete", "docker0"])
                .output();
        }
    }
}

pub(crate) fn get(
    directory: &Path,
    environment: &mut Environment,
    notes: &mut Notes,
) -> Outcome<Engine> {
    let runs = |environment: &Environment| {
        let answers =
            |arguments: &[&str]| output(environment.command("docker").args(arguments)).is_some();
        answers(&["info"]) && answers(&["compose", "version"]) && answers(&["buildx", "version"])
    };
    if find_on_path("docker").is_some() && runs(environment) {
        say("docker runs here");
        return Ok(Engine { daemon: None });
    }
    let missing = "no docker engine with compose and buildx answers here";
    apt_possible().map_err(|why| format!("{missing}, and none can be started: {why}"))?;
    for (program, package) in [("iptables", "iptables"), ("ip", "iproute2")] {
        if find_on_path(program).is_none() {
            return Err(format!(
                "{missing}, and one of our own needs {program}: apt-get install -y {package}"
            ));
        }
    }
    let root = directory.join("root");
    if !root.join("usr/sbin/dockerd").exists() {
        unpack(directory, &root)?;
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
    say("starting dockerd");
    let daemon = Part::logged("dockerd", daemon, Duration::from_secs(30), &log)?;
    let engine = Engine {
        daemon: Some(daemon),
    };
    let started = Instant::now();
    while !runs(environment) {
        if started.elapsed() > Duration::from_secs(60) {
            return Err(format!("dockerd does not answer; see {}", log.display()));
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    notes.not_checked("your own docker: none ran, this used Debian's, started for the occasion");
    Ok(engine)
}

/// Downloads the packages with a private list of Debian sid, so that the system's own lists and packages stay as they are.
fn unpack(directory: &Path, root: &Path) -> Outcome<()> {
    let apt = directory.join("apt");
    let packages = directory.join("packages");
    for made in [
        &apt.join("lists/partial"),
        &apt.join("cache/archives/partial"),
        &packages,
    ] {
        fs::create_dir_all(made).map_err(|error| format!("{}: {error}", made.display()))?;
    }
    let source = "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian sid main\n";
    let write = |name: &str, text: &str| {
        fs::write(apt.join(name), text).map_err(|error| format!("{name}: {error}"))
    };
    write("sources.list", source)?;
    write("status", "")?;
    let private = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        let at = apt.display();
        for option in [
            format!("Dir::State={at}"),
            format!("Dir::State::status={at}/status"),
            format!("Dir::Cache={at}/cache"),
            format!("Dir::Etc::SourceList={at}/sources.list"),
            "Dir::Etc::SourceParts=/dev/null".to_owned(),
        ] {
            command.args(["-o", &option]);
        }
        command.arg("-qq").args(arguments).current_dir(&packages);
        command
    };
    run("apt-get update (sid)", &mut private(&["update"]))?;
    let mut newer = vec!["download"];
    newer.extend(NEWER);
    run("apt-get download docker", &mut private(&newer))?;
    let mut runc = Command::new("apt-get");
    run(
        "apt-get download runc",
        runc.args(["-qq", "download", "runc"])
            .current_dir(&packages),
    )?;
    for package in fs::read_dir(&packages)
        .map_err(|error| error.to_string())?
        .flatten()
    {
        let mut dpkg = Command::new("dpkg-deb");
        dpkg.arg("-x").arg(package.path()).arg(root);
        run("dpkg-deb -x", &mut dpkg)?;
    }
    Ok(())
}
