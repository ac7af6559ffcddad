//! Where the programs are that tests start.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::child::{find_on_path, workspace};

/// The program gateway-svc, for its sub-commands.
///
/// # Panics
/// When it is not built.
#[must_use]
pub fn gateway_binary() -> PathBuf {
    service("gateway-svc")
}

/// `CAPTURE_BIN` or `GATEWAY_BIN`, or beside the test itself in the target directory, where `cargo build` has put it.
pub(crate) fn service(name: &str) -> PathBuf {
    let variable = if name == "capture-svc" {
        "CAPTURE_BIN"
    } else {
        "GATEWAY_BIN"
    };
    std::env::var_os(variable).map_or_else(|| beside_the_test(name), PathBuf::from)
}

/// The library that stands in for cameras.
pub(crate) fn v4l2_stand_in() -> PathBuf {
    beside_the_test("libv4l2_stand_in.so")
}

/// What `cargo build` has put beside the test or the program itself, not older than its sources.
fn beside_the_test(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    let mut directories = test.ancestors().skip(1);
    // Programs lie in target/<profile>, tests in `deps` there.
    let built = directories.find(|directory| !directory.ends_with("deps"));
    let built = built.expect("a program lies in a directory").join(name);
    assert!(
        built.is_file(),
        "{} is not built; do so with: cargo build --workspace",
        built.display()
    );
    // cargo builds the package under test but not its neighbour.
    if let Some(source) = newer_source(&built) {
        panic!(
            "{} is older than {}; build it with: cargo build --workspace",
            built.display(),
            source.display()
        );
    }
    built
}

/// A file that `built` was made of and that has changed since. cargo lists them beside it, those of the workspace's other
/// crates too.
fn newer_source(built: &Path) -> Option<PathBuf> {
    let modified = |path: &Path| path.metadata()?.modified();
    let made_of = std::fs::read_to_string(built.with_extension("d")).ok()?;
    let built_at = modified(built).ok()?;
    sources(&made_of)
        .into_iter()
        // One that is gone was removed from another, which has changed then.
        .find(|source| modified(source).is_ok_and(|at| at > built_at))
}

/// The files of a rule as make reads it: `target: source source`, where a backslash keeps a blank in a name.
fn sources(rule: &str) -> Vec<PathBuf> {
    let files = rule
        .split_once(": ")
        .map_or("", |(_, files)| files)
        .replace("\\ ", "\0");
    files
        .split_whitespace()
        .map(|file| PathBuf::from(file.replace('\0', " ")))
        .collect()
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
    use std::time::{Duration, SystemTime};

    use super::*;
    use crate::child::Scratch;

    #[test]
    fn the_sources_of_a_binary_are_read_as_cargo_lists_them() {
        let paths = ["/a/main.rs", "/a b/lib.rs"].map(PathBuf::from);
        assert_eq!(sources("/t/debug/x: /a/main.rs /a\\ b/lib.rs\n"), paths);
        assert!(sources("garbage").is_empty());
    }

    #[test]
    fn a_binary_that_is_older_than_one_of_its_sources_is_found_out() {
        let scratch = Scratch::new("binaries");
        let [built, source] = ["service", "lib.rs"].map(|name| scratch.path().join(name));
        let write = |path: &Path, text: &str| std::fs::write(path, text).expect("a file");
        write(&source, "");
        write(&built, "");
        let rule = format!("{}: {}\n", built.display(), source.display());
        write(&scratch.path().join("service.d"), &rule);
        let age = |path: &Path, seconds| {
            let file = std::fs::File::options().append(true).open(path);
            let at = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
            file.expect("a file").set_modified(at).expect("a time");
        };
        age(&built, 20);
        age(&source, 10);
        assert_eq!(newer_source(&built), None);
        age(&source, 30);
        assert_eq!(newer_source(&built), Some(source));
    }

    #[test]
    fn a_version_is_read_from_the_servers_own_line() {
        assert_eq!(parse_version("nats-server: v2.15.1\n"), Some((2, 15)));
        assert_eq!(parse_version("nats-server: v2.9.10"), Some((2, 9)));
        assert_eq!(parse_version("garbage"), None);
    }
}
