//! `cargo xtask bench <name> [arguments…]`: the comparisons under `bench/`, each a crate of its own.

use crate::shell::{Environment, Outcome, run, workspace};

pub(crate) fn command(arguments: &[String]) -> Outcome<()> {
    let names = names()?;
    let Some((name, rest)) = arguments
        .split_first()
        .filter(|(name, _)| names.contains(name))
    else {
        return Err(format!(
            "name one of the comparisons under bench/: {}",
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
