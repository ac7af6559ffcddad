//! A command's output, passed on and its end kept: a log is read from its last line, and what failed is far above it.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, PipeReader, Write as _};
use std::process::{Command, ExitStatus};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// What a test runner's own summary takes.
const KEPT: usize = 60;
/// For what is still in the pipe when the command has ended. A grandchild that goes on holds it open for longer.
const DRAIN: Duration = Duration::from_secs(2);

/// Runs `command` with both its outputs on ours; its status and its last lines.
pub(super) fn relay(command: &mut Command) -> std::io::Result<(ExitStatus, String)> {
    let (reader, writer) = std::io::pipe()?;
    command.stdout(writer.try_clone()?).stderr(writer);
    let mut child = command.spawn()?;
    // The command holds our ends of the pipe; with them it would never be at its end.
    command.stdout(std::process::Stdio::inherit());
    command.stderr(std::process::Stdio::inherit());
    let (lines, printed) = mpsc::channel();
    std::thread::spawn(move || pass_on(reader, &lines));
    let mut last = VecDeque::new();
    let mut keep = |line| {
        if last.len() == KEPT {
            last.pop_front();
        }
        last.push_back(line);
    };
    let status = loop {
        match printed.recv_timeout(Duration::from_millis(50)) {
            Ok(line) => keep(line),
            Err(mpsc::RecvTimeoutError::Disconnected) => break child.wait()?,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                if let Some(status) = child.try_wait()? {
                    break status;
                }
            }
        }
    };
    let drained = Instant::now() + DRAIN;
    while let Ok(line) = printed.recv_timeout(drained.saturating_duration_since(Instant::now())) {
        keep(line);
    }
    Ok((status, Vec::from(last).concat()))
}

fn pass_on(reader: PipeReader, lines: &mpsc::Sender<String>) {
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    while reader
        .read_until(b'\n', &mut line)
        .is_ok_and(|read| read > 0)
    {
        // Nobody reads us any more: the command may go on, as it could without us.
        let _ = std::io::stdout().write_all(&line);
        let _ = lines.send(String::from_utf8_lossy(&line).into_owned());
        line.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> (ExitStatus, String) {
        relay(Command::new("sh").args(["-c", script])).expect("there is a shell")
    }

    #[test]
    fn keeps_the_end_of_both_outputs_in_order() {
        let (status, last) = sh("seq 100; echo why >&2; echo end; exit 3");
        assert_eq!(status.code(), Some(3));
        assert!(last.starts_with("43\n44\n"), "{last}");
        assert!(last.ends_with("100\nwhy\nend\n"), "{last}");
    }

    #[test]
    fn does_not_wait_for_what_the_command_left_running() {
        let (status, last) = sh("echo up; sleep 60 & echo $!");
        assert!(status.success());
        let pid = last.lines().last().expect("its pid");
        let _ = Command::new("kill").arg(pid).status();
        assert!(last.starts_with("up\n"), "{last}");
    }
}
