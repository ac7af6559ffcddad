//! A service opens few doors: what is `pub` is named by its program, its tests, or somebody else.

use std::collections::HashSet;

use repo_checks::{Crate, files, identifiers, read, relative};

/// Both services together; most are fields of settings by another name (`Settings`, a metric's series).
const UNNAMED_MAX: usize = 20;

/// Every identifier in the Rust of the repository outside of the library of `service`.
fn named_outside(service: &str) -> HashSet<String> {
    let library = format!("{service}/src/");
    let program = format!("{service}/src/main.rs");
    files("", &["rs"])
        .into_iter()
        .filter(|file| {
            let file = relative(file);
            file == program || !file.starts_with(&library)
        })
        .flat_map(|file| identifiers(&read(&file).parse().expect("Rust")))
        .collect()
}

#[test]
fn what_a_service_makes_public_is_named_by_somebody_outside() {
    let mut found = Vec::new();
    for service in ["capture-svc", "gateway-svc"] {
        let named = named_outside(service);
        for module in &Crate::read(&format!("{service}/src/lib.rs")).modules {
            let unnamed = module
                .public()
                .iter()
                .filter(|(name, _)| !named.contains(name));
            found.extend(unnamed.map(|(name, line)| format!("{}:{line} {name}", module.file)));
        }
    }
    assert!(
        found.len() < UNNAMED_MAX,
        "`pub(crate)`, or `mod` instead of `pub mod`: then rustc sees what is dead:\n{found:#?}"
    );
    println!("{found:#?}");
}
