//! A program that runs: its output, its last words, and its end, which includes all that it started.
//!
//! Between us and the program stands a process of our own, the [minder](super::minder): whatever becomes of us, it ends the
//! program. Its stdin, a socket, is how it is told, and how it tells a signal; its end is how we know that nothing is left.

use std::{
    io::{Read, Write},
    os::fd::{AsFd, OwnedFd},
    os::unix::{net::UnixStream, process::CommandExt},
    process::{Child, ChildStderr, ChildStdout, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fs::{OFlags, fcntl_getfl, fcntl_setfl},
    io::Errno,
    pipe::fcntl_setpipe_size,
    process::{Pid, PidfdFlags, pidfd_open},
};

use super::{
    super::{cancel::Cancel, clock, error::CameraError, source::NEXT_FRAME_WAIT_MAX},
    command::ExecCommand,
    last_words::LastWords,
    minder,
};

/// What the kernel may hold of the program's output: enough that writing a picture wakes us a few times and not twenty,
/// little enough that what is in it is not old. An unprivileged process may ask for as much. Source: pipe(7).
const PIPE_BYTES: usize = 1 << 20;

/// How long a program that has closed its output may take to end, before that is all that is said of it.
const LAST_WORDS_WAIT: Duration = Duration::from_millis(500);

/// Reads until a pipe of the usual size is empty.
const ERROR_READS_MAX: u32 = 64;

/// What there is to read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Output {
    /// So many bytes.
    Bytes(usize),
    /// Nothing now.
    Dry,
    /// Nothing any more.
    Ended,
}

/// The program and its pipes. Dropping it ends the program, and takes as long as that takes.
pub(super) struct Program {
    command: ExecCommand,
    cancel: Arc<Cancel>,
    minder: Child,
    /// Becomes readable when the minder has ended.
    ended: OwnedFd,
    control: UnixStream,
    output: Option<ChildStdout>,
    errors: Option<ChildStderr>,
    last_words: LastWords,
}

impl Program {
    /// Starts it, to read what it writes to its stdout.
    pub(super) fn start(command: &ExecCommand, cancel: &Arc<Cancel>) -> Result<Self, CameraError> {
        Self::start_with(command, &[], Stdio::piped(), cancel)
    }

