//! jpeg-ladder beside its peers: `identity` proves the bytes and the table of odd frames, `golden` prints the fingerprints that the crate's own test
//! compares with, `speed` measures the time, `cores` what a second thread gains. `cargo xtask bench encode` builds and runs it.

mod camera_jpeg;
#[path = "../../../crates/jpeg-ladder/tests/ladder/common/mod.rs"]
mod common;
mod cores;
mod frames;
mod identity;
mod oddities;
mod opencv;
mod pixels;
mod race;
mod speed;
mod turbo;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["identity", ref rest @ ..] => {
            let more = rest.first().and_then(|n| n.parse().ok()).unwrap_or(8000);
            let tally = identity::run(more);
            println!(
                "{} pictures, {} files compared with libjpeg-turbo's, {} differ",
                tally.pictures, tally.files, tally.differences
            );
            let (rows, differences) = oddities::run();
            println!(
                "{rows} odd frames shown to libjpeg-turbo, {differences} not as the table says"
            );
            if tally.differences + differences > 0 {
                return ExitCode::FAILURE;
            }
        }
        ["cores"] => cores::run(),
        ["golden"] => identity::golden(),
        ["speed", python, ref rest @ ..] => {
            let rounds = rest.first().and_then(|n| n.parse().ok()).unwrap_or(15);
            speed::run(python, rounds);
        }
        _ => {
            eprintln!(
                "usage: bench-encode identity [MORE] | golden | cores | speed PYTHON [ROUNDS]"
            );
            return ExitCode::from(64);
        }
    }
    ExitCode::SUCCESS
}
