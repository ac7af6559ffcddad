//! `cargo xtask chaos`: builds the services and plays the fault suite of `dev/faults` on them.

use crate::shell::{Environment, Outcome, binaries, red, run, say};
use crate::{network, tools};

/// Measured are release builds; the quick suite takes what `test` has built.
pub(crate) fn command(arguments: &[String]) -> Outcome<()> {
    let mut environment = Environment::default();
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
    let suite = built.join("faults");
    let cables: [&[&str]; 3] = [
        &["nsenter", "--version"],
        &["tc", "-Version"],
        &["ip", "link", "add", "c0b", "type", "bridge"],
    ];
    let mut command = if let Some(mut command) = network::of_its_own(environment, "up", &cables) {
        command.arg(suite).arg("--cables");
        command
    } else {
        say(&red(
            "chaos: links are cut by a proxy on loopback, NOT as cables between network namespaces, and no line is thin: that \
             takes root, unshare and nsenter (util-linux), ip and tc (iproute2)",
        ));
        environment.command(suite)
    };
    run(
        &format!("chaos {}", arguments.join(" ")),
        command.args(arguments),
    )
}
