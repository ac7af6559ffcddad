//! The packages of the repository as cargo tells them, and that each names what it asks for.

use std::collections::HashSet;
use std::path::Path;
use std::process::Command;

use repo_checks::{files, identifiers, read, relative, root};
use serde_json::Value;

pub(crate) struct Dependency {
    /// As it is named in Cargo.toml.
    pub(crate) name: String,
    pub(crate) for_tests: bool,
}

pub(crate) struct Package {
    pub(crate) name: String,
    /// From the top of the repository.
    pub(crate) manifest: String,
    pub(crate) dependencies: Vec<Dependency>,
}

/// Workspaces of their own: their dependencies must not be in ours.
pub(crate) const APART: &[&str] = &[
    "bench/encode",
    "bench/fanout",
    "crates/jpeg-ladder/fuzz",
    "crates/wire/fuzz",
    "gateway-svc/fuzz",
];

/// Without a reference in the sources, and why they are asked for all the same: package, dependency, reason.
const ONLY_LINKED: &[(&str, &str, &str)] = &[
    (
        "bench-encode",
        "fastrand",
        "of the pictures in jpeg-ladder's tests, which it reads by their path",
    ),
    (
        "jpeg-ladder",
        "arbitrary",
        "of the fuzz target's cases, which the tests play again by their path",
    ),
    (
        "odd-jpegs",
        "fastrand",
        "of the pictures in jpeg-ladder's tests, which it reads by their path",
    ),
    (
        "odd-jpegs",
        "jpeg-encoder",
        "of the frames in jpeg-ladder's tests, which it reads by their path",
    ),
];

/// Those of the workspace.
pub(crate) fn packages() -> Vec<Package> {
    told(&root())
}

fn told(directory: &Path) -> Vec<Package> {
    let cargo = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--offline",
        ])
        .current_dir(directory)
        .output()
        .expect("cargo");
    let told: Value = serde_json::from_slice(&cargo.stdout).expect("cargo tells JSON");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let top = root().canonicalize().expect("the repository");
    list(&told["packages"])
        .iter()
        .map(|package| Package {
            name: text(&package["name"]),
            manifest: Path::new(&text(&package["manifest_path"]))
                .strip_prefix(&top)
                .expect("a package of ours")
                .display()
                .to_string(),
            dependencies: list(&package["dependencies"])
                .iter()
                .map(|one| Dependency {
                    name: one["rename"]
                        .as_str()
                        .map_or_else(|| text(&one["name"]), str::to_owned),
                    for_tests: one["kind"] == "dev",
                })
                .collect(),
        })
        .collect()
}

/// Every identifier in the sources of `package`: those that ship, and those of its tests and examples.
fn names_in(package: &Package) -> (HashSet<String>, HashSet<String>) {
    let directory = package.manifest.trim_end_matches("Cargo.toml");
    let (mut shipped, mut tests) = (HashSet::new(), HashSet::new());
    for file in files(directory, &["rs"]) {
        let inside = relative(&file);
        let inside = &inside[directory.len()..];
        let apart = inside.starts_with("fuzz/") && !directory.ends_with("fuzz/");
        if apart {
            continue;
        }
        let tokens = read(&file).parse().expect("Rust");
        let names = if inside.starts_with("tests/") || inside.starts_with("examples/") {
            &mut tests
        } else {
            &mut shipped
        };
        names.extend(identifiers(&tokens));
    }
    // Unit tests stand in `src`.
    tests.extend(shipped.iter().cloned());
    (shipped, tests)
}

#[test]
fn every_dependency_is_named_in_the_sources() {
    let mut packages = packages();
    packages.extend(APART.iter().flat_map(|apart| told(&root().join(apart))));
    assert!(packages.len() > 15);
    let mut found = Vec::new();
    for package in &packages {
        let (shipped, tests) = names_in(package);
        for Dependency { name, for_tests } in &package.dependencies {
            let names = if *for_tests { &tests } else { &shipped };
            let excused = ONLY_LINKED
                .iter()
                .any(|(of, dependency, _)| *of == package.name && dependency == name);
            if !names.contains(&name.replace('-', "_")) && !excused {
                found.push(format!(
                    "{} asks for {name} and never names it",
                    package.manifest
                ));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}
