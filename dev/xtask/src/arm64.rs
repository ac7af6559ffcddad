//! `cargo xtask arm64`: the encoder, the services and NATS as they run on a 64-bit ARM, under QEMU's user mode.
//!
//! Every kernel that such a processor has must write the bytes that all others write, the services' own tests must pass,
//! and viewers must get frames that libjpeg decodes. What an emulator does not show is how long anything takes.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::shell::{Environment, Outcome, binaries, run};
use crate::tools::{self, Arm64};

/// One selection for both commands: with another one cargo would build libraries again with other features.
const SELECTION: [&str; 7] = [
    "--target",
    Arm64::TARGET,
    "--package=jpeg-ladder",
    "--package=capture-svc",
    "--package=gateway-svc",
    "--lib",
    "--test=ladder",
];

pub(crate) fn command(_: &[String]) -> Outcome<()> {
    let mut environment = Environment::default();
    tools::LIBJPEG_TURBO.get(&mut environment)?;
    run(
        "building the tests",
        &mut environment.cargo(&["build", "--quiet", "--workspace", "--all-targets"]),
    )?;
    check(environment)
}

/// With the workspace built for this machine.
fn check(mut environment: Environment) -> Outcome<()> {
    let machine = Arm64::get(&mut environment)?;
    let mut arm = environment.clone();
    // A folder of its own: in one of them cargo builds for one at a time, and the gate does something else meanwhile.
    let target = binaries("arm64");
    arm.set("CARGO_TARGET_DIR", &target);
    // What only this processor has was seen by no other clippy.
    let lint = ["clippy", "--package=jpeg-ladder", "--target", Arm64::TARGET];
    let mut clippy = arm.cargo(&lint);
    run("clippy for arm64", clippy.args(["--", "-D", "warnings"]))?;
    // Nobody debugs these, and they are built faster without.
    arm.set("CARGO_PROFILE_DEV_DEBUG", "0");
    let build = [&["build", "--bins"], &SELECTION[..]].concat();
    run("building for arm64", &mut arm.cargo(&build))?;
    let tests = [&["test", "--quiet"], &SELECTION[..]].concat();
    run(
        "the tests of encoder and services on arm64",
        &mut arm.cargo(&tests),
    )?;
    let programs = target.join(Arm64::TARGET).join("debug");
    for (variable, program) in [
        ("CAPTURE_BIN", programs.join("capture-svc")),
        ("GATEWAY_BIN", programs.join("gateway-svc")),
        ("NATS_SERVER_BIN", machine.nats_server.clone()),
    ] {
        let script = programs.join(format!("{variable}.sh"));
        emulate(&machine, &program, &script)?;
        environment.set(variable, script);
    }
    let arguments = ["test", "--quiet", "--workspace", "--test", "end_to_end"];
    let mut viewers = environment.cargo(&arguments);
    viewers.args(["--", "libjpeg"]);
    run("viewers of services on arm64", &mut viewers)
}

/// Writes a script that is `program` as its own processor would run it.
fn emulate(machine: &Arm64, program: &Path, script: &Path) -> Outcome<()> {
    let line = format!(
        "#!/bin/sh\nexec '{}' -L '{}' '{}' \"$@\"\n",
        machine.qemu.display(),
        Arm64::LIBC,
        program.display()
    );
    fs::write(script, line)
        .and_then(|()| fs::set_permissions(script, fs::Permissions::from_mode(0o755)))
        .map_err(|error| format!("cannot write {}: {error}", script.display()))
}
