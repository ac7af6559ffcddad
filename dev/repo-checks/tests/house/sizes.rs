//! No file has more than 300 lines, and no function more than 60 where clippy does not look.

use repo_checks::{files, read, relative};
use syn::visit::{self, Visit};

use crate::packages::APART;

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

/// As in `.clippy.toml`.
const FUNCTION_LINES_MAX: usize = 60;

/// The functions of a file that are too long, and how long.
struct Long<'a> {
    lines: Vec<&'a str>,
    found: Vec<(String, usize)>,
}

impl Long<'_> {
    fn look(&mut self, name: &syn::Ident, body: &syn::Block) {
        let braces = body.brace_token.span;
        let (first, last) = (braces.open().start().line, braces.close().start().line);
        let code = |line: &&&str| !line.trim().is_empty() && !line.trim().starts_with("//");
        let length = self.lines[first.min(last - 1)..last - 1]
            .iter()
            .filter(code)
            .count();
        if length > FUNCTION_LINES_MAX {
            self.found.push((name.to_string(), length));
        }
    }
}

impl<'ast> Visit<'ast> for Long<'_> {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.look(&function.sig.ident, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.look(&function.sig.ident, &function.block);
        visit::visit_impl_item_fn(self, function);
    }
}

fn long_functions(text: &str) -> Vec<(String, usize)> {
    let lines = text.lines().collect();
    let mut long = Long {
        lines,
        found: Vec::new(),
    };
    long.visit_file(&syn::parse_file(text).expect("Rust"));
    long.found
}

#[test]
fn functions_outside_of_the_workspace_are_no_longer_than_those_within() {
    let mut found = Vec::new();
    for file in APART.iter().flat_map(|folder| files(folder, &["rs"])) {
        let long = long_functions(&read(&file)).into_iter();
        found.extend(
            long.map(|(name, lines)| format!("{}: {name} has {lines} lines", relative(&file))),
        );
    }
    assert!(
        found.is_empty(),
        "two functions are easier to read:\n{found:#?}"
    );
}

#[test]
fn at_most_four_functions_that_ship_are_longer_with_a_reason() {
    let shipped = ["capture-svc/src", "gateway-svc/src", "crates"];
    let excused: Vec<String> = shipped
        .iter()
        .flat_map(|folder| files(folder, &["rs"]))
        .filter(|file| read(file).contains("clippy::too_many_lines"))
        .map(|file| relative(&file))
        .collect();
    assert!(excused.len() <= 4, "{excused:#?}");
}

#[test]
fn comments_and_blanks_do_not_make_a_function_long() {
    let function = |lines: usize| {
        let body = "let x = 1;\n\n// why\n".repeat(lines);
        format!("fn f() {{\n{body}}}\n")
    };
    assert!(long_functions(&function(FUNCTION_LINES_MAX)).is_empty());
    let long = long_functions(&function(FUNCTION_LINES_MAX + 1));
    assert_eq!(long, [("f".to_owned(), FUNCTION_LINES_MAX + 1)]);
}
