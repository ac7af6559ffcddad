//! `cargo xtask camera`: the real services against a genuine UVC camera, on any Debian machine, in about five minutes.
//!
//! A virtual machine (QEMU without any help from the processor, Debian's own kernel) loads the genuine `uvcvideo` driver
//! for a camera that `dev/uvc-emulator` plays over USB/IP. The real capture-svc runs in it; NATS, gateway and viewers run
//! outside. What is done to the camera there is in `dev/uvc-emulator/tests/camera/`; here is what it takes to get there.

mod initramfs;
mod packages;

use std::path::PathBuf;
use std::process::Command;

use crate::shell::{Environment, Outcome, binaries, run, say, workspace};
use crate::tools;

/// Runs the scenarios, or those whose names contain one of `names`.
pub(crate) fn command(names: &[String]) -> Outcome<()> {
    let mut environment = Environment::default();
    tools::NATS_SERVER.get(&mut environment)?;

    let directory = workspace().join("target/camera");
    let machine = packages::get(&directory)?;
    // The workspace's features, as everywhere, so that nothing is built twice.
    let mut build = environment.cargo(&["build", "--quiet", "--workspace", "--bins"]);
    run("building the services and the camera", &mut build)?;
    let programs = binaries("debug");
    let pictures = directory.join("pictures");
    run(
        "drawing the camera's pictures",
        Command::new(programs.join("uvc-emulator"))
            .arg("draw")
            .arg(&pictures),
    )?;
    // As in all tests: a service built elsewhere can be tried instead.
    let capture =
        std::env::var_os("CAPTURE_BIN").map_or_else(|| programs.join("capture-svc"), PathBuf::from);
    let installed = [capture, programs.join("uvc-emulator")];
    initramfs::write(
        &machine,
        &installed,
        &pictures,
        &directory.join("initramfs"),
    )?;

    for (name, value) in machine.variables(&directory) {
        environment.set(name, value);
    }
    let mut scenarios = environment.cargo(&[
        "test",
        "--quiet",
        "--workspace",
        "--features",
        "uvc-emulator/vm",
        "--test",
        "camera",
        "--",
    ]);
    scenarios.args(names);
    say("starting the camera's machine");
    run("the camera's scenarios", &mut scenarios)
}
