//! The process between capture-svc and a program that is its camera. It starts the program in a process group of its own,
//! and ends it, with everything that it started, when it is told to, when the program itself ends, or when capture-svc is
//! gone, however that went. It ends when nothing is left.
//!
//! A process and not a thread: the kernel hands orphans over to a process (a subreaper), and only one that has no other
//! children can wait for all of them; and a capture-svc that is killed leaves no camera running.

mod family;
mod schedule;

use std::{
    ffi::OsString,
    fs::File,
    io::Write,
    os::{fd::AsFd, unix::process::CommandExt},
    process::{Command, ExitCode, Stdio},
};

use rustix::{
    io::Errno,
    process::{
        Pid, Signal, WaitOptions, getpid, kill_process, kill_process_group, set_child_subreaper,
        wait,
    },
};
use tokio::{
    io::AsyncReadExt,
    net::UnixStream,
    signal::unix::{SignalKind, signal},
    time::sleep_until,
};

use self::schedule::{Schedule, Step};
use super::super::clock;

/// The sub-command of capture-svc that is a minder.
pub(super) const COMMAND: &str = "mind";

/// Told on stdin: end the program as it wishes to be ended.
pub(super) const GENTLY: u8 = b'.';

/// Told on stdin: somebody does not want to be seen.
pub(super) const AT_ONCE: u8 = b'!';

/// As shells have it, where a program cannot be started.
const CANNOT_START: u8 = 127;

/// Runs `words` until nothing of it is left. The exit code is the program's, or 128 and the signal that ended it: since
/// programs end with such codes themselves, the signal is written to stdin, a socket, as well.
#[must_use]
pub(crate) fn mind(words: &[OsString]) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let minded = runtime.and_then(|runtime| runtime.block_on(run(words)));
    minded.unwrap_or_else(|error| {
        // Capture-svc reads it as the program's last words.
        let _ = writeln!(
            std::io::stderr(),
            "cannot run {}: {error}",
            words[0].display()
        );
        ExitCode::from(CANNOT_START)
    })
}

async fn run(words: &[OsString]) -> std::io::Result<ExitCode> {
    set_child_subreaper(Some(getpid()))?;
    let mut children = signal(SignalKind::child())?;
    let mut told_to_end = signal(SignalKind::terminate())?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    let control = std::io::stdin().as_fd().try_clone_to_owned()?;
    let control = std::os::unix::net::UnixStream::from(control);
    control.set_nonblocking(true)?;
    // Not tokio's: its first write fails before the runtime has once looked whether it may.
    let mut answer = control.try_clone()?;
    let mut control = UnixStream::from_std(control)?;
    let program = Command::new(&words[0])
        .args(&words[1..])
        .stdin(Stdio::null())
        .process_group(0)
        .spawn()?;
    // The program's output ends with the program.
    rustix::stdio::dup2_stdout(File::open("/dev/null")?)?;
    let mut family = Family::new(Pid::from_child(&program));
    let (mut schedule, mut word) = (Schedule::default(), [0]);
    let mut listens = true;
    loop {
        if family.reap()? {
            if let Some(signal) = family.ended_by {
                let _ = answer.write(&[signal]);
            }
            return Ok(ExitCode::from(family.code));
        }
        let now = clock::now();
        if !family.leader_lives {
            schedule.begin(now, false);
        }
        if let Some(step) = schedule.due(now) {
            family.signal(step);
            continue;
        }
        let next = schedule.next();
        tokio::select! {
            _ = children.recv() => {}
            _ = told_to_end.recv() => schedule.begin(now, false),
            _ = interrupted.recv() => schedule.begin(now, false),
            read = control.read(&mut word), if listens => {
                listens = matches!(read, Ok(1));
                schedule.begin(clock::now(), listens && word[0] == AT_ONCE);
            }
            () = sleep_until(next.unwrap_or(now).into()), if next.is_some() => {}
        }
    }
}

/// The program and all that came of it.
struct Family {
    leader: Pid,
    leader_lives: bool,
    code: u8,
    ended_by: Option<u8>,
}

impl Family {
    fn new(leader: Pid) -> Self {
        Self {
            leader,
            leader_lives: true,
            code: 0,
            ended_by: None,
        }
    }

    /// Takes note of those that have ended; whether nobody is left.
    fn reap(&mut self) -> std::io::Result<bool> {
        loop {
            match wait(WaitOptions::NOHANG) {
                Ok(None) => return Ok(false),
                Ok(Some((pid, status))) if pid == self.leader => {
                    self.leader_lives = false;
                    let byte = |number: i32| u8::try_from(number).ok();
                    self.ended_by = status.terminating_signal().and_then(byte);
                    let signal = self.ended_by.map(|signal| 128 + signal);
                    let code = status.exit_status().and_then(byte);
                    self.code = code.or(signal).unwrap_or(u8::MAX);
                }
                Ok(Some(_)) | Err(Errno::INTR) => {}
                Err(Errno::CHILD) => return Ok(true),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Signals everybody: the program's group, and whoever has left it.
    fn signal(&self, step: Step) {
        let signal = match step {
            Step::Interrupt => Signal::INT,
            Step::Terminate => Signal::TERM,
            Step::Kill => Signal::KILL,
        };
        // Who is gone in the meantime needs none; of a leader that has ended the number may be another's.
        if self.leader_lives {
            let _ = kill_process_group(self.leader, signal);
        }
        let group = self
            .leader_lives
            .then(|| self.leader.as_raw_nonzero().get());
        let table = family::processes();
        for pid in family::descendants(getpid().as_raw_nonzero().get(), group, &table) {
            if let Some(pid) = Pid::from_raw(pid) {
                let _ = kill_process(pid, signal);
            }
        }
    }
}
