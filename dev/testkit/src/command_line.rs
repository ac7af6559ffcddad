//! Reading a tool's arguments: `--help` and `--version` are answers, anything else that is wrong ends with status 64.
//!
//! It needs clap alone, so that the benches that are built without testkit can include this file by its path.

use std::process::ExitCode;

use clap::Parser;

/// The status of wrong arguments, as in sysexits.h: `EX_USAGE`.
const EX_USAGE: u8 = 64;

/// What the arguments of this process say.
///
/// # Errors
/// With the status to end with: what was asked for or what is wrong has been printed.
pub fn parse<Arguments: Parser>() -> Result<Arguments, ExitCode> {
    Arguments::try_parse().map_err(|error| {
        // Whoever has closed our output has seen enough.
        let _ = error.print();
        if error.use_stderr() {
            ExitCode::from(EX_USAGE)
        } else {
            ExitCode::SUCCESS
        }
    })
}
