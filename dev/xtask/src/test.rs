//! `cargo xtask test`: every check of this repository, each with its time, and loudly what did not run.

mod report;

use std::process::Command;

use self::report::Report;
use crate::shell::{Environment, Outcome, binaries, output, run};
use crate::{
    advisories, bench, camera, chaos, deploy, docs_commands, mqtt, odd_jpegs, players, proxies,
    rtsp, tools, web,
};

pub(crate) fn command(_: &[String]) -> Outcome<()> {
    let mut environment = Environment::default();
    let binaries = binaries("debug");
    environment.set("CAPTURE_BIN", binaries.join("capture-svc"));
    environment.set("GATEWAY_BIN", binaries.join("gateway-svc"));
    environment.set("WEB_DIST", web::dist());
    let mut report = Report::new(environment);

    get_tools(&mut report);
    check_rust(&mut report);
    check_web(&mut report);
    check_whole(&mut report);
    check_deploy(&mut report);
    report.close()
}

/// Formats, lints, builds and tests of the workspace, and the faults.
fn check_rust(report: &mut Report) {
    report.step("rustfmt", &[], |environment| {
        cargo(environment, &["fmt", "--all", "--check"])
    });
    report.step("clippy", &[], |environment| {
        cargo(
            environment,
            &[
                "clippy",
                "--workspace",
                "--all-targets",
                "--",
                "-D",
                "warnings",
            ],
        )
    });
    report.step("build", &[], |environment| {
        cargo(environment, &["build", "--workspace", "--all-targets"])
    });
    report.step(
        "rust tests",
        &["build", "nats-server", "libjpeg-turbo"],
        rust_tests,
    );
    report.step("odd jpegs", &["build", "libjpeg-turbo"], |environment| {
        odd_jpegs::check(environment)
    });
    report.step(
        "faults",
        &["build", "nats-server", "faketime"],
        |environment| {
            let arguments = ["--quick", "--secure"].map(str::to_owned);
            chaos::play(environment, "debug", &arguments)
        },
    );
    report.step("doc tests", &["build"], |environment| {
        cargo(environment, &["test", "--quiet", "--workspace", "--doc"])
    });
    check_emulated(report);
}

/// The two that run in emulators. The camera's machine takes one processor and goes by the clock; what it leaves is enough
/// for arm64's tests, which wait for nobody.
fn check_emulated(report: &mut Report) {
    let machine = tools::Arm64::get(&mut report.environment.clone()).map(drop);
    let needs = ["build", "libjpeg-turbo"];
    let arm64 = report.begin(machine, "arm64", &needs, "arm64");
    let needs = ["build", "nats-server"];
    let apt = tools::apt_possible();
    let apt = apt.map_err(|why| format!("{why}; it needs root and apt"));
    report.step_with(apt, "camera machine", &needs, |_| camera::command(&[]));
    report.end(arm64);
}

/// The client, by itself and in a browser.
fn check_web(report: &mut Report) {
    report.step("npm ci", &["node"], |environment| web::install(environment));
    report.step("web check", &["npm ci"], |environment| {
        web::npm(environment, &["run", "check"])
    });
    report.step("web tests", &["npm ci"], |environment| {
        web::npm(environment, &["test"])
    });
    report.step(
        "components in chromium",
        &["npm ci", "chromium"],
        |environment| web::npm(environment, &["run", "test:components"]),
    );
    report.step("web build", &["npm ci"], |environment| {
        web::build(environment)
    });
    report.step(
        "end to end in chromium",
        &["build", "nats-server", "chromium", "ffmpeg", "web build"],
        |environment| web::npm(environment, &["run", "e2e"]),
    );
    report.step("browsers", &["end to end in chromium"], |environment| {
        web::in_all_browsers(environment)
    });
}

/// What the documents promise, and that the benches still run.
fn check_whole(report: &mut Report) {
    report.step(
        "a user's walk",
        &["build", "nats-server", "web build", "ffmpeg"],
        |environment| docs_commands::play(environment),
    );

    // For its being able to run; a machine that tests is no machine that measures.
    report.step(
        "bench quick",
        &["build", "nats-server", "npm ci"],
        |environment| bench::quick(environment),
    );
}

/// What is shipped and how it is deployed.
fn check_deploy(report: &mut Report) {
    report.step("licences", &[], |environment| {
        tools::CARGO_DENY.get(environment)?;
        let check = [
            "deny",
            "--config",
            ".deny.toml",
            "check",
            "bans",
            "licenses",
            "sources",
        ];
        cargo(environment, &check)
    });
    if advisories::fetched(&report.environment) {
        report.step("advisories", &["licences"], |environment| {
            advisories::check(environment)
        });
    } else {
        report.skip("advisories", advisories::NO_DATABASE);
    }
    report.step("deploy checks", &["build", "nats-server"], |environment| {
        deploy::check(environment)
    });
    report.step(
        "reverse proxies",
        &["build", "nats-server", "web build"],
        |environment| proxies::check(environment),
    );
    report.skip(
        "containers",
        "it takes docker and minutes of its own: cargo xtask containers",
    );
    report.skip(
        "packages",
        "it takes root, a Debian of its own and minutes: cargo xtask packages",
    );
    let needs = ["build", "nats-server", "ffmpeg"];
    let players = tools::Players::EVERYDAY.get();
    report.step_with(players, "players", &needs, |environment| {
        players::check(environment)
    });
    let rtsp_server = tools::get_rtsp_server();
    report.step_with(rtsp_server, "rtsp camera", &needs, |environment| {
        rtsp::check(environment)
    });
    let mosquitto = tools::MOSQUITTO.get(&mut report.environment).map(drop);
    let needs = ["build", "nats-server"];
    report.step_with(mosquitto, "mqtt broker", &needs, |environment| {
        mqtt::check(environment)
    });
}

fn get_tools(report: &mut Report) {
    let needed = [
        ("nats-server", tools::NATS_SERVER),
        ("node", tools::NODE),
        ("chromium", tools::CHROMIUM),
        ("faketime", tools::FAKETIME),
        ("ffmpeg", tools::FFMPEG),
        ("libjpeg-turbo", tools::LIBJPEG_TURBO),
    ];
    for (name, tool) in needed {
        report.step(name, &[], |environment| tool.get(environment).map(drop));
    }
    report.step("nats-py", &[], |_| {
        tools::NATS_PY.fetch()?;
        tools::NKEYS_PY.fetch()
    });
}

fn cargo(environment: &Environment, arguments: &[&str]) -> Outcome<()> {
    run(
        &format!("cargo {}", arguments.join(" ")),
        &mut environment.cargo(arguments),
    )
}

/// nextest gives each test a process and a time limit; without it cargo's own runner does.
fn rust_tests(environment: &mut Environment) -> Outcome<()> {
    if output(Command::new("cargo-nextest").arg("--version")).is_some() {
        cargo(
            environment,
            &["nextest", "run", "--workspace", "--profile", "ci"],
        )
    } else {
        cargo(
            environment,
            &["test", "--workspace", "--all-targets", "--no-fail-fast"],
        )
    }
}
