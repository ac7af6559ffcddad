//! Renders what Kubernetes gets, once, into one folder, and holds it against the schemas; the rules that no schema has are
//! deploy-checks'.

use std::fs;
use std::path::{Path, PathBuf};

use super::files::{changed, copy, must_fail, write};
use crate::shell::{Environment, Outcome, output, run, workspace};
use crate::tools;

const OVERLAYS: [&str; 5] = ["demo", "camera", "camera-privileged", "ha", "example"];

/// Components that go together, in two orders: nobody should have to know one.
const TOGETHER: [&str; 6] = [
    "camera",
    "ha",
    "gateway-api",
    "monitoring",
    "hpa-adapter",
    "hub",
];

/// And those that stand for one of them.
const INSTEAD: [&str; 2] = ["ingress", "hpa-keda"];

/// The Kubernetes whose schemas the manifests are held against, first and last.
const KUBERNETES: [&str; 2] = ["1.31", "1.37"];

/// Renders the overlays, components together and what keys.sh makes into `folder`, and holds them against the schemas.
pub(super) fn check(folder: &Path, environment: &Environment) -> Outcome<()> {
    let kubectl = tools::KUBECTL.get(&mut Environment::default())?;
    let mut rendered = vec![keys(folder, environment)?];
    let k8s = workspace().join("deploy/k8s");
    let mut render = |name: &str, at: &Path| {
        let text = output(environment.command(&kubectl).arg("kustomize").arg(at))
            .ok_or_else(|| format!("kubectl kustomize {} failed", at.display()))?;
        rendered.push(write(folder, &format!("{name}.yaml"), &text)?);
        Ok::<(), String>(())
    };
    for overlay in OVERLAYS {
        render(overlay, &k8s.join("overlays").join(overlay))?;
    }
    let mut backward = TOGETHER;
    backward.reverse();
    for (name, components) in [
        ("together", &TOGETHER[..]),
        ("together-backward", &backward[..]),
        ("ingress", &INSTEAD[..]),
    ] {
        render(name, &composed(folder, name, components)?)?;
    }
    rendered.extend(chart(folder, environment)?);
    rendered.push(k8s.join("device-plugin/daemonset.yaml"));
    run("schemas", &mut schemas(environment, &rendered))?;
    let wrong = folder.join("wrong");
    fs::create_dir_all(&wrong).map_err(|error| error.to_string())?;
    for (right, fault) in [
        ("readinessProbe", "readynessProbe"),
        ("monitoring.coreos.com/v1", "monitoring.coreos.com/v1x"),
    ] {
        let file = changed(&folder.join("together.yaml"), right, fault, &wrong)?;
        must_fail("kubernetes-validate", &mut schemas(environment, &[file]))?;
    }
    Ok(())
}

/// What keys.sh makes, of a copy without anybody's own keys.
fn keys(folder: &Path, environment: &Environment) -> Outcome<PathBuf> {
    let capture = environment
        .get("CAPTURE_BIN")
        .ok_or("CAPTURE_BIN is not set")?;
    let place = folder.join("keys");
    copy(environment, &place)?;
    let mut keys = environment.command(place.join("k8s/keys.sh"));
    let keys = output(
        keys.args(["--hub", "hub.example.org"])
            .env("CAPTURE_SVC", capture),
    )
    .ok_or("deploy/k8s/keys.sh failed; run it by hand to see why")?;
    let _ = fs::remove_dir_all(&place);
    write(folder, "keys.yaml", &keys)
}

/// The base and a second camera with `components`, in this order.
fn composed(folder: &Path, name: &str, components: &[&str]) -> Outcome<PathBuf> {
    let at = folder.join("composed").join(name);
    fs::create_dir_all(&at).map_err(|error| format!("{}: {error}", at.display()))?;
    // Kustomize takes no absolute path.
    let k8s = "../../../../deploy/k8s";
    let listed: Vec<String> = components
        .iter()
        .map(|component| format!("{k8s}/components/{component}"))
        .collect();
    let text = format!(
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [{k8s}/base, {k8s}/overlays/example/yard]\n\
         components: [{}]\n",
        listed.join(", ")
    );
    write(&at, "kustomization.yaml", &text)?;
    Ok(at)
}

/// Lints the chart and renders it with each file of values in `ci`, by Helm's own library.
fn chart(folder: &Path, environment: &Environment) -> Outcome<Vec<PathBuf>> {
    let mut environment = environment.clone();
    tools::HELM.get(&mut environment)?;
    let ask = |chart: &Path| {
        let mut command = environment.command("python3");
        command.arg(workspace().join("dev/xtask/tools/chart.py"));
        command.arg(chart).arg(folder);
        command
    };
    let own = workspace().join("deploy/chart");
    run("helm lint and template", &mut ask(&own))?;
    for (file, right, fault) in [
        (
            "templates/nats.yaml",
            "{{- if .Values.ha }}",
            "{{- if .Values.ha }",
        ),
        ("values.yaml", "by: cpu", "by: cups"),
        ("values.schema.json", "\"gateway-api\",", "\"gatewayapi\","),
    ] {
        let wrong = folder.join("wrong-chart");
        copied(&own, &wrong)?;
        let place = wrong.join(file);
        changed(&place, right, fault, place.parent().unwrap_or(folder))?;
        must_fail("helm", &mut ask(&wrong))?;
    }
    let names = fs::read_dir(own.join("ci")).map_err(|error| error.to_string())?;
    let names = names.flatten().map(|file| file.file_name());
    Ok(names
        .map(|name| folder.join(format!("chart-{}", name.display())))
        .collect())
}

/// With what its links lead to.
fn copied(from: &Path, to: &Path) -> Outcome<()> {
    let _ = fs::remove_dir_all(to);
    let mut copy = std::process::Command::new("cp");
    copy.arg("-rL").arg(from).arg(to);
    output(&mut copy)
        .map(drop)
        .ok_or_else(|| format!("cannot copy {}", from.display()))
}

fn schemas(environment: &Environment, files: &[PathBuf]) -> std::process::Command {
    let mut command = environment.command("python3");
    command.arg(workspace().join("dev/xtask/tools/schemas.py"));
    command.args(KUBERNETES).args(files);
    command
}
