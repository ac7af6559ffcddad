//! One rendering and what the rules say of it, as it is and with a guard taken away.

use std::path::Path;

use super::mutants::Mutant;
use super::violations::Violations;
use super::{monitoring, network, operation, pods, wiring};
use crate::files::read;
use crate::known::Known;
use crate::objects::Objects;

/// Each overlay, and whose pod may be privileged in it. `together` is every component that goes with the others, `ingress`
/// the base with the two that do not.
pub(super) const OVERLAYS: [(&str, Option<&str>); 7] = [
    ("demo", None),
    ("camera", None),
    ("camera-privileged", Some("capture")),
    ("ha", None),
    ("example", None),
    ("together", None),
    ("ingress", None),
];

/// PURE: every rule over one overlay.
pub(super) fn judge(objects: &Objects, privileged: Option<&str>, known: &Known) -> Violations {
    let mut found = Violations::default();
    wiring::judge(objects, &mut found);
    pods::judge(objects, privileged, &mut found);
    network::judge(objects, &mut found);
    operation::judge(objects, known, &mut found);
    monitoring::judge(objects, &mut found);
    found
}

/// What the mutant's rule says of it is the inner error; the outer one is a mutant that cannot be made.
pub(super) fn red(
    mut objects: Objects,
    mutant: &Mutant,
    known: &Known,
) -> Result<Result<(), String>, String> {
    mutant.apply(&mut objects)?;
    let mut found = judge(&objects, privileged(&mutant.overlay), known)
        .0
        .into_iter();
    let noticed = found.find(|(rule, _)| *rule == mutant.rule);
    Ok(noticed.map_or(Ok(()), |(_, why)| Err(why)))
}

/// Whose pod may be privileged in an overlay.
pub(super) fn privileged(overlay: &str) -> Option<&'static str> {
    let listed = OVERLAYS.iter().find(|(name, _)| *name == overlay);
    listed.and_then(|(_, privileged)| *privileged)
}

pub(super) fn whole(folder: &Path, overlay: &str) -> Result<Objects, String> {
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
