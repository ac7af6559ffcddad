//! What `deploy/prometheus` and `deploy/grafana` name exists, and what the services measure can be seen.
//!
//! The README's tables say which series there are; tests of the services keep those tables true.

mod dashboards;
mod expressions;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use expressions::{names, selectors};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every series of both services, from the README's tables.
fn series() -> BTreeSet<String> {
    let readme = read("README.md");
    let tables = readme.split("<!-- metrics:").skip(1);
    let rows = tables.flat_map(|table| {
        let rows = table
            .lines()
            .skip(2)
            .take_while(|line| line.starts_with('|'));
        rows.filter_map(|row| row.strip_prefix("| `")?.split(['`', '{']).next())
    });
    rows.map(str::to_owned).collect()
}

fn exists(name: &str, series: &BTreeSet<String>) -> bool {
    let parts = ["_bucket", "_sum", "_count"];
    series.contains(name)
        || parts
            .iter()
            .filter_map(|part| name.strip_suffix(part))
            .any(|base| {
                series.contains(base) && (base.ends_with("_seconds") || base.ends_with("_bytes"))
            })
}

/// Recording rules by name, and every rule's expression.
fn rules() -> (BTreeSet<String>, Vec<String>) {
    let text = read("deploy/prometheus/rules.yml");
    let recorded = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- record: "))
        .map(str::to_owned);
    // An expression is the rest of its line, or, behind a bar, the lines that are indented further.
    let expressions = text.split("        expr: ").skip(1).map(|rest| {
        let deeper = |line: &&str| line.starts_with("          ");
        match rest.split_once('\n') {
            Some(("|", lines)) => lines.lines().take_while(deeper).collect(),
            Some((line, _)) => line.to_owned(),
            None => rest.to_owned(),
        }
    });
    (recorded.collect(), expressions.collect())
}

/// A series that a query takes from whoever measures something of that name, instead of from ours alone.
fn strangers(query: &str) -> Option<String> {
    let open = selectors(query).into_iter().find(|(name, labels)| {
        let ours = labels.contains("rero_dev_service") || labels.contains("product=\"rero\"");
        !name.contains(':') && !ours
    });
    open.map(|(name, labels)| format!("{name}{{{labels}}} of anybody: {query}"))
}

/// What is measured by others: Prometheus itself, `HAProxy` (looked at by `cargo xtask containers`), and the library that both
/// services take `process_*` from.
fn foreign() -> BTreeSet<String> {
    [
        "ALERTS",
        "up",
        "haproxy_server_current_sessions",
        "haproxy_server_status",
        "process_cpu_seconds_total",
        "process_max_fds",
        "process_open_fds",
        "process_resident_memory_bytes",
        "process_start_time_seconds",
        "process_threads",
        "process_virtual_memory_bytes",
    ]
    .map(str::to_owned)
    .into()
}

#[test]
fn every_series_in_a_rule_exists() {
    let (recorded, expressions) = rules();
    let known = series();
    let missing = |expressions: &[String]| -> BTreeSet<String> {
        let asked = expressions.iter().flat_map(|expression| names(expression));
        let unknown = |name: &String| {
            !exists(name, &known) && !recorded.contains(name) && !foreign().contains(name)
        };
        asked.filter(unknown).collect()
    };
    assert!(expressions.len() > 15, "{expressions:?}");
    assert_eq!(missing(&expressions), BTreeSet::new());
    let renamed: Vec<String> = expressions
        .iter()
        .map(|expression| expression.replace("camera_open{", "camera_opened{"))
        .collect();
    assert_eq!(
        missing(&renamed),
        BTreeSet::from(["capture_camera_opened".to_owned()])
    );
}

/// Prometheus is often shared: a rule that asks for `up` of anybody pages us for a stranger's job.
#[test]
fn every_rule_asks_ours_alone_whatever_their_jobs_are_called() {
    let (_, expressions) = rules();
    let open = |expressions: &[String]| -> Vec<String> {
        expressions
            .iter()
            .filter_map(|expression| strangers(expression))
            .collect()
    };
    assert_eq!(open(&expressions), Vec::<String>::new());
    let jobs: Vec<&String> = expressions
        .iter()
        .filter(|expression| expression.contains("job"))
        .collect();
    assert!(jobs.is_empty(), "a job's name is its operator's: {jobs:?}");
    let taken: Vec<String> = expressions
        .iter()
        .map(|expression| expression.replace("{rero_dev_service!=\"\"}", ""))
        .collect();
    assert!(open(&taken).len() >= 3, "{:?}", open(&taken));
}

#[test]
fn every_alert_has_a_runbook_and_is_tried_firing_and_silent() {
    let rules = read("deploy/prometheus/rules.yml");
    let tests = read("deploy/prometheus/rules_test.yml");
    let book = read("docs/operating.md").to_lowercase();
    let alerts: Vec<&str> = rules.split("- alert: ").skip(1).collect();
    assert!(alerts.len() >= 8, "{} alerts", alerts.len());
    for alert in alerts {
        let name = alert.lines().next().expect("a name");
        let anchor = format!(
            "runbook_url: {}/blob/main/docs/operating.md#{}\n",
            env!("CARGO_PKG_REPOSITORY"),
            name.to_lowercase()
        );
        assert!(alert.contains(&anchor), "{name} has no line {anchor}");
        assert!(
            alert.contains("severity: page, product: rero")
                || alert.contains("severity: warn, product: rero"),
            "{name}"
        );
        let heading = |line: &str| line.trim_start_matches('#').trim() == name.to_lowercase();
        let explained = book
            .lines()
            .any(|line| line.starts_with('#') && heading(line));
        assert!(explained, "docs/operating.md has no section {name}");
        for case in ["firing", "silent"] {
            assert!(
                tests.contains(&format!("- name: {name}, {case}\n")),
                "{name}, {case}: not tried"
            );
        }
    }
}
