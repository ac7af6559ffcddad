//! What both services need stands once, in a crate: no long run of lines is in both.

use std::collections::HashMap;

use repo_checks::{files, read, relative};

/// A run longer than this, of code without comments, imports and empty lines, is one thing written twice.
const EQUAL_LINES_MAX: usize = 10;

struct Line {
    at: String,
    text: String,
}

/// The lines of code below `directory`, blanks folded; an empty one ends each file.
fn code(directory: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    for file in files(directory, &["rs"]) {
        let name = relative(&file);
        lines.extend(folded(&read(&file)).into_iter().map(|(number, text)| Line {
            at: format!("{name}:{number}"),
            text,
        }));
        lines.push(Line {
            at: name,
            text: String::new(),
        });
    }
    lines
}

fn folded(text: &str) -> Vec<(usize, String)> {
    let mut importing = false;
    let mut lines = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
        importing |= line.starts_with("use ") || line.starts_with("pub use ");
        if !(importing || line.is_empty() || line.starts_with("//")) {
            lines.push((number + 1, line.clone()));
        }
        importing &= !line.ends_with(';');
    }
    lines
}

/// Runs of more than `most` lines that are in both.
fn runs(ours: &[Line], theirs: &[Line], most: usize) -> Vec<String> {
    let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, line) in theirs.iter().enumerate() {
        places.entry(&line.text).or_default().push(at);
    }
    let equal = |a: usize, b: usize| {
        let (ours, theirs) = (ours.get(a), theirs.get(b));
        ours.zip(theirs)
            .is_some_and(|(a, b)| !a.text.is_empty() && a.text == b.text)
    };
    let mut found = Vec::new();
    for (a, line) in ours.iter().enumerate() {
        for &b in places.get(line.text.as_str()).into_iter().flatten() {
            let begins = a == 0 || b == 0 || !equal(a - 1, b - 1);
            let length = (0..ours.len())
                .take_while(|step| equal(a + step, b + step))
                .count();
            if begins && length > most {
                found.push(format!(
                    "{length} lines from {} and from {}",
                    line.at, theirs[b].at
                ));
            }
        }
    }
    found
}

#[test]
fn no_run_of_lines_is_in_both_services() {
    let found = runs(
        &code("capture-svc/src"),
        &code("gateway-svc/src"),
        EQUAL_LINES_MAX,
    );
    assert!(
        found.is_empty(),
        "one of crates/ is the place, if it is needed for being a process or on the bus:\n{found:#?}"
    );
}

#[test]
fn comments_imports_and_blanks_make_no_difference() {
    let lines = |text: &str| -> Vec<Line> {
        let folded = folded(text).into_iter();
        folded
            .map(|(number, text)| Line {
                at: number.to_string(),
                text,
            })
            .collect()
    };
    let ours = lines("use a::{\n    b,\n};\nlet x = 1;\n\n// why\nlet  y = 2;\n");
    let theirs = lines("let x = 1;\nlet y = 2;\nlet z = 3;\n");
    assert_eq!(runs(&ours, &theirs, 1), ["2 lines from 4 and from 1"]);
    assert!(runs(&ours, &theirs, 2).is_empty());
}
