//! `deploy/` on paper: everything about it that needs no docker and no cluster, in seconds. A step of `cargo xtask test`,
//! and the first thing that `cargo xtask containers` does.
//!
//! Each tool is shown something that is wrong, too: a check that cannot fail checks nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::shell::{Environment, Outcome, binaries, output, run, say, workspace};
use crate::tools;

const OVERLAYS: [&str; 4] = ["demo", "camera", "camera-privileged", "ha"];

/// The Kubernetes whose schemas the manifests are held against.
const KUBERNETES: &str = "1.33";

/// `cargo xtask deploy`
pub(crate) fn command(_: &[String]) -> Outcome<()> {
    check(&built()?)
}

/// Builds the checks and what they look at; the environment says where both services are.
pub(crate) fn built() -> Outcome<Environment> {
    let mut environment = Environment::default();
    tools::LIBCLANG.get(&mut environment)?;
    tools::NATS_SERVER.get(&mut environment)?;
    let build = [
        "build",
        "--package=deploy-checks",
        "--package=capture-svc",
        "--package=gateway-svc",
    ];
    run(
        "building both services and the checks",
        &mut environment.cargo(&build),
    )?;
    for (variable, service) in [
        ("CAPTURE_BIN", "capture-svc"),
        ("GATEWAY_BIN", "gateway-svc"),
    ] {
        environment.set(variable, binaries("debug").join(service));
    }
    Ok(environment)
}

/// All of it; `environment` says where both services are (`CAPTURE_BIN`, `GATEWAY_BIN`).
pub(crate) fn check(environment: &Environment) -> Outcome<()> {
    let folder = workspace().join("target/deploy");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut environment = environment.clone();
    dockerfile(&folder, &environment)?;
    rules(&folder, &environment)?;
    compose(&folder, &environment)?;
    tools::KUBERNETES_VALIDATE.get(&mut environment)?;
    manifests(&folder, &environment)?;
    let mut paper = environment.command(binaries("debug").join("deploy-checks"));
    run(
        "manifests, and the cluster of `ha`",
        paper.arg("paper").arg(&folder),
    )
}

/// A copy of `deploy/` without what a person has set and keeps secret.
pub(crate) fn copy(environment: &Environment, to: &Path) -> Outcome<()> {
    let _ = fs::remove_dir_all(to);
    let mut copy = environment.command("cp");
    copy.arg("-a").arg(workspace().join("deploy")).arg(to);
    run("copying deploy/", &mut copy)?;
    let _ = fs::remove_dir_all(to.join("secrets"));
    let _ = fs::remove_file(to.join(".env"));
    Ok(())
}

fn dockerfile(folder: &Path, environment: &Environment) -> Outcome<()> {
    let hadolint = tools::HADOLINT.get(&mut Environment::default())?;
    let lint = |file: &Path| {
        let mut command = environment.command(&hadolint);
        command.arg(file);
        command
    };
    let file = workspace().join("deploy/Dockerfile");
    run("hadolint", &mut lint(&file))?;
    let wrong = changed(&file, "--no-install-recommends ", "", folder)?;
    must_fail("hadolint", &mut lint(&wrong))
}

/// Prometheus' own word on its configuration, rules and their tests.
fn rules(folder: &Path, environment: &Environment) -> Outcome<()> {
    let promtool = tools::PROMTOOL.get(&mut Environment::default())?;
    let own = workspace().join("deploy/prometheus");
    let ask = |arguments: [&str; 3], at: &Path| {
        let mut command = environment.command(&promtool);
        command.args(arguments).current_dir(at);
        command
    };
    for arguments in [
        ["check", "config", "prometheus.yml"],
        ["check", "rules", "rules.yml"],
        ["test", "rules", "rules_test.yml"],
    ] {
        run(
            &format!("promtool {}", arguments.join(" ")),
            &mut ask(arguments, &own),
        )?;
    }
    let beside = folder.join("rules");
    fs::create_dir_all(&beside).map_err(|error| error.to_string())?;
    for name in ["prometheus.yml", "rules_test.yml"] {
        fs::copy(own.join(name), beside.join(name)).map_err(|error| format!("{name}: {error}"))?;
    }
    let file = own.join("rules.yml");
    changed(&file, "nats_connected == 0", "nats_connected == 2", &beside)?;
    must_fail(
        "promtool test rules",
        &mut ask(["test", "rules", "rules_test.yml"], &beside),
    )?;
    changed(
        &file,
        "sum(gateway_viewers)",
        "sum(gateway_viewers",
        &beside,
    )?;
    must_fail(
        "promtool check config",
        &mut ask(["check", "config", "prometheus.yml"], &beside),
    )
}

