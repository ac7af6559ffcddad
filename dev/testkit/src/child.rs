//! Processes and directories that end with the test, however the test ends.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// A directory of its own under the system's, gone on drop.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    /// Makes one whose path holds `name`.
    ///
    /// # Panics
    /// When the system's directory cannot be written.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!(
            "testkit-{name}-{}-{:08x}",
            std::process::id(),
            fastrand::u32(..)
        ));
        std::fs::create_dir_all(&path)
            .unwrap_or_else(|error| panic!("cannot create {}: {error}", path.display()));
        Self(path)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Nothing depends on it being gone: the name is never used again.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A child process whose output goes to a file; killed on drop, and by the kernel when the test process itself is killed.
#[derive(Debug)]
pub struct ChildProcess {
    child: Child,
    log: PathBuf,
}

impl ChildProcess {
    /// Starts `command` with its output appended to `log`.
    ///
    /// # Errors
    /// When the program is not there or the log cannot be written.
    pub fn spawn(command: &Command, log: &Path) -> io::Result<Self> {
        let out = File::options().create(true).append(true).open(log)?;
        let mut command = dying_with_us(command);
        command
            .stdin(Stdio::null())
            .stdout(out.try_clone()?)
            .stderr(out);
        Ok(Self {
            child: command.spawn()?,
            log: log.to_owned(),
        })
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap_or_else(|error| {
            panic!(
                "cannot send {signal:?} to process {}: {error}",
                self.child.id()
            )
        });
    }

    /// SIGSTOP, and waits until no thread runs any more: the signal stops them one after another.
    pub(crate) fn pause(&self) {
        self.signal(Signal::STOP);
        let tasks = format!("/proc/{}/task", self.child.id());
        let runs = || {
            std::fs::read_dir(&tasks)
                .into_iter()
                .flatten()
                .flatten()
                .any(|task| {
                    let stat =
                        std::fs::read_to_string(task.path().join("stat")).unwrap_or_default();
                    // "pid (name) state …"
                    stat.rsplit_once(") ")
                        .is_some_and(|(_, state)| !state.starts_with('T'))
                })
        };
        while runs() {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    pub(crate) fn exit_status(&mut self) -> Option<ExitStatus> {
        self.child
            .try_wait()
            .expect("a child of ours can be waited for")
    }

    /// `kill -9`, and waits until it is gone.
    pub(crate) fn kill(&mut self) {
        // Both fail only for a child that is gone already, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read(&self.log)
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default()
    }
}

impl Drop for ChildProcess {
    fn drop(&mut self) {
        self.kill();
    }
}

/// `Drop` does not run when the test runner kills a test that hangs, so the kernel is asked as well, through util-linux's
/// `setpriv` where it is there (doing it ourselves would take `unsafe`).
fn dying_with_us(command: &Command) -> Command {
    let mut wrapped = match find_on_path("setpriv") {
        Some(setpriv) => {
            let mut wrapped = Command::new(setpriv);
            wrapped
                .args(["--pdeathsig", "KILL", "--"])
                .arg(command.get_program());
            wrapped
        }
        None => Command::new(command.get_program()),
    };
    wrapped.args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => wrapped.env(name, value),
            None => wrapped.env_remove(name),
        };
    }
    wrapped
}

/// What the developer has set for their own run is no business of a test.
pub(crate) fn without_settings(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let ours = name.to_string_lossy();
        if ["CAPTURE_", "GATEWAY_", "NATS_", "RUST_LOG", "LOG_"]
            .iter()
            .any(|prefix| ours.starts_with(prefix))
        {
            command.env_remove(&name);
        }
    }
}

/// Where the shell would find `program`.
#[must_use]
pub fn find_on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|directory| directory.join(program))
        .find(|candidate| candidate.is_file())
}

/// The repository's root.
pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("testkit lives in dev/testkit")
        .to_owned()
}
