//! The README's commands: `cargo xtask <command>`.
//!
//! Needs nothing but what a Rust machine has, so that it can get the rest. It is built before everything else at each use,
//! so it stays on std, its arguments too: a parser would take longer to build than all of this, for words and flags that
//! are mostly handed on to the tool that reads them.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a command-line tool: it talks to a person, reads its environment and measures time"
)]

mod advisories;
mod arm64;
mod bench;
mod camera;
mod chaos;
mod children;
mod containers;
mod deploy;
mod dist;
mod docs_commands;
mod mqtt;
mod mutants;
mod nats;
mod network;
mod notes;
mod odd_jpegs;
mod packages;
mod players;
mod probe;
mod proxies;
mod rtsp;
mod run;
mod sbom;
mod shell;
mod test;
mod tools;
mod version;
mod web;

use std::process::ExitCode;

use shell::Outcome;

type Run = fn(&[String]) -> Outcome<()>;

/// Every command: its name, what it does, and the function.
const COMMANDS: &[(&str, &str, Run)] = &[
    (
        "run",
        "set up and start everything on this machine, as shipped with --release; prints the URL",
        run::command,
    ),
    (
        "test",
        "every check there is; says loudly what did not run",
        test::command,
    ),
    (
        "camera",
        "the services against a genuine UVC camera, in a virtual machine",
        camera::command,
    ),
    (
        "rtsp",
        "the services against an RTSP camera, through ffmpeg",
        rtsp::command,
    ),
    (
        "players",
        "every player of docs/players.md that Debian has, before the services",
        players::command,
    ),
    (
        "mqtt",
        "the services and a broker of MQTT, healthy, frozen and gone",
        mqtt::command,
    ),
    (
        "arm64",
        "the encoder, the services and NATS as a 64-bit ARM runs them, emulated",
        arm64::command,
    ),
    (
        "chaos",
        "every fault of the bus on real processes: [--runs N] [--quick] [--secure] [name…]",
        chaos::command,
    ),
    (
        "deploy",
        "deploy/ on paper: rules, manifests, dashboards, Dockerfile; no docker needed",
        deploy::command,
    ),
    (
        "containers",
        "the compose stack and its dashboards, on a real docker; --whole compiles in it, too",
        containers::command,
    ),
    (
        "proxies",
        "nginx, Caddy and HAProxy as deploy/proxy has them, before a real gateway",
        proxies::command,
    ),
    (
        "odd-jpegs",
        "some hundred odd JPEGs: what the encoder makes of each beside libjpeg-turbo; --list",
        odd_jpegs::command,
    ),
    (
        "bench",
        "every measurement, into bench/RESULTS.md; or a name and its arguments; --quick",
        bench::command,
    ),
    (
        "dist",
        "what a release hands out: .deb, tarball, checksums, what it is made of: [amd64] [arm64]",
        dist::command,
    ),
    (
        "packages",
        "the .deb packages in a Debian with systemd: install, faults, upgrade, purge; as root",
        packages::command,
    ),
    (
        "notes",
        "what the release of a tag says about itself, out of CHANGELOG.md: TAG FILE",
        notes::command,
    ),
    (
        "mutants",
        "changes every line of the pure files and sees whether a unit test notices: [part of a path…]",
        mutants::command,
    ),
    (
        "sbom",
        "what the services and the client are made of, as CycloneDX",
        sbom::command,
    ),
    (
        "advisories",
        "whether a weakness became known in what the services are made of; needs RustSec's database",
        advisories::command,
    ),
    (
        "tools",
        "get what run and test need and this machine lacks",
        tools::command,
    ),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let asked = arguments.first().map_or("", String::as_str);
    let Some((_, _, command)) = COMMANDS.iter().find(|(name, ..)| *name == asked) else {
        if !asked.is_empty() {
            println!("xtask has no command {asked:?}. It has:");
        }
        for (name, what, _) in COMMANDS {
            println!("  cargo xtask {name:<10} {what}");
        }
        return ExitCode::from(if asked.is_empty() { 0 } else { 64 });
    };
    match command(&arguments[1..]) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("{} {error}", shell::red("error:"));
            ExitCode::FAILURE
        }
    }
}
