//! Some hundred odd JPEGs, and what the encoder makes of each beside libjpeg-turbo: the same picture, or a refusal that
//! stands with its reason in a table.
//!
//! All are made here: by libjpeg-turbo's own programs (`cjpeg`, `jpegtran`) with each of their switches, and by cutting and
//! joining bytes. `cargo xtask odd-jpegs` gets the programs; `--list` prints every row.
#![expect(clippy::print_stdout, reason = "a check: it talks to a person")]

#[path = "../../../crates/jpeg-ladder/tests/ladder/common/frames.rs"]
mod frames;
#[path = "../../../crates/jpeg-ladder/tests/ladder/common/oddities.rs"]
mod oddities;
#[path = "../../../crates/jpeg-ladder/tests/ladder/common/pictures.rs"]
#[expect(dead_code, reason = "the encoder's own tests use all of it")]
mod pictures;

mod bytes;
mod judge;
mod made;
mod refused;
mod surgery;
mod turbo;

use std::process::ExitCode;

use judge::{Judge, Verdict};

/// Fewer, and the generator has lost some.
const LEAST_CASES: usize = 200;

/// An odd JPEG.
struct Case {
    name: String,
    jpeg: Vec<u8>,
}

fn main() -> ExitCode {
    let list = std::env::args().any(|word| word == "--list");
    match run(list) {
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

/// How many are wrong.
fn run(list: bool) -> anyhow::Result<usize> {
    let mut cases = made::cases()?;
    cases.extend(surgery::cases()?);
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
