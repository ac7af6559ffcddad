//! What the rest of the repository says that compose.yaml and the manifests must agree with: names of images, and the
//! settings that the services list themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use crate::files::read;
use crate::objects::{Objects, pairs};

/// By service: the variables that its `--help` lists.
pub(crate) type KnownSettings = BTreeMap<String, BTreeSet<String>>;

/// Both.
#[derive(Debug)]
pub(crate) struct Known {
    /// `rero/capture-svc:0.1.0`
    pub(crate) images: Vec<String>,
    pub(crate) settings: KnownSettings,
}

/// Images as compose.yaml builds and names them, settings as the binaries list them.
pub(crate) fn known(deploy: &Path) -> Result<Known, String> {
    let compose = Objects::parse(&read(&deploy.join("compose.yaml"))?)?;
    let stages = read(&deploy.join("Dockerfile"))?;
    let mut images = Vec::new();
    for (service, settings) in pairs(&compose.0[0]["services"]) {
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
