//! The programs that somebody with one camera would take instead, as Debian has them.
//!
//! They are unpacked under `target/tools` with what they need, and never installed: that takes no root, and Debian's Motion,
//! installed, starts by itself and takes the first camera that it finds.

use std::fs;

use crate::shell::{Environment, Outcome, find_on_path, red, say, workspace};
use crate::tools::{self, Release};

const PROGRAMS: [&str; 2] = ["ustreamer", "motion"];

/// Tells through `PEERS_ROOT` where they are; fetches those that are missing, if it may. What is missing then, the
/// measurement leaves out and says so.
pub(super) fn get(environment: &mut Environment, fetch: bool) {
    let root = workspace().join("target/tools/peers");
    let mut wanted = PROGRAMS.to_vec();
    wanted.retain(|program| find_on_path(program).is_none());
    let unpacked = |program: &&str| root.join("usr/bin").join(program).exists();
    if fetch
        && !wanted.iter().all(unpacked)
        && let Err(why) = unpack(&wanted)
    {
        let wanted = wanted.join(" and ");
        say(&red(format!("bench peers without {wanted}: {why}")));
    }
    environment.set("PEERS_ROOT", root);
}

fn unpack(programs: &[&str]) -> Outcome<()> {
    let directory = workspace().join("target/tools");
    let (root, unfinished) = (directory.join("peers"), directory.join(".peers"));
    let mut packages = Vec::new();
    for program in programs {
        packages.extend(tools::closure(program)?);
    }
    packages.sort();
    packages.dedup();
    let packages: Vec<&str> = packages.iter().map(String::as_str).collect();
    // Moved into place when whole, so that an interrupted download is no program.
    let _ = fs::remove_dir_all(&unfinished);
    tools::unpack(
        Release::Running,
        &packages,
        &directory.join(".debian"),
        &unfinished,
    )?;
    let _ = fs::remove_dir_all(&root);
    fs::rename(&unfinished, &root)
        .map_err(|error| format!("cannot write {}: {error}", root.display()))
}
