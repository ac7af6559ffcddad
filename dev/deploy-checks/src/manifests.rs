//! The rendered Kubernetes overlays, judged without a cluster: what an API server would accept and nobody wants.
//!
//! `cargo xtask test` renders them and gives the folder. Every rule has mutants that it must notice, in [`mutants`].

mod chart;
mod judged;
mod monitoring;
mod mutants;
mod network;
mod operation;
mod pods;
mod same;
mod violations;
mod wiring;

use std::path::Path;
use std::time::Instant;

use crate::files::read;
use crate::known::Known;
use crate::objects::Objects;
use crate::report::{Finding, Report};
use judged::{OVERLAYS, judge, red, whole};

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
    chart::check(folder, &all, known, report);
    for mutant in all {
        let name = format!("{} ({})", mutant.name, mutant.rule);
        let rendered = whole(folder, &mutant.overlay);
        match rendered.and_then(|objects| red(objects, &mutant, known)) {
            Ok(finding) => report.mutant(&name, &finding),
            Err(why) => report.note(&name, Instant::now(), &Err(why)),
        }
    }
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
