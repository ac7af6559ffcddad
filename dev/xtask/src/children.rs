//! The processes that `run` owns: started together, shown side by side, stopped in order.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::shell::{Outcome, paint};

/// Set by a second Ctrl-C: whoever does not end at once is killed.
pub(crate) static KILL_AT_ONCE: AtomicBool = AtomicBool::new(false);

/// A process of ours. Dropped, it is stopped.
pub(crate) struct OwnedChild {
    pub(crate) name: &'static str,
    child: Child,
    /// How long it may take to end by itself, before it is killed.
    stops_within: Duration,
    readers: Vec<JoinHandle<()>>,
}

impl OwnedChild {
    /// Starts a process whose lines are shown behind its name in `colour`.
    pub(crate) fn shown(
        name: &'static str,
        colour: &'static str,
        mut command: Command,
        stops_within: Duration,
    ) -> Outcome<Self> {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut part = Self::start(name, command, stops_within)?;
        let prefix = paint(colour, format!("{name:<7} |"));
        if let Some(stream) = part.child.stdout.take() {
            part.readers.push(show(prefix.clone(), stream)?);
        }
        if let Some(stream) = part.child.stderr.take() {
            part.readers.push(show(prefix, stream)?);
        }
        Ok(part)
    }

    /// Starts a process whose lines only matter when it fails.
    pub(crate) fn logged(
        name: &'static str,
        mut command: Command,
        stops_within: Duration,
        log: &Path,
    ) -> Outcome<Self> {
        let out = File::create(log)
            .map_err(|error| format!("cannot write {}: {error}", log.display()))?;
        command
            .stderr(out.try_clone().map_err(|error| error.to_string())?)
            .stdout(out);
        Self::start(name, command, stops_within)
    }

    fn start(name: &'static str, mut command: Command, stops_within: Duration) -> Outcome<Self> {
        // A group of its own: Ctrl-C at the terminal reaches us alone, and we stop the parts in order.
        command.process_group(0);
        let child = command
            .spawn()
            .map_err(|error| format!("{name} does not start: {error}"))?;
        Ok(Self {
            name,
            child,
            stops_within,
            readers: Vec::new(),
        })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, once it has and its last line is shown.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        let status = self.child.try_wait().ok().flatten()?;
        for reader in self.readers.drain(..) {
            let _ = reader.join();
        }
        Some(status)
    }
}

fn show(prefix: String, stream: impl Read + Send + 'static) -> Outcome<JoinHandle<()>> {
    let read = move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            println!("{prefix} {line}");
        }
    };
    std::thread::Builder::new()
        .name("log".to_owned())
        .spawn(read)
        .map_err(|error| error.to_string())
}

impl Drop for OwnedChild {
    fn drop(&mut self) {
        if self.ended().is_some() {
            return;
        }
        // std can only kill -9; the shell's kill is everywhere.
        let _ = Command::new("sh")
            .args(["-c", &format!("kill -TERM {}", self.pid())])
            .stderr(Stdio::null())
            .status();
        let deadline = Instant::now() + self.stops_within;
        while self.ended().is_none() {
            if Instant::now() > deadline || KILL_AT_ONCE.load(Ordering::Relaxed) {
                let _ = self.child.kill();
                let _ = self.child.wait();
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
