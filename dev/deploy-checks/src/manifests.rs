//! The rendered Kubernetes overlays, judged without a cluster: what an API server would accept and nobody wants.
//!
//! `cargo xtask test` renders them and gives the folder. Every rule has mutants that it must notice, in [`mutants`].

mod mutants;
mod network;
pub(crate) mod objects;
mod operation;
mod pods;
mod wiring;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::compose::{self, Settings};
use crate::table::{Finding, Table};
use objects::Objects;

/// Each overlay, and whose pod may be privileged in it.
const OVERLAYS: [(&str, Option<&str>); 4] = [
    ("demo", None),
    ("camera", None),
    ("camera-privileged", Some("capture")),
    ("ha", None),
];

/// What is wrong: the rule's name and words.
#[derive(Debug, Default)]
struct Violations(Vec<(&'static str, String)>);

impl Violations {
    fn add(&mut self, rule: &'static str, why: String) {
        self.0.push((rule, why));
    }
}

/// What the rest of the repository says that manifests must agree with.
#[derive(Debug)]
struct Known {
    /// `rero/capture-svc:0.1.0`
    images: Vec<String>,
    settings: Settings,
}

/// PURE: every rule over one overlay.
fn judge(objects: &Objects, privileged: Option<&str>, known: &Known) -> Violations {
    let mut found = Violations::default();
    wiring::judge(objects, &mut found);
    pods::judge(objects, privileged, &mut found);
    network::judge(objects, &mut found);
    operation::judge(objects, known, &mut found);
    found
}

/// Judges `<folder>/<overlay>.yaml`, with `<folder>/keys.yaml` (what keys.sh makes) and the route as if applied too.
pub(crate) fn check(folder: &Path, deploy: &Path, table: &mut Table) {
    let since = Instant::now();
    let known = match known(deploy) {
        Ok(known) => known,
        Err(why) => return table.note("manifests", since, &Err(why)),
    };
    compose::check(deploy, &known.settings, table);
    for (overlay, privileged) in OVERLAYS {
        let since = Instant::now();
        let objects = whole(folder, deploy, overlay);
        let finding = objects.and_then(|objects| verdict(&objects, privileged, &known));
        table.note(&format!("manifests: {overlay}"), since, &finding);
    }
    let all = match mutants::all() {
        Ok(all) => all,
        Err(why) => return table.note("mutants", since, &Err(why)),
    };
    for mutant in all {
        let name = format!("{} ({})", mutant.name, mutant.rule);
        match red(folder, deploy, &mutant, &known) {
            Ok(finding) => table.mutant(&name, &finding),
            Err(why) => table.note(&name, Instant::now(), &Err(why)),
        }
    }
}

/// What the mutant's rule says of it is the inner error; the outer one is a mutant that cannot be made.
fn red(
    folder: &Path,
    deploy: &Path,
    mutant: &mutants::Mutant,
    known: &Known,
) -> Result<Result<(), String>, String> {
    let mut objects = whole(folder, deploy, &mutant.overlay)?;
    let listed = OVERLAYS
        .iter()
        .find(|(overlay, _)| *overlay == mutant.overlay);
    let (_, privileged) = listed.ok_or_else(|| format!("no overlay {}", mutant.overlay))?;
    mutant.apply(&mut objects)?;
    let mut found = judge(&objects, *privileged, known).0.into_iter();
    let noticed = found.find(|(rule, _)| *rule == mutant.rule);
    Ok(noticed.map_or(Ok(()), |(_, why)| Err(why)))
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

fn whole(folder: &Path, deploy: &Path, overlay: &str) -> Result<Objects, String> {
    let mut all = Vec::new();
    for file in [
        folder.join(format!("{overlay}.yaml")),
        folder.join("keys.yaml"),
        deploy.join("k8s/options/httproute.yaml"),
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

pub(crate) fn read(file: &Path) -> Result<String, String> {
    fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))
}

/// Images as compose.yaml builds and names them, settings as the binaries list them.
fn known(deploy: &Path) -> Result<Known, String> {
    let compose = Objects::parse(&read(&deploy.join("compose.yaml"))?)?;
    let stages = read(&deploy.join("Dockerfile"))?;
    let mut images = Vec::new();
    for (service, settings) in objects::pairs(&compose.0[0]["services"]) {
        // `${CAPTURE_IMAGE:-rero/capture-svc:0.1.0}`
        let image = settings["image"].as_str().unwrap_or_default();
        let image = image
            .split_once(":-")
            .map_or(image, |(_, image)| image.trim_end_matches('}'));
        let target = settings["build"]["target"].as_str();
        if target.is_some_and(|target| !stages.contains(&format!(" AS {target}\n"))) {
            return Err(format!(
                "compose.yaml: the Dockerfile has no stage for {service}"
            ));
        }
        images.push(image.to_owned());
    }
    let mut settings = BTreeMap::new();
    for (service, variable) in [
        ("capture-svc", "CAPTURE_BIN"),
        ("gateway-svc", "GATEWAY_BIN"),
    ] {
        settings.insert(service.to_owned(), listed(variable)?);
    }
    Ok(Known { images, settings })
}

/// The `[env: NAME=…]` of a binary's `--help`.
fn listed(variable: &str) -> Result<BTreeSet<String>, String> {
    let binary = std::env::var(variable)
        .map_err(|_| format!("{variable} is not set: cargo xtask test sets it"))?;
    let help = Command::new(&binary)
        .arg("--help")
        .output()
        .map_err(|error| format!("{binary}: {error}"))?;
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    let names = help
        .split("[env: ")
        .skip(1)
        .filter_map(|rest| rest.split(['=', ']']).next())
        .map(str::to_owned)
        .collect::<BTreeSet<String>>();
    if names.len() < 10 {
        return Err(format!("{binary} --help lists only {names:?}"));
    }
    Ok(names)
}
