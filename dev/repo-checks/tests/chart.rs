//! The table of values in the chart's README is made of its schema: `UPDATE_README=1 cargo test -p repo-checks --test chart`.
#![expect(
    clippy::disallowed_methods,
    reason = "a test: its environment says whether it makes the file that it otherwise compares"
)]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../deploy/chart")
        .join(name)
}

fn read(name: &str) -> String {
    fs::read_to_string(file(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A row for each value that the schema describes, in its order, and whether it may be left out.
fn rows(schema: &Value, path: &str, into: &mut Vec<String>) {
    if let Some(words) = schema["description"].as_str() {
        let default = match &schema["default"] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let default = if default.is_empty() {
            default
        } else {
            format!("`{default}`")
        };
        into.push(format!("| `{path}` | {default} | {words} |\n"));
        return;
    }
    for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
        let dot = if path.is_empty() { "" } else { "." };
        rows(inner, &format!("{path}{dot}{name}"), into);
    }
}

#[test]
fn the_table_of_the_charts_values_is_its_schema() {
    let schema: Value = serde_json::from_str(&read("values.schema.json")).expect("a schema");
    let mut table = Vec::new();
    rows(&schema, "", &mut table);
    assert!(table.len() > 20, "{table:?}");
    let text = read("README.md");
    let head = "| value | default | meaning |\n|---|---|---|\n";
    let (before, _) = text.split_once(head).expect("the head of the table");
    let wanted = format!("{before}{head}{}", table.concat());
    if std::env::var_os("UPDATE_README").is_some() {
        fs::write(file("README.md"), wanted).expect("the README");
    } else {
        assert_eq!(text, wanted);
    }
}

/// An unknown value is a misspelt one.
#[test]
fn the_charts_schema_takes_no_value_that_it_does_not_know() {
    fn open(schema: &Value, path: &str, found: &mut Vec<String>) {
        let Some(properties) = schema["properties"].as_object() else {
            return;
        };
        // What Kubernetes knows better.
        if schema["additionalProperties"].is_null() && !path.contains("resources") {
            found.push(path.to_owned());
        }
        for (name, inner) in properties {
            open(inner, &format!("{path}/{name}"), found);
        }
    }
    let schema: Value = serde_json::from_str(&read("values.schema.json")).expect("a schema");
    let mut found = Vec::new();
    open(&schema, "", &mut found);
    assert_eq!(found, Vec::<String>::new());
}
