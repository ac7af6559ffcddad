//! What the dashboards show exists, everything that is measured is on one, and they can be read.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::expressions::names;
use crate::{exists, foreign, read, root, rules, series, strangers};

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
        .map(|file| file.expect("a file").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .map(parse)
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

/// What can be chosen on a dashboard, and whether its queries heed that.
fn choice(name: &str, dashboard: &Value) -> Vec<String> {
    let variables = dashboard["templating"]["list"].as_array();
    let has = |wanted: &str| {
        let mut all = variables.into_iter().flatten();
        all.any(|one| one["name"] == wanted)
    };
    let filter = if name == "stream" {
        "camera"
    } else {
        "instance"
    };
    let missing = ["datasource", "namespace", filter]
        .into_iter()
        .filter(|wanted| !has(wanted))
        .map(|wanted| format!("{name}: no variable {wanted}"));
    let open = queries(dashboard)
        .iter()
        .filter_map(|query| strangers(query))
        .map(|why| format!("{name}: {why}"))
        .collect::<Vec<_>>();
    missing.chain(open).collect()
}

/// Of one dashboard: what a person at three in the morning would stumble over.
fn faults_of(name: &str, dashboard: &Value) -> Vec<String> {
    let mut found = Vec::new();
    found.extend(choice(name, dashboard));
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
            .any(|uid| uid != "${datasource}")
        {
            stumbles("another source of data than the one that can be chosen");
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
    let changed: [(&str, &str, Value); 12] = [
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
        (
            "/panels/2/targets/0/expr",
            "of anybody",
            "sum(gateway_viewers)".into(),
        ),
        (
            "/templating/list",
            "no variable camera",
            Value::Array(Vec::new()),
        ),
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
