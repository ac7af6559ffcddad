//! `cargo xtask mutants [part of a path…]`: would a unit test notice? cargo-mutants changes one line after another of every
//! file whose head says `PURE`, and of all of `wire`, and runs the unit tests beside them.
//!
//! Whatever no test notices must stand in [`EQUIVALENT`] with the reason why it makes no difference; what stands there and is
//! noticed (any more) must not. It takes an hour or so, so it is not in the gate.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::shell::{Environment, Outcome, red, say, workspace};
use crate::tools;

/// One mutant on each line, after the reason for it and its like: `file: what is changed`.
const EQUIVALENT: &str = "dev/xtask/equivalent-mutants.txt";

/// Packages that ship, and whether all their files are pure.
const PACKAGES: [(&str, &str, bool); 3] = [
    ("wire", "crates/wire", true),
    ("gateway-svc", "gateway-svc", false),
    ("capture-svc", "capture-svc", false),
];

pub(crate) fn command(asked: &[String]) -> Outcome<()> {
    let mut environment = Environment::default();
    tools::CARGO_MUTANTS.get(&mut environment)?;
    let is_asked = |file: &str| asked.is_empty() || asked.iter().any(|part| file.contains(part));
    let mut missed = Vec::new();
    let mut looked_at = Vec::new();
    for (package, directory, whole) in PACKAGES {
        let mut files = pure_files(directory, whole)?;
        files.retain(|file| is_asked(file));
        if !files.is_empty() {
            missed.extend(mutate(&environment, package, directory, &files)?);
            looked_at.extend(files);
        }
    }
    let list =
        fs::read_to_string(workspace().join(EQUIVALENT)).map_err(|error| error.to_string())?;
    verdict(&missed, &equivalent(&list, &looked_at))
}

/// The files below `directory` that are pure, from the top of the repository, sorted.
fn pure_files(directory: &str, whole: bool) -> Outcome<Vec<String>> {
    let mut found = Vec::new();
    let mut open = vec![PathBuf::from(directory).join("src")];
    while let Some(directory) = open.pop() {
        let entries =
            fs::read_dir(workspace().join(&directory)).map_err(|error| error.to_string())?;
        for entry in entries.flatten() {
            let file = directory.join(entry.file_name());
            if entry.path().is_dir() {
                open.push(file);
            } else if file.extension().is_some_and(|extension| extension == "rs")
                && file.file_name() != Some("tests.rs".as_ref())
            {
                let text = fs::read_to_string(entry.path()).map_err(|error| error.to_string())?;
                if whole || says_pure(&text) {
                    found.push(file.display().to_string());
                }
            }
        }
    }
    found.sort();
    Ok(found)
}

fn says_pure(text: &str) -> bool {
    let mut head = text.lines().take_while(|line| line.starts_with("//!"));
    head.any(|line| line.starts_with("//! PURE"))
}

/// Changes `files` and runs the unit tests of their modules; what no test noticed.
fn mutate(
    environment: &Environment,
    package: &str,
    directory: &str,
    files: &[String],
) -> Outcome<Vec<String>> {
    let output = workspace().join("target/mutants").join(package);
    fs::create_dir_all(&output).map_err(|error| error.to_string())?;
    let mut mutants = environment.cargo(&[
        "mutants",
        "--no-shuffle",
        "--jobs",
        "1",
        "--package",
        package,
    ]);
    // The libraries are built once for all runs and not for each copy of the sources.
    mutants.env("CARGO_TARGET_DIR", workspace().join("target/mutants/build"));
    mutants.env("CARGO_PROFILE_DEV_DEBUG", "none");
    mutants.arg("--output").arg(&output);
    for file in files {
        mutants.args(["--file", file]);
    }
    mutants.args(["--", "--lib", "--"]);
    mutants.args(files.iter().filter_map(|file| module(directory, file)));
    say(&format!("{package}: {} files", files.len()));
    let ended = mutants.status().map_err(|error| error.to_string())?;
    // 2: some were missed, 3: some never ended, which a test would notice.
    if !matches!(ended.code(), Some(0 | 2 | 3)) {
        return Err(format!("cargo mutants on {package}: {ended}"));
    }
    let missed = fs::read_to_string(output.join("mutants.out/missed.txt"));
    let missed = missed.map_err(|error| error.to_string())?;
    Ok(missed.lines().map(without_place).collect())
}

