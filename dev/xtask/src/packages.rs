//! `cargo xtask packages`: what `dist` makes, installed by a Debian with a systemd of its own and looked at there.
//!
//! The Debian is a container that systemd-nspawn boots from an unpacked system, with no network but its own loopback: it
//! takes root, and changes nothing on this machine. What is done in there says `packages/proof.sh`.

mod container;

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::dist::{self, Machine};
use crate::shell::{Environment, Outcome, find_on_path, paint, run, say, workspace};
use crate::tools::{apt_install, apt_possible};
use container::Container;

/// Programs of this machine, and the packages that have them.
const NEEDED: [(&str, &str); 3] = [
    ("systemd-nspawn", "systemd-container"),
    ("mmdebstrap", "mmdebstrap"),
    ("lintian", "lintian"),
];

pub(crate) fn command(arguments: &[String]) -> Outcome<()> {
    if !arguments.is_empty() {
        return Err("cargo xtask packages takes no words".to_owned());
    }
    apt_possible().map_err(|why| format!("a Debian of its own takes root and apt: {why}"))?;
    for (program, package) in NEEDED {
        if find_on_path(program).is_none() {
            apt_install(&[package])?;
        }
    }
    let directory = workspace().join("target/packages");
    let mut environment = dist::environment()?;
    let machine = Machine::own()?;
    let debs = directory.join("debs");
    let _ = fs::remove_dir_all(&debs);
    // The same programs twice: what an upgrade does is the packages' business.
    dist::build(&machine, &mut environment)?;
    for revision in ["1", "2"] {
        let folder = debs.join(revision);
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        dist::packages(&machine, &environment, &folder, revision, "gzip")?;
    }
    lint(&debs.join("1"), &environment)?;

    let system = container::system(&directory, &environment)?;
    let root = directory.join("root");
    let container = Container::boot(&system, &root, &environment)?;
    container.put(&debs, "debs")?;
    container.write("proof.sh", include_str!("packages/proof.sh"))?;
    let proved = run(
        "the packages in a Debian",
        &mut container.command(&["sh", "/proof.sh"]),
    );
    if proved.is_err() {
        say("the last words of the services in there:");
        let mut journal = container.command(&["journalctl", "--no-pager", "--lines=80"]);
        let _ = journal.status();
    }
    drop(container);
    proved?;
    say(&paint("32", "packages: all green"));
    Ok(())
}

/// Debian's own word on packages; its errors are ours.
fn lint(folder: &Path, environment: &Environment) -> Outcome<()> {
    let mut lintian: Command = environment.command("lintian");
    lintian.args([
        "--fail-on",
        "error",
        "--tag-display-limit",
        "0",
        "--allow-root",
    ]);
    lintian.args(debs(folder)?);
    run("lintian", &mut lintian)
}

fn debs(folder: &Path) -> Outcome<Vec<std::path::PathBuf>> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(entries.flatten().map(|entry| entry.path()).collect())
}
