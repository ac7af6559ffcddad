//! For systems without Debian's packages: both programs, the client, units and configuration in one archive.

use std::fs;
use std::path::Path;

use super::machine::{Machine, SERVICES};
use crate::shell::{Environment, Outcome, run, workspace};
use crate::version::VERSION;
use crate::web;

/// Files beside the programs: where each is, and where it goes.
const FILES: &[(&str, &str)] = &[
    ("LICENSE-APACHE", "LICENSE-APACHE"),
    ("LICENSE-MIT", "LICENSE-MIT"),
    ("README.md", "README.md"),
    ("CHANGELOG.md", "CHANGELOG.md"),
    ("deploy/nats.conf", "nats/nats.conf"),
    ("deploy/nats-users.conf", "nats/nats-users.conf"),
    ("deploy/systemd", "systemd"),
    ("docs", "docs"),
];

/// Writes the archive of what was built for `machine` into `out`.
pub(super) fn write(machine: &Machine, environment: &Environment, out: &Path) -> Outcome<()> {
    let name = format!("rero-cctv-{}-linux-{}", VERSION, machine.debian());
    let whole = workspace().join("target/dist/tarball");
    let root = whole.join(&name);
    let _ = fs::remove_dir_all(&whole);
    for folder in ["bin", "nats"] {
        fs::create_dir_all(root.join(folder)).map_err(|error| error.to_string())?;
    }
    let copy = |from: &Path, to: &str| {
        let mut copy = environment.command("cp");
        copy.arg("-r").arg(from).arg(root.join(to));
        run(&format!("copying {to}"), &mut copy)
    };
    for (from, to) in FILES {
        copy(&workspace().join(from), to)?;
    }
    for program in SERVICES {
        copy(&machine.packed(program), &format!("bin/{program}"))?;
    }
    copy(&web::dist(), "web")?;
    let mut tar = environment.command("tar");
    let time = environment
        .get("SOURCE_DATE_EPOCH")
        .cloned()
        .unwrap_or_default();
    tar.arg(format!("--mtime=@{}", time.display()));
    tar.args([
        "--sort=name",
        "--owner=0",
        "--group=0",
        "--numeric-owner",
        "--use-compress-program=xz",
    ]);
    tar.args(["--exclude=.built-from", "--create", "--file"]);
    tar.arg(out.join(format!("{name}.tar.xz")))
        .arg("-C")
        .arg(&whole)
        .arg(&name);
    run(&format!("packing {name}.tar.xz"), &mut tar)?;
    fs::remove_dir_all(&whole).map_err(|error| error.to_string())
}
