//! The compose files on paper: what their containers may do and take, who is told before a container is killed, and that
//! settings are ones that the services know. The running stack is looked at by [`crate::guards`].

use std::path::Path;
use std::time::Instant;

use serde_json::{Map, Value, json};

use crate::budget;
use crate::files::read;
use crate::known::KnownSettings;
use crate::objects::{Objects, items, pairs, seconds};
use crate::report::{Finding, Report};

/// Files that bring services of their own.
const FILES: [&str; 3] = [
    "compose.yaml",
    "compose.monitoring.yaml",
    "compose.alerts.yaml",
];

/// Each guard taken away once.
const MUTANTS: &str = include_str!("compose/mutants.yaml");

/// Who has a port of the host.
const PUBLISHED: [&str; 4] = ["haproxy", "prometheus", "grafana", "alertmanager"];

pub(crate) fn check(deploy: &Path, settings: &KnownSettings, report: &mut Report) {
    let since = Instant::now();
    let whole = services(deploy).and_then(|all| Ok((all, read(&deploy.join("nats.conf"))?)));
    let (compose, nats) = match whole {
        Ok(whole) => whole,
        Err(why) => return report.note("compose", since, &Err(why)),
    };
    report.note("compose", since, &judge(&compose, &nats, settings));
    let mutants: Vec<Value> = match serde_saphyr::from_str(MUTANTS) {
        Ok(all) => all,
        Err(error) => return report.note("compose, mutants", since, &Err(error.to_string())),
    };
    for mutant in mutants {
        let name = format!("compose, {}", mutant["name"].as_str().unwrap_or_default());
        match changed(&compose, &mutant) {
            Some(changed) => report.mutant(&name, &judge(&changed, &nats, settings)),
            None => report.note(&name, since, &Err("there is no such service".into())),
        }
    }
}

/// The camera's site, a stack of its own.
pub(crate) fn check_edge(deploy: &Path, report: &mut Report) {
    let since = Instant::now();
    let parsed = read(&deploy.join("compose.edge.yaml")).and_then(|text| Objects::parse(&text));
    let edge = match parsed {
        Ok(parsed) => parsed.0.into_iter().next().unwrap_or_default(),
        Err(why) => return report.note("compose, edge", since, &Err(why)),
    };
    report.note("compose, edge", since, &judge_edge(&edge));
    for (name, at, to) in [
        ("a leaf node as root", "/services/nats/user", json!("0:0")),
        (
            "a leaf node with an open port",
            "/services/nats/ports",
            json!(["7422:7422"]),
        ),
        (
            "a bus that leads to the world",
            "/networks/bus/internal",
            json!(false),
        ),
        (
            "a camera that asks its own server for the buckets",
            "/services/capture/environment/NATS_JS_DOMAIN",
            Value::Null,
        ),
    ] {
        let changed = changed(&edge, &json!({ "at": at, "to": to }));
        report.mutant(
            &format!("compose, {name}"),
            &judge_edge(&changed.unwrap_or_default()),
        );
    }
}

/// PURE: its server is as guarded as the stack's, and its capture is the stack's own.
fn judge_edge(edge: &Value) -> Finding {
    let (server, capture) = (&edge["services"]["nats"], &edge["services"]["capture"]);
    let found = loose(server)
        .or_else(|| unbounded("nats", server))
        .map(str::to_owned)
        .or_else(|| open("nats", server));
    if let Some(why) = found {
        return Err(format!("nats: {why}"));
    }
    if capture["extends"]["file"] != "compose.yaml" || !capture["networks"].is_null() {
        return Err("capture: not the stack's own, on the bus alone".into());
    }
    if capture["environment"]["NATS_JS_DOMAIN"] != "hub" {
        return Err("capture: it asks its own server for the buckets".into());
    }
    if edge["networks"]["bus"]["internal"] != true {
        return Err("bus: it leads to the world".into());
    }
    Ok("2 services".into())
}

/// With one guard taken away; none where the mutant names no place.
fn changed(compose: &Value, mutant: &Value) -> Option<Value> {
    let mut changed = compose.clone();
    let (parent, key) = mutant["at"].as_str()?.rsplit_once('/')?;
    let map = changed.pointer_mut(parent)?.as_object_mut()?;
    map.insert(key.to_owned(), mutant["to"].clone());
    Some(changed)
}

/// The services of all files; none is in two of them.
fn services(deploy: &Path) -> Result<Value, String> {
    let mut all = Map::new();
    for file in FILES {
        let text = read(&deploy.join(file))?;
        let parsed = Objects::parse(&text).map_err(|why| format!("{file}: {why}"))?;
        let first = parsed.0.into_iter().next().unwrap_or_default();
        for (name, service) in pairs(&first["services"]) {
            if all.insert(name.to_owned(), service.clone()).is_some() {
                return Err(format!("{file}: {name} is in another file, too"));
            }
        }
    }
    Ok(json!({ "services": all }))
}

