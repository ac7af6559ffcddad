//! The Helm chart's output: the same objects as kustomize's, and under the same rules and mutants.

use std::path::Path;
use std::time::Instant;

use serde_json::json;

use super::judged::{judge, privileged, red, whole};
use super::mutants::Mutant;
use super::same;
use crate::known::Known;
use crate::objects::Objects;
use crate::report::{Finding, Report};

/// Renderings that there are of both; `cargo xtask deploy` makes `chart-<name>.yaml` of the chart's `ci/<name>.yaml`.
const BOTH: [&str; 6] = [
    "demo",
    "camera",
    "camera-privileged",
    "ha",
    "together",
    "ingress",
];

pub(super) fn check(folder: &Path, mutants: &[Mutant], known: &Known, report: &mut Report) {
    for name in BOTH {
        let since = Instant::now();
        report.note(
            &format!("chart: {name}"),
            since,
            &equal(folder, name, known),
        );
    }
    let since = Instant::now();
    report.note("chart: mutants", since, &all_red(folder, mutants, known));
    let changed = both(folder, "demo").and_then(|(kustomize, mut chart)| {
        let deployment = chart
            .0
            .iter_mut()
            .find(|object| object["kind"] == "Deployment");
        deployment.ok_or("no Deployment")?["spec"]["replicas"] = json!(7);
        compared(&kustomize, &chart)
    });
    report.mutant("a chart that went its own way", &changed);
}

/// What kustomize and Helm make, both with the keys; and the namespace, which Helm leaves to whoever installs (NOTES.txt).
fn both(folder: &Path, name: &str) -> Result<(Objects, Objects), String> {
    let kustomize = whole(folder, name)?;
    let mut chart = whole(folder, &format!("chart-{name}"))?;
    chart.0.extend(kustomize.of_kind("Namespace").cloned());
    Ok((kustomize, chart))
}

fn compared(kustomize: &Objects, chart: &Objects) -> Finding {
    let different = same::differences(kustomize, chart);
    if different.is_empty() {
        Ok(format!(
            "{} objects, the same as kustomize's",
            chart.0.len()
        ))
    } else {
        Err(different.join("; "))
    }
}

fn equal(folder: &Path, name: &str, known: &Known) -> Finding {
    let (kustomize, chart) = both(folder, name)?;
    if let Some((rule, why)) = judge(&chart, privileged(name), known).0.first() {
        return Err(format!("{rule}: {why}"));
    }
    compared(&kustomize, &chart)
}

/// Each mutant once more, on what Helm made.
fn all_red(folder: &Path, mutants: &[Mutant], known: &Known) -> Finding {
    for mutant in mutants {
        let (_, chart) = both(folder, &mutant.overlay)?;
        if red(chart, mutant, known)?.is_ok() {
            return Err(format!("{} ({}) is not noticed", mutant.name, mutant.rule));
        }
    }
    Ok(format!("{}, each red as it must", mutants.len()))
}
