//! A processor that packages are made for: how it is named by whom, how cargo is told, and what its programs may need.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::shell::{Environment, Outcome, binaries, output, run, workspace};
use crate::tools::Arm64;
use crate::version::VERSION;

/// What is built.
pub(super) const SERVICES: [&str; 2] = ["capture-svc", "gateway-svc"];

/// As Debian names them, and cargo.
const KNOWN: [(&str, &str); 2] = [
    ("amd64", "x86_64-unknown-linux-gnu"),
    ("arm64", Arm64::TARGET),
];

/// The libc that programs may ask for at the most: that of Ubuntu 22.04; Debian 12 and Raspberry Pi OS 12 have a later one. The
/// packages say so too.
const GLIBC_AT_MOST: (u32, u32) = (2, 35);

/// All that programs may be linked with: there is no Debian without these.
const LIBRARIES: [&str; 4] = ["libc.so.", "libm.so.", "libgcc_s.so.", "ld-linux-"];

/// A folder as cargo's own, for cargo-deb.
pub(super) fn packed() -> PathBuf {
    workspace().join("target/dist/programs")
}

pub(crate) struct Machine {
    debian: &'static str,
    target: &'static str,
    /// Whether it is the one that we run on, whose programs cargo puts where it puts all others.
    own: bool,
}

/// Those that are named, or all.
pub(crate) fn asked_for(names: &[String]) -> Outcome<Vec<Machine>> {
    let known = KNOWN.map(|(debian, _)| debian);
    if let Some(unknown) = names.iter().find(|name| !known.contains(&name.as_str())) {
        return Err(format!(
            "no packages are made for {unknown:?}; there are {}",
            known.join(" and ")
        ));
    }
    let asked = |debian: &str| names.is_empty() || names.iter().any(|name| name == debian);
    let all = KNOWN.into_iter().filter(|(debian, _)| asked(debian));
    Ok(all.map(Machine::of).collect())
}

impl Machine {
    fn of((debian, target): (&'static str, &'static str)) -> Self {
        let own = target.starts_with(std::env::consts::ARCH);
        Self {
            debian,
            target,
            own,
        }
    }

    /// The one that this is.
    pub(crate) fn own() -> Outcome<Self> {
        let own = KNOWN.into_iter().map(Self::of).find(|machine| machine.own);
        own.ok_or_else(|| format!("no packages are made for {}", std::env::consts::ARCH))
    }

