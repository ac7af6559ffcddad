//! What `deploy/prometheus` and `deploy/grafana` name exists, and what the services measure can be seen.
//!
//! The README's tables say which series there are; tests of the services keep those tables true.

mod expressions;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use expressions::names;
use serde_json::Value;

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

fn dashboards() -> BTreeMap<String, Value> {
    let directory = root().join("deploy/grafana/dashboards");
    let files = fs::read_dir(directory).expect("dashboards");
    let parse = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("a dashboard");
        let name = path.file_stem().expect("a name").display().to_string();
        let json = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, json)
    };
    files
        .map(|file| parse(file.expect("a file").path()))
        .collect()
}

fn panels(dashboard: &Value) -> impl Iterator<Item = &Value> {
    let all = dashboard["panels"].as_array().expect("panels").iter();
    all.filter(|panel| panel["type"] != "row")
}

fn queries(dashboard: &Value) -> Vec<String> {
    let targets = panels(dashboard).flat_map(|panel| panel["targets"].as_array().expect("targets"));
    targets
        .map(|target| target["expr"].as_str().expect("an expression").to_owned())
        .collect()
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

/// Everything that is wrong with the dashboards, in words.
fn faults(dashboards: &BTreeMap<String, Value>) -> Vec<String> {
    let mut found = Vec::new();
    let (recorded, _) = rules();
    let known = series();
    let shown: BTreeSet<String> = dashboards
        .values()
        .flat_map(queries)
        .flat_map(|query| names(&query))
        .collect();
    for name in &shown {
        if !exists(name, &known) && !recorded.contains(name) && !foreign().contains(name) {
            found.push(format!("nobody measures {name}"));
        }
    }
    for name in known.iter().chain(&foreign()) {
        let parts = ["", "_bucket", "_sum", "_count"];
        if !parts
            .iter()
            .any(|part| shown.contains(&format!("{name}{part}")))
        {
            found.push(format!("{name} is on no dashboard"));
        }
    }
    for (name, dashboard) in dashboards {
        found.extend(faults_of(name, dashboard));
    }
    found
}

/// Of one dashboard: what a person at three in the morning would stumble over.
fn faults_of(name: &str, dashboard: &Value) -> Vec<String> {
    let mut found = Vec::new();
    if dashboard["uid"] != format!("rero-{name}") || dashboard.get("__inputs").is_some() {
        found.push(format!("{name}: uid {}, or exported", dashboard["uid"]));
    }
    let all = dashboard["panels"].as_array().expect("panels");
    let mut ids = BTreeSet::new();
    for (index, panel) in all.iter().enumerate() {
        if !ids.insert(panel["id"].as_u64()) {
            found.push(format!("{name}: id {} twice", panel["id"]));
        }
        let (x, y, w, h) = place(panel);
        let over = all[index + 1..].iter().find(|other| {
            let (ox, oy, ow, oh) = place(other);
            !(x + w <= ox || ox + ow <= x || y + h <= oy || oy + oh <= y)
        });
        if let Some(over) = over {
            found.push(format!(
                "{name}: {} lies over {}",
                panel["title"], over["title"]
            ));
        }
        if x + w > 24 {
            found.push(format!("{name}: {} is too wide", panel["title"]));
        }
    }
    for panel in panels(dashboard) {
        let text = |key: &str| panel[key].as_str().unwrap_or_default();
        let mut stumbles = |what: &str| found.push(format!("{name}, {}: {what}", text("title")));
        if text("title").is_empty() || text("description").len() <= 10 {
            stumbles("no words");
        }
        if !panel["fieldConfig"]["defaults"]["unit"].is_string() {
            stumbles("no unit");
        }
        if !["stat", "timeseries", "state-timeline", "table"].contains(&text("type")) {
            stumbles("a kind of panel that we do not know");
        }
        let sources = panel["targets"].as_array().into_iter().flatten();
        let sources = sources.map(|target| &target["datasource"]["uid"]);
        if sources
            .chain([&panel["datasource"]["uid"]])
            .any(|uid| uid != "prometheus")
        {
            stumbles("another source of data than the one provisioned");
        }
    }
    found
}

/// Left, top, width, height.
fn place(panel: &Value) -> (u64, u64, u64, u64) {
    let of = |key: &str| panel["gridPos"][key].as_u64().expect("a number");
    (of("x"), of("y"), of("w"), of("h"))
}

#[test]
fn dashboards_show_what_is_measured_and_can_be_read_at_three_in_the_morning() {
    let source = read("deploy/grafana/provisioning/datasources/prometheus.yml");
    assert!(source.contains("uid: prometheus\n"), "{source}");
    assert!(series().len() > 25, "the README's tables: {:?}", series());
    assert_eq!(faults(&dashboards()), Vec::<String>::new());
}

#[test]
fn each_fault_of_a_dashboard_is_seen() {
    let changed: [(&str, &str, Value); 10] = [
        (
            "/panels/2/targets/0/expr",
            "nobody measures",
            "sum(gateway_viewerz)".into(),
        ),
        (
            "/panels/2/targets/0/expr",
            "nobody measures",
            "sum(gatewy_viewers)".into(),
        ),
        (
            "/panels/4/targets/0/expr",
            "capture_source_fps is on no",
            "up".into(),
        ),
        ("/panels/2/id", "twice", 2.into()),
        ("/panels/2/gridPos/x", "lies over", 2.into()),
        ("/panels/6/gridPos/w", "too wide", 5.into()),
        ("/panels/2/fieldConfig/defaults", "no unit", Value::Null),
        ("/panels/2/description", "no words", "".into()),
        ("/panels/2/datasource/uid", "another source", "mine".into()),
        ("/uid", "uid", "mine".into()),
    ];
    for (at, word, value) in changed {
        let mut all = dashboards();
        let stream = all.get_mut("stream").expect("the dashboard");
        let place = stream.pointer_mut(at);
        *place.unwrap_or_else(|| panic!("no {at}: give it another fault")) = value;
        let found = faults(&all);
        assert!(
            found.iter().any(|fault| fault.contains(word)),
            "{at}: {word} expected, {found:?}"
        );
    }
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
        .map(|expression| expression.replace("camera_open ", "camera_opened "))
        .collect();
    assert_eq!(
        missing(&renamed),
        BTreeSet::from(["capture_camera_opened".to_owned()])
    );
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
        let anchor = format!("runbook: docs/operating.md#{}\n", name.to_lowercase());
        assert!(alert.contains(&anchor), "{name} has no line {anchor}");
        assert!(
            alert.contains("severity: page") || alert.contains("severity: warn"),
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
