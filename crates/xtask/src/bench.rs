//! `cargo xtask bench <name> [arguments…]`: the comparisons under `bench/`, each a crate of its own, and the client's.

use crate::shell::{Environment, Outcome, run, workspace};
use crate::{tools, web};

/// The comparison that is the client's: the rules for quality over simulated links.
const ADAPT: &str = "adapt";

pub(crate) fn command(arguments: &[String]) -> Outcome<()> {
    let names = names()?;
    if arguments.first().is_some_and(|name| name == ADAPT) {
        let mut environment = Environment::default();
        tools::NODE.get(&mut environment)?;
        web::install(&environment)?;
        return web::npm(&environment, &["run", "--silent", "bench:adapt"]);
    }
    let Some((name, rest)) = arguments
        .split_first()
        .filter(|(name, _)| names.contains(name))
    else {
        return Err(format!(
            "name one of the comparisons: {ADAPT}, {}",
            names.join(", ")
        ));
    };
    let manifest = format!("bench/{name}/Cargo.toml");
    let mut bench =
        Environment::default().cargo(&["run", "--release", "--manifest-path", &manifest, "--"]);
    run(&format!("bench {}", arguments.join(" ")), bench.args(rest))
}

fn names() -> Outcome<Vec<String>> {
    let bench = workspace().join("bench");
    let entries = std::fs::read_dir(&bench)
        .map_err(|error| format!("cannot read {}: {error}", bench.display()))?;
    let crates = entries
        .flatten()
        .filter(|entry| entry.path().join("Cargo.toml").is_file());
    let mut names: Vec<String> = crates
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    Ok(names)
}
