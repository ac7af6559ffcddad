//! A program that is called and ends by itself, with the same care as one that is a camera: it has a process group of its
//! own, nothing of it is left when the call is over, and what it writes goes nowhere but, its last line, into words.

use std::{process::Stdio, sync::Arc, time::Duration};

use super::{
    super::{cancel::Cancel, clock, source::NEXT_FRAME_WAIT_MAX},
    command::ExecCommand,
    lookup,
    program::Program,
};

/// Between two reads of what it writes to stderr: a program that never stops writing takes no processor of ours.
const READ_PAUSE: Duration = Duration::from_millis(5);

/// One call. Its drop ends the program at once.
#[derive(Debug, Default)]
pub(crate) struct Call {
    cancel: Arc<Cancel>,
}

/// What ends a call from another thread.
#[derive(Debug)]
pub(crate) struct CallEnd(Arc<Cancel>);

impl Drop for CallEnd {
    fn drop(&mut self) {
        self.0.close_at_once();
    }
}

impl Call {
    /// Its drop ends the call.
    pub(crate) fn end(&self) -> CallEnd {
        CallEnd(Arc::clone(&self.cancel))
    }

    /// Runs `command`, which `setting` names, with `environment` on top of ours, and waits until nothing of it is left.
    /// Blocks, for `within` and two seconds at the most.
    ///
    /// # Errors
    /// Words without secrets: it cannot be started, did not end in time, or ended with an exit code that is not 0.
    pub(crate) fn run(
        &self,
        command: &ExecCommand,
        setting: &str,
        environment: &[(&str, String)],
        within: Duration,
    ) -> Result<(), String> {
        lookup::check(command.program(), setting).map_err(|error| error.to_string())?;
        let started = Program::start_with(command, environment, Stdio::null(), &self.cancel);
        let mut program = started.map_err(|error| error.to_string())?;
        let until = clock::now() + within;
        loop {
            let left = until.saturating_duration_since(clock::now());
            if left.is_zero() {
                self.cancel.close();
                return Err(format!(
                    "{} has not ended within {within:?}",
                    command.name()
                ));
            }
            if self.cancel.is_told() {
                return Err(format!("{} was ended before it was done", command.name()));
            }
            if program.wait(left.min(NEXT_FRAME_WAIT_MAX)) {
                break;
            }
            std::thread::sleep(READ_PAUSE);
        }
        program.take_last_errors();
        let last_words = program.last_words().map(|words| format!(": {words}"));
        let last_words = last_words.unwrap_or_default();
        match program.ended_badly() {
            None => Ok(()),
            Some(how) => Err(format!("{} {how}{last_words}", command.name())),
        }
    }
}
