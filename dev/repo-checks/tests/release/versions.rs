//! The version stands in Cargo.toml; where it has to be spelt again, it is the same.

use std::fs;
use std::path::Path;

/// Files that spell it, and what stands before it there.
const SPELT: &[(&str, &[&str])] = &[
    ("web/package.json", &["\"version\": \""]),
    ("deploy/Dockerfile", &["ARG VERSION="]),
    (
        "deploy/compose.yaml",
        &["rero/capture-svc:", "rero/gateway-svc:"],
    ),
    ("deploy/keys.sh", &["rero/capture-svc:"]),
    ("deploy/k8s/base/kustomization.yaml", &["newTag: "]),
    (
        "deploy/k8s/another-camera/kustomization.yaml",
        &["newTag: "],
    ),
    (
        "deploy/chart/Chart.yaml",
        &["\nversion: ", "\nappVersion: "],
    ),
    (
        "deploy/chart/values.yaml",
        &["capture-svc, tag: ", "gateway-svc, tag: "],
    ),
    (
        "deploy/chart/values.schema.json",
        &[
            "capture-svc\",\n            \"tag\": \"",
            "gateway-svc\",\n            \"tag\": \"",
        ],
    ),
    (
        "deploy/chart/README.md",
        &["capture-svc\",\"tag\":\"", "gateway-svc\",\"tag\":\""],
    ),
    ("docs/cameras.md", &["rero/capture-svc:"]),
    (
        ".github/workflows/ci.yml",
        &[
            "rero/$target-svc:",
            "rero/capture-svc:",
            "rero/gateway-svc:",
        ],
    ),
];

/// The versions behind `before` in `text`: where each begins, and how long it is.
fn versions(text: &str, before: &str) -> Vec<(usize, usize)> {
    let begins = text.match_indices(before).map(|(at, _)| at + before.len());
    let version = |at: usize| {
        let of = |byte: &u8| byte.is_ascii_digit() || *byte == b'.';
        let length = text.as_bytes()[at..]
            .iter()
            .take_while(|byte| of(byte))
            .count();
        (at, text[at..at + length].trim_end_matches('.').len())
    };
    begins
        .map(version)
        .filter(|(_, length)| *length > 0)
        .collect()
}

#[test]
fn the_version_of_cargo_toml_is_that_of_everything() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let version = env!("CARGO_PKG_VERSION");
    for (name, all) in SPELT {
        let file = root.join(name);
        let mut text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{name}: {error}"));
        for before in *all {
            let found = versions(&text, before);
            assert!(!found.is_empty(), "{name} has no version behind {before:?}");
            for (at, length) in found.into_iter().rev() {
                if std::env::var_os("UPDATE_VERSION").is_some() {
                    text.replace_range(at..at + length, version);
                } else {
                    assert_eq!(
                        &text[at..at + length],
                        version,
                        "behind {before:?} in {name}; UPDATE_VERSION=1 cargo test -p repo-checks --test release mends it"
                    );
                }
            }
        }
        if std::env::var_os("UPDATE_VERSION").is_some() {
            fs::write(&file, text).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }
}

#[test]
fn a_version_ends_where_its_digits_and_dots_do() {
    assert_eq!(versions("x_1.2.3-1_amd64.deb x_*.deb", "x_"), [(2, 5)]);
    assert_eq!(versions("It is v0.1.0.", "v"), [(7, 5)]);
}
