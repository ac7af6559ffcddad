//! The README's tables, checked against the code: a table that nobody checks is wrong within a month.

use std::collections::BTreeMap;
use std::path::Path;

/// Checks the table behind `<!-- name -->` in the README. With `UPDATE_README=1` it writes the table instead.
///
/// # Panics
/// When the README says otherwise, with the command that mends it.
pub fn check_table(name: &str, rows: impl IntoIterator<Item = String>) {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let text = std::fs::read_to_string(&readme).expect("the README");
    let marker = format!("<!-- {name} -->\n");
    let (before, rest) = text
        .split_once(&marker)
        .unwrap_or_else(|| panic!("README.md has no line {marker}"));
    let rest = rest.trim_start_matches('\n');
    let end = rest
        .lines()
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.len() + 1)
        .sum();
    let wanted: String = rows.into_iter().map(|row| row + "\n").collect();
    if rest[..end] == wanted {
        return;
    }
    if std::env::var_os("UPDATE_README").is_some() {
        let after = rest[end..].trim_start_matches('\n');
        std::fs::write(&readme, format!("{before}{marker}\n{wanted}\n{after}"))
            .expect("writing the README");
        return;
    }
    panic!(
        "the table {name} of README.md is not what the code says; `UPDATE_README=1 cargo test readme -- --test-threads 1` mends it. It should be:\n{wanted}"
    );
}

/// The rows of a settings table: variable, default, help of everything that can be set in the environment.
#[must_use]
pub fn settings(command: &clap::Command) -> Vec<String> {
    let head = [
        "| variable | default | meaning |".to_owned(),
        "|---|---|---|".to_owned(),
    ];
    let row = |arg: &clap::Arg| {
        let name = arg.get_env()?.to_str()?;
        let default = arg
            .get_default_values()
            .first()
            .and_then(|value| value.to_str());
        let default = default
            .filter(|value| !value.is_empty())
            .map(|value| format!("`{value}`"));
        // A pipe inside a cell ends it, a bracket begins a tag.
        let help = arg.get_help()?.to_string().replace('\n', " ");
        let help = help.replace('|', "\\|").replace('<', "&lt;");
        Some(format!(
            "| `{name}` | {} | {help} |",
            default.unwrap_or_default()
        ))
    };
    head.into_iter()
        .chain(command.get_arguments().filter_map(row))
        .collect()
}

/// The rows of a metrics table, from what `/metrics` says of itself; `process_*` is the library's.
#[must_use]
pub fn metrics(text: &str) -> Vec<String> {
    let help = text
        .lines()
        .filter_map(|line| line.strip_prefix("# HELP ")?.split_once(' '));
    let rows: BTreeMap<&str, &str> = help
        .filter(|(name, _)| !name.starts_with("process_"))
        .collect();
    let labels = |name: &str| {
        let series = text
            .lines()
            .find(|line| line.starts_with(name) && line.contains('{') && !line.contains("{le="));
        let inside = series
            .and_then(|line| line.split_once('{')?.1.split_once('}'))?
            .0;
        let names: Vec<&str> = inside
            .split(',')
            .filter_map(|label| label.split_once('='))
            .map(|(label, _)| label)
            .filter(|label| *label != "le")
            .collect();
        Some(format!("{{{}}}", names.join(","))).filter(|labels| labels != "{}")
    };
    let head = ["| series | meaning |".to_owned(), "|---|---|".to_owned()];
    let row = |(name, help): (&str, &str)| {
        format!("| `{name}{}` | {help} |", labels(name).unwrap_or_default())
    };
    head.into_iter().chain(rows.into_iter().map(row)).collect()
}