/// The module of a file, for the tests to run; `None` for the root: all.
fn module(directory: &str, file: &str) -> Option<String> {
    let inside = Path::new(file)
        .strip_prefix(Path::new(directory).join("src"))
        .ok()?;
    let module = inside
        .with_extension("")
        .display()
        .to_string()
        .replace('/', "::");
    let module = module.trim_end_matches("::mod");
    (module != "lib").then(|| format!("{module}::"))
}

/// `file:line:column: what` as `file: what`: lines move.
fn without_place(mutant: &str) -> String {
    let mut parts = mutant.splitn(4, ':');
    let (file, what) = (
        parts.next().unwrap_or_default(),
        parts.nth(2).unwrap_or_default(),
    );
    format!("{file}:{what}")
}

/// The mutants of `looked_at` that the list excuses.
fn equivalent(list: &str, looked_at: &[String]) -> Vec<String> {
    let lines = list.lines().map(str::trim);
    lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .filter(|line| {
            looked_at
                .iter()
                .any(|file| line.starts_with(&format!("{file}:")))
        })
        .map(str::to_owned)
        .collect()
}

/// How many of each are more in `these` than in `others`.
fn surplus<'a>(these: &'a [String], others: &[String]) -> Vec<&'a str> {
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    for one in others {
        *left.entry(one).or_default() += 1;
    }
    let mut more = Vec::new();
    for one in these {
        match left.get_mut(one.as_str()) {
            Some(count) if *count > 0 => *count -= 1,
            _ => more.push(one.as_str()),
        }
    }
    more
}

fn verdict(missed: &[String], excused: &[String]) -> Outcome<()> {
    let (unnoticed, stale) = (surplus(missed, excused), surplus(excused, missed));
    for mutant in &unnoticed {
        println!("{} {mutant}", red("no test notices:"));
    }
    for mutant in &stale {
        println!(
            "{} {mutant}",
            red(format!("in {EQUIVALENT}, and a test notices it:"))
        );
    }
    if unnoticed.is_empty() && stale.is_empty() {
        say(&format!(
            "every mutant is noticed but {} that make no difference",
            excused.len()
        ));
        return Ok(());
    }
    Err(format!(
        "{} mutants unnoticed, {} in the list without need",
        unnoticed.len(),
        stale.len()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|&line| line.to_owned()).collect()
    }

    #[test]
    fn each_line_of_the_list_excuses_one_mutant() {
        let twice = owned(&[
            "a.rs: replace < with <= in f",
            "a.rs: replace < with <= in f",
        ]);
        assert_eq!(
            surplus(&twice, &twice[..1]),
            ["a.rs: replace < with <= in f"]
        );
        assert!(verdict(&twice, &twice).is_ok());
        assert!(verdict(&twice, &twice[..1]).is_err());
        assert!(verdict(&twice[..1], &twice).is_err());
    }

    #[test]
    fn a_mutant_is_known_by_its_file_and_change_wherever_it_stands() {
        let told = "crates/wire/src/lease.rs:45:9: replace a::b -> c with d in e::f";
        assert_eq!(
            without_place(told),
            "crates/wire/src/lease.rs: replace a::b -> c with d in e::f"
        );
    }

    #[test]
    fn the_tests_of_a_file_are_those_of_its_module() {
        let module = |file| module("gateway-svc", file);
        assert_eq!(
            module("gateway-svc/src/relay/leases.rs").as_deref(),
            Some("relay::leases::")
        );
        assert_eq!(
            module("gateway-svc/src/frame/mod.rs").as_deref(),
            Some("frame::")
        );
        assert_eq!(module("gateway-svc/src/lib.rs"), None);
    }

    #[test]
    fn every_package_has_pure_files() {
        for (_, directory, whole) in PACKAGES {
            assert!(
                pure_files(directory, whole).is_ok_and(|files| files.len() > 4),
                "{directory}"
            );
        }
    }

    #[test]
    fn only_lines_of_files_that_were_looked_at_count() {
        let list = "# why\na.rs: x\n\nb.rs: y\n";
        assert_eq!(equivalent(list, &owned(&["a.rs"])), ["a.rs: x"]);
    }
}
