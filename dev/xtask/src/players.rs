//! `cargo xtask players`: the players of docs/players.md, each as its line says, before the real services.

use crate::shell::{Environment, Outcome, binaries, run};
use crate::tools;

pub(crate) fn command(_: &[String]) -> Outcome<()> {
    let mut environment = Environment::default();
    tools::NATS_SERVER.get(&mut environment)?;
    tools::FFMPEG.get(&mut environment)?;
    tools::Players::EVERYDAY.get()?;
    tools::Players::MORE.get()?;
    let build = ["build", "--package=capture-svc", "--package=gateway-svc"];
    run("building the services", &mut environment.cargo(&build))?;
    let binaries = binaries("debug");
    environment.set("CAPTURE_BIN", binaries.join("capture-svc"));
    environment.set("GATEWAY_BIN", binaries.join("gateway-svc"));
    test(&environment, &[])
}

/// Those that are quickly had, with everything there.
pub(crate) fn check(environment: &Environment) -> Outcome<()> {
    test(environment, &["--", "everyday::"])
}

fn test(environment: &Environment, which: &[&str]) -> Outcome<()> {
    let test = ["test", "--package=end-to-end", "--test=players"];
    let test: Vec<&str> = test.iter().chain(which).copied().collect();
    run("the players", &mut environment.cargo(&test))
}
