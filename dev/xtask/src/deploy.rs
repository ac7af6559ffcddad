//! `deploy/` on paper: everything about it that needs no docker and no cluster, in seconds. A step of `cargo xtask test`,
//! and the first thing that `cargo xtask containers` does.
//!
//! Each tool is shown something that is wrong, too: a check that cannot fail checks nothing.

mod files;
mod manifests;

use std::fs;
use std::path::Path;

use crate::shell::{Environment, Outcome, binaries, output, run, say, workspace};
use crate::tools;
pub(crate) use files::copy;
use files::{changed, must_fail};

/// Guards of the rules taken away: what each alert would be without.
const MISFIRING: [(&str, &str); 4] = [
    // Anybody's job in a Prometheus that is shared.
    (r#"up{rero_dev_service!=""} == 0"#, "up == 0"),
    // Another camera's viewers.
    (
        "unless on (namespace, camera) camera:gateway_viewers:sum > 0",
        "unless on () sum(camera:gateway_viewers:sum) > 0",
    ),
    // The one of a pair that stands by.
    (
        "sum by (namespace, camera) (rate(capture_frames_published",
        "min by (namespace, camera) (rate(capture_frames_published",
    ),
    // A job of any name.
    (
        r#"up{rero_dev_service="gateway"} == 1"#,
        r#"up{job="gateway"} == 1"#,
    ),
];

/// `cargo xtask deploy`
pub(crate) fn command(_: &[String]) -> Outcome<()> {
    check(&built()?)
}

/// Builds the checks and what they look at; the environment says where both services are.
pub(crate) fn built() -> Outcome<Environment> {
    let mut environment = Environment::default();
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
    manifests::check(&folder, &environment)?;
    let mut paper = environment.command(binaries("debug").join("deploy-checks"));
    run(
        "manifests, and the cluster of `ha`",
        paper.arg("paper").arg(&folder),
    )
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

/// Prometheus' own word on its configuration, rules and their tests, Alertmanager's on the example.
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
    for (right, wrong) in MISFIRING {
        changed(&file, right, wrong, &beside)?;
        must_fail(
            "promtool test rules",
            &mut ask(["test", "rules", "rules_test.yml"], &beside),
        )?;
    }
    changed(&file, "sum by (", "sum by ((", &beside)?;
    must_fail(
        "promtool check config",
        &mut ask(["check", "config", "prometheus.yml"], &beside),
    )?;
    let amtool = tools::AMTOOL.get(&mut Environment::default())?;
    let read = |file: &Path| {
        let mut command = environment.command(&amtool);
        command.arg("check-config").arg(file);
        command
    };
    let example = own.join("alertmanager.example.yml");
    run("amtool check-config", &mut read(&example))?;
    let wrong = changed(&example, "receiver: phone", "receiver: fone", &beside)?;
    must_fail("amtool check-config", &mut read(&wrong))
}

/// Where there is a docker with compose: it need not run.
fn compose(folder: &Path, environment: &Environment) -> Outcome<()> {
    let docker = |arguments: &[&str]| {
        let mut command = environment.command("docker");
        command.arg("compose").args(arguments);
        // What keys.sh would write; nothing is started.
        command.envs([
            ("CAPTURE_NKEY", "U"),
            ("GATEWAY_NKEY", "U"),
            ("SECOND_CAMERA_ID", "yard"),
            ("HUB_URL", "tls://hub:7422"),
            ("CAPTURE_CAMERA_ID", "door"),
        ]);
        command.current_dir(workspace().join("deploy"));
        command
    };
    if output(&mut docker(&["version"])).is_none() {
        say("no docker compose here: its files are read by `cargo xtask containers` only");
        return Ok(());
    }
    for beside in [
        "compose.camera.yaml",
        "compose.cameras.yaml",
        "compose.second-camera.yaml",
        "compose.monitoring.yaml",
        "compose.alerts.yaml",
        "compose.hub.yaml",
        "compose.viewers.yaml",
    ] {
        let files = ["-f", "compose.yaml", "-f", beside, "config", "--quiet"];
        run(
            &format!("docker compose config ({beside})"),
            &mut docker(&files),
        )?;
    }
    let edge = ["-f", "compose.edge.yaml", "config", "--quiet"];
    run(
        "docker compose config (compose.edge.yaml)",
        &mut docker(&edge),
    )?;
    let file = workspace().join("deploy/compose.yaml");
    let wrong = changed(&file, "read_only: true", "readonly: true", folder)?;
    let wrong = wrong.display().to_string();
    must_fail(
        "docker compose config",
        &mut docker(&["-f", &wrong, "config", "--quiet"]),
    )
}
