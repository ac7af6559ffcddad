//! `cargo xtask bench [--quick] [name [arguments…]]`: every measurement and comparison, or one.
//!
//! Without a name all of them run, unattended, and their tables become `bench/RESULTS.md`. `--quick` only shows that they
//! run: debug builds, a second of each, nothing written.

mod arm;
mod camera_peers;
mod list;
mod results;

use std::process::Command;
use std::time::Instant;

use crate::shell::{Environment, Outcome, binaries, run, say, workspace};
use crate::{network, tools, web};
use list::{BENCHES, Bench};
use results::{Results, tables_of};

pub(crate) fn command(arguments: &[String]) -> Outcome<()> {
    let (quick, rest): (Vec<&String>, Vec<&String>) =
        arguments.iter().partition(|word| *word == "--quick");
    let mut kit = Kit::new(!quick.is_empty());
    let Some((name, own)) = rest.split_first() else {
        return all(&mut kit);
    };
    let bench = BENCHES.iter().find(|bench| bench.name == name.as_str());
    let bench = bench.ok_or_else(|| {
        let names: Vec<&str> = BENCHES.iter().map(|bench| bench.name).collect();
        format!("no measurement {name:?}; there are {}", names.join(", "))
    })?;
    let mut own: Vec<&str> = own.iter().map(|word| word.as_str()).collect();
    if own.is_empty() {
        own.extend(bench.arguments);
    }
    let mut command = kit.command(bench, &own)?;
    run(&format!("bench {name}"), &mut command)
}

/// All of them for their being able to run, with the tools and builds that `environment` has.
pub(crate) fn quick(environment: &Environment) -> Outcome<()> {
    let mut kit = Kit::new(true);
    kit.environment = environment.clone();
    all(&mut kit)
}

/// Every one in turn; one that fails does not keep the others from running.
fn all(kit: &mut Kit) -> Outcome<()> {
    let began = Instant::now();
    let nats = tools::NATS_SERVER.get(&mut kit.environment)?;
    let mut results = Results::begin(&nats);
    let benches: Vec<&Bench> = BENCHES.iter().filter(|bench| kit.has(bench)).collect();
    let mut failed = Vec::new();
    for (at, bench) in benches.iter().enumerate() {
        say(&format!(
            "{} of {}: {}, {} ({:.0} s so far)",
            at + 1,
            benches.len(),
            bench.name,
            bench.what,
            began.elapsed().as_secs_f64()
        ));
        let tables = kit
            .command(bench, bench.arguments)
            .and_then(|mut command| tables_of(&mut command));
        if let Err(why) = &tables {
            failed.push(format!("{}: {why}", bench.name));
        }
        results.add(bench.name, bench.what, tables);
        // After each, so that an interrupted run leaves what it has, and the model finds the costs.
        if !kit.quick {
            results.write()?;
        }
    }
    say(&format!("all: {:.0} s", began.elapsed().as_secs_f64()));
    if failed.is_empty() {
        Ok(())
    } else {
        Err(failed.join("; "))
    }
}

/// What the measurements need: builds and tools, got once.
struct Kit {
    quick: bool,
    environment: Environment,
    services_built: bool,
}

impl Kit {
    fn new(quick: bool) -> Self {
        Self {
            quick,
            environment: Environment::default(),
            services_built: false,
        }
    }

    /// Quick, those with a build of their own stay out: minutes of it before seconds of measuring. So do those in a
    /// browser, where the tests have a wall of their own.
    fn has(&self, bench: &Bench) -> bool {
        !self.quick || bench.member || bench.package.is_none() && !bench.in_browser
    }

    fn profile(&self) -> &'static str {
        if self.quick { "debug" } else { "release" }
    }

    fn command(&mut self, bench: &Bench, arguments: &[&str]) -> Outcome<Command> {
        let Some(package) = bench.package else {
            return self.measure_client(bench);
        };
        if !["encode", "model", "still"].contains(&package) {
            self.build_services()?;
        }
        if bench.member {
            return Ok(self.measure_system(bench, arguments));
        }
        if package == "encode" {
            tools::CMAKE.get(&mut self.environment)?;
            tools::NASM.get(&mut self.environment)?;
        }
        if package == "still" {
            tools::FFMPEG.get(&mut self.environment)?;
        }
        if bench.name == "links" {
            // Without it a column stays empty.
            if let Err(why) = tools::FFMPEG_WITH_VMAF.get(&mut self.environment) {
                say(&why);
            }
        }
        if ["encode", "fanout"].contains(&package) {
            // The peers in Python; who has not got them is told by the comparison itself.
            match tools::PEERS.get(&mut self.environment) {
                Ok(()) => {}
                Err(why) => say(&why),
            }
        }
        let manifest = format!("bench/{package}/Cargo.toml");
        let mut cargo =
            self.environment
                .cargo(&["run", "--release", "--manifest-path", &manifest, "--"]);
        cargo.args(arguments);
        if package == "encode" && arguments == ["arm"] {
            cargo.args(arm::build(&mut self.environment.clone(), &manifest)?);
        }
        if package == "fanout" {
            let given = arguments.iter().any(|word| word.starts_with("--gateway"));
            if !given {
                cargo
                    .arg("--gateway")
                    .arg(binaries("release").join("gateway-svc"));
            }
        }
        Ok(cargo)
    }

    /// The page, as it is simulated or in a real browser.
    fn measure_client(&mut self, bench: &Bench) -> Outcome<Command> {
        tools::NODE.get(&mut self.environment)?;
        web::install(&self.environment)?;
        if bench.in_browser {
            self.build_services()?;
            tools::CHROMIUM.get(&mut self.environment)?;
            web::build(&self.environment)?;
            self.environment.set("WEB_DIST", web::dist());
        }
        let mut npm = self.environment.command("npm");
        npm.args(["run", "--silent", &format!("bench:{}", bench.name)])
            .current_dir(workspace().join("web"));
        Ok(npm)
    }

    /// The whole chain, which is built.
    fn measure_system(&mut self, bench: &Bench, arguments: &[&str]) -> Command {
        let program = binaries(self.profile()).join("bench-system");
        let mut command = self.environment.command(&program);
        if bench.name == "peers" {
            camera_peers::get(&mut self.environment, !self.quick);
            // The segments of an Ethernet, as viewers elsewhere get them.
            let ethernet = network::of_its_own(&self.environment, "mtu 1500 up", &[&["true"]]);
            command = match ethernet {
                Some(mut command) => {
                    command.arg(program).arg("--ethernet");
                    command
                }
                None => self.environment.command(program),
            };
        }
        command.arg(bench.name).args(arguments);
        if self.quick {
            command.arg("--quick");
        }
        command
    }

    /// The services, as the profile says, and what measures them.
    fn build_services(&mut self) -> Outcome<()> {
        if self.services_built {
            return Ok(());
        }
        tools::NATS_SERVER.get(&mut self.environment)?;
        let arguments: &[&str] = if self.quick {
            // All of the workspace is there already, as the tests built it.
            &["build", "--workspace", "--all-targets"]
        } else {
            &[
                "build",
                "--release",
                "--package=capture-svc",
                "--package=gateway-svc",
                "--package=bench-system",
                "--package=v4l2-stand-in",
            ]
        };
        run(
            &format!("cargo {}", arguments.join(" ")),
            &mut self.environment.cargo(arguments),
        )?;
        let directory = binaries(self.profile());
        self.environment
            .set("CAPTURE_BIN", directory.join("capture-svc"));
        self.environment
            .set("GATEWAY_BIN", directory.join("gateway-svc"));
        self.services_built = true;
        Ok(())
    }
}
