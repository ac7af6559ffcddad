//! jpeg-ladder beside its peers: `identity` proves the bytes and the table of odd frames, `golden` prints the fingerprints that the crate's own test
//! compares with, `speed` measures the time, `sizes` what smaller pictures cost, `cores` what a second thread gains. `cargo xtask bench encode` builds and runs it.

#[path = "../../../dev/testkit/src/command_line.rs"]
mod command_line;
#[path = "../../../crates/jpeg-ladder/tests/ladder/common/mod.rs"]
mod common;
mod cores;
mod filters;
mod frames;
mod identity;
mod intervals;
mod oddities;
mod opencv;
mod pixels;
mod race;
mod recode;
mod sizes;
mod speed;
#[path = "../../../dev/testkit/src/statistics.rs"]
mod statistics;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// jpeg-ladder beside libjpeg-turbo, jpeg-encoder and OpenCV.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Compares with libjpeg-turbo's bytes: every size up to 67×67, and MORE cases.
    Identity {
        #[arg(default_value = "8000")]
        more: u64,
    },
    /// Prints the fingerprints of libjpeg-turbo's files, in full size or of the SMALLER ones.
    Golden { size: Option<Golden> },
    /// Measures what a second thread gains.
    Cores,
    /// Measures what smaller pictures cost beside the full ones.
    Sizes {
        #[arg(default_value = "15")]
        rounds: usize,
    },
    /// Measures all encoders; PYTHON has cv2.
    Speed {
        python: String,
        #[arg(default_value = "15")]
        rounds: usize,
    },
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Golden {
    Smaller,
}

fn main() -> ExitCode {
    let arguments: Arguments = match command_line::parse() {
        Ok(arguments) => arguments,
        Err(ended) => return ended,
    };
    match arguments.what {
        What::Identity { more } => {
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
        What::Golden { size: None } => identity::golden(),
        What::Golden {
            size: Some(Golden::Smaller),
        } => identity::golden_smaller(),
        What::Cores => cores::run(),
        What::Sizes { rounds } => sizes::run(rounds),
        What::Speed { python, rounds } => {
            speed::run(&python, rounds);
            println!();
            sizes::run(rounds);
        }
    }
    ExitCode::SUCCESS
}
