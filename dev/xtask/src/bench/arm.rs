//! `bench encode arm`: the same program once more, built for arm64.

use std::ffi::OsString;

use crate::shell::{Environment, Outcome, run, workspace};
use crate::tools::Arm64;

/// Builds it; gives what the comparison has to know: the emulator, arm64's libc and the program.
pub(super) fn build(environment: &mut Environment, manifest: &str) -> Outcome<[OsString; 3]> {
    let machine = Arm64::get(environment)?;
    // Beside the one for this machine, where cargo puts a package outside of the workspace.
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || workspace().join(manifest).with_file_name("target"),
        Into::into,
    );
    let arguments = ["build", "--release", "--manifest-path", manifest];
    let mut cargo = environment.cargo(&arguments);
    cargo.args(["--target", Arm64::TARGET]);
    run("building the comparison for arm64", &mut cargo)?;
    let program = target.join(Arm64::TARGET).join("release/bench-encode");
    Ok([machine.qemu.into(), Arm64::LIBC.into(), program.into()])
}
