//! `cargo xtask sbom`: what each published part is made of, as `CycloneDX`, in `target/sbom`.
//!
//! Of the services by cargo-cyclonedx, of the client by npm itself, both from their lock files.

use std::fs;
use std::path::{Path, PathBuf};

use crate::shell::{Environment, Outcome, output, run, say, workspace};
use crate::{tools, web};

const SERVICES: [&str; 2] = ["capture-svc", "gateway-svc"];

pub(crate) fn command(_: &[String]) -> Outcome<()> {
    let mut environment = Environment::default();
    tools::CARGO_CYCLONEDX.get(&mut environment)?;
    tools::NODE.get(&mut environment)?;
    let folder = workspace().join("target/sbom");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;

    // It writes one beside each member's manifest, whichever is asked for.
    let mut list = environment.cargo(&["cyclonedx", "--quiet", "--describe", "binaries"]);
    list.args([
        "--format",
        "json",
        "--spec-version",
        "1.5",
        "--no-build-deps",
    ]);
    run("listing what the services are made of", &mut list)?;
    let written = lists(&workspace())?;
    for service in SERVICES {
        let name = format!("{service}_bin.cdx.json");
        let list = written.iter().find(|path| path.ends_with(&name));
        let list = list.ok_or_else(|| format!("cargo-cyclonedx wrote no {name}"))?;
        let text = fs::read_to_string(list).map_err(|error| error.to_string())?;
        keep(&folder, service, &text)?;
    }
    for list in written {
        fs::remove_file(&list).map_err(|error| format!("{}: {error}", list.display()))?;
    }

    let mut list = environment.command("npm");
    list.args(["sbom", "--sbom-format", "cyclonedx", "--omit", "dev"]);
    list.args(["--package-lock-only"]).current_dir(web::root());
    let text = output(&mut list).ok_or("npm sbom failed; run it in web/ to see why")?;
    keep(&folder, "web", &text)
}

/// Lists that were written beside manifests.
fn lists(directory: &Path) -> Outcome<Vec<PathBuf>> {
    let mut found = Vec::new();
    let entries = fs::read_dir(directory).map_err(|error| error.to_string())?;
    for entry in entries.flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        if path.is_dir() && !name.starts_with('.') && name != "target" && name != "node_modules" {
            found.extend(lists(&path)?);
        } else if name.ends_with("_bin.cdx.json") || name.ends_with("_cdylib.cdx.json") {
            found.push(path);
        }
    }
    Ok(found)
}

/// Writes the list without the paths of this machine.
fn keep(folder: &Path, name: &str, text: &str) -> Outcome<()> {
    let here = workspace()
        .canonicalize()
        .map_err(|error| error.to_string())?;
    let text = text.replace(&here.display().to_string(), "");
    let components = text.matches("\"purl\"").count();
    if components == 0 {
        return Err(format!("the list of {name} is empty"));
    }
    let file = folder.join(format!("{name}.cdx.json"));
    fs::write(&file, text).map_err(|error| format!("{}: {error}", file.display()))?;
    say(&format!("{}: {components} components", file.display()));
    Ok(())
}
