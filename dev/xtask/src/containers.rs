//! `cargo xtask containers`: builds the images, starts the compose stack with them and looks whether it does what
//! `deploy/` promises; judges the Kubernetes manifests too. Says loudly what it could not check here.

mod bases;
mod engine;
mod notes;
mod stack;

use std::fs;
use std::time::Instant;

use crate::shell::{Environment, Outcome, binaries, paint, run, say, workspace};
use crate::{deploy, tools, web};

pub(crate) fn command(arguments: &[String]) -> Outcome<()> {
    let whole = match arguments {
        [] => false,
        [one] if one == "--whole" => true,
        _ => return Err("cargo xtask containers [--whole]".to_owned()),
    };
    let started = Instant::now();
    let mut notes = notes::Notes::default();
    let mut environment = Environment::default();
    let directory = workspace().join("target/containers");
    fs::create_dir_all(&directory).map_err(|error| format!("{}: {error}", directory.display()))?;

    tools::NATS_SERVER.get(&mut environment)?;
    tools::NODE.get(&mut environment)?;
    let release = [
        "build",
        "--release",
        "--locked",
        "--package",
        "capture-svc",
        "--package",
        "gateway-svc",
    ];
    run("building both services", &mut environment.cargo(&release))?;
    let proof = ["build", "--locked", "--package", "deploy-checks"];
    run("building the proof", &mut environment.cargo(&proof))?;
    web::install(&environment)?;
    web::build(&environment)?;

    environment.set("CAPTURE_BIN", binaries("release").join("capture-svc"));
    environment.set("GATEWAY_BIN", binaries("release").join("gateway-svc"));
    let engine = engine::get(&directory, &mut environment, &mut notes)?;
    deploy::check(&environment)?;
    bases::get(&directory, &environment, &mut notes)?;
    let mut stack = stack::ComposeStack::prepare(&directory, &environment, whole)?;
    if !whole {
        notes.not_checked(
            "the stages `web` and `build` of the Dockerfile: the images hold what cargo and npm built on this machine \
             (--whole compiles in docker, for many minutes)",
        );
    }
    notes.not_checked(
        "Grafana itself: its dashboards are JSON and queries that have data; nothing drew them",
    );
    notes.not_checked("a Kubernetes API server: manifests are rendered and judged, not applied");
    let played = stack.play(&binaries("debug").join("deploy-checks"));
    drop(stack);
    drop(engine);

    println!();
    notes.repeat();
    let took = started.elapsed().as_secs_f64();
    match &played {
        Ok(()) => println!("{} in {took:.0} s", paint("32", "containers: all green")),
        Err(_) => say(&format!("containers: {took:.0} s")),
    }
    played
}
