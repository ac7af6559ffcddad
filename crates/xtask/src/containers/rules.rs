//! Prometheus' own word on its configuration, rules and their tests.

use crate::shell::{Environment, Outcome, run, workspace};

/// Runs promtool out of the image that Prometheus runs from.
pub(crate) fn check(environment: &Environment) -> Outcome<()> {
    let folder = workspace().join("deploy/prometheus");
    let mount = format!("{}:/rules:ro", folder.display());
    for check in [
        ["check", "config", "/rules/prometheus.yml"],
        ["check", "rules", "/rules/rules.yml"],
        ["test", "rules", "/rules/rules_test.yml"],
    ] {
        let mut promtool = environment.command("docker");
        promtool.args(["run", "--rm", "--network", "none", "--volume", &mount]);
        promtool
            .args(["--entrypoint", "/bin/promtool", "prom/prometheus:v3.5.3"])
            .args(check);
        run(&format!("promtool {}", check.join(" ")), &mut promtool)?;
    }
    Ok(())
}
