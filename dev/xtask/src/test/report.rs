//! The steps of a gate as they are done, and the table of them at the end.

use std::time::{Duration, Instant};

use crate::shell::{Environment, Outcome, paint, red};

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

/// What has been done so far.
pub(super) struct Report {
    pub(super) environment: Environment,
    steps: Vec<Step>,
}

impl Report {
    pub(super) fn new(environment: Environment) -> Self {
        Self {
            environment,
            steps: Vec::new(),
        }
    }

    /// Runs one step, unless one that it needs has not passed.
    pub(super) fn step(
        &mut self,
        name: &'static str,
        needs: &[&str],
        run: impl FnOnce(&mut Environment) -> Outcome<()>,
    ) {
        let passed = |need: &&&str| {
            self.steps
                .iter()
                .any(|step| step.name == **need && matches!(step.verdict, Verdict::Passed))
        };
        if let Some(missing) = needs.iter().find(|need| !passed(need)) {
            return self.skip(name, &format!("{missing} did not pass"));
        }
        println!("\n{}", paint("1", format!("== {name}")));
        let started = Instant::now();
        let verdict = match run(&mut self.environment) {
            Ok(()) => Verdict::Passed,
            Err(why) => {
                println!("{} {}", red("failed:"), first_line(&why));
                Verdict::Failed(why)
            }
        };
        self.steps.push(Step {
            name,
            verdict,
            took: started.elapsed(),
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
        println!("\n{}", paint("1", format!("== {name}")));
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
        let total: f64 = self.steps.iter().map(|step| step.took.as_secs_f64()).sum();
        println!("{:<24} {total:>6.1} s", "all");
        println!("{passed} passed, {failed} failed, {skipped} skipped");
        if failed > 0 {
            Err(format!("{failed} of {} steps failed", self.steps.len()))
        } else {
            Ok(())
        }
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
