//! Some hundred odd JPEGs, and what the encoder makes of each beside libjpeg-turbo: the same picture, or a refusal that
//! stands with its reason in a table.
//!
//! All are made here: by libjpeg-turbo's own programs (`cjpeg`, `jpegtran`) with each of their switches, and by cutting and
//! joining bytes. `cargo xtask odd-jpegs` gets the programs; `--list` prints every row, `--write DIRECTORY` leaves them there
//! for fuzzing to begin with.
#![expect(clippy::print_stdout, reason = "a check: it talks to a person")]

#[path = "../../../crates/jpeg-ladder/tests/ladder/common/frames.rs"]
mod frames;
#[path = "../../../crates/jpeg-ladder/tests/ladder/common/oddities.rs"]
mod oddities;
#[path = "../../../crates/jpeg-ladder/tests/ladder/common/pictures.rs"]
#[expect(dead_code, reason = "the encoder's own tests use all of it")]
mod pictures;

mod bytes;
mod case;
mod judge;
mod made;
mod refused;
mod surgery;
mod turbo;
mod turned;

use std::path::Path;
use std::process::ExitCode;

use case::Case;
use judge::{Judge, Verdict};

/// Fewer, and the generator has lost some.
const LEAST_CASES: usize = 200;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let done = match &words[..] {
        [] => run(false),
        [list] if list == "--list" => run(true),
        [write, directory] if write == "--write" => write_to(directory.as_ref()).map(|()| 0),
        other => {
            println!("{other:?} is neither --list nor --write DIRECTORY");
            return ExitCode::from(64);
        }
    };
    match done {
        Ok(0) => ExitCode::SUCCESS,
        Ok(wrong) => {
            println!("{wrong} are wrong");
            ExitCode::FAILURE
        }
        Err(error) => {
            println!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn cases() -> anyhow::Result<Vec<Case>> {
    let mut cases = made::cases()?;
    cases.extend(surgery::cases()?);
    Ok(cases)
}

fn write_to(directory: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(directory)?;
    for Case { name, jpeg } in cases()? {
        std::fs::write(directory.join(name.replace(['/', ' '], "-")), jpeg)?;
    }
    Ok(())
}

/// How many are wrong.
fn run(list: bool) -> anyhow::Result<usize> {
    let cases = cases()?;
    let mut judge = Judge::new();
    let (mut shown, mut refused, mut wrong) = (0, 0, 0);
    for Case { name, jpeg } in &cases {
        let verdict = judge.verdict(name, jpeg)?;
        match &verdict {
            Verdict::Shown(_) => shown += 1,
            Verdict::Refused(_) => refused += 1,
            Verdict::Wrong(_) => wrong += 1,
        }
        if list || matches!(verdict, Verdict::Wrong(_)) {
            println!("{name}: {verdict}");
        }
    }
    let (turns, otherwise) = turned::run(&cases)?;
    wrong += otherwise;
    println!("{turns} turned as jpegtran does");
    println!(
        "{} odd JPEGs beside {}: {shown} shown alike, {refused} refused with a reason",
        cases.len(),
        turbo::version()?
    );
    anyhow::ensure!(
        cases.len() >= LEAST_CASES,
        "fewer than {LEAST_CASES} odd JPEGs"
    );
    Ok(wrong)
}
