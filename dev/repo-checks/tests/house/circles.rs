//! No two files of a crate need each other, and no two rooms of a service.

use std::path::Path;

use repo_checks::{Arrow, Crate, circles, files, relative, root};

/// The root file of every crate in the repository: libraries, programs, tests, examples, fuzz targets.
fn roots() -> Vec<String> {
    let mut found = Vec::new();
    for manifest in files("", &["toml"]) {
        let package = manifest.parent().expect("a file");
        if !manifest.ends_with("Cargo.toml") || package == root() {
            continue;
        }
        let inside = relative(package);
        for file in files(&inside, &["rs"]) {
            let path = file.strip_prefix(package).expect("inside the package");
            if is_root(path) {
                found.push(relative(&file));
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

fn is_root(path: &Path) -> bool {
    let parts: Vec<&str> = path.iter().filter_map(|part| part.to_str()).collect();
    matches!(
        parts[..],
        ["src", "lib.rs" | "main.rs"]
            | ["src", "bin", _]
            | ["tests" | "examples" | "benches" | "fuzz_targets", _]
            | ["tests", _, "main.rs"]
    )
}

fn told(circles: &[Vec<&Arrow>]) -> String {
    let told = circles.iter().map(|circle| {
        let arrows: Vec<String> = circle.iter().map(ToString::to_string).collect();
        format!("  {}", arrows.join("\n  "))
    });
    told.collect::<Vec<_>>().join("\n\n")
}

#[test]
fn no_file_of_any_crate_imports_itself_around_a_corner() {
    let roots = roots();
    assert!(roots.len() > 20, "{roots:?}");
    let mut found = String::new();
    for root in roots {
        let arrows = Crate::read(&root).arrows();
        found += &told(&circles(&arrows));
    }
    assert!(
        found.is_empty(),
        "files import each other; move what both need into a file of its own, below both:\n{found}"
    );
}

fn arrow(from: &str, to: &str) -> Arrow {
    let rooms = (String::new(), String::new());
    Arrow {
        from: from.into(),
        to: to.into(),
        rooms,
        line: 1,
        name: String::new(),
    }
}

#[test]
fn a_circle_is_found_once_and_at_its_shortest() {
    let arrows = [
        ("a", "b"),
        ("b", "c"),
        ("c", "a"),
        ("b", "d"),
        ("d", "c"),
        ("e", "a"),
    ]
    .map(|(from, to)| arrow(from, to));
    let found = circles(&arrows);
    let ways: Vec<Vec<&str>> = found
        .iter()
        .map(|circle| circle.iter().map(|arrow| arrow.from.as_str()).collect())
        .collect();
    assert_eq!(ways, [vec!["a", "b", "c"], vec!["d", "c", "a", "b"]]);
    assert!(circles(&arrows[3..]).is_empty());
}
