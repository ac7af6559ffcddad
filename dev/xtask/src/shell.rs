//! Starting other programs and talking to the person at the terminal.

mod relay;

use std::ffi::OsString;
use std::fmt::Display;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// What a step gives, or why not, in words a person can act on.
pub(crate) type Outcome<T> = Result<T, String>;

/// The repository's root.
pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("xtask lives in dev/xtask")
        .to_owned()
}

/// Where cargo puts what it builds in `profile`.
pub(crate) fn binaries(profile: &str) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| workspace().join("target"), PathBuf::from);
    target.join(profile)
}

/// What child processes get on top of our own environment: where the tools are that set-up found or fetched.
#[derive(Debug, Default, Clone)]
pub(crate) struct Environment {
    variables: Vec<(String, OsString)>,
    path: Vec<PathBuf>,
}

impl Environment {
    pub(crate) fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.variables.push((name.to_owned(), value.into()));
    }

    /// What was set last under `name`.
    pub(crate) fn get(&self, name: &str) -> Option<&OsString> {
        let found = self.variables.iter().rev().find(|(known, _)| known == name);
        found.map(|(_, value)| value)
    }

    /// Puts `directory` before everything else on the PATH.
    pub(crate) fn prepend_path(&mut self, directory: &Path) {
        self.path.insert(0, directory.to_owned());
    }

    /// A command that runs `program` with this environment from the repository's root and ends when xtask does, even by
    /// `kill -9`: util-linux's `setpriv` asks the kernel for that where it is there.
    pub(crate) fn command(&self, program: impl Into<OsString>) -> Command {
        let program = program.into();
        let mut command = match find_on_path("setpriv") {
            Some(setpriv) => {
                let mut command = Command::new(setpriv);
                command.args(["--pdeathsig", "TERM", "--"]).arg(program);
                command
            }
            None => Command::new(program),
        };
        command.current_dir(workspace()).stdin(Stdio::null());
        // What cargo told us about ourselves would tell build scripts that something has changed, against a build by hand.
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if [
                "CARGO_PKG_",
                "CARGO_MANIFEST_",
                "CARGO_CRATE_",
                "CARGO_BIN_",
            ]
            .iter()
            .any(|own| text.starts_with(own))
            {
                command.env_remove(&name);
            }
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        if !self.path.is_empty() {
            let inherited = std::env::var_os("PATH").unwrap_or_default();
            let all = self
                .path
                .iter()
                .cloned()
                .chain(std::env::split_paths(&inherited));
            command.env(
                "PATH",
                std::env::join_paths(all).expect("no PATH entry holds a colon"),
            );
        }
        command
    }

    /// The cargo that runs us, with this environment.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(arguments);
        command
    }
}

/// Runs `command` with its output on our terminal, after saying `what` is being done. In a log, which is read from its
/// end, an error repeats the command's last lines below its first.
pub(crate) fn run(what: &str, command: &mut Command) -> Outcome<()> {
    say(what);
    let started = Instant::now();
    let ended = if std::io::stdout().is_terminal() {
        command.status().map(|status| (status, String::new()))
    } else {
        relay::relay(command)
    };
    let (status, last) = ended.map_err(|error| format!("{what}: {error}"))?;
    if !status.success() {
        return Err(format!("{what}: {status}\n{last}").trim_end().to_owned());
    }
    let seconds = started.elapsed().as_secs_f64();
    if seconds > 2.0 {
        say(&format!("{what}: done in {seconds:.0} s"));
    }
    Ok(())
}

/// What `command` writes to its standard output, `None` when it does not run or fails.
pub(crate) fn output(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

pub(crate) fn find_on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|directory| directory.join(program))
        .find(|candidate| candidate.is_file())
}

/// A line about what is going on.
pub(crate) fn say(text: &str) {
    println!("{} {text}", paint("36", "xtask |"));
}

pub(crate) fn red(text: impl Display) -> String {
    paint("31;1", text)
}

/// `text` in an ANSI colour where somebody watches; plain in a file.
pub(crate) fn paint(colour: &str, text: impl Display) -> String {
    if std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none() {
        format!("\x1b[{colour}m{text}\x1b[0m")
    } else {
        text.to_string()
    }
}
