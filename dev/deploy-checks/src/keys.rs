//! `deploy/keys.sh`, run in a folder of its own: what is there stays, `--rotate` makes all of it anew, and the image that
//! `.env` names is the one that is asked.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use testkit::Scratch;

use crate::files::read;
use crate::report::{Finding, Report};

/// What it reads.
const FILES: [&str; 5] = [
    "keys.sh",
    ".env.example",
    "nats-users.conf",
    "nats-camera-user.conf",
    "nats-consumer-user.conf",
];

/// What it makes for the services, and changes when it is told to.
const MADE: [&str; 4] = [
    "secrets/capture.nkey",
    "secrets/gateway.nkey",
    "secrets/gateway.token",
    ".env",
];

pub(crate) fn check(deploy: &Path, report: &mut Report) {
    let since = Instant::now();
    report.note("keys.sh", since, &lasting(deploy));
    let since = Instant::now();
    report.note("keys.sh, another image", since, &image(deploy));
}

fn lasting(deploy: &Path) -> Finding {
    let place = Scratch::new("keys");
    let binary = std::env::var("CAPTURE_BIN").map_err(|_| "CAPTURE_BIN is not set")?;
    let run = |argument: &[&str]| {
        made(deploy, place.path(), |command| {
            command.env("CAPTURE_SVC", &binary).args(argument);
        })
    };
    let first = run(&[])?;
    let second = run(&[])?;
    if first != second {
        return Err("the second run changed what was there".into());
    }
    let grafana = read(&place.path().join("secrets/grafana.password"))?;
    let rotated = run(&["--rotate"])?;
    let mut kept = first
        .iter()
        .zip(&rotated)
        .zip(MADE)
        .filter(|((old, new), _)| old == new);
    if let Some((_, name)) = kept.next() {
        return Err(format!("--rotate left {name} as it was"));
    }
    let lines = |text: &str, name: &str| text.lines().filter(|line| line.starts_with(name)).count();
    for name in ["CAPTURE_NKEY=", "GATEWAY_NKEY=", "REVISION=", "NATS_USERS="] {
        if lines(&rotated[3], name) != 1 {
            return Err(format!(
                ".env has {} lines {name}",
                lines(&rotated[3], name)
            ));
        }
    }
    // Grafana reads its own at its first start alone.
    if grafana != read(&place.path().join("secrets/grafana.password"))? {
        return Err("--rotate changed a password that Grafana keeps for itself".into());
    }
    Ok("twice the same; --rotate makes both keys and the token anew".into())
}

/// A docker that only says what it was asked.
fn image(deploy: &Path) -> Finding {
    let place = Scratch::new("keys");
    let bin = place.path().join("bin");
    let asked = place.path().join("asked");
    let docker = bin.join("docker");
    let stub = format!(
        "#!/bin/sh\necho \"$@\" >>'{}'\ncase \"$1\" in run) echo UKEY ;; esac\n",
        asked.display()
    );
    fs::create_dir_all(&bin).map_err(|error| error.to_string())?;
    fs::write(&docker, stub).map_err(|error| error.to_string())?;
    fs::set_permissions(&docker, fs::Permissions::from_mode(0o755))
        .map_err(|error| error.to_string())?;
    let mut path = std::ffi::OsString::from(&bin);
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let own = "registry.example.org/capture:1";
    let example = read(&deploy.join(".env.example"))?;
    fs::write(
        place.path().join(".env"),
        format!("{example}CAPTURE_IMAGE={own}\n"),
    )
    .map_err(|error| error.to_string())?;
    let _ = made(deploy, place.path(), |command| {
        command.env("PATH", &path).env_remove("CAPTURE_SVC");
    });
    let asked = read(&asked)?;
    if asked.contains("build ") || !asked.lines().all(|line| line.contains(own)) {
        return Err(format!("docker was asked for {asked:?}"));
    }
    Ok(format!("{own} of .env is asked"))
}

/// Runs it in `place`; what it made there.
fn made(
    deploy: &Path,
    place: &Path,
    with: impl FnOnce(&mut Command),
) -> Result<Vec<String>, String> {
    for file in FILES {
        fs::copy(deploy.join(file), place.join(file))
            .map_err(|error| format!("{file}: {error}"))?;
    }
    let mut command = Command::new(place.join("keys.sh"));
    command.env_remove("CAPTURE_IMAGE");
    with(&mut command);
    let done = command.output().map_err(|error| error.to_string())?;
    if !done.status.success() {
        return Err(String::from_utf8_lossy(&done.stderr).into_owned());
    }
    MADE.iter().map(|name| read(&place.join(name))).collect()
}
