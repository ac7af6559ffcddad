//! A Debian that runs beside this system: unpacked, booted by systemd-nspawn, ended with its value.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::children::OwnedChild;
use crate::shell::{Environment, Outcome, run, say};

/// Debian's stable release, whose nats-server will do.
const RELEASE: &str = "trixie";
/// What a small server has; nothing of it is there for our packages' sake but curl, which looks at what they serve.
const INCLUDED: &str = "systemd,systemd-sysv,dbus,init-system-helpers,ca-certificates,curl,procps";
/// What apt would fetch when the packages are installed, kept where apt looks first: in there is no network.
const FETCHED: &str = "chroot \"$1\" apt-get --yes --quiet --download-only install nats-server";
/// A machine that tests is slow; one that has not booted by then does not.
const BOOT_WITHIN: Duration = Duration::from_secs(120);

/// A system to unpack, made once.
pub(super) fn system(directory: &Path, environment: &Environment) -> Outcome<PathBuf> {
    let tar = directory.join(format!("{RELEASE}.tar"));
    if !tar.exists() {
        let part = directory.join(format!("part-{RELEASE}.tar"));
        let mut bootstrap = environment.command("mmdebstrap");
        bootstrap.args(["--quiet", "--variant=minbase", "--skip=cleanup/apt"]);
        bootstrap.arg(format!("--include={INCLUDED}"));
        bootstrap.arg(format!("--customize-hook={FETCHED}"));
        bootstrap
            .arg(RELEASE)
            .arg(&part)
            .arg("http://deb.debian.org/debian");
        run("a Debian to install in (minutes, once)", &mut bootstrap)?;
        fs::rename(&part, &tar).map_err(|error| error.to_string())?;
    }
    Ok(tar)
}

pub(super) struct Container {
    root: PathBuf,
    /// Its first process, as this system counts.
    leader: u32,
    nspawn: Option<OwnedChild>,
}

impl Container {
    /// Unpacks `system` to `root` and waits until it has booted.
    pub(super) fn boot(system: &Path, root: &Path, environment: &Environment) -> Outcome<Self> {
        let _ = fs::remove_dir_all(root);
        fs::create_dir_all(root).map_err(|error| format!("{}: {error}", root.display()))?;
        let mut unpack = environment.command("tar");
        unpack.arg("--extract").arg("--file").arg(system);
        run("unpacking it", unpack.arg("--directory").arg(root))?;
        let mut nspawn = environment.command("systemd-nspawn");
        nspawn.args([
            "--quiet",
            "--boot",
            "--register=no",
            "--keep-unit",
            "--private-network",
        ]);
        // A camera's node is made in there, and systemd keeps devices and addresses from services by BPF.
        nspawn.args([
            "--console=pipe",
            "--link-journal=no",
            "--capability=CAP_MKNOD,CAP_BPF,CAP_PERFMON",
            "--system-call-filter=bpf",
        ]);
        nspawn.arg("--directory").arg(root);
        // As today's systemd wants it, whatever this system has.
        nspawn.env("SYSTEMD_NSPAWN_UNIFIED_HIERARCHY", "1");
        say("booting it");
        let log = root.with_extension("log");
        let nspawn = OwnedChild::logged("systemd-nspawn", nspawn, Duration::from_secs(20), &log)?;
        let mut container = Self {
            root: root.to_owned(),
            leader: 0,
            nspawn: Some(nspawn),
        };
        container.await_boot(&log)?;
        Ok(container)
    }

    fn await_boot(&mut self, log: &Path) -> Outcome<()> {
        let started = Instant::now();
        loop {
            let nspawn = self.nspawn.as_mut().ok_or("it was never started")?;
            if let Some(leader) = child_of(nspawn.pid()) {
                self.leader = leader;
                let state = self.command(&["systemctl", "is-system-running"]).output();
                let state = state.map(|state| String::from_utf8_lossy(&state.stdout).into_owned());
                if state.is_ok_and(|state| ["running", "degraded"].contains(&state.trim())) {
                    return Ok(());
                }
            } else if let Some(status) = nspawn.ended() {
                let said = fs::read_to_string(log).unwrap_or_default();
                return Err(format!("systemd-nspawn ended ({status}):\n{said}"));
            }
            if started.elapsed() > BOOT_WITHIN {
                return Err(format!(
                    "the Debian in {} does not boot",
                    self.root.display()
                ));
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// A command that runs in there, as root.
    pub(super) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new("nsenter");
        command.arg(format!("--target={}", self.leader));
        command.args([
            "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--root", "--wd",
        ]);
        command.args([
            "--",
            "env",
            "-i",
            "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
            "LC_ALL=C",
        ]);
        command.arg("DEBIAN_FRONTEND=noninteractive").args(words);
        command
    }

    /// Copies a folder to the top of it.
    pub(super) fn put(&self, folder: &Path, name: &str) -> Outcome<()> {
        let mut copy = Command::new("cp");
        copy.arg("-r").arg(folder).arg(self.root.join(name));
        run("handing the packages over", &mut copy)
    }

    /// Writes a file at the top of it.
    pub(super) fn write(&self, name: &str, text: &str) -> Outcome<()> {
        let file = self.root.join(name);
        fs::write(&file, text).map_err(|error| format!("{}: {error}", file.display()))
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        drop(self.nspawn.take());
        let _ = fs::remove_dir_all(&self.root);
    }
}

/// The first child of a process, once there is one.
fn child_of(parent: u32) -> Option<u32> {
    let children = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).ok()?;
    children.split_whitespace().next()?.parse().ok()
}
