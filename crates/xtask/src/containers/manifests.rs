//! The Kubernetes overlays: rendered by kustomize, then held against the schemas.

use std::fs;
use std::path::Path;

use super::Notes;
use crate::shell::{Environment, Outcome, find_on_path, output, run, workspace};

const OVERLAYS: [&str; 4] = ["demo", "camera", "camera-privileged", "ha"];

pub(crate) fn check(directory: &Path, environment: &Environment, notes: &mut Notes) -> Outcome<()> {
    if find_on_path("kubectl").is_none() {
        notes.not_checked("the Kubernetes manifests: no kubectl here");
        return Ok(());
    }
    let validate = validator(directory, environment);
    if validate.is_none() {
        notes.not_checked("the manifests' schemas: kubernetes-validate could not be got by pip");
    }
    for overlay in OVERLAYS {
        let folder = workspace().join("deploy/k8s/overlays").join(overlay);
        let rendered = output(environment.command("kubectl").arg("kustomize").arg(&folder))
            .ok_or_else(|| format!("kubectl kustomize {} failed", folder.display()))?;
        let file = directory.join(format!("{overlay}.yaml"));
        fs::write(&file, &rendered).map_err(|error| format!("{}: {error}", file.display()))?;
        if let Some(validate) = &validate {
            let mut command = environment.command(validate);
            command
                .args(["--quiet", "--strict", "--kubernetes-version", "1.33"])
                .arg(&file);
            run(&format!("schemas of {overlay}"), &mut command)?;
            // Taken away: the right name of a field.
            let wrong = directory.join("mutant.yaml");
            fs::write(&wrong, rendered.replace("readinessProbe", "readynessProbe"))
                .map_err(|error| error.to_string())?;
            let mut mutant = environment.command(validate);
            mutant
                .args(["--quiet", "--strict", "--kubernetes-version", "1.33"])
                .arg(&wrong);
            if output(&mut mutant).is_some() {
                return Err(format!("{overlay}: a field spelt wrongly was not noticed"));
            }
        }
    }
    Ok(())
}

/// kubernetes-validate in an environment of its own.
fn validator(directory: &Path, environment: &Environment) -> Option<std::path::PathBuf> {
    let folder = directory.join("validate");
    let program = folder.join("bin/kubernetes-validate");
    if !program.exists() {
        let mut venv = environment.command("python3");
        output(venv.args(["-m", "venv"]).arg(&folder))?;
        let mut pip = environment.command(folder.join("bin/pip"));
        output(pip.args(["install", "--quiet", "kubernetes-validate==1.37.0"]))?;
    }
    Some(program)
}
