//! No file is longer than two screens of folded code: 300 lines.

use repo_checks::{files, read, relative};

const LINES_MAX: usize = 300;

/// Longer all the same, and why.
const LONGER: &[(&str, &str)] = &[
    (
        "crates/jpeg-ladder/src/kernel/avx2.rs",
        "one kernel for one instruction set",
    ),
    (
        "crates/jpeg-ladder/src/kernel/avx512.rs",
        "one kernel for one instruction set",
    ),
];

#[test]
fn no_source_file_is_longer_than_300_lines() {
    let sources = files("", &["rs", "ts", "tsx", "css", "mjs", "js"]);
    assert!(sources.len() > 300, "{}", sources.len());
    let mut found = Vec::new();
    let mut long = Vec::new();
    for file in sources {
        let lines = read(&file).lines().count();
        let file = relative(&file);
        if lines > LINES_MAX {
            if LONGER.iter().any(|(known, _)| *known == file) {
                long.push(file);
            } else {
                found.push(format!("{file} has {lines} lines"));
            }
        }
    }
    assert!(
        found.is_empty(),
        "split by subject; unit tests go into a file beside (`name/tests.rs`):\n{found:#?}"
    );
    assert_eq!(
        long.len(),
        LONGER.len(),
        "in the list and not too long (any more): only {long:?} are"
    );
}
