//! Where the programs are that tests start.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use crate::child::{find_on_path, workspace};

/// `CAPTURE_BIN` or `GATEWAY_BIN`, or beside the test itself in the target directory, where `cargo build` has put it.
pub(crate) fn service(name: &str) -> PathBuf {
    let variable = if name == "capture-svc" {
        "CAPTURE_BIN"
    } else {
        "GATEWAY_BIN"
    };
    if let Some(own) = std::env::var_os(variable) {
        return own.into();
    }
    // cargo builds the service under test but not its neighbour. Only capture encodes: a gateway that is older than the
    // encoder would stay so however often it is built.
    let made_of: &[&str] = match name {
        "capture-svc" => &[
            "capture-svc",
            "crates/bus",
            "crates/process",
            "crates/wire",
            "crates/jpeg-ladder",
        ],
        _ => &[name, "crates/bus", "crates/process", "crates/wire"],
    };
    built(name, made_of)
}

/// The library that stands in for cameras.
pub(crate) fn v4l2_stand_in() -> PathBuf {
    built("libv4l2_stand_in.so", &["dev/v4l2-stand-in"])
}

/// What `cargo build` has put beside the test itself, not older than its sources.
fn built(name: &str, made_of: &[&str]) -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    let built = test
        .ancestors()
        .nth(2)
        .expect("tests lie in target/<profile>/deps")
        .join(name);
    let modified = |path: &Path| {
        path.metadata()
            .and_then(|metadata| metadata.modified())
            .ok()
    };
    let Some(at) = modified(&built) else {
        panic!(
            "{} is not built; do so with: cargo build --workspace",
            built.display()
        );
    };
    for source in made_of {
        let newest = newest(&workspace().join(source).join("src"));
        assert!(
            newest <= at,
            "{} is older than {source}; build it with: cargo build --workspace",
            built.display()
        );
    }
    built
}

fn newest(directory: &Path) -> SystemTime {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let times = entries.map(|entry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => newest(&entry.path()),
        Ok(metadata) => metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH),
        Err(_) => SystemTime::UNIX_EPOCH,
    });
    times.max().unwrap_or(SystemTime::UNIX_EPOCH)
}

/// `NATS_SERVER_BIN`, what `cargo xtask tools` fetched, or the one on the PATH.
pub(crate) fn nats_server() -> PathBuf {
    let candidates = std::env::var_os("NATS_SERVER_BIN")
        .map(PathBuf::from)
        .into_iter()
        .chain(fetched())
        .chain(find_on_path("nats-server"));
    let mut rejected = Vec::new();
    for candidate in candidates {
        match version(&candidate) {
            Some(version) if version >= (2, 10) => return candidate,
            Some((major, minor)) => {
                rejected.push(format!("{} is only {major}.{minor}", candidate.display()));
            }
            None => rejected.push(format!("{} does not run", candidate.display())),
        }
    }
    panic!(
        "these tests need nats-server 2.10 or later; get it with: cargo xtask tools {rejected:?}"
    );
}

fn fetched() -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(workspace().join("target/tools")) else {
        return Vec::new();
    };
    let mut found: Vec<_> = entries
        .flatten()
        .map(|entry| entry.path().join("bin/nats-server"))
        .filter(|path| path.is_file())
        .collect();
    found.sort();
    found.reverse();
    found
}

/// Of `nats-server: v2.15.1`.
fn version(binary: &Path) -> Option<(u32, u32)> {
    let output = Command::new(binary).arg("--version").output().ok()?;
    parse_version(&String::from_utf8_lossy(&output.stdout))
}

fn parse_version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.trim().rsplit_once('v')?.1.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_from_the_servers_own_line() {
        assert_eq!(parse_version("nats-server: v2.15.1\n"), Some((2, 15)));
        assert_eq!(parse_version("nats-server: v2.9.10"), Some((2, 9)));
        assert_eq!(parse_version("garbage"), None);
    }
}