/// Where there is a docker with compose: it need not run.
fn compose(folder: &Path, environment: &Environment) -> Outcome<()> {
    let docker = |arguments: &[&str]| {
        let mut command = environment.command("docker");
        command.arg("compose").args(arguments);
        // What keys.sh would write; nothing is started.
        command.envs([("CAPTURE_NKEY", "U"), ("GATEWAY_NKEY", "U")]);
        command.current_dir(workspace().join("deploy"));
        command
    };
    if output(&mut docker(&["version"])).is_none() {
        say("no docker compose here: its files are read by `cargo xtask containers` only");
        return Ok(());
    }
    for beside in ["compose.camera.yaml", "compose.monitoring.yaml"] {
        let files = ["-f", "compose.yaml", "-f", beside, "config", "--quiet"];
        run(
            &format!("docker compose config ({beside})"),
            &mut docker(&files),
        )?;
    }
    let file = workspace().join("deploy/compose.yaml");
    let wrong = changed(&file, "read_only: true", "readonly: true", folder)?;
    let wrong = wrong.display().to_string();
    must_fail(
        "docker compose config",
        &mut docker(&["-f", &wrong, "config", "--quiet"]),
    )
}

/// Renders the overlays and what keys.sh makes into `folder`, and holds them against the schemas.
fn manifests(folder: &Path, environment: &Environment) -> Outcome<()> {
    let kubectl = tools::KUBECTL.get(&mut Environment::default())?;
    let capture = environment
        .get("CAPTURE_BIN")
        .ok_or("CAPTURE_BIN is not set")?;
    let place = folder.join("keys");
    copy(environment, &place)?;
    let mut keys = environment.command(place.join("k8s/keys.sh"));
    let keys = output(keys.env("CAPTURE_SVC", capture))
        .ok_or("deploy/k8s/keys.sh failed; run it by hand to see why")?;
    let _ = fs::remove_dir_all(&place);
    let mut rendered = vec![write(folder, "keys.yaml", &keys)?];
    for overlay in OVERLAYS {
        let at = workspace().join("deploy/k8s/overlays").join(overlay);
        let text = output(environment.command(&kubectl).arg("kustomize").arg(&at))
            .ok_or_else(|| format!("kubectl kustomize {} failed", at.display()))?;
        rendered.push(write(folder, &format!("{overlay}.yaml"), &text)?);
    }
    let schemas = |file: &Path| {
        let mut command = environment.command("python3");
        command.args(["-m", "kubernetes_validate", "--quiet", "--strict"]);
        command.args(["--kubernetes-version", KUBERNETES]).arg(file);
        command
    };
    for file in &rendered {
        run(
            &format!("schemas of {}", file.display()),
            &mut schemas(file),
        )?;
    }
    let wrong = folder.join("wrong");
    fs::create_dir_all(&wrong).map_err(|error| error.to_string())?;
    let wrong = changed(&rendered[1], "readinessProbe", "readynessProbe", &wrong)?;
    must_fail("kubernetes-validate", &mut schemas(&wrong))
}

/// `file` with a fault, under the same name in `folder`.
fn changed(file: &Path, right: &str, wrong: &str, folder: &Path) -> Outcome<PathBuf> {
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    if !text.contains(right) {
        return Err(format!(
            "{} has no {right:?} any more: give it another fault",
            file.display()
        ));
    }
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    write(folder, &name, &text.replace(right, wrong))
}

fn write(folder: &Path, name: &str, text: &str) -> Outcome<PathBuf> {
    let file = folder.join(name);
    fs::write(&file, text).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(file)
}

/// A guard was taken away on purpose: who checks has to say no.
fn must_fail(who: &str, command: &mut Command) -> Outcome<()> {
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    if status.map_err(|error| format!("{who}: {error}"))?.success() {
        return Err(format!("{who} did not notice that something is wrong"));
    }
    say(&format!("{who} notices a fault"));
    Ok(())
}
