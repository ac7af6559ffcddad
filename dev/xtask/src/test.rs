//! `cargo xtask test`: every check of this repository, each with its time, and loudly what did not run.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::shell::{Environment, Outcome, binaries, output, paint, red, run};
use crate::{
    advisories, bench, camera, chaos, deploy, docs_commands, odd_jpegs, proxies, rtsp, tools, web,
};

pub(crate) fn command(_: &[String]) -> Outcome<()> {
    let mut environment = Environment::default();
    let binaries = binaries("debug");
    environment.set("CAPTURE_BIN", binaries.join("capture-svc"));
    environment.set("GATEWAY_BIN", binaries.join("gateway-svc"));
    environment.set("WEB_DIST", web::dist());
    let mut report = Report {
        environment,
        steps: Vec::new(),
    };

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
    report.step("clippy", &["libclang"], |environment| {
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
    report.step("build", &["libclang"], |environment| {
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
    report.step("web build", &["npm ci"], |environment| {
        web::build(environment)
    });
    report.step(
        "end to end in chromium",
        &["build", "nats-server", "chromium", "ffmpeg", "web build"],
        |environment| web::npm(environment, &["run", "e2e"]),
    );
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

/// What is shipped and how it is deployed; the camera's machine last, which takes longest.
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
    match tools::get_rtsp_server() {
        Ok(()) => report.step(
            "rtsp camera",
            &["build", "nats-server", "ffmpeg"],
            |environment| rtsp::check(environment),
        ),
        Err(why) => report.skip("rtsp camera", &why),
    }
    match tools::apt_possible() {
        Ok(()) => report.step("camera machine", &["build", "nats-server"], |_| {
            camera::command(&[])
        }),
        Err(why) => report.skip("camera machine", &format!("{why}; it needs root and apt")),
    }
}

fn get_tools(report: &mut Report) {
    let needed = [
        ("libclang", tools::LIBCLANG),
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
    report.step("nats-py", &[], |_| tools::NATS_PY.fetch());
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

enum Verdict {
    Passed,
    Failed(String),
    DidNotRun(String),
}

struct Step {
    name: &'static str,
    verdict: Verdict,
    took: Duration,
}

/// What has been done so far.
struct Report {
    environment: Environment,
    steps: Vec<Step>,
}

impl Report {
    /// Runs one step, unless one that it needs has not passed.
    fn step(
        &mut self,
        name: &'static str,
        needs: &[&str],
        run: impl FnOnce(&mut Environment) -> Outcome<()>,
    ) {
        let passed = |need: &&&str| {
            self.steps
                .iter()
                .any(|step| step.name == **need && matches!(step.verdict, Verdict::Passed))
        };
        if let Some(missing) = needs.iter().find(|need| !passed(need)) {
            return self.skip(name, &format!("{missing} did not pass"));
        }
        println!("\n{}", paint("1", format!("== {name}")));
        let started = Instant::now();
        let verdict = match run(&mut self.environment) {
            Ok(()) => Verdict::Passed,
            Err(why) => {
                println!("{} {}", red("failed:"), first_line(&why));
                Verdict::Failed(why)
            }
        };
        self.steps.push(Step {
            name,
            verdict,
            took: started.elapsed(),
        });
    }

    fn skip(&mut self, name: &'static str, why: &str) {
        println!("\n{}", paint("1", format!("== {name}")));
        println!("{} {why}", red("DID NOT RUN:"));
        self.steps.push(Step {
            name,
            verdict: Verdict::DidNotRun(why.to_owned()),
            took: Duration::ZERO,
        });
    }

    fn close(self) -> Outcome<()> {
        for Step { name, verdict, .. } in &self.steps {
            if let Verdict::Failed(why) = verdict
                && why.contains('\n')
            {
                println!("\n{}", paint("1", format!("== {name}: why, once more")));
                println!("{why}");
            }
        }
        println!();
        let (mut passed, mut failed, mut skipped) = (0, 0, 0);
        for Step {
            name,
            verdict,
            took,
        } in &self.steps
        {
            let (count, result) = match verdict {
                Verdict::Passed => (&mut passed, paint("32", "passed")),
                Verdict::Failed(why) => (
                    &mut failed,
                    format!("{} {}", red("FAILED"), first_line(why)),
                ),
                Verdict::DidNotRun(why) => (&mut skipped, format!("{} {why}", red("DID NOT RUN:"))),
            };
            *count += 1;
            println!("{name:<24} {:>6.1} s  {result}", took.as_secs_f64());
        }
        let total: f64 = self.steps.iter().map(|step| step.took.as_secs_f64()).sum();
        println!("{:<24} {total:>6.1} s", "all");
        println!("{passed} passed, {failed} failed, {skipped} skipped");
        if failed > 0 {
            Err(format!("{failed} of {} steps failed", self.steps.len()))
        } else {
            Ok(())
        }
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