    pub(crate) fn debian(&self) -> &'static str {
        self.debian
    }

    /// What cargo and cargo-deb are told.
    pub(crate) fn selection(&self) -> Vec<String> {
        if self.own {
            Vec::new()
        } else {
            vec![format!("--target={}", self.target)]
        }
    }

    /// Gets what it takes to build for it.
    pub(crate) fn get(&self, environment: &mut Environment) -> Outcome<()> {
        match (self.own, self.debian) {
            (true, _) => Ok(()),
            (false, "arm64") => Arm64::get(environment).map(drop),
            (false, other) => Err(format!(
                "for {other} this machine has no compiler: cargo xtask dist {}",
                std::env::consts::ARCH.replace("aarch64", "arm64")
            )),
        }
    }

    /// Below cargo's folder, where programs for it are.
    fn profile(&self) -> String {
        if self.own {
            "release".to_owned()
        } else {
            format!("{}/release", self.target)
        }
    }

    /// Where cargo puts a program for it.
    fn program(&self, name: &str) -> PathBuf {
        binaries(&self.profile()).join(name)
    }

    /// Where packages take it from: without what only a debugger reads.
    pub(super) fn packed(&self, name: &str) -> PathBuf {
        packed().join(self.profile()).join(name)
    }

    /// Strips what was built into where packages take it from. cargo-deb would do so for the own processor alone.
    pub(super) fn strip(&self, environment: &Environment) -> Outcome<()> {
        for name in SERVICES {
            let to = self.packed(name);
            let folder = packed().join(self.profile());
            fs::create_dir_all(&folder)
                .map_err(|error| format!("{}: {error}", folder.display()))?;
            let mut strip = environment.command(self.binutils("strip"));
            strip.arg("--strip-unneeded").arg("-o").arg(to);
            run(&format!("stripping {name}"), strip.arg(self.program(name)))?;
        }
        Ok(())
    }

    /// The name of a program of binutils for it.
    fn binutils(&self, program: &str) -> String {
        if self.own {
            program.to_owned()
        } else {
            format!("{}-{program}", self.target.replace("-unknown", ""))
        }
    }

    /// A program of it, as this machine runs it.
    fn run(&self, environment: &Environment, name: &str) -> Command {
        let variable = format!(
            "CARGO_TARGET_{}_RUNNER",
            self.target.to_uppercase().replace('-', "_")
        );
        let runner = environment
            .get(&variable)
            .map(|words| words.to_string_lossy());
        let program = self.program(name);
        match runner.as_deref().and_then(|words| words.split_once(' ')) {
            Some((emulator, words)) if !self.own => {
                let mut command = environment.command(emulator);
                command.args(words.split(' ')).arg(program);
                command
            }
            _ => environment.command(program),
        }
    }

    /// Both programs say their version when they run, emulated where need be, and ask for no library and no libc that the
    /// oldest system of ours has not.
    pub(super) fn check(&self, environment: &Environment) -> Outcome<()> {
        for name in SERVICES {
            let mut dump: Command = environment.command(self.binutils("objdump"));
            dump.arg("-p").arg(self.program(name));
            let text = output(&mut dump)
                .ok_or_else(|| format!("{} -p {name} does not run", self.binutils("objdump")))?;
            if let Some(why) = too_much(&text) {
                return Err(format!("{name} for {} {why}", self.debian));
            }
            let mut asked = self.run(environment, name);
            let said = output(asked.arg("--version")).unwrap_or_default();
            if said.trim() != format!("{name} {VERSION}") {
                return Err(format!(
                    "{name} --version for {} says {said:?}",
                    self.debian
                ));
            }
        }
        Ok(())
    }
}

/// What a program needs, as `objdump -p` tells it, that not every system of ours has.
fn too_much(text: &str) -> Option<String> {
    let mut lines = text.lines().map(str::trim);
    let library = lines.clone().find_map(|line| {
        let name = line.strip_prefix("NEEDED")?.trim();
        let known = LIBRARIES.iter().any(|known| name.starts_with(known));
        (!known).then(|| format!("needs {name}"))
    });
    library.or_else(|| {
        lines.find_map(|line| {
            let version = line.split("GLIBC_").nth(1)?;
            let mut numbers = version.split('.').map_while(|number| number.parse().ok());
            let version = (numbers.next()?, numbers.next()?);
            let (major, minor) = GLIBC_AT_MOST;
            (version > GLIBC_AT_MOST).then(|| {
                format!(
                    "needs glibc {}.{}, and {major}.{minor} is promised: build it on Debian 12",
                    version.0, version.1
                )
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DUMP: &str = "\
Dynamic Section:
  NEEDED               libgcc_s.so.1
  NEEDED               libc.so.6
Version References:
  required from libc.so.6:
    0x06969195 0x00 03 GLIBC_2.35
    0x09691a75 0x00 02 GLIBC_2.2.5
";

    #[test]
    fn a_program_for_the_oldest_system_passes() {
        assert_eq!(too_much(DUMP), None);
    }

    #[test]
    fn a_newer_libc_and_another_library_are_named() {
        let newer = DUMP.replace("2.2.5", "2.38");
        assert!(too_much(&newer).is_some_and(|why| why.contains("glibc 2.38")));
        let other = DUMP.replace("libgcc_s.so.1", "libssl.so.3");
        assert_eq!(too_much(&other).as_deref(), Some("needs libssl.so.3"));
    }

    #[test]
    fn a_processor_that_nobody_builds_for_is_named_with_those_that_are() {
        let why = asked_for(&["riscv64".to_owned()]).err();
        assert!(why.is_some_and(|why| why.contains("riscv64") && why.contains("arm64")));
        assert_eq!(asked_for(&[]).map(|all| all.len()), Ok(2));
    }
}
