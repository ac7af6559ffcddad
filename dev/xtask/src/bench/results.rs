//! `bench/RESULTS.md`: the tables of the last full run, with machine, versions and date.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::shell::{Outcome, output, say, workspace};

/// The file as it grows.
pub(super) struct Results {
    text: String,
}

impl Results {
    /// With the versions of what measures and is measured; `nats` is the nats-server in use.
    pub(super) fn begin(nats: &Path) -> Self {
        let command = |program: &str, arguments: &[&str]| {
            output(
                Command::new(program)
                    .args(arguments)
                    .current_dir(workspace()),
            )
            .map(|text| text.trim().to_owned())
            .unwrap_or_default()
        };
        let text = format!(
            "# Results\n\n\
             Written by `cargo xtask bench`, which runs all of it again on your machine. Ratios between services \
             carry over to other machines, those of `encode` are this processor's, milliseconds do not carry over.\n\n\
             - {}\n- {}\n- {}\n- this repository at {}, {}\n",
            machine(),
            version_of("rustc"),
            version_of(&nats.display().to_string()),
            command("git", &["describe", "--always", "--dirty"]),
            command("date", &["-u", "+%Y-%m-%d"]),
        );
        Self { text }
    }

    pub(super) fn add(&mut self, name: &str, what: &str, tables: Outcome<String>) {
        let tables = tables.unwrap_or_else(|why| format!("Failed: {why}\n"));
        let _ = write!(
            self.text,
            "\n## {name}\n\n{}{}.\n\n`cargo xtask bench {name}`\n\n{}\n",
            what[..1].to_uppercase(),
            &what[1..],
            tables.trim()
        );
    }

    pub(super) fn write(&self) -> Outcome<()> {
        let file = workspace().join("bench/RESULTS.md");
        std::fs::write(&file, &self.text)
            .map_err(|error| format!("cannot write {}: {error}", file.display()))?;
        say(&format!("written: {}", file.display()));
        Ok(())
    }
}

/// Runs `command`, shows what it prints, and gives its tables and the notes above them.
pub(super) fn tables_of(command: &mut Command) -> Outcome<String> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    let out = child.stdout.take().expect("its output is piped");
    let mut lines = Vec::new();
    for line in BufReader::new(out).lines().map_while(Result::ok) {
        println!("{line}");
        lines.push(line);
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    if !status.success() {
        return Err(status.to_string());
    }
    Ok(tables(lines.iter().map(String::as_str)))
}

/// Only what is a table or a note, one blank line between them; progress is left out.
fn tables<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let mut text = String::new();
    let mut before = None;
    for line in lines {
        let kind = line.chars().next().filter(|first| "|>".contains(*first));
        if kind.is_some() {
            if before != kind && !text.is_empty() {
                text.push('\n');
            }
            text += line;
            text.push('\n');
        }
        before = kind;
    }
    text
}

/// Processor, cores and kernel, in one line.
fn machine() -> String {
    let read = |path| std::fs::read_to_string(path).unwrap_or_default();
    let information = read("/proc/cpuinfo");
    let processor = information
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("unknown processor", |(_, name)| name);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let kernel = read("/proc/sys/kernel/osrelease");
    format!("{processor}, {cores} cores, Linux {}", kernel.trim())
}

/// The version that `program --version` tells, or that there is none.
fn version_of(program: &str) -> String {
    output(Command::new(program).arg("--version"))
        .map_or_else(|| format!("no {program}"), |text| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::tables;

    #[test]
    fn tables_and_notes_are_kept_and_progress_is_not() {
        let lines =
            "machine: x\n\n### idle\n\n> What.\n\n| a |\n|---|\n| 1 |\nround 2\n| b |\n|---|";
        assert_eq!(
            tables(lines.lines()),
            "> What.\n\n| a |\n|---|\n| 1 |\n\n| b |\n|---|\n"
        );
    }
}
