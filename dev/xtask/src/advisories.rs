//! `cargo xtask advisories`: whether a weakness became known in what we depend on.
//!
//! The services' crates by cargo-deny and the database of `RustSec`, which is on a host of its own and not to be had
//! everywhere.

use crate::shell::{Environment, Outcome, output, run};
use crate::tools;

/// Why there may be no answer.
pub(crate) const NO_DATABASE: &str =
    "RustSec's database (https://github.com/RustSec/advisory-db) cannot be had here";

pub(crate) fn command(_: &[String]) -> Outcome<()> {
    let mut environment = Environment::default();
    tools::CARGO_DENY.get(&mut environment)?;
    if !fetched(&environment) {
        return Err(NO_DATABASE.to_owned());
    }
    check(&environment)
}

/// Gets the newest database; false where it cannot be had.
pub(crate) fn fetched(environment: &Environment) -> bool {
    let fetch = ["deny", "--config", ".deny.toml", "fetch", "db"];
    output(&mut environment.cargo(&fetch)).is_some()
}

/// With the database that was fetched.
pub(crate) fn check(environment: &Environment) -> Outcome<()> {
    let check = [
        "deny",
        "--config",
        ".deny.toml",
        "check",
        "--disable-fetch",
        "advisories",
    ];
    run("advisories", &mut environment.cargo(&check))
}
