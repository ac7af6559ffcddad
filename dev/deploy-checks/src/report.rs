//! The report of what was looked at, line by line.

use std::fmt::Display;
use std::process::ExitCode;
use std::time::Instant;

/// What a check found: words with a figure, or what is wrong.
pub(crate) type Finding = Result<String, String>;

/// Every line so far; each is printed as it is found.
#[derive(Debug, Default)]
pub(crate) struct Report {
    failed: usize,
    lines: usize,
}

impl Report {
    pub(crate) fn note(&mut self, name: &str, since: Instant, finding: &Finding) {
        self.lines += 1;
        let seconds = since.elapsed().as_secs_f64();
        match finding {
            Ok(words) => println!("  ok    {name:<30} {seconds:>6.1} s  {words}"),
            Err(why) => {
                self.failed += 1;
                println!("  RED   {name:<30} {seconds:>6.1} s  {why}");
            }
        }
    }

    /// A guard was taken away on purpose: the check has to be red.
    pub(crate) fn mutant<T, E: Display>(&mut self, name: &str, finding: &Result<T, E>) {
        let turned = match finding {
            Err(why) => Ok(format!("red as it must: {why}")),
            Ok(_) => Err("this check did not notice that its guard was taken away".to_owned()),
        };
        self.note(&format!("mutant: {name}"), Instant::now(), &turned);
    }

    /// The sum, as a person and as the shell reads it.
    pub(crate) fn close(&self) -> ExitCode {
        println!("{} lines, {} red", self.lines, self.failed);
        if self.failed == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}
