//! `cargo xtask chaos`: builds the services and plays the fault suite of `crates/chaos` on them.

use crate::shell::{Environment, Outcome, binaries, run};
use crate::tools;

/// Measured are release builds; the quick suite takes what `test` has built.
pub(crate) fn command(arguments: &[String]) -> Outcome<()> {
    let mut environment = Environment::default();
    tools::LIBCLANG.get(&mut environment)?;
    tools::NATS_SERVER.get(&mut environment)?;
    tools::FAKETIME.get(&mut environment)?;
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let (profile, build): (_, &[&str]) = if quick {
        // The workspace's features, so that this shares its build with `run` and `test`.
        ("debug", &["build", "--workspace", "--bins"])
    } else {
        let release = &["build", "--release", "--workspace", "--bins"];
        ("release", release)
    };
    run("building both services", &mut environment.cargo(build))?;
    play(&mut environment, profile, arguments)
}

/// Plays what is built in `profile`.
pub(crate) fn play(
    environment: &mut Environment,
    profile: &str,
    arguments: &[String],
) -> Outcome<()> {
    let built = binaries(profile);
    environment.set("CAPTURE_BIN", built.join("capture-svc"));
    environment.set("GATEWAY_BIN", built.join("gateway-svc"));
    let mut suite = environment.command(built.join("chaos"));
    run(
        &format!("chaos {}", arguments.join(" ")),
        suite.args(arguments),
    )
}
