//! jpeg-ladder beside its peers: `identity` proves the bytes and the table of odd frames, `golden` prints the fingerprints that the crate's own test
//! compares with, `speed` measures the time, `sizes` what smaller pictures cost, `markers` what restart markers cost, `cores` what a
//! second thread gains, `portable` what a processor without a kernel of its own gets, and `arm` counts instructions of arm64. `cargo xtask bench encode` builds
//! and runs it.

mod arm;
#[path = "../../../dev/testkit/src/command_line.rs"]
mod command_line;
#[path = "../../../crates/jpeg-ladder/tests/ladder/common/mod.rs"]
mod common;
mod cores;
mod filters;
mod frames;
mod identity;
mod intervals;
mod markers;
mod oddities;
mod once;
mod opencv;
mod pixels;
mod portable;
mod race;
mod recode;
mod sizes;
mod speed;
#[path = "../../../dev/testkit/src/statistics.rs"]
mod statistics;

use std::path::PathBuf;
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
    /// Counts instructions of arm64, under emulation.
    Arm(arm::Machine),
    /// Measures the portable kernel beside libjpeg-turbo with its SIMD and without.
    Portable,
    /// Encodes the frame in DIRECTORY as often as asked; what `portable` runs.
    Serve {
        directory: PathBuf,
        width: usize,
        height: usize,
    },
    /// Encodes the frame in DIRECTORY so often with one encoder; what `arm` runs.
    Once {
        directory: PathBuf,
        encoder: String,
        rounds: usize,
        qualities: Vec<u8>,
    },
    /// Says how many bytes restart markers cost.
    Markers,
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
        What::Portable => portable::run(),
        What::Serve {
            directory,
            width,
            height,
        } => portable::serve(&directory, width, height),
        What::Arm(machine) => arm::run(&machine),
        What::Once {
            directory,
            encoder,
            rounds,
            qualities,
        } => once::run(&directory, &encoder, rounds, &qualities),
        What::Markers => {
            if !markers::run() {
                return ExitCode::FAILURE;
            }
        }
        What::Cores => cores::run(),
        What::Sizes { rounds } => sizes::run(rounds),
        What::Speed { python, rounds } => {
            speed::run(&python, rounds);
            println!();
            sizes::run(rounds);
            println!();
            if !markers::run() {
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}
