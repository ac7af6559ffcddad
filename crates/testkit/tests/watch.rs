//! What `deploy/prometheus` and `deploy/grafana` name exists, and what the services measure can be seen.
//!
//! The README's tables say which series there are; tests of the services keep those tables true.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

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

/// Names in an expression that can only be series of ours, or recording rules (with a colon).
fn names(text: &str) -> BTreeSet<String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let words = text.split(|c: char| !is_name(c));
    let ours = |word: &&str| {
        ["capture_", "gateway_", "nats_", "build_"]
            .iter()
            .any(|prefix| word.starts_with(prefix))
            || (word.contains(':') && !word.starts_with(':') && !word.ends_with(':'))
    };
    words.filter(ours).map(str::to_owned).collect()
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

fn expressions(rules: &str) -> String {
    // Whatever is not a comment or an annotation.
    let code = rules.lines().filter(|line| {
        let line = line.trim_start();
        !["#", "summary:", "runbook:", "- record:", "- name:"]
            .iter()
            .any(|no| line.starts_with(no))
    });
    code.collect::<Vec<_>>().join("\n")
}

#[test]
fn every_series_in_a_query_or_a_rule_exists_in_a_service() {
    let series = series();
    assert!(series.len() > 25, "the README's tables: {series:?}");
    let rules = read("deploy/prometheus/rules.yml");
    let recorded: BTreeSet<&str> = rules
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- record: "))
        .collect();
    let dashboards = dashboards();
    let queries = dashboards
        .values()
        .flat_map(queries)
        .chain([expressions(&rules)]);
    for query in queries {
        for name in names(&query) {
            assert!(
                exists(&name, &series) || recorded.contains(name.as_str()),
                "no service has {name}, which is in: {query}"
            );
        }
    }
}

#[test]
fn every_series_of_a_service_is_on_a_dashboard() {
    let shown: BTreeSet<String> = dashboards()
        .values()
        .flat_map(queries)
        .flat_map(|query| names(&query))
        .collect();
    for name in series() {
        let parts = ["", "_bucket", "_sum", "_count"];
        assert!(
            parts
                .iter()
                .any(|part| shown.contains(&format!("{name}{part}"))),
            "{name} is on no dashboard"
        );
    }
    let text = dashboards().values().flat_map(queries).collect::<String>();
    for name in [
        "process_cpu_seconds_total",
        "process_resident_memory_bytes",
        "process_open_fds",
    ] {
        assert!(text.contains(name), "{name} is on no dashboard");
    }
}

#[test]
fn every_panel_can_be_read_at_three_in_the_morning() {
    let source = read("deploy/grafana/provisioning/datasources/prometheus.yml");
    assert!(source.contains("uid: prometheus\n"), "{source}");
    for (name, dashboard) in dashboards() {
        assert_eq!(dashboard["uid"], format!("rero-{name}"));
        assert!(
            dashboard.get("__inputs").is_none(),
            "{name} was exported for sharing"
        );
        let mut ids = BTreeSet::new();
        for panel in dashboard["panels"].as_array().expect("panels") {
            assert!(
                ids.insert(panel["id"].as_u64()),
                "{name}: id {} twice",
                panel["id"]
            );
        }
        for panel in panels(&dashboard) {
            let title = panel["title"].as_str().expect("a title");
            let text = |key: &str| panel[key].as_str().unwrap_or_default().len();
            assert!(text("description") > 10, "{name}, {title}: no words");
            let defaults = &panel["fieldConfig"]["defaults"];
            assert!(defaults["unit"].is_string(), "{name}, {title}: no unit");
            let kind = panel["type"].as_str().expect("a type");
            assert!(
                ["stat", "timeseries", "state-timeline", "table"].contains(&kind),
                "{name}, {title}: {kind}"
            );
            assert_eq!(panel["datasource"]["uid"], "prometheus", "{name}, {title}");
        }
    }
}

#[test]
fn no_panel_lies_over_another() {
    let place = |panel: &Value| {
        let of = |key: &str| panel["gridPos"][key].as_u64().expect("a number");
        (of("x"), of("y"), of("w"), of("h"))
    };
    for (name, dashboard) in dashboards() {
        let all = dashboard["panels"].as_array().expect("panels");
        for (index, one) in all.iter().enumerate() {
            let (x, y, w, h) = place(one);
            assert!(x + w <= 24, "{name}: {} is too wide", one["title"]);
            for other in &all[index + 1..] {
                let (ox, oy, ow, oh) = place(other);
                let apart = x + w <= ox || ox + ow <= x || y + h <= oy || oy + oh <= y;
                assert!(apart, "{name}: {} and {}", one["title"], other["title"]);
            }
        }
    }
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

#[test]
fn kubernetes_gets_the_configuration_of_nats_that_is_tested() {
    for name in ["nats.conf", "nats-users.conf"] {
        let copy = read(&format!("deploy/k8s/base/{name}"));
        assert_eq!(
            copy,
            read(&format!("deploy/{name}")),
            "copy deploy/{name} to deploy/k8s/base"
        );
    }
    let whole = read("deploy/nats.conf");
    let clustered = read("deploy/k8s/overlays/ha/nats.conf");
    for line in whole.lines() {
        assert!(
            clustered.lines().any(|other| other == line),
            "overlays/ha/nats.conf lacks {line}"
        );
    }
}

/// Names that look like settings, in what starts the services.
#[test]
fn every_setting_that_deploy_makes_exists() {
    let readme = read("README.md");
    let mut files = vec![
        read("deploy/compose.yaml"),
        read("deploy/compose.camera.yaml"),
    ];
    for file in [
        "base/capture.yaml",
        "base/gateway.yaml",
        "overlays/ha/capture-standby.yaml",
    ] {
        files.push(read(&format!("deploy/k8s/{file}")));
    }
    for overlay in ["camera", "camera-privileged", "ha"] {
        files.push(read(&format!(
            "deploy/k8s/overlays/{overlay}/kustomization.yaml"
        )));
    }
    files.push(read("deploy/Dockerfile"));
    let foreign = [
        "CAPTURE_NKEY",
        "GATEWAY_NKEY",
        "CAPTURE_IMAGE",
        "GATEWAY_IMAGE",
    ];
    let mut seen = 0;
    for text in &files {
        let words = text.split(|c: char| !(c.is_ascii_uppercase() || c == '_'));
        let ours = words.filter(|word| {
            word.starts_with("CAPTURE_")
                || word.starts_with("GATEWAY_")
                || *word == "NATS_NKEY_FILE"
        });
        for name in ours.filter(|word| !foreign.contains(word)) {
            seen += 1;
            assert!(
                readme.contains(&format!("| `{name}` |")),
                "no service knows {name}"
            );
        }
    }
    assert!(seen > 15, "{seen} settings found");
}
