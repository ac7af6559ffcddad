//! The rendered Kubernetes overlays, judged without a cluster: what an API server would accept and nobody wants.
//!
//! `cargo xtask test` renders them and gives the folder. Every rule has mutants that it must notice, in [`mutants`].

mod monitoring;
mod mutants;
mod network;
mod operation;
mod pods;
pub(crate) mod same;
mod violations;
mod wiring;

use std::path::Path;
use std::time::Instant;

use crate::files::read;
use crate::known::Known;
use crate::objects::Objects;
use crate::report::{Finding, Report};
use violations::Violations;

/// Each overlay, and whose pod may be privileged in it. `together` is every component that goes with the others, `ingress`
/// the base with the two that do not.
const OVERLAYS: [(&str, Option<&str>); 7] = [
    ("demo", None),
    ("camera", None),
    ("camera-privileged", Some("capture")),
    ("ha", None),
    ("example", None),
    ("together", None),
    ("ingress", None),
];

/// PURE: every rule over one overlay.
fn judge(objects: &Objects, privileged: Option<&str>, known: &Known) -> Violations {
    let mut found = Violations::default();
    wiring::judge(objects, &mut found);
    pods::judge(objects, privileged, &mut found);
    network::judge(objects, &mut found);
    operation::judge(objects, known, &mut found);
    monitoring::judge(objects, &mut found);
    found
}

/// Judges `<folder>/<overlay>.yaml`, with `<folder>/keys.yaml` (what keys.sh makes) as if applied too.
pub(crate) fn check(folder: &Path, known: &Known, report: &mut Report) {
    for (overlay, privileged) in OVERLAYS {
        let since = Instant::now();
        let objects = whole(folder, overlay);
        let finding = objects.and_then(|objects| verdict(&objects, privileged, known));
        report.note(&format!("manifests: {overlay}"), since, &finding);
    }
    let since = Instant::now();
    report.note("components in any order", since, &in_any_order(folder));
    let all = match mutants::all() {
        Ok(all) => all,
        Err(why) => return report.note("mutants", Instant::now(), &Err(why)),
    };
    for mutant in all {
        let name = format!("{} ({})", mutant.name, mutant.rule);
        match red(folder, &mutant, known) {
            Ok(finding) => report.mutant(&name, &finding),
            Err(why) => report.note(&name, Instant::now(), &Err(why)),
        }
    }
}

/// What the mutant's rule says of it is the inner error; the outer one is a mutant that cannot be made.
fn red(
    folder: &Path,
    mutant: &mutants::Mutant,
    known: &Known,
) -> Result<Result<(), String>, String> {
    let mut objects = whole(folder, &mutant.overlay)?;
    let listed = OVERLAYS
        .iter()
        .find(|(overlay, _)| *overlay == mutant.overlay);
    let (_, privileged) = listed.ok_or_else(|| format!("no overlay {}", mutant.overlay))?;
    mutant.apply(&mut objects)?;
    let mut found = judge(&objects, *privileged, known).0.into_iter();
    let noticed = found.find(|(rule, _)| *rule == mutant.rule);
    Ok(noticed.map_or(Ok(()), |(_, why)| Err(why)))
}

/// The same components listed the other way round give the same objects.
fn in_any_order(folder: &Path) -> Finding {
    let of = |name: &str| Objects::parse(&read(&folder.join(name))?);
    let (one, other) = (of("together.yaml")?, of("together-backward.yaml")?);
    let different = same::differences(&one, &other);
    if different.is_empty() {
        Ok(format!("{} objects", one.0.len()))
    } else {
        Err(different.join("; "))
    }
}

fn verdict(objects: &Objects, privileged: Option<&str>, known: &Known) -> Finding {
    let found = judge(objects, privileged, known).0;
    if found.is_empty() {
        return Ok(format!("{} objects", objects.0.len()));
    }
    let all: Vec<String> = found
        .iter()
        .map(|(rule, why)| format!("{rule}: {why}"))
        .collect();
    Err(all.join("; "))
}

fn whole(folder: &Path, overlay: &str) -> Result<Objects, String> {
    let mut all = Vec::new();
    for file in [
        folder.join(format!("{overlay}.yaml")),
        folder.join("keys.yaml"),
    ] {
        let objects = Objects::parse(&read(&file)?);
        all.extend(
            objects
                .map_err(|why| format!("{}: {why}", file.display()))?
                .0,
        );
    }
    Ok(Objects(all))
}