/// PURE
fn judge(compose: &Value, nats: &str, settings: &KnownSettings) -> Finding {
    let mut found = Vec::new();
    let mut count = 0;
    for (name, service) in pairs(&compose["services"]) {
        count += 1;
        // Owns a fresh volume's root for a moment and has no network.
        if name != "nats-store" {
            found.extend(loose(service).map(|why| format!("{name}: {why}")));
        }
        found.extend(unbounded(name, service).map(|why| format!("{name}: {why}")));
        // Docker Hub has an owner for every name, and ours it is not.
        if service["build"].is_object() && service["pull_policy"] != "${PULL_POLICY:-never}" {
            found.push(format!("{name}: its image would be pulled"));
        }
        if service["build"].is_object() && service["build"]["args"]["REVISION"].is_null() {
            found.push(format!("{name}: its build does not know its revision"));
        }
        found.extend(open(name, service).map(|why| format!("{name}: {why}")));
        let binary = format!("{name}-svc");
        if let Some(known) = settings.get(&binary) {
            for (variable, _) in pairs(&service["environment"]) {
                if !known.contains(variable) {
                    found.push(format!("{binary} does not know {variable}"));
                }
            }
            if service["healthcheck"]["test"][2] != "healthcheck" {
                found.push(format!("{name}: no health check by its own sub-command"));
            }
        }
    }
    found.extend(leaving(&compose["services"]));
    let server = &compose["services"]["nats"];
    found.extend(budget::overrun(
        nats,
        server["environment"]["GOMEMLIMIT"].as_str(),
        server["mem_limit"].as_str(),
        budget::GATEWAYS,
    ));
    if found.is_empty() {
        Ok(format!("{count} services"))
    } else {
        Err(found.join("; "))
    }
}

/// Viewers are told by their gateways, which the front must outlive; and then it has to go at once.
fn leaving(services: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let time = |value: &Value| value.as_str().and_then(seconds).unwrap_or_default();
    let gateway = &services["gateway"];
    let (grace, drain) = (
        time(&gateway["stop_grace_period"]),
        time(&gateway["environment"]["GATEWAY_DRAIN"]),
    );
    if drain <= 0.0 || grace <= drain {
        found.push(format!(
            "gateway: killed after {grace} s, its viewers are told until {drain} s"
        ));
    }
    if gateway["depends_on"]["haproxy"].is_null() {
        found.push("gateway: the front is stopped before it has told its viewers".into());
    }
    if services["haproxy"]["stop_signal"] != "SIGTERM" {
        found.push("haproxy: its image's own signal waits for the last viewer".into());
    }
    found
}

/// What a container may do that it must not.
fn loose(service: &Value) -> Option<&'static str> {
    let has = |key: &str, wanted: &str| items(&service[key]).any(|item| item == wanted);
    // Images of ours name a user; where compose does, it is not root.
    let user = service["user"].as_str().unwrap_or("65532");
    if service["read_only"] != true {
        Some("its root can be written")
    } else if !has("cap_drop", "ALL") {
        Some("it keeps capabilities")
    } else if !has("security_opt", "no-new-privileges:true") {
        Some("it may gain privileges")
    } else if service["privileged"] == true || user.starts_with('0') {
        Some("it is root, or privileged")
    } else {
        None
    }
}

/// What a container may take of the host without an end, and whether anybody would notice that it is ill.
fn unbounded(name: &str, service: &Value) -> Option<&'static str> {
    // Runs for a moment.
    let lasting = name != "nats-store";
    if service["logging"]["options"]["max-size"].is_null() {
        Some("its log grows until the disk is full")
    } else if service["mem_limit"].is_null() {
        Some("it may take all memory")
    } else if service["pids_limit"].is_null() {
        Some("it may start processes without end")
    } else if lasting && (service["healthcheck"]["test"][0] != "CMD") {
        Some("no health check")
    } else if lasting && service["restart"] != "unless-stopped" {
        Some("it stays away once it has ended")
    } else {
        None
    }
}

/// Only these are published, on this machine unless somebody sets it otherwise.
fn open(name: &str, service: &Value) -> Option<String> {
    let mut ports = items(&service["ports"]);
    let wrong = |port: &Value| {
        let port = port.as_str().unwrap_or_default();
        !PUBLISHED.contains(&name)
            || !(port.contains(":-127.0.0.1:") || port.starts_with("127.0.0.1:"))
    };
    ports
        .find(|port| wrong(port))
        .map(|port| format!("{port} is open"))
}
