//! Debian packages that are downloaded and unpacked and never installed: no root is needed, and nothing that is there is
//! changed or taken away.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::shell::{Outcome, find_on_path, run};

/// Whose packages.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Release {
    /// What runs here: for libraries that fit.
    Running,
    /// Debian's newest, by private lists.
    Sid,
}

/// Downloads `packages` into `work` and unpacks them into `root`.
pub(crate) fn unpack(release: Release, packages: &[&str], work: &Path, root: &Path) -> Outcome<()> {
    for program in ["apt-get", "dpkg-deb"] {
        if find_on_path(program).is_none() {
            return Err(format!(
                "no {program} here to get {} with",
                packages.join(" ")
            ));
        }
    }
    let downloads = work.join("packages");
    let _ = fs::remove_dir_all(&downloads);
    make(&downloads)?;
    let private = match release {
        Release::Running => Vec::new(),
        Release::Sid => private_lists(&work.join("apt"))?,
    };
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        // As root apt would drop to a user of its own, who may not write here.
        command.args(["-qq", "-o", "APT::Sandbox::User=root"]);
        command.args(&private).args(arguments);
        command.current_dir(&downloads);
        command
    };
    if release == Release::Sid {
        run(
            "apt-get update (Debian sid, private lists)",
            &mut apt(&["update"]),
        )?;
    }
    let download = [&["download"], packages].concat();
    run(
        &format!("apt-get {}", download.join(" ")),
        &mut apt(&download),
    )?;
    let entries = fs::read_dir(&downloads).map_err(|error| error.to_string())?;
    for package in entries.flatten() {
        let mut dpkg = Command::new("dpkg-deb");
        dpkg.arg("-x").arg(package.path()).arg(root);
        run(
            &format!("unpacking {}", package.file_name().display()),
            &mut dpkg,
        )?;
    }
    let _ = fs::remove_dir_all(&downloads);
    Ok(())
}

/// apt's options for lists of Debian sid that lie in `directory`; the system's own stay as they are.
fn private_lists(directory: &Path) -> Outcome<Vec<String>> {
    const SOURCE: &str = "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian sid main\n";
    make(&directory.join("lists/partial"))?;
    make(&directory.join("cache/archives/partial"))?;
    for (name, text) in [("sources.list", SOURCE), ("status", "")] {
        fs::write(directory.join(name), text).map_err(|error| format!("{name}: {error}"))?;
    }
    let at = directory.display();
    let options = [
        format!("Dir::State={at}"),
        format!("Dir::State::status={at}/status"),
        format!("Dir::Cache={at}/cache"),
        format!("Dir::Etc::SourceList={at}/sources.list"),
        "Dir::Etc::SourceParts=/dev/null".to_owned(),
    ];
    let flagged = options
        .into_iter()
        .flat_map(|option| ["-o".to_owned(), option]);
    Ok(flagged.collect())
}

fn make(directory: &Path) -> Outcome<()> {
    fs::create_dir_all(directory)
        .map_err(|error| format!("cannot write {}: {error}", directory.display()))
}
