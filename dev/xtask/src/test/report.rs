//! The steps of a gate as they are done, and the table of them at the end.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::shell::{Environment, Outcome, paint, red, say, workspace};

enum Verdict {
    Passed,
    Failed(String),
    DidNotRun(String),
}

struct Step {
    name: &'static str,
    verdict: Verdict,
    took: Duration,
}

/// A step in a process of its own, beside those that follow.
pub(super) struct Begun {
    name: &'static str,
    said: PathBuf,
    ended: JoinHandle<(io::Result<ExitStatus>, Duration)>,
}

/// What has been done so far.
pub(super) struct Report {
    pub(super) environment: Environment,
    steps: Vec<Step>,
    started: Instant,
}

impl Report {
    pub(super) fn new(environment: Environment) -> Self {
        Self {
            environment,
            steps: Vec::new(),
            started: Instant::now(),
        }
    }

    /// Runs one step, unless one that it needs has not passed.
    pub(super) fn step(
        &mut self,
        name: &'static str,
        needs: &[&str],
        run: impl FnOnce(&mut Environment) -> Outcome<()>,
    ) {
        if let Err(why) = self.passed(needs) {
            return self.skip(name, &why);
        }
        title(name);
        let started = Instant::now();
        let outcome = run(&mut self.environment);
        self.note(name, outcome, started.elapsed());
    }

    /// Begins a command of this program, which takes what the steps that follow leave of the processor until
    /// [`end`](Self::end) waits for it. None where it could not be begun, as the report says then.
    pub(super) fn begin(
        &mut self,
        got: Outcome<()>,
        name: &'static str,
        needs: &[&str],
        command: &str,
    ) -> Option<Begun> {
        if let Err(why) = got.and_then(|()| self.passed(needs)) {
            self.skip(name, &why);
            return None;
        }
        let said = workspace().join("target").join(format!("{command}.log"));
        say(&format!("{name} goes on beside: {}", said.display()));
        match spawn(command, &said) {
            Ok(ended) => Some(Begun { name, said, ended }),
            Err(error) => {
                title(name);
                self.note(name, Err(error.to_string()), Duration::ZERO);
                None
            }
        }
    }

    /// Waits for it, and prints what it said.
    pub(super) fn end(&mut self, begun: Option<Begun>) {
        let Some(Begun { name, said, ended }) = begun else {
            return;
        };
        title(name);
        if !ended.is_finished() {
            say(&format!("it still runs: {}", said.display()));
        }
        let (status, took) = ended.join().expect("to wait does not panic");
        let said = fs::read_to_string(&said).unwrap_or_else(|error| error.to_string());
        print!("{said}");
        let outcome = match status {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(format!("{status}\n{said}")),
            Err(error) => Err(error.to_string()),
        };
        self.note(name, outcome, took);
    }

    /// Whether these steps have passed, or which has not.
    fn passed(&self, needs: &[&str]) -> Outcome<()> {
        let passed = |need: &&&str| {
            self.steps
                .iter()
                .any(|step| step.name == **need && matches!(step.verdict, Verdict::Passed))
        };
        match needs.iter().find(|need| !passed(need)) {
            Some(missing) => Err(format!("{missing} did not pass")),
            None => Ok(()),
        }
    }

    fn note(&mut self, name: &'static str, outcome: Outcome<()>, took: Duration) {
        let verdict = match outcome {
            Ok(()) => Verdict::Passed,
            Err(why) => {
                println!("{} {}", red("failed:"), first_line(&why));
                Verdict::Failed(why)
            }
        };
        self.steps.push(Step {
            name,
            verdict,
            took,
        });
    }

    /// As [`step`](Self::step) where what it takes could be had.
    pub(super) fn step_with(
        &mut self,
        got: Outcome<()>,
        name: &'static str,
        needs: &[&str],
        run: impl FnOnce(&mut Environment) -> Outcome<()>,
    ) {
        match got {
            Ok(()) => self.step(name, needs, run),
            Err(why) => self.skip(name, &why),
        }
    }

    pub(super) fn skip(&mut self, name: &'static str, why: &str) {
        title(name);
        println!("{} {why}", red("DID NOT RUN:"));
        self.steps.push(Step {
            name,
            verdict: Verdict::DidNotRun(why.to_owned()),
            took: Duration::ZERO,
        });
    }

    pub(super) fn close(self) -> Outcome<()> {
        for Step { name, verdict, .. } in &self.steps {
            if let Verdict::Failed(why) = verdict
                && why.contains('\n')
            {
                println!("\n{}", paint("1", format!("== {name}: why, once more")));
                println!("{why}");
            }
        }
        println!();
        let (mut passed, mut failed, mut skipped) = (0, 0, 0);
        for Step {
            name,
            verdict,
            took,
        } in &self.steps
        {
            let (count, result) = match verdict {
                Verdict::Passed => (&mut passed, paint("32", "passed")),
                Verdict::Failed(why) => (
                    &mut failed,
                    format!("{} {}", red("FAILED"), first_line(why)),
                ),
                Verdict::DidNotRun(why) => (&mut skipped, format!("{} {why}", red("DID NOT RUN:"))),
            };
            *count += 1;
            println!("{name:<24} {:>6.1} s  {result}", took.as_secs_f64());
        }
        let all = self.started.elapsed().as_secs_f64();
        println!("{:<24} {all:>6.1} s", "all");
        println!("{passed} passed, {failed} failed, {skipped} skipped");
        if failed > 0 {
            Err(format!("{failed} of {} steps failed", self.steps.len()))
        } else {
            Ok(())
        }
    }
}

fn title(name: &str) {
    println!("\n{}", paint("1", format!("== {name}")));
}

/// Runs a command of this program, with all that it says in `said`; gives how it ended and after how long.
fn spawn(command: &str, said: &Path) -> io::Result<JoinHandle<(io::Result<ExitStatus>, Duration)>> {
    fs::create_dir_all(said.parent().unwrap_or(said))?;
    let out = File::create(said)?;
    let mut child = Command::new("nice")
        .args(["-n", "19"])
        .arg(std::env::current_exe()?)
        .arg(command)
        .stderr(out.try_clone()?)
        .stdout(out)
        .spawn()?;
    let started = Instant::now();
    Ok(thread::spawn(move || (child.wait(), started.elapsed())))
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