    /// Starts it with `environment` on top of ours. `output`: where its stdout goes.
    pub(super) fn start_with(
        command: &ExecCommand,
        environment: &[(&str, String)],
        output: Stdio,
        cancel: &Arc<Cancel>,
    ) -> Result<Self, CameraError> {
        let failed = |cause| CameraError::Device {
            doing: format!("starting {}", command.name()),
            cause,
        };
        // This very program, whatever has become of its file.
        let mut minder = Command::new("/proc/self/exe");
        minder.arg0("capture-svc").arg(minder::COMMAND).arg("--");
        minder.args(command.words());
        // What the bus is reached with is not the program's.
        let ours = |name: &str| name.starts_with("CAPTURE_") || name.starts_with("NATS_");
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(ours) {
                minder.env_remove(name);
            }
        }
        minder.envs(environment.iter().map(|(name, value)| (name, value)));
        let (control, theirs) = UnixStream::pair().map_err(failed)?;
        control.set_nonblocking(true).map_err(failed)?;
        minder.stdin(OwnedFd::from(theirs)).stdout(output);
        // A Ctrl-C for us is none for it: it is told what to do.
        minder.stderr(Stdio::piped()).process_group(0);
        let mut minder = minder.spawn().map_err(failed)?;
        let ended = pidfd_open(Pid::from_child(&minder), PidfdFlags::empty());
        let (output, errors) = (minder.stdout.take(), minder.stderr.take());
        let ended = match ended {
            Ok(ended) => ended,
            Err(cause) => {
                drop((control, output, errors));
                let _ = minder.wait();
                return Err(failed(cause.into()));
            }
        };
        let program = Self {
            command: command.clone(),
            cancel: Arc::clone(cancel),
            minder,
            ended,
            control,
            output,
            errors,
            last_words: LastWords::default(),
        };
        program.tune().map_err(|cause| failed(cause.into()))?;
        Ok(program)
    }

    fn tune(&self) -> rustix::io::Result<()> {
        if let Some(errors) = &self.errors {
            fcntl_setfl(errors, fcntl_getfl(errors)? | OFlags::NONBLOCK)?;
        }
        if let Some(output) = &self.output {
            fcntl_setfl(output, fcntl_getfl(output)? | OFlags::NONBLOCK)?;
            // A smaller one will do.
            let _ = fcntl_setpipe_size(output, PIPE_BYTES);
        }
        Ok(())
    }

    /// Reads what is there.
    pub(super) fn read(&mut self, into: &mut [u8]) -> Output {
        let Some(output) = &mut self.output else {
            return Output::Ended;
        };
        match output.read(into) {
            Ok(bytes) if bytes > 0 => Output::Bytes(bytes),
            Err(error) if retried(&error) => Output::Dry,
            Ok(_) | Err(_) => {
                self.output = None;
                Output::Ended
            }
        }
    }

    /// Waits until there is something to read, but no longer than `at_most`; whether all has ended.
    pub(super) fn wait(&mut self, at_most: Duration) -> bool {
        self.poll(at_most)
    }

    /// Why there is no more output.
    pub(super) fn end_in_words(&mut self) -> CameraError {
        let until = clock::now() + LAST_WORDS_WAIT;
        let mut ended = false;
        while !ended && !self.cancel.is_told() && clock::now() < until {
            ended = self.poll(
                until
                    .saturating_duration_since(clock::now())
                    .min(NEXT_FRAME_WAIT_MAX),
            );
        }
        let how = self.ended_badly();
        let how = how.unwrap_or_else(|| "has ended by itself".to_owned());
        CameraError::Exited {
            program: self.command.name().to_owned(),
            how,
            last_words: self.last_words(),
        }
    }

    /// How it has ended, in words, unless with exit code 0.
    pub(super) fn ended_badly(&mut self) -> Option<String> {
        let status = self.minder.try_wait().ok().flatten();
        match status.map(|status| status.code()) {
            None => Some("has closed its output and runs on".to_owned()),
            Some(None) => Some("was ended with its minder".to_owned()),
            Some(Some(0)) => None,
            Some(Some(code)) => Some(match self.signal() {
                Some(signal) => format!("was ended by signal {signal}"),
                None => format!("has ended with exit code {code}"),
            }),
        }
    }

    /// The signal that ended it.
    fn signal(&mut self) -> Option<u8> {
        let mut byte = [0];
        matches!(self.control.read(&mut byte), Ok(1)).then_some(byte[0])
    }

    /// Its last line on stderr, without passwords.
    pub(super) fn last_words(&self) -> Option<String> {
        self.last_words.get(|line| self.command.masked(line))
    }

    /// Waits for output, errors or the end, and takes the errors; whether it is the end.
    fn poll(&mut self, at_most: Duration) -> bool {
        let mut waited = vec![PollFd::new(&self.ended, PollFlags::IN)];
        let pipes = [
            self.output.as_ref().map(AsFd::as_fd),
            self.errors.as_ref().map(AsFd::as_fd),
        ];
        let pipes = pipes.into_iter().flatten();
        waited.extend(pipes.map(|pipe| PollFd::from_borrowed_fd(pipe, PollFlags::IN)));
        let at_most = Timespec {
            tv_sec: at_most.as_secs() as i64,
            tv_nsec: at_most.subsec_nanos().into(),
        };
        let ended = match poll(&mut waited, Some(&at_most)) {
            Ok(_) => !waited[0].revents().is_empty(),
            Err(Errno::INTR) => false,
            Err(_) => true,
        };
        let _more = self.take_errors();
        ended
    }

    /// Takes what has been written to stderr and not been read, of a program that has ended.
    pub(super) fn take_last_errors(&mut self) {
        // As much as a pipe holds, and no more of one whose descendants write on.
        for _ in 0..ERROR_READS_MAX {
            if !self.take_errors() {
                return;
            }
        }
    }

    /// Whether there was something.
    fn take_errors(&mut self) -> bool {
        let mut bytes = [0; 4096];
        let Some(errors) = &mut self.errors else {
            return false;
        };
        match errors.read(&mut bytes) {
            Ok(count) if count > 0 => {
                let (command, name) = (&self.command, self.command.name());
                self.last_words.feed(&bytes[..count], |line| {
                    tracing::debug!(program = name, "{}", command.masked(line));
                });
                return true;
            }
            Err(error) if retried(&error) => {}
            Ok(_) | Err(_) => self.errors = None,
        }
        false
    }

    /// Reads and forgets what is written while it ends: one that waits for us to read would not see the signal.
    fn drain(&mut self) {
        let mut bytes = [0; 1 << 14];
        for _ in 0..PIPE_BYTES / bytes.len() {
            if !matches!(self.read(&mut bytes), Output::Bytes(_)) {
                return;
            }
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let mut told = None;
        loop {
            let urgent = self.cancel.is_urgent();
            if told != Some(urgent) {
                told = Some(urgent);
                let word = if urgent {
                    minder::AT_ONCE
                } else {
                    minder::GENTLY
                };
                // A minder that is gone has ended everything.
                let _ = self.control.write_all(&[word]);
            }
            if self.poll(NEXT_FRAME_WAIT_MAX) {
                break;
            }
            self.drain();
        }
        let _ = self.minder.wait();
    }
}

fn retried(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        std::io::ErrorKind::WouldBlock | std::io::ErrorKind::Interrupted
    )
}
