//! `cargo xtask odd-jpegs [--list]`: some hundred odd JPEGs, and what the encoder makes of each beside libjpeg-turbo.

use crate::shell::{Environment, Outcome, binaries, run};
use crate::tools;

pub(crate) fn command(arguments: &[String]) -> Outcome<()> {
    let mut environment = Environment::default();
    tools::LIBJPEG_TURBO.get(&mut environment)?;
    run(
        "building odd-jpegs",
        &mut environment.cargo(&["build", "--package=odd-jpegs"]),
    )?;
    compare(&environment, arguments)
}

/// With everything built.
pub(crate) fn check(environment: &Environment) -> Outcome<()> {
    compare(environment, &[])
}

fn compare(environment: &Environment, arguments: &[String]) -> Outcome<()> {
    let mut program = environment.command(binaries("debug").join("odd-jpegs"));
    run("odd JPEGs beside libjpeg-turbo", program.args(arguments))
}
